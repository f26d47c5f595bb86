package dev.minke.cli.chat;

import dev.minke.inference.Advice;
import dev.minke.inference.Choice;
import dev.minke.inference.LogitRules;
import dev.minke.inference.Sampler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How answers are drawn.
///
/// @param sampler draws their tokens
/// @param rules change logits before
/// @param maxTokens most tokens of an answer; 0 for as many as there is room
/// @param thinks whether the model is asked to think; null leaves it to its template
public record Settings(Sampler sampler, LogitRules rules, int maxTokens, @Nullable Boolean thinks) {
  /// The names that [#with] knows.
  static final List<String> NAMES =
      List.of(
          "temperature",
          "top-p",
          "top-k",
          "min-p",
          "repetition-penalty",
          "frequency-penalty",
          "presence-penalty",
          "seed",
          "max-tokens");

  /// What llama.cpp and Ollama take where a model's makers advise nothing.
  private static final double USUAL_TEMPERATURE = 0.8;

  private static final int USUAL_TOP_K = 40;
  private static final double USUAL_TOP_P = 0.95;

  public Settings {
    if (maxTokens < 0) {
      throw new IllegalArgumentException(
          "max-tokens: expected 0 or more, found %d; 0 is as many as there is room"
              .formatted(maxTokens));
    }
  }

  /// What the makers of a model advise, the rest as usual.
  ///
  /// @param advice by the keys of `generation_config.json` or `general.sampling`
  public static Settings advised(Map<String, Object> advice, long seed) {
    Advice makers = new Advice(advice);
    return new Settings(
        new Sampler(
            makers.temperature(USUAL_TEMPERATURE),
            makers.topK(USUAL_TOP_K),
            makers.topP(USUAL_TOP_P),
            makers.minP(),
            seed),
        new LogitRules(makers.repetitionPenalty(), 0, 0, 0, Map.of()),
        0,
        null);
  }

  /// With a value for one of [#NAMES].
  ///
  /// @throws IllegalArgumentException if there is no such name, or its value cannot be this one
  public Settings with(String name, String value) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "%s: expected one of %s".formatted(name, String.join(", ", NAMES)));
    }
    try {
      return name.equals("max-tokens")
          ? new Settings(sampler, rules, Integer.parseInt(value), thinks)
          : new Settings(changedSampler(name, value), changedRules(name, value), maxTokens, thinks);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s: expected a number, found '%s'".formatted(name, value), e);
    }
  }

  private Sampler changedSampler(String name, String value) {
    double temperature = sampler.temperature();
    int topK = sampler.topK();
    double topP = sampler.topP();
    double minP = sampler.minP();
    long seed = sampler.seed();
    return switch (name) {
      case "temperature" -> new Sampler(Double.parseDouble(value), topK, topP, minP, seed);
      case "top-k" -> new Sampler(temperature, Integer.parseInt(value), topP, minP, seed);
      case "top-p" -> new Sampler(temperature, topK, Double.parseDouble(value), minP, seed);
      case "min-p" -> new Sampler(temperature, topK, topP, Double.parseDouble(value), seed);
      case "seed" -> new Sampler(temperature, topK, topP, minP, Long.parseLong(value));
      default -> sampler;
    };
  }

  private LogitRules changedRules(String name, String value) {
    double repetition = rules.repetitionPenalty();
    double frequency = rules.frequencyPenalty();
    double presence = rules.presencePenalty();
    return switch (name) {
      case "repetition-penalty" -> penalties(Double.parseDouble(value), frequency, presence);
      case "frequency-penalty" -> penalties(repetition, Double.parseDouble(value), presence);
      case "presence-penalty" -> penalties(repetition, frequency, Double.parseDouble(value));
      default -> rules;
    };
  }

  private LogitRules penalties(double repetition, double frequency, double presence) {
    return new LogitRules(repetition, rules.window(), frequency, presence, rules.bias());
  }

  /// With thinking on or off, or left to the template.
  public Settings withThinking(@Nullable Boolean newThinks) {
    return new Settings(sampler, rules, maxTokens, newThinks);
  }

  /// @param attempt how often the same question was answered already: another answer is wanted
  Choice choice(int attempt) {
    return new Choice(
        new Sampler(
            sampler.temperature(),
            sampler.topK(),
            sampler.topP(),
            sampler.minP(),
            sampler.seed() + attempt),
        rules);
  }

  /// `temperature 0.6, top-p 0.95 …`.
  String words() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("temperature", sampler.temperature());
    all.put("top-p", sampler.topP());
    all.put("top-k", sampler.topK() == 0 ? "all" : sampler.topK());
    all.put("min-p", sampler.minP());
    all.put("repetition-penalty", rules.repetitionPenalty());
    all.put("frequency-penalty", rules.frequencyPenalty());
    all.put("presence-penalty", rules.presencePenalty());
    all.put("seed", sampler.seed());
    all.put("max-tokens", maxTokens == 0 ? "as there is room" : maxTokens);
    return all.entrySet().stream()
        .map(one -> one.getKey() + " " + one.getValue())
        .collect(Collectors.joining(", "));
  }
}
