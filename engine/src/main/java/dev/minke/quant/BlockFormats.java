package dev.minke.quant;

import static java.util.Map.entry;

import dev.minke.tensor.BlockFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The formats that are read, by name and by the number that GGUF gives them.
public final class BlockFormats {
  private static final Map<Integer, BlockFormat> BY_GGML_TYPE =
      Map.ofEntries(
          entry(0, new F32()),
          entry(1, new F16()),
          entry(2, new Q4_0()),
          entry(3, new Q4_1()),
          entry(6, new Q5_0()),
          entry(7, new Q5_1()),
          entry(8, new Q8_0()),
          entry(10, new Q2_K()),
          entry(11, new Q3_K()),
          entry(12, new Q4_K()),
          entry(13, new Q5_K()),
          entry(14, new Q6_K()),
          entry(15, new Q8_K()),
          entry(16, new IQ2_XXS()),
          entry(17, new IQ2_XS()),
          entry(18, new IQ3_XXS()),
          entry(19, new IQ1_S()),
          entry(20, new IQ4_NL()),
          entry(21, new IQ3_S()),
          entry(22, new IQ2_S()),
          entry(23, new IQ4_XS()),
          entry(28, new F64()),
          entry(29, new IQ1_M()),
          entry(30, new BF16()),
          entry(34, new TQ1_0()),
          entry(35, new TQ2_0()),
          entry(39, new MXFP4()));

  private static final Map<String, BlockFormat> BY_NAME =
      Stream.concat(BY_GGML_TYPE.values().stream(), Stream.of(new Fp8Blocks()))
          .collect(Collectors.toUnmodifiableMap(BlockFormat::name, Function.identity()));

  private static final BlockFormat E4M3_BYTES =
      new ByteNumbers("E4M3", bits -> E4M3.toFloat((byte) bits));

  private static final BlockFormat E8M0_BYTES =
      new ByteNumbers("E8M0", bits -> E8M0.toFloat((byte) bits));

  private BlockFormats() {}

  /// The format of a `ggml_type` as it stands in GGUF's tensor list; empty where none is read.
  public static Optional<BlockFormat> byGgmlType(int type) {
    return Optional.ofNullable(BY_GGML_TYPE.get(type));
  }

  /// The format of a `dtype` of safetensors, `F8_E4M3` without the scales that belong to it; empty
  /// where none is read.
  public static Optional<BlockFormat> bySafetensorsType(String type) {
    return switch (type) {
      case "F32", "F16", "BF16", "F64" -> byName(type);
      case "F8_E4M3" -> Optional.of(E4M3_BYTES);
      case "F8_E8M0" -> Optional.of(E8M0_BYTES);
      default -> Optional.empty();
    };
  }

  /// The format of a name: `Q4_K`, `BF16`, `F8_E4M3`; empty where none is read.
  public static Optional<BlockFormat> byName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }
}
