package dev.minke.inference;

import dev.minke.kernel.Arithmetic;
import dev.minke.model.AttentionForm;

/// In which forms tokens pass a model. Both follow what a token and a weight are, never what shares
/// a step (docs/adr/0007, 0017).
///
/// @param generated form of attention for generated tokens; the prompt is always expanded
/// @param arithmetic of products with stored weights
public record Precision(AttentionForm generated, Arithmetic arithmetic) {
  /// One form everywhere: the bits that training has.
  public static final Precision EXACT = new Precision(AttentionForm.EXPANDED, Arithmetic.EXACT);

  /// The quickest form for each: what serving takes.
  public static final Precision FAST = new Precision(AttentionForm.ABSORBED, Arithmetic.FAST);
}
