package dev.minke.inference;

import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.CacheFormat;
import dev.minke.model.AttentionForm;

/// In which forms tokens pass a model, and how they are kept. All follow what a token and a weight
/// are, never what shares a step (docs/adr/0007, 0017, 0020): answers are a function of model,
/// request and precision.
///
/// @param generated form of attention for generated tokens; the prompt is always expanded
/// @param arithmetic of products with stored weights
/// @param cache format of what is kept of tokens
public record Precision(AttentionForm generated, Arithmetic arithmetic, CacheFormat cache) {
  /// One form everywhere: the bits that training has.
  public static final Precision EXACT =
      new Precision(AttentionForm.EXPANDED, Arithmetic.EXACT, CacheFormat.F32);

  /// The quickest form for each: what serving takes.
  public static final Precision FAST =
      new Precision(AttentionForm.ABSORBED, Arithmetic.FAST, CacheFormat.F32);

  /// The same with another cache. One that rounds leaves training's bits, but answers still depend
  /// on nothing else.
  public Precision with(CacheFormat other) {
    return new Precision(generated, arithmetic, other);
  }
}
