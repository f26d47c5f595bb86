package dev.minke.inference;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// How the makers of a model advise its answers to be drawn; each caller says what is usual with it
/// where they advise nothing.
///
/// @param values by the keys of `generation_config.json` (Hugging Face) or `general.sampling`
///   (GGUF), from a model's header
public record Advice(Map<String, Object> values) {
  public Advice {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /// 0 where they advise not to draw at all.
  public double temperature(double usual) {
    boolean draws = !Boolean.FALSE.equals(values.get("do_sample"));
    return draws ? number("temperature", number("temp", usual)) : 0;
  }

  public int topK(int usual) {
    return (int) number("top_k", usual);
  }

  public double topP(double usual) {
    return number("top_p", usual);
  }

  /// 0 where they advise none.
  public double minP() {
    return number("min_p", 0);
  }

  /// 1 where they advise none.
  public double repetitionPenalty() {
    return number("repetition_penalty", number("penalty_repeat", 1));
  }

  private double number(String key, double usual) {
    return values.get(key) instanceof Number number ? number.doubleValue() : usual;
  }
}
