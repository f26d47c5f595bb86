/// Decoder-only models from one set of classes: DeepSeek LLM, MoE, V2-Lite, V2, V3 and R1; Llama
/// and Qwen, R1's distills among them.
///
/// | here | paper | what |
/// |---|---|---|
/// | [Architecture] | the released files | the registry: one line for each |
/// | [LatentAttention] | DeepSeek-V2 (arXiv:2405.04434) §2.1 | keys and values rebuilt from one small latent; expanded or absorbed |
/// | [GroupedQueryAttention] | arXiv:2305.13245 | what Llama, Qwen and DeepSeek's first models have |
/// | [ExpertRouter] | DeepSeek-V2 §2.2, DeepSeek-V3 (arXiv:2412.19437) §2.1.2 | softmax or sigmoid, group-limited, bias-balanced |
/// | [MixtureOfExperts] | DeepSeekMoE (arXiv:2401.06066) §3 | routed experts beside shared ones |
/// | [MultiTokenPredictor] | DeepSeek-V3 §2.2 | one more block that predicts the token after next |
/// | [DecoderModel] | DeepSeek-V3 §2 | the blocks in order, losses, logits |
/// | [DecoderSize] | | what a model comes to before it is there: parameters, operations, cache |
/// | [HuggingFaceNames] | the released files | names of tensors in Hugging Face files |
///
/// Differs from the papers where the released weights do: the predictor joins embedding before
/// hidden state and reads the hidden state after the final norm; the balance loss counts the
/// experts really chosen; the key and value up-projections, one tensor in files, are two
/// parameters, so that the absorbed form can use them apart.
///
/// Architectures differ in a [DecoderConfig] and a line of the registry, not in classes: a block is
/// a kind of attention and a kind of feed-forward, whatever the family (`docs/adr/0014`).
///
/// Invariant: no class here names a backend, a thread or a file. Start reading at [DecoderModel].
@NullMarked
package dev.minke.model.decoder;

import org.jspecify.annotations.NullMarked;
