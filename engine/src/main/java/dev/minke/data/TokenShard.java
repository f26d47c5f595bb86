package dev.minke.data;

import java.util.Arrays;
import java.util.List;

/// The tokens of many documents behind each other. Immutable, for any number of threads.
///
/// @see ShardFile
public sealed interface TokenShard permits MemoryShard, MappedShard, JoinedShard, ReorderedShard {
  /// An empty shard to be filled in memory.
  ///
  /// @param tokenizer identity of the tokenizer
  /// @param vocab ids are below
  static Builder builder(String tokenizer, int vocab) {
    return new Builder(tokenizer, vocab);
  }

  /// The documents of several shards behind each other, copied nowhere.
  ///
  /// @param shards of one tokenizer, at least one
  static TokenShard joined(List<TokenShard> shards) {
    return shards.size() == 1 ? shards.getFirst() : new JoinedShard(shards);
  }

  /// The documents of several shards, in turns: any beginning has about the same share of each.
  ///
  /// @param shards of one tokenizer, at least one
  static TokenShard interleaved(List<TokenShard> shards) {
    return shards.size() == 1 ? shards.getFirst() : ReorderedShard.inTurns(shards);
  }

  /// Identity of the tokenizer that made the ids.
  String tokenizer();

  /// Ids are below.
  int vocab();

  /// Number of documents.
  int documents();

  /// Number of tokens of all documents.
  long tokens();

  /// Number of tokens of a document.
  int length(int document);

  /// UTF-8 bytes of a document's text.
  int bytes(int document);

  /// A token of a document.
  ///
  /// @throws IndexOutOfBoundsException if the document has no such token
  int token(int document, int index);

  /// A hash of everything that decides what a run sees: two shards with one hash give the same
  /// rows.
  default String hash() {
    return ShardFile.hash(this);
  }

  /// Collects documents in memory. Not thread-safe.
  final class Builder {
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
      requireIds(ids, vocab, documents);
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
      return new MemoryShard(
          tokenizer,
          vocab,
          Arrays.copyOf(tokens, starts[documents]),
          Arrays.copyOf(starts, documents + 1),
          Arrays.copyOf(bytes, documents));
    }
  }

  /// Refuses ids that the vocabulary does not have.
  static void requireIds(int[] ids, int vocab, int document) {
    for (int id : ids) {
      if (id < 0 || id >= vocab) {
        throw new IllegalArgumentException(
            "document %d: token id %d is outside the vocabulary of %d"
                .formatted(document, id, vocab));
      }
    }
  }
}
