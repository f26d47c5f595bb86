package dev.minke.cli.quickstart;

import dev.minke.tokenizer.Tokenizer;
import java.util.stream.IntStream;

/// Text cut into the tokens of the model.
record Tokens(Tokenizer tokenizer) implements Cutting {
  @Override
  public int[] open(String text) {
    int begin = tokenizer.beginOfText().orElseThrow();
    return IntStream.concat(IntStream.of(begin), IntStream.of(cut(text))).toArray();
  }

  @Override
  public int[] cut(String text) {
    return tokenizer.encode(text);
  }

  @Override
  public String join(int[] ids) {
    return tokenizer.decode(ids).strip();
  }

  @Override
  public int end() {
    return tokenizer.endOfText().orElseThrow();
  }

  @Override
  public int size() {
    return tokenizer.vocab();
  }
}
