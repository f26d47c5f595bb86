package dev.minke;

import dev.minke.inference.LogitRules;
import dev.minke.inference.Overflow;
import dev.minke.inference.Request;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an answer is drawn, and on what terms. What is null is as the model's makers advise in its
/// files, else temperature 1 and nothing cut, a seed that differs each time, as many tokens as
/// there is room.
///
/// @param temperature 0 for the most probable token
/// @param topK most probable tokens kept; 0 for all
/// @param topP share of the probability kept; 1 for all
/// @param minP tokens are kept that have this share of the probability of the most probable one; 0
///   for all
/// @param seed of the draws
/// @param rules penalties and biases
/// @param format what texts it may be
/// @param maxTokens most tokens of an answer
/// @param stops strings that end an answer, none empty; no part of them is ever said
/// @param logProbs how many of the likeliest tokens are told with each, beside its own
///   log-probability; [Request#NO_LOG_PROBS] for none at all
/// @param user whose request it is: users take turns, and see only prefixes of their own
/// @param patience time for the whole answer, waiting included
/// @param overflow what happens where the context has too little room; of a conversation, what
///   stands before its first words by a user always stays
public record Options(
    @Nullable Double temperature,
    @Nullable Integer topK,
    @Nullable Double topP,
    @Nullable Double minP,
    @Nullable Long seed,
    LogitRules rules,
    Format format,
    @Nullable Integer maxTokens,
    List<String> stops,
    int logProbs,
    String user,
    @Nullable Duration patience,
    Overflow overflow) {
  /// As the model's makers advise.
  public static final Options DEFAULT =
      new Options(
          null,
          null,
          null,
          null,
          null,
          LogitRules.NONE,
          new Format.Text(),
          null,
          List.of(),
          Request.NO_LOG_PROBS,
          "",
          null,
          Overflow.END);

  /// Always the most probable token.
  public static final Options GREEDY = DEFAULT.withTemperature(0.0);

  public Options {
    stops = List.copyOf(stops);
    if (maxTokens != null && maxTokens < 1) {
      throw new IllegalArgumentException(
          "max tokens: expected 1 or more, found %d".formatted(maxTokens));
    }
    for (String stop : stops) {
      if (stop.isEmpty()) {
        throw new IllegalArgumentException("stop: expected a text, found an empty one");
      }
    }
  }

  public Options withTemperature(@Nullable Double value) {
    return new Options(
        value, topK, topP, minP, seed, rules, format, maxTokens, stops, logProbs, user, patience,
        overflow);
  }

  public Options withTopK(@Nullable Integer value) {
    return new Options(
        temperature,
        value,
        topP,
        minP,
        seed,
        rules,
        format,
        maxTokens,
        stops,
        logProbs,
        user,
        patience,
        overflow);
  }

  public Options withTopP(@Nullable Double value) {
    return new Options(
        temperature,
        topK,
        value,
        minP,
        seed,
        rules,
        format,
        maxTokens,
        stops,
        logProbs,
        user,
        patience,
        overflow);
  }

  public Options withMinP(@Nullable Double value) {
    return new Options(
        temperature,
        topK,
        topP,
        value,
        seed,
        rules,
        format,
        maxTokens,
        stops,
        logProbs,
        user,
        patience,
        overflow);
  }

  public Options withSeed(@Nullable Long value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        value,
        rules,
        format,
        maxTokens,
        stops,
        logProbs,
        user,
        patience,
        overflow);
  }

  public Options withRules(LogitRules value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        seed,
        value,
        format,
        maxTokens,
        stops,
        logProbs,
        user,
        patience,
        overflow);
  }

  public Options withFormat(Format value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        seed,
        rules,
        value,
        maxTokens,
        stops,
        logProbs,
        user,
        patience,
        overflow);
  }

  public Options withMaxTokens(@Nullable Integer value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        seed,
        rules,
        format,
        value,
        stops,
        logProbs,
        user,
        patience,
        overflow);
  }

  public Options withStops(List<String> value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        seed,
        rules,
        format,
        maxTokens,
        value,
        logProbs,
        user,
        patience,
        overflow);
  }

  public Options withLogProbs(int value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        seed,
        rules,
        format,
        maxTokens,
        stops,
        value,
        user,
        patience,
        overflow);
  }

  public Options withUser(String value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        seed,
        rules,
        format,
        maxTokens,
        stops,
        logProbs,
        value,
        patience,
        overflow);
  }

  public Options withPatience(@Nullable Duration value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        seed,
        rules,
        format,
        maxTokens,
        stops,
        logProbs,
        user,
        value,
        overflow);
  }

  public Options withOverflow(Overflow value) {
    return new Options(
        temperature,
        topK,
        topP,
        minP,
        seed,
        rules,
        format,
        maxTokens,
        stops,
        logProbs,
        user,
        patience,
        value);
  }
}
