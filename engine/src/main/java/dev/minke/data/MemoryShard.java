package dev.minke.data;

/// Tokens in memory.
final class MemoryShard implements TokenShard {
  private final String tokenizer;
  private final int vocab;
  private final int[] tokens;
  private final int[] starts;
  private final int[] bytes;

  MemoryShard(String tokenizer, int vocab, int[] tokens, int[] starts, int[] bytes) {
    this.tokenizer = tokenizer;
    this.vocab = vocab;
    this.tokens = tokens;
    this.starts = starts;
    this.bytes = bytes;
  }

  @Override
  public String tokenizer() {
    return tokenizer;
  }

  @Override
  public int vocab() {
    return vocab;
  }

  @Override
  public int documents() {
    return bytes.length;
  }

  @Override
  public long tokens() {
    return tokens.length;
  }

  @Override
  public int length(int document) {
    return starts[document + 1] - starts[document];
  }

  @Override
  public int bytes(int document) {
    return bytes[document];
  }

  @Override
  public int token(int document, int index) {
    if (index < 0 || index >= length(document)) {
      throw new IndexOutOfBoundsException(
          "token %d of document %d, which has %d".formatted(index, document, length(document)));
    }
    return tokens[starts[document] + index];
  }
}
