/// DeepSeek's models from one set of classes: LLM and MoE (V1), V2-Lite, V2 and V3/R1.
///
/// | here | paper | what |
/// |---|---|---|
/// | [LatentAttention] | DeepSeek-V2 (arXiv:2405.04434) §2.1 | keys and values rebuilt from one small latent; expanded or absorbed |
/// | [GroupedQueryAttention] | arXiv:2305.13245 | what V1 has, and what latent attention is held against |
/// | [ExpertRouter] | DeepSeek-V2 §2.2, DeepSeek-V3 (arXiv:2412.19437) §2.1.2 | softmax or sigmoid, group-limited, bias-balanced |
/// | [MixtureOfExperts] | DeepSeekMoE (arXiv:2401.06066) §3 | routed experts beside shared ones |
/// | [MultiTokenPredictor] | DeepSeek-V3 §2.2 | one more block that predicts the token after next |
/// | [DeepSeekModel] | DeepSeek-V3 §2 | the blocks in order, losses, logits |
/// | [DeepSeekSize] | | what a model comes to before it is there: parameters, operations, cache |
/// | [DeepSeekWeightNames] | the released files | names of tensors in checkpoints |
///
/// Differs from the papers where the released weights do: the predictor joins embedding before
/// hidden state and reads the hidden state after the final norm; the balance loss counts the
/// experts really chosen; the key and value up-projections, one tensor in files, are two
/// parameters, so that the absorbed form can use them apart.
///
/// Invariant: no class here names a backend, a thread or a file. Start reading at [DeepSeekModel].
@NullMarked
package dev.minke.model.deepseek;

import org.jspecify.annotations.NullMarked;
