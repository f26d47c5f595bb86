/// The cache of experts on decisions that a router really made, beside other policies.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.bench.experts.ExpertExperiment] | policies, capacities, tasks: the table |
/// | [dev.minke.bench.experts.RouterDecisions] | what DeepSeek-V2-Lite chose for the tokens of a task |
/// | [dev.minke.bench.experts.Simulation] | a pass after a pass through a policy, with a disk and a clock |
/// | [dev.minke.bench.experts.LeastRecent], [dev.minke.bench.experts.LeastRecentOfLayer], [dev.minke.bench.experts.LeastFrequent] | the usual policies |
/// | [dev.minke.bench.experts.Foreknown] | Belady's: the bound that nobody reaches |
///
/// Nothing is timed: the same on every machine. Start reading at
/// [dev.minke.bench.experts.ExpertExperiment].
@NullMarked
package dev.minke.bench.experts;

import org.jspecify.annotations.NullMarked;
