/// Formats of stored weights: how blocks of bytes widen to F32, bit for bit as the field's
/// reference decoders do.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.quant.BlockFormats] | every format, by name and by GGUF's number |
/// | `F32`, `F16`, `BF16`, `F64` | plain types, a block is one number |
/// | `Q4_0` … `Q8_0` | 32 codes and a scale |
/// | `Q2_K` … `Q8_K` | 256 codes in groups, scales of the groups in units of a scale |
/// | `IQ4_NL`, `IQ4_XS`, `MXFP4` | codes of uneven levels |
/// | `IQ1_S` … `IQ3_S`, `Grid`, [dev.minke.quant.GridBlocks] | codes of points in eight or four dimensions |
/// | `TQ1_0`, `TQ2_0` | ternary digits |
/// | [dev.minke.quant.Fp8Blocks] | DeepSeek's FP8 bytes and scales, woven into rows |
/// | [dev.minke.quant.Fp8Latents] | rows of a cache: latents in FP8, positions in BF16 |
/// | [dev.minke.quant.E4M3], [dev.minke.quant.E5M2], [dev.minke.quant.E2M1], [dev.minke.quant.E8M0] | numbers of eight bits and fewer |
/// | [dev.minke.quant.BlockEncoder] | the formats that can also be written |
///
/// Unusual: classes bear the formats' own names, underscores and all, as they stand in every file
/// name; and each class states its bytes in order, as there is no paper to point to. A formula is
/// evaluated in F32 in the order written, nothing fused, so the bits are ggml's. Inner loops write
/// two or four runs at once, as entering a loop over a segment costs as much as a dozen elements. A
/// decoder holds no state, allocates nothing and may run on any number of threads. Start reading at
/// `Q4_0`, then `Q4_K`, then `IQ2_XXS`.
@NullMarked
package dev.minke.quant;

import org.jspecify.annotations.NullMarked;
