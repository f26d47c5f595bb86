package dev.minke.tokenizer;

import java.text.Normalizer;
import java.util.List;

/// The Unicode normal forms that text is put through, in order.
///
/// @param forms none, for most tokenizers; NFC for Qwen's
record Normalization(List<Normalizer.Form> forms) {
  Normalization {
    forms = List.copyOf(forms);
  }

  /// Text as it is.
  static Normalization none() {
    return new Normalization(List.of());
  }

  String apply(String text) {
    String normal = text;
    for (Normalizer.Form form : forms) {
      normal = Normalizer.normalize(CombiningMarks.ordered(normal, form), form);
    }
    return normal;
  }

  /// The text, with U+FFFD for each half of a surrogate pair.
  static String wellFormed(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.charCount(text.codePointAt(i)) == 2) {
          i++;
        } else {
          repaired = repaired == null ? new StringBuilder(text) : repaired;
          repaired.setCharAt(i, '\uFFFD');
        }
      }
    }
    return repaired == null ? text : repaired.toString();
  }
}
