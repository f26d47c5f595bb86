package dev.minke.server.openai;

import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.server.openai.PromptReader.Prompt;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/// A request to `/v1/completions`, read and checked.
///
/// @param prompts to be continued, one or more
/// @param options how
/// @param count of answers to each
/// @param streaming whether they come word by word
/// @param echoes whether the prompt is said before each answer
/// @param logProbs how many of the likeliest tokens are told with each; -1 for none at all
record CompletionCall(
    List<Prompt> prompts,
    Options options,
    int count,
    Streaming streaming,
    boolean echoes,
    int logProbs) {
  /// As OpenAI has it, where nothing is said: a text has no end of its own.
  static final int TOKENS = 16;

  private static final int MOST_LOG_PROBS = 5;

  /// @param model that will answer
  /// @param user on whose account
  /// @param patience time for the whole answer
  static CompletionCall read(Fields fields, Minke model, String user, Duration patience) {
    List<Prompt> prompts = PromptReader.read(fields, model);
    Options options = SamplingReader.read(fields, model, user).withPatience(patience);
    if (options.maxTokens() == null) {
      options = options.withMaxTokens(TOKENS);
    }
    OptionalInt likeliest = fields.integer("logprobs", 0, MOST_LOG_PROBS);
    boolean echoes = fields.flag("echo", false);
    if (likeliest.isPresent()) {
      if (echoes) {
        throw ApiException.badField(
            fields.name("logprobs"),
            "this server has none of the prompt; leave \"echo\" or \"logprobs\" out");
      }
      options = options.withLogProbs(likeliest.getAsInt());
    }
    int count = fields.integer("n", 1, ChatCall.MOST_ANSWERS).orElse(1);
    if (fields.integer("best_of", 1, Integer.MAX_VALUE).orElse(count) != count) {
      throw ApiException.badField(
          fields.name("best_of"),
          "this server chooses none of the answers; leave the field out, or set it to \"n\"");
    }
    CompletionCall call =
        new CompletionCall(
            prompts, options, count, Streaming.read(fields), echoes, likeliest.orElse(-1));
    fields.refuse("metadata", "stores nothing", "{}");
    fields.refuse("store", "stores nothing", "false");
    fields.refuse("truncate_prompt_tokens", "cuts no prompts");
    fields.end();
    return call;
  }

  /// The prompt of an answer.
  Prompt prompt(int index) {
    return prompts.get(index / count);
  }

  int answers() {
    return prompts.size() * count;
  }
}
