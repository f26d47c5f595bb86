package dev.minke.server.openai;

import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.inference.LogitRules;
import dev.minke.inference.Request;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The fields that say how an answer is drawn: OpenAI's, and those of llama.cpp and vLLM that
/// clients send beside them.
final class SamplingReader {
  private static final int MOST_STOPS = 16;

  private SamplingReader() {}

  /// @param user on whose account; the request may name users of that user's
  static Options read(Fields fields, Minke model, String user) {
    String account = user;
    for (String name : List.of("user", "user_id", "safety_identifier", "prompt_cache_key")) {
      account += fields.text(name).map(value -> "/" + value).orElse("");
    }
    return new Options(
        boxed(fields.number("temperature", 0, 2)),
        boxed(fields.integer("top_k", 0, Integer.MAX_VALUE)),
        boxed(fields.number("top_p", 0, 1)),
        boxed(fields.number("min_p", 0, 1)),
        boxed(fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE)),
        rules(fields, model),
        maxTokens(fields),
        stops(fields),
        Request.NO_LOG_PROBS,
        account,
        null);
  }

  private static LogitRules rules(Fields fields, Minke model) {
    Map<Integer, Double> bias = new HashMap<>();
    fields
        .numbers("logit_bias", -100, 100)
        .forEach((key, value) -> bias.put(tokenId(fields, key), value));
    if (fields.flag("ignore_eos", false)) {
      // So improbable that none is drawn.
      model.tokenizer().endsOfAnswer().forEach(id -> bias.put(id, -100.0));
    }
    OptionalDouble repetition = fields.number("repetition_penalty", 0.01, 100);
    OptionalDouble repeat = fields.number("repeat_penalty", 0.01, 100);
    return new LogitRules(
        repetition.orElse(repeat.orElse(1)),
        fields.integer("repeat_last_n", 0, Integer.MAX_VALUE).orElse(0),
        fields.number("frequency_penalty", -2, 2).orElse(0),
        fields.number("presence_penalty", -2, 2).orElse(0),
        bias);
  }

  private static int tokenId(Fields fields, String key) {
    try {
      return Integer.parseUnsignedInt(key);
    } catch (NumberFormatException _) {
      throw ApiException.badField(
          fields.name("logit_bias"), "expected ids of tokens, found \"%s\"".formatted(key));
    }
  }

  private static @Nullable Integer maxTokens(Fields fields) {
    OptionalInt now = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
    OptionalInt before = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
    return now.isPresent() ? Integer.valueOf(now.getAsInt()) : boxed(before);
  }

  private static List<String> stops(Fields fields) {
    List<String> stops = fields.texts("stop");
    if (stops.size() > MOST_STOPS || stops.contains("")) {
      throw ApiException.badField(
          fields.name("stop"),
          "expected at most %d texts, none empty, found %d%s"
              .formatted(
                  MOST_STOPS, stops.size(), stops.contains("") ? ", one of them empty" : ""));
    }
    return stops;
  }

  private static @Nullable Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static @Nullable Integer boxed(OptionalInt value) {
    return value.isPresent() ? value.getAsInt() : null;
  }

  private static @Nullable Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }
}
