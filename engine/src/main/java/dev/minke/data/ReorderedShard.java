package dev.minke.data;

import java.util.List;

/// The documents of a shard in another order.
final class ReorderedShard implements TokenShard {
  private final TokenShard shard;
  private final int[] order;

  private ReorderedShard(TokenShard shard, int[] order) {
    this.shard = shard;
    this.order = order;
  }

  /// Next comes the shard of which the smallest share has been taken.
  static TokenShard inTurns(List<TokenShard> shards) {
    JoinedShard joined = new JoinedShard(shards);
    int[] taken = new int[shards.size()];
    int[] order = new int[joined.documents()];
    for (int i = 0; i < order.length; i++) {
      int next = -1;
      for (int shard = 0; shard < taken.length; shard++) {
        int all = shards.get(shard).documents();
        boolean behind =
            next < 0
                || (long) taken[shard] * shards.get(next).documents() < (long) taken[next] * all;
        if (taken[shard] < all && behind) {
          next = shard;
        }
      }
      order[i] = joined.first(next) + taken[next]++;
    }
    return new ReorderedShard(joined, order);
  }

  @Override
  public String tokenizer() {
    return shard.tokenizer();
  }

  @Override
  public int vocab() {
    return shard.vocab();
  }

  @Override
  public int documents() {
    return order.length;
  }

  @Override
  public long tokens() {
    return shard.tokens();
  }

  @Override
  public int length(int document) {
    return shard.length(order[document]);
  }

  @Override
  public int bytes(int document) {
    return shard.bytes(order[document]);
  }

  @Override
  public int token(int document, int index) {
    return shard.token(order[document], index);
  }
}
