package dev.minke.server.openai;

import dev.minke.Minke;
import dev.minke.inference.text.DrawnToken;
import dev.minke.inference.text.Finish;
import dev.minke.inference.text.TextEnding;
import dev.minke.server.answer.Delivery;
import dev.minke.server.answer.Hearing;
import dev.minke.server.answer.Hearing.Heard;
import dev.minke.server.wire.ApiException;
import dev.minke.tokenizer.chat.Answer;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The answers to one request to `/v1/chat/completions`, as OpenAI and DeepSeek write them.
///
/// A stream's chunk has what became certain with one token. Thoughts come as `reasoning_content`,
/// before `content`; a call's arguments come with its name, since nothing of a call is told before
/// it is whole. Belongs to one request.
final class ChatCompletions implements Delivery.Answers {
  private final String id;
  private final long created;
  private final String modelName;
  private final Minke model;
  private final ChatCall call;
  private final List<State> states = new ArrayList<>();

  /// Of one answer.
  private static final class State {
    private final List<AnswerEvent> events = new ArrayList<>();
    private final List<DrawnToken> untold = new ArrayList<>();
    private @Nullable TextEnding ending;
    private boolean hasBegun;
    private int calls;

    TextEnding ending() {
      return Objects.requireNonNull(ending, "the answer has not ended");
    }
  }

  ChatCompletions(String id, long created, String modelName, Minke model, ChatCall call) {
    this.id = id;
    this.created = created;
    this.modelName = modelName;
    this.model = model;
    this.call = call;
    for (int i = 0; i < call.count(); i++) {
      states.add(new State());
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
        List<ObjectNode> chunks = new ArrayList<>();
        for (AnswerEvent event : said.events()) {
          if (event instanceof AnswerEvent.CallBegun begun && begun.index() >= call.mostCalls()) {
            hearing.cancel(heard.index());
            break;
          }
          state.events.add(event);
          if (call.streaming().streams()) {
            chunks.addAll(chunk(heard.index(), state, event));
          }
        }
        yield chunks;
      }
      case Heard.Ended ended -> {
        state.ending = ended.ending();
        yield call.streaming().streams() ? List.of(last(heard.index(), state)) : List.of();
      }
      case Heard.Failed failed ->
          throw ApiException.failed("the answer failed: " + failed.cause().getMessage());
    };
  }

  // ---- streams

  private List<ObjectNode> chunk(int index, State state, AnswerEvent event) {
    ObjectNode chunk = frame("chat.completion.chunk");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
    ObjectNode delta = choice.putObject("delta");
    if (!state.hasBegun) {
      state.hasBegun = true;
      delta.put("role", "assistant");
    }
    switch (event) {
      case AnswerEvent.Reasoning(String text) -> delta.put("reasoning_content", text);
      case AnswerEvent.Content(String text) -> delta.put("content", text);
      case AnswerEvent.CallBegun(int number, String name) -> {
        state.calls++;
        ObjectNode one = delta.putArray("tool_calls").addObject();
        one.put("index", number).put("id", callId(index, number)).put("type", "function");
        one.putObject("function").put("name", name).put("arguments", "");
      }
      case AnswerEvent.CallArguments(int number, String text) ->
          delta
              .putArray("tool_calls")
              .addObject()
              .put("index", number)
              .putObject("function")
              .put("arguments", text);
      case AnswerEvent.CallEnded _ -> {
        return List.of();
      }
    }
    tellLogProbs(choice, state);
    choice.putNull("finish_reason");
    return List.of(chunk);
  }

  private ObjectNode last(int index, State state) {
    ObjectNode chunk = frame("chat.completion.chunk");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
    ObjectNode delta = choice.putObject("delta");
    if (!state.hasBegun) {
      delta.put("role", "assistant").put("content", "");
    }
    tellLogProbs(choice, state);
    choice.put("finish_reason", reason(state));
    return chunk;
  }

  /// What it took, where that was asked for.
  @Override
  public List<ObjectNode> last() {
    if (!call.streaming().tellsUsage()) {
      return List.of();
    }
    ObjectNode chunk = frame("chat.completion.chunk");
    chunk.putArray("choices");
    chunk.set("usage", usage());
    return List.of(chunk);
  }

  // ---- whole answers

  @Override
  public ObjectNode whole() {
    ObjectNode body = frame("chat.completion");
    ArrayNode choices = body.putArray("choices");
    for (int index = 0; index < states.size(); index++) {
      State state = states.get(index);
      ObjectNode choice = choices.addObject().put("index", index);
      choice.set("message", message(index, state));
      tellLogProbs(choice, state);
      choice.put("finish_reason", reason(state));
    }
    body.set("usage", usage());
    return body;
  }

  private ObjectNode message(int index, State state) {
    Answer answer = Answer.of(state.events);
    ObjectNode message = JsonMapper.shared().createObjectNode().put("role", "assistant");
    state.calls = answer.toolCalls().size();
    if (answer.content().isEmpty() && state.calls > 0) {
      message.putNull("content");
    } else {
      message.put("content", answer.content());
    }
    if (!answer.reasoning().isEmpty()) {
      message.put("reasoning_content", answer.reasoning());
    }
    for (int number = 0; number < state.calls; number++) {
      ObjectNode one = message.withArray("tool_calls").addObject();
      one.put("id", callId(index, number)).put("type", "function");
      one.putObject("function")
          .put("name", answer.toolCalls().get(number).name())
          .put("arguments", answer.toolCalls().get(number).arguments());
    }
    return message;
  }

  // ---- both

  private ObjectNode frame(String object) {
    return JsonMapper.shared()
        .createObjectNode()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", modelName)
        .put("system_fingerprint", "minke");
  }

  private String callId(int index, int number) {
    return "call_%s_%d_%d".formatted(id.substring(id.indexOf('-') + 1), index, number);
  }

  private static String reason(State state) {
    Finish finish = state.ending().finish();
    return switch (finish) {
      case END, STOP_STRING, CANCELLED -> state.calls > 0 ? "tool_calls" : "stop";
      case LENGTH -> "length";
      case DEADLINE -> "insufficient_system_resource";
    };
  }

  private void tellLogProbs(ObjectNode choice, State state) {
    if (!call.tellsLogProbs()) {
      choice.putNull("logprobs");
      return;
    }
    ArrayNode content = choice.putObject("logprobs").putArray("content");
    for (DrawnToken token : state.untold) {
      ObjectNode one = content.addObject();
      token(one, token.id(), token.logProbs().chosen());
      ArrayNode likeliest = one.putArray("top_logprobs");
      for (int i = 0; i < token.logProbs().ids().length; i++) {
        token(likeliest.addObject(), token.logProbs().ids()[i], token.logProbs().logProbs()[i]);
      }
    }
    state.untold.clear();
  }

  private void token(ObjectNode json, int tokenId, double logProb) {
    byte[] bytes = model.tokenizer().bytes(tokenId);
    json.put("token", model.tokenizer().decode(tokenId));
    // Of a token that rules made impossible; JSON has no infinity.
    json.put("logprob", Math.max(logProb, -9999.0));
    ArrayNode list = json.putArray("bytes");
    for (byte one : bytes) {
      list.add(one & 0xFF);
    }
  }

  private ObjectNode usage() {
    // Several answers share one prompt, which the first of them reads.
    return Usage.json(
        List.of(states.getFirst().ending().usage()),
        states.stream().map(state -> state.ending().usage()).toList());
  }
}
