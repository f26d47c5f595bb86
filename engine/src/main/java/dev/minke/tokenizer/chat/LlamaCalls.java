package dev.minke.tokenizer.chat;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Tool calls of Llama: an object with `name` and `parameters` where the answer begins, behind
/// another call, or behind a marker. An object whose first key can be none of a call is content at
/// once, so that an answer in JSON streams.
final class LlamaCalls implements CallReader {
  private static final Set<String> KEYS =
      Set.of("name", "parameters", "arguments", "type", "description");

  private ObjectScanner scanner = new ObjectScanner();

  @Override
  public List<String> openers() {
    return List.of(Markers.PYTHON_TAG);
  }

  @Override
  public List<String> freshOpeners() {
    return List.of(Markers.PYTHON_TAG, "{");
  }

  @Override
  public List<String> closers() {
    return List.of(";");
  }

  @Override
  public void begin() {
    scanner = new ObjectScanner();
  }

  @Override
  public Reading read(StringBuilder text, boolean ended) {
    int begin =
        Pieces.stands(text, 0, Markers.PYTHON_TAG)
            ? Pieces.space(text, Markers.PYTHON_TAG.length())
            : 0;
    ObjectScanner.State state = scanner.scan(text, begin);
    Optional<String> firstKey = scanner.firstKey();
    if (firstKey.isPresent() && !KEYS.contains(firstKey.get())) {
      return new Reading.NoCall(scanner.firstKeyEnd());
    }
    return switch (state) {
      case UNFINISHED -> CallReader.unfinished(text, ended);
      case BROKEN -> new Reading.NoCall(scanner.at());
      case COMPLETE -> {
        String key = scanner.has("parameters") ? "parameters" : "arguments";
        Optional<ToolCall> call = scanner.has(key) ? scanner.call(text, key) : Optional.empty();
        yield call.isPresent()
            ? new Reading.Call(call.get(), scanner.at())
            : new Reading.NoCall(scanner.at());
      }
    };
  }
}
