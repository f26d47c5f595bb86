package dev.minke.bench.agreement;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What `llama-quantize` makes of a model.
///
/// @param name in tables: a type of tensors, or the name of a mixture of them
/// @param argument that asks for it
/// @param pure whether all matrices get this type; else llama.cpp mixes as it sees fit
record QuantType(String name, String argument, boolean pure) {
  private static final List<String> PLAIN =
      List.of(
          "F32",
          "F16",
          "BF16",
          "Q8_0",
          "Q4_0",
          "Q4_1",
          "Q5_0",
          "Q5_1",
          "Q2_K",
          "Q3_K_S",
          "Q4_K_S",
          "Q5_K_S",
          "Q6_K",
          "IQ4_NL",
          "IQ4_XS",
          "IQ3_S",
          "IQ3_XXS",
          "IQ2_M",
          "IQ2_XS",
          "IQ2_XXS",
          "IQ1_S",
          "IQ1_M",
          "MXFP4_MOE",
          "TQ1_0",
          "TQ2_0");

  private static final List<String> MIXED =
      List.of(
          "Q2_K", "Q3_K_S", "Q3_K_M", "Q4_K_M", "Q5_K_M", "IQ4_XS", "IQ3_M", "IQ2_M", "MXFP4_MOE");

  /// Those of which llama.cpp writes none without importances.
  private static final Set<String> IMPORTANCES =
      Set.of("IQ3_XXS", "IQ2_M", "IQ2_XS", "IQ2_XXS", "IQ1_S", "IQ1_M", "IQ3_M");

  static final QuantType F32 = new QuantType("F32", "F32", true);

  /// All that a kind of model is compared in.
  static List<QuantType> all(Kind kind) {
    if (kind == Kind.STORIES || kind == Kind.V2_GROUPS) {
      return List.of("F32", "F16", "Q8_0", "Q4_0").stream().map(QuantType::pure).toList();
    }
    List<QuantType> all = new ArrayList<>();
    PLAIN.forEach(argument -> all.add(pure(argument)));
    MIXED.forEach(argument -> all.add(new QuantType(argument + " mix", argument, false)));
    return List.copyOf(all);
  }

  private static QuantType pure(String argument) {
    String name =
        switch (argument) {
          case "MXFP4_MOE" -> "MXFP4";
          case "IQ2_M" -> "IQ2_S";
          default -> argument.endsWith("_K_S") ? argument.substring(0, 4) : argument;
        };
    return new QuantType(name, argument, true);
  }

  boolean needsImportances() {
    return IMPORTANCES.contains(argument);
  }
}
