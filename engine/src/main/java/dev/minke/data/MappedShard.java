package dev.minke.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Tokens in a file, which the system pages in as they are read; only the table of documents is in
/// memory, 12 bytes each. The mapping ends with the last reference to this.
final class MappedShard implements TokenShard {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String tokenizer;
  private final int vocab;
  private final MemorySegment tokens;
  private final boolean isShort;
  private final long[] starts;
  private final int[] bytes;
  private final String hash;

  /// @param tokens their part of the file
  /// @param starts of documents, counted in tokens, and the end of the last one
  /// @param hash of the whole file
  MappedShard(
      String tokenizer, int vocab, MemorySegment tokens, long[] starts, int[] bytes, String hash) {
    this.tokenizer = tokenizer;
    this.vocab = vocab;
    this.tokens = tokens;
    this.isShort = ShardFile.isShort(vocab);
    this.starts = starts;
    this.bytes = bytes;
    this.hash = hash;
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
    return starts[bytes.length];
  }

  @Override
  public int length(int document) {
    return (int) (starts[document + 1] - starts[document]);
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
    long at = starts[document] + index;
    return isShort
        ? Short.toUnsignedInt(tokens.get(SHORT, Short.BYTES * at))
        : tokens.get(INT, Integer.BYTES * at);
  }

  @Override
  public String hash() {
    return hash;
  }
}
