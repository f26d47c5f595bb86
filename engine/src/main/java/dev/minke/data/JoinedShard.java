package dev.minke.data;

import java.util.Arrays;
import java.util.List;

/// Several shards as one.
final class JoinedShard implements TokenShard {
  private final List<TokenShard> shards;
  private final int[] firsts;
  private final int documents;
  private final long tokens;

  JoinedShard(List<TokenShard> shards) {
    this.shards = List.copyOf(shards);
    this.firsts = new int[shards.size()];
    int documentsSoFar = 0;
    long tokensSoFar = 0;
    for (int i = 0; i < firsts.length; i++) {
      TokenShard shard = this.shards.get(i);
      if (!shard.tokenizer().equals(tokenizer()) || shard.vocab() != vocab()) {
        throw new IllegalArgumentException(
            "shards: expected one tokenizer, found %s with %d ids and %s with %d"
                .formatted(tokenizer(), vocab(), shard.tokenizer(), shard.vocab()));
      }
      firsts[i] = documentsSoFar;
      documentsSoFar = Math.addExact(documentsSoFar, shard.documents());
      tokensSoFar += shard.tokens();
    }
    this.documents = documentsSoFar;
    this.tokens = tokensSoFar;
  }

  /// The number of a shard's first document.
  int first(int shard) {
    return firsts[shard];
  }

  @Override
  public String tokenizer() {
    return shards.getFirst().tokenizer();
  }

  @Override
  public int vocab() {
    return shards.getFirst().vocab();
  }

  @Override
  public int documents() {
    return documents;
  }

  @Override
  public long tokens() {
    return tokens;
  }

  @Override
  public int length(int document) {
    int shard = shard(document);
    return shards.get(shard).length(document - firsts[shard]);
  }

  @Override
  public int bytes(int document) {
    int shard = shard(document);
    return shards.get(shard).bytes(document - firsts[shard]);
  }

  @Override
  public int token(int document, int index) {
    int shard = shard(document);
    return shards.get(shard).token(document - firsts[shard], index);
  }

  /// The shard of a document: the last one that begins at or before it; empty ones begin where the
  /// next does.
  private int shard(int document) {
    int found = Arrays.binarySearch(firsts, document);
    int shard = found < 0 ? -found - 2 : found;
    while (shard + 1 < firsts.length && firsts[shard + 1] == firsts[shard]) {
      shard++;
    }
    return shard;
  }
}
