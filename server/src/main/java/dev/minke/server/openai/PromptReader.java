package dev.minke.server.openai;

import dev.minke.Minke;
import dev.minke.server.dialog.RawPrompt;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.server.wire.TokenIds;
import dev.minke.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// `prompt` of a request: a text or several, ids or several lists of ids, or the code around a gap
/// to be filled.
///
/// In a text, special tokens stand for themselves, as in llama.cpp and vLLM: a prompt is often a
/// template that the client has filled in. Begin-of-text is put before it where the model expects
/// it and the text does not begin with it. Around a gap everything is text.
final class PromptReader {
  private static final int MOST_PROMPTS = 64;

  private PromptReader() {}

  /// @param text as it is echoed
  /// @param ids of it, one or more
  record Prompt(String text, int[] ids) {}

  /// @return one or more
  static List<Prompt> read(Fields fields, Minke model) {
    Tokenizer tokenizer = model.tokenizer();
    boolean begins = fields.flag("add_special_tokens", true) && tokenizer.addsBeginOfText();
    Optional<String> suffix = fields.text("suffix");
    JsonNode prompt =
        fields.any("prompt").orElseThrow(() -> fields.missing("prompt", "a text, or ids"));
    if (suffix.isPresent()) {
      String prefix = fields.requiredText("prompt");
      return List.of(
          new Prompt(prefix, checked(fields, gap(fields, tokenizer, begins, suffix.get()))));
    }
    List<Prompt> prompts = new ArrayList<>();
    if (prompt.isArray() && !prompt.isEmpty() && !prompt.get(0).isNumber()) {
      if (prompt.size() > MOST_PROMPTS) {
        throw wrong(fields, "at most %d, found %d".formatted(MOST_PROMPTS, prompt.size()));
      }
      for (JsonNode one : prompt.values()) {
        prompts.add(prompt(fields, one, tokenizer, begins));
      }
    } else {
      prompts.add(prompt(fields, prompt, tokenizer, begins));
    }
    return prompts;
  }

  private static Prompt prompt(Fields fields, JsonNode one, Tokenizer tokenizer, boolean begins) {
    if (one.isString()) {
      int[] ids = tokenizer.encodeWithSpecials(one.stringValue());
      return new Prompt(
          one.stringValue(), checked(fields, begins ? RawPrompt.begun(tokenizer, ids) : ids));
    }
    if (!one.isArray()) {
      throw wrong(fields, "a text or several, ids or several lists of ids, found something else");
    }
    int[] ids = checked(fields, TokenIds.read(fields.name("prompt"), one, tokenizer.vocab()));
    return new Prompt(tokenizer.decode(ids), ids);
  }

  private static int[] gap(Fields fields, Tokenizer tokenizer, boolean begins, String suffix) {
    GapTokens gap =
        GapTokens.of(tokenizer)
            .orElseThrow(() ->
                ApiException.badField(
                    fields.name("suffix"),
                    "this model has no tokens for a gap; leave the field out"));
    int[] ids = gap.around(fields.requiredText("prompt"), suffix);
    return begins ? RawPrompt.begun(tokenizer, ids) : ids;
  }

  private static int[] checked(Fields fields, int[] ids) {
    if (ids.length == 0) {
      throw wrong(fields, "at least one token, found none");
    }
    return ids;
  }

  private static ApiException wrong(Fields fields, String what) {
    return ApiException.badField(fields.name("prompt"), "expected " + what);
  }
}
