/// What a run leaves behind, read by whoever shows it.
///
/// | file | holds | written by | read by |
/// |---|---|---|---|
/// | `metrics.jsonl` | a line for each step and each validation | `train` | [MetricsReader] → [Metrics] |
/// | `run.json`, `recipe.yaml` | name, recipe, machine, sizes: what was known at the start | [RunRecord] | [RunCard] |
/// | `ledger.jsonl` | starts, signs of life and ends of stages | `ledger` | [RunStatus] |
/// | `samples.jsonl` | what the model wrote after some steps | [SampleWriter] | [Sample] |
///
/// Every file may be absent, its last line torn, its fields unknown: that is how a run looks while
/// it runs, or after a crash. A number that is not there is NaN. A run that goes on repeats steps;
/// the later line counts. Start reading at [Run].
@NullMarked
package dev.minke.cli.runs;

import org.jspecify.annotations.NullMarked;
