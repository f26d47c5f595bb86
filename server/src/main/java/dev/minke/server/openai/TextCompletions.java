package dev.minke.server.openai;

import dev.minke.inference.LogProbs;
import dev.minke.inference.text.DrawnToken;
import dev.minke.inference.text.TextEnding;
import dev.minke.server.answer.Delivery;
import dev.minke.server.answer.Hearing;
import dev.minke.server.answer.Hearing.Heard;
import dev.minke.server.wire.ApiException;
import dev.minke.tokenizer.Decoder;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The answers to one request to `/v1/completions`, as OpenAI writes them. Belongs to one request.
///
/// Answers are numbered prompt by prompt. Log-probabilities have the older form: lists of the same
/// length for tokens, their log-probabilities, the likeliest of each, and where in the text each
/// begins.
final class TextCompletions implements Delivery.Answers {
  /// Tokens of the prompt that the decoder sees: enough for a character that they leave unfinished.
  private static final int EDGE = 16;

  private final String id;
  private final long created;
  private final String modelName;
  private final Tokenizer tokenizer;
  private final CompletionCall call;
  private final List<State> states = new ArrayList<>();

  /// Of one answer.
  private static final class State {
    private final Decoder decoder;
    private final StringBuilder text = new StringBuilder();
    private final List<DrawnToken> untold = new ArrayList<>();
    private boolean hasBegun;

    /// Where the next token's text begins.
    private int offset;

    private @Nullable TextEnding ending;

    State(Tokenizer tokenizer, int[] prompt) {
      decoder = tokenizer.decoder();
      for (int i = Math.max(0, prompt.length - EDGE); i < prompt.length; i++) {
        String _ = decoder.accept(prompt[i]);
      }
    }

    TextEnding ending() {
      return Objects.requireNonNull(ending, "the answer has not ended");
    }
  }

  TextCompletions(
      String id, long created, String modelName, Tokenizer tokenizer, CompletionCall call) {
    this.id = id;
    this.created = created;
    this.modelName = modelName;
    this.tokenizer = tokenizer;
    this.call = call;
    for (int i = 0; i < call.answers(); i++) {
      states.add(new State(tokenizer, call.prompt(i).ids()));
    }
  }

  @Override
  public List<ObjectNode> accept(Heard heard, Hearing hearing) {
    State state = states.get(heard.index());
    return switch (heard) {
      case Heard.Drew drew -> {
        state.untold.add(drew.token());
        yield List.of();
      }
      case Heard.Said said -> {
        StringBuilder text = new StringBuilder();
        for (AnswerEvent event : said.events()) {
          if (event instanceof AnswerEvent.Content(String more)) {
            text.append(more);
          }
        }
        yield call.streaming().streams()
            ? List.of(chunk(heard.index(), state, text.toString()))
            : keep(state, text);
      }
      case Heard.Ended ended -> {
        state.ending = ended.ending();
        yield call.streaming().streams() ? List.of(chunk(heard.index(), state, "")) : List.of();
      }
      case Heard.Failed failed ->
          throw ApiException.failed("the answer failed: " + failed.cause().getMessage());
    };
  }

  private static List<ObjectNode> keep(State state, StringBuilder text) {
    state.text.append(text);
    return List.of();
  }

  private ObjectNode chunk(int index, State state, String text) {
    ObjectNode chunk = frame();
    String before = state.hasBegun ? "" : echo(index);
    state.hasBegun = true;
    choice(chunk.putArray("choices"), index, state, before + text);
    return chunk;
  }

  private String echo(int index) {
    return call.echoes() ? call.prompt(index).text() : "";
  }

  @Override
  public List<ObjectNode> last() {
    if (!call.streaming().tellsUsage()) {
      return List.of();
    }
    ObjectNode chunk = frame();
    chunk.putArray("choices");
    chunk.set("usage", usage());
    return List.of(chunk);
  }

  @Override
  public ObjectNode whole() {
    ObjectNode body = frame();
    ArrayNode choices = body.putArray("choices");
    for (int index = 0; index < states.size(); index++) {
      State state = states.get(index);
      choice(choices, index, state, echo(index) + state.text);
    }
    body.set("usage", usage());
    return body;
  }

  private ObjectNode frame() {
    return JsonMapper.shared()
        .createObjectNode()
        .put("id", id)
        .put("object", "text_completion")
        .put("created", created)
        .put("model", modelName)
        .put("system_fingerprint", "minke");
  }

  private void choice(ArrayNode choices, int index, State state, String text) {
    ObjectNode choice = choices.addObject().put("index", index).put("text", text);
    if (call.logProbs() < 0) {
      choice.putNull("logprobs");
    } else {
      tellLogProbs(choice.putObject("logprobs"), state);
    }
    TextEnding ending = state.ending;
    choice.put("finish_reason", ending == null ? null : reason(ending));
  }

  private static String reason(TextEnding ending) {
    return switch (ending.finish()) {
      case END, STOP_STRING, CANCELLED -> "stop";
      case LENGTH -> "length";
      case DEADLINE -> "insufficient_system_resource";
    };
  }

  private void tellLogProbs(ObjectNode json, State state) {
    ArrayNode tokens = json.putArray("tokens");
    ArrayNode chosen = json.putArray("token_logprobs");
    ArrayNode likeliest = json.putArray("top_logprobs");
    ArrayNode offsets = json.putArray("text_offset");
    for (DrawnToken token : state.untold) {
      LogProbs logProbs = token.logProbs();
      tokens.add(name(token.id()));
      chosen.add(finite(logProbs.chosen()));
      ObjectNode all = likeliest.addObject();
      for (int i = 0; i < logProbs.ids().length; i++) {
        all.put(name(logProbs.ids()[i]), finite(logProbs.logProbs()[i]));
      }
      all.put(name(token.id()), finite(logProbs.chosen()));
      offsets.add(state.offset);
      state.offset += state.decoder.accept(token.id()).length();
    }
    state.untold.clear();
  }

  /// Of a token that rules made impossible; JSON has no infinity.
  private static double finite(double logProb) {
    return Math.max(logProb, -9999.0);
  }

  /// Its text; of a part of a character its bytes, as OpenAI writes them.
  private String name(int token) {
    byte[] bytes = tokenizer.bytes(token);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      StringBuilder name = new StringBuilder("bytes:");
      for (byte one : bytes) {
        name.append("\\x%02x".formatted(one & 0xFF));
      }
      return name.toString();
    }
  }

  private ObjectNode usage() {
    List<TextEnding.Usage> all = states.stream().map(state -> state.ending().usage()).toList();
    List<TextEnding.Usage> prompts = new ArrayList<>();
    for (int index = 0; index < all.size(); index += call.count()) {
      prompts.add(all.get(index));
    }
    return Usage.json(prompts, all);
  }
}
