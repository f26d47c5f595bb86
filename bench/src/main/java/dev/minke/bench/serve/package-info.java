/// `minke serve` beside llama-server: the same GGUF file, the same questions, the same client.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.bench.serve.ServeExperiment] | all cases, each program in turn, and the table |
/// | [dev.minke.bench.serve.ServerProcess] | either program, started and ended |
/// | [dev.minke.bench.serve.Questions] | what is asked: no two alike, with or without a start that all share |
/// | [dev.minke.bench.serve.Clients] | some clients, each of which asks again when it was answered |
/// | [dev.minke.bench.serve.Load] | what they saw: tokens a second, waits |
/// | [dev.minke.bench.serve.OutsideKernels] | the engine without HTTP: how much of a step is not in kernels |
///
/// Unusual: clients run on the processors that the servers compute on, for both alike, as on a
/// machine with one user. Start reading at [dev.minke.bench.serve.ServeExperiment].
@NullMarked
package dev.minke.bench.serve;

import org.jspecify.annotations.NullMarked;
