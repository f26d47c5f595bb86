/// Answers of a model: its cache, the next token's distribution, sampling, generation.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.inference.Session] | one sequence and what the model keeps of it |
/// | [dev.minke.inference.PrefixSession] | one whose next prompt begins as the last one did: a conversation |
/// | [dev.minke.inference.Precision] | exact or fast |
/// | [dev.minke.inference.Sampler] | temperature, top-k, top-p, seed |
/// | [dev.minke.inference.Generator] | prompt in, tokens out |
/// | [dev.minke.inference.Logits] | logits of a whole sequence, for comparison with other implementations |
///
/// Unusual: which arithmetic form of latent attention is used depends on a token's role (prompt or
/// generated), never on how many rows share a step. Prompts are expanded; generated tokens are
/// absorbed, or expanded too where a caller asks for the trainer's bits. A sample is a function of
/// logits, seed and position alone. Start reading at [dev.minke.inference.Generator].
@NullMarked
package dev.minke.inference;

import org.jspecify.annotations.NullMarked;
