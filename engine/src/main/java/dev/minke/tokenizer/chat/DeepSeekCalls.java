package dev.minke.tokenizer.chat;

import java.util.List;
import java.util.Optional;

/// Tool calls of DeepSeek. V3 and R1 write `function`, a separator, the name, a line end and the
/// arguments in a fence; V3.1 the name, a separator and the arguments. The markers around all calls
/// together are optional, as models forget them.
final class DeepSeekCalls implements CallReader {
  private static final String FENCE = "```";

  private final boolean fenced;

  /// Up to where the end of the call was looked for.
  private int searched;

  /// @param fenced whether the arguments stand in a fence, with the name in the line before
  DeepSeekCalls(boolean fenced) {
    this.fenced = fenced;
  }

  @Override
  public List<String> openers() {
    return List.of(Markers.CALLS_BEGIN, Markers.CALL_BEGIN);
  }

  @Override
  public List<String> closers() {
    return List.of(Markers.CALLS_END);
  }

  @Override
  public void begin() {
    searched = 0;
  }

  @Override
  public Reading read(StringBuilder text, boolean ended) {
    int begin = 0;
    if (Pieces.stands(text, 0, Markers.CALLS_BEGIN)) {
      begin = Pieces.space(text, Markers.CALLS_BEGIN.length());
      if (Pieces.mayBegin(text, begin, Markers.CALL_BEGIN)) {
        return CallReader.unfinished(text, ended);
      }
      if (!Pieces.stands(text, begin, Markers.CALL_BEGIN)) {
        return new Reading.NoCall(Markers.CALLS_BEGIN.length());
      }
    }
    int body = begin + Markers.CALL_BEGIN.length();
    int from = Math.max(body, searched);
    int end = text.indexOf(Markers.CALL_END, from);
    int next = text.indexOf(Markers.CALL_BEGIN, from);
    if (next >= 0 && (end < 0 || next < end)) {
      return new Reading.NoCall(next);
    }
    if (end < 0) {
      // The longer of the two may have begun.
      searched = text.length() - Markers.CALL_BEGIN.length();
      return CallReader.unfinished(text, ended);
    }
    int length = end + Markers.CALL_END.length();
    Optional<ToolCall> call = call(text.substring(body, end));
    return call.isPresent() ? new Reading.Call(call.get(), length) : new Reading.NoCall(length);
  }

  private Optional<ToolCall> call(String body) {
    int separator = body.indexOf(Markers.CALL_SEPARATOR);
    if (separator < 0) {
      return Optional.empty();
    }
    String left = body.substring(0, separator);
    String right = body.substring(separator + Markers.CALL_SEPARATOR.length());
    if (!fenced) {
      return CallReader.call(left.strip(), right.strip());
    }
    int nameEnd = right.indexOf('\n');
    if (nameEnd < 0) {
      return Optional.empty();
    }
    return CallReader.call(
        right.substring(0, nameEnd).strip(), withoutFence(right.substring(nameEnd).strip()));
  }

  private static String withoutFence(String text) {
    int firstLine = text.indexOf('\n');
    return text.startsWith(FENCE) && text.endsWith(FENCE) && firstLine >= 0
        ? text.substring(firstLine, text.length() - FENCE.length()).strip()
        : text;
  }
}
