package dev.minke.data;

import java.util.Arrays;

/// The tokens of many documents behind each other. Immutable.
///
/// @see ShardFile
public final class TokenShard {
  private final String tokenizer;
  private final int vocab;
  private final int[] tokens;
  private final int[] starts;
  private final int[] bytes;

  TokenShard(String tokenizer, int vocab, int[] tokens, int[] starts, int[] bytes) {
    this.tokenizer = tokenizer;
    this.vocab = vocab;
    this.tokens = tokens;
    this.starts = starts;
    this.bytes = bytes;
  }

  /// An empty shard to be filled.
  ///
  /// @param tokenizer identity of the tokenizer
  /// @param vocab ids are below
  public static Builder builder(String tokenizer, int vocab) {
    return new Builder(tokenizer, vocab);
  }

  /// Identity of the tokenizer that made the ids.
  public String tokenizer() {
    return tokenizer;
  }

  /// Ids are below.
  public int vocab() {
    return vocab;
  }

  /// Number of documents.
  public int documents() {
    return bytes.length;
  }

  /// Number of tokens of all documents.
  public int tokens() {
    return tokens.length;
  }

  /// Number of tokens of a document.
  public int length(int document) {
    return starts[document + 1] - starts[document];
  }

  /// UTF-8 bytes of a document's text.
  public int bytes(int document) {
    return bytes[document];
  }

  /// A token of a document.
  public int token(int document, int index) {
    if (index < 0 || index >= length(document)) {
      throw new IndexOutOfBoundsException(
          "token %d of document %d, which has %d".formatted(index, document, length(document)));
    }
    return tokens[starts[document] + index];
  }

  /// A hash of everything that decides what a run sees: two shards with one hash give the same
  /// rows.
  public String hash() {
    return ShardFile.hash(this);
  }

  /// Collects documents. Not thread-safe.
  public static final class Builder {
    private final String tokenizer;
    private final int vocab;
    private int[] tokens = new int[1024];
    private int[] starts = new int[64];
    private int[] bytes = new int[64];
    private int documents;

    private Builder(String tokenizer, int vocab) {
      this.tokenizer = tokenizer;
      this.vocab = vocab;
    }

    /// Adds a document.
    ///
    /// @param ids its tokens
    /// @param textBytes UTF-8 bytes of its text
    public Builder add(int[] ids, int textBytes) {
      for (int id : ids) {
        if (id < 0 || id >= vocab) {
          throw new IllegalArgumentException(
              "document %d: token id %d is outside the vocabulary of %d"
                  .formatted(documents, id, vocab));
        }
      }
      if (documents + 1 == starts.length) {
        starts = Arrays.copyOf(starts, 2 * starts.length);
        bytes = Arrays.copyOf(bytes, 2 * bytes.length);
      }
      int from = starts[documents];
      int to = Math.addExact(from, ids.length);
      if (to > tokens.length) {
        tokens = Arrays.copyOf(tokens, (int) Math.max(to, Math.min(2L * tokens.length, 1 << 30)));
      }
      System.arraycopy(ids, 0, tokens, from, ids.length);
      bytes[documents++] = textBytes;
      starts[documents] = to;
      return this;
    }

    /// The shard of the documents so far.
    public TokenShard build() {
      return new TokenShard(
          tokenizer,
          vocab,
          Arrays.copyOf(tokens, starts[documents]),
          Arrays.copyOf(starts, documents + 1),
          Arrays.copyOf(bytes, documents));
    }
  }
}
