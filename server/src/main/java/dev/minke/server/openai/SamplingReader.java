package dev.minke.server.openai;

import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.inference.LogitRules;
import dev.minke.inference.Overflow;
import dev.minke.inference.Request;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// The fields that say how an answer is drawn: OpenAI's, and those of llama.cpp and vLLM that
/// clients send beside them.
final class SamplingReader {
  private SamplingReader() {}

  /// @param user on whose account; the request may name users of that user's
  static Options read(Fields fields, Minke model, String user) {
    return new Options(
        fields.numberOrNull("temperature", 0, 2),
        fields.integerOrNull("top_k", 0, Integer.MAX_VALUE),
        fields.numberOrNull("top_p", 0, 1),
        fields.numberOrNull("min_p", 0, 1),
        fields.longOrNull("seed"),
        rules(fields, model),
        FormatReader.read(fields),
        maxTokens(fields),
        fields.stops("stop"),
        Request.NO_LOG_PROBS,
        account(fields, user),
        null,
        Overflow.END);
  }

  /// Whom a request is for: users of one key may be told apart by the client.
  static String account(Fields fields, String user) {
    String account = user;
    for (String name : List.of("user", "user_id", "safety_identifier", "prompt_cache_key")) {
      account += fields.text(name).map(value -> "/" + value).orElse("");
    }
    return account;
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
    Integer now = fields.integerOrNull("max_completion_tokens", 1, Integer.MAX_VALUE);
    Integer before = fields.integerOrNull("max_tokens", 1, Integer.MAX_VALUE);
    return now == null ? before : now;
  }
}
