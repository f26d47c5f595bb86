package dev.minke.tokenizer.chat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Finds the end of a JSON object in a text that is still growing, and where its values stand. It
/// follows strings and brackets; whether all of it is JSON is asked once the end is found. Mutable;
/// for one object.
final class ObjectScanner {
  /// What is known of the object.
  enum State {
    UNFINISHED,
    BROKEN,
    COMPLETE
  }

  /// What JSON has outside of strings, besides brackets.
  private static final String OUTSIDE = ",:+-.0123456789eEtrufalsn";

  private final Deque<Character> open = new ArrayDeque<>();

  /// Where the values of the object begin and end.
  private final Map<String, int[]> values = new HashMap<>();

  private State state = State.UNFINISHED;
  private int begin = -1;
  private int at;
  private boolean inString;
  private boolean escaped;
  private int stringBegin;
  private @Nullable String key;
  private @Nullable String firstKey;
  private int firstKeyEnd;
  private int valueBegin;

  /// Goes on to the end of the text, or of the object.
  ///
  /// @param from where the object begins, the same at every call
  State scan(StringBuilder text, int from) {
    if (begin < 0) {
      if (from == text.length()) {
        return state;
      }
      begin = from;
      at = from;
      if (text.charAt(from) != '{') {
        state = State.BROKEN;
      }
    }
    while (state == State.UNFINISHED && at < text.length()) {
      step(text, text.charAt(at));
      at += state == State.BROKEN ? 0 : 1;
    }
    return state;
  }

  /// Behind the object; or where it cannot go on.
  int at() {
    return at;
  }

  private void step(StringBuilder text, char letter) {
    if (inString) {
      if (escaped) {
        escaped = false;
      } else if (letter == '\\') {
        escaped = true;
      } else if (letter == '"') {
        inString = false;
        endString(text.substring(stringBegin, at));
      }
      return;
    }
    switch (letter) {
      case '"' -> {
        inString = true;
        stringBegin = at + 1;
      }
      case '{' -> open.push('}');
      case '[' -> open.push(']');
      case '}', ']' -> close(letter);
      case ',' -> endValue();
      case ':' -> valueBegin = open.size() == 1 ? at + 1 : valueBegin;
      default -> {
        if (!Character.isWhitespace(letter) && OUTSIDE.indexOf(letter) < 0) {
          state = State.BROKEN;
        }
      }
    }
  }

  private void endString(String text) {
    if (open.size() == 1 && valueBegin == 0) {
      key = text;
      if (firstKey == null) {
        firstKey = text;
        firstKeyEnd = at + 1;
      }
    }
  }

  private void close(char bracket) {
    endValue();
    Character expected = open.poll();
    if (expected == null || expected != bracket) {
      state = State.BROKEN;
    } else if (open.isEmpty()) {
      state = State.COMPLETE;
    }
  }

  private void endValue() {
    if (open.size() == 1 && key != null && valueBegin > 0) {
      values.put(key, new int[] {valueBegin, at});
      key = null;
      valueBegin = 0;
    }
  }

  /// The first key, as soon as it is there.
  Optional<String> firstKey() {
    return Optional.ofNullable(firstKey);
  }

  /// Behind the first key.
  int firstKeyEnd() {
    return firstKeyEnd;
  }

  boolean has(String wanted) {
    return values.containsKey(wanted);
  }

  /// The call that the complete object is, if it has a name and its arguments are an object, or a
  /// text that is one, or left out.
  Optional<ToolCall> call(StringBuilder text, String argumentsKey) {
    JsonNode object;
    try {
      object = JsonMapper.shared().readTree(text.substring(begin, at));
    } catch (JacksonException _) {
      return Optional.empty();
    }
    String name = object.path("name").isString() ? object.path("name").asString() : "";
    JsonNode arguments = object.path(argumentsKey);
    int[] place = values.get(argumentsKey);
    if (place == null || arguments.isNull()) {
      return CallReader.call(name, "{}");
    }
    return CallReader.call(
        name,
        arguments.isString()
            ? arguments.asString().strip()
            : text.substring(place[0], place[1]).strip());
  }
}
