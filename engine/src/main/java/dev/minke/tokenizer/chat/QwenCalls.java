package dev.minke.tokenizer.chat;

import java.util.List;
import java.util.Optional;

/// Tool calls of Qwen and Hermes: an object with `name` and `arguments` between two markers.
final class QwenCalls implements CallReader {
  private ObjectScanner scanner = new ObjectScanner();

  @Override
  public List<String> openers() {
    return List.of(Markers.QWEN_CALL_BEGIN);
  }

  @Override
  public List<String> closers() {
    return List.of();
  }

  @Override
  public void begin() {
    scanner = new ObjectScanner();
  }

  @Override
  public Reading read(StringBuilder text, boolean ended) {
    int begin = Pieces.space(text, Markers.QWEN_CALL_BEGIN.length());
    return switch (scanner.scan(text, begin)) {
      case UNFINISHED -> CallReader.unfinished(text, ended);
      case BROKEN -> new Reading.NoCall(scanner.at());
      case COMPLETE -> complete(text, ended);
    };
  }

  private Reading complete(StringBuilder text, boolean ended) {
    int marker = Pieces.space(text, scanner.at());
    boolean whole = Pieces.stands(text, marker, Markers.QWEN_CALL_END);
    boolean missing = Pieces.mayBegin(text, marker, Markers.QWEN_CALL_END);
    if (missing && !ended) {
      return new Reading.More();
    }
    // A model may end its answer where the marker is due: the call is there.
    boolean forgotten = ended && marker == text.length();
    int length = whole ? marker + Markers.QWEN_CALL_END.length() : scanner.at();
    Optional<ToolCall> call =
        whole || forgotten ? scanner.call(text, "arguments") : Optional.empty();
    return call.isPresent() ? new Reading.Call(call.get(), length) : new Reading.NoCall(length);
  }
}
