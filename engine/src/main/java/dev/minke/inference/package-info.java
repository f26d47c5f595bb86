/// Answers of a model: its cache, the next token's distribution, sampling, generation.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.inference.Engine] | many requests at once, each answered as if it came alone |
/// | [dev.minke.inference.Request], [dev.minke.inference.TokenListener] | what goes in, and what comes out |
/// | [dev.minke.inference.AwaitedAnswer] | for whoever waits for it |
/// | [dev.minke.inference.Pooling] | which hidden states become the embedding of a text |
/// | [dev.minke.inference.Scheduler] | whose tokens pass next, whose pages go when there are too few; [dev.minke.inference.ReadingTurns]: when prompts may hold up answers; [dev.minke.inference.ReadingPace]: how many of their tokens |
/// | [dev.minke.inference.EngineCache] | the cache, and the lock of all |
/// | [dev.minke.inference.PrefixTree], [dev.minke.inference.PagePool] | what is in it, and its memory |
/// | [dev.minke.inference.DiskTier], [dev.minke.inference.DiskWriter], `disk` | where it goes on: files of 64 tokens, found again after a restart |
/// | [dev.minke.inference.EngineSession] | a conversation whose pages stay: it forks, is taken back, saved and restored |
/// | [dev.minke.inference.Overflow] | what happens where the context is full |
/// | [dev.minke.inference.StepRunner] | tokens of many sequences pass the model |
/// | [dev.minke.inference.Session] | one sequence and what the model keeps of it: how models are measured |
/// | [dev.minke.inference.Precision] | exact or fast, and the format of the cache |
/// | [dev.minke.inference.Choice] | how the next token is chosen: rules, then a draw |
/// | [dev.minke.inference.LogitRules] | penalties and biases |
/// | [dev.minke.inference.Sampler] | temperature, top-k, top-p, min-p, seed |
/// | [dev.minke.inference.Advice] | how the makers of a model advise to draw |
/// | [dev.minke.inference.LogProbs] | log-probabilities of the chosen and of the likeliest tokens |
/// | `grammar` | what an answer has to be, as masks over the vocabulary: JSON by schema, regular expressions, GBNF |
/// | [dev.minke.inference.StepEvent], [dev.minke.inference.RequestEvent] | what JDK Flight Recorder is told |
/// | [dev.minke.inference.Logits] | logits of a whole sequence, for comparison with other implementations |
///
/// Unusual: which arithmetic form of latent attention is used depends on a token's role (prompt or
/// generated), never on how many rows share a step. Prompts are expanded; generated tokens are
/// absorbed, or expanded too where a caller asks for the trainer's bits. A sample is a function of
/// logits, seed and position alone. Start reading at [dev.minke.inference.Engine]; `Alone` among
/// the tests says in thirty lines what it has to give, and is what it is held against.
@NullMarked
package dev.minke.inference;

import org.jspecify.annotations.NullMarked;
