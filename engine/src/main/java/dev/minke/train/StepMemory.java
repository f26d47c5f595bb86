package dev.minke.train;

import dev.minke.model.deepseek.DeepSeekConfig;

/// Activations of a micro-batch and their gradients, counted as the operations of the model
/// allocate them. Sizes below are numbers a token, unless said otherwise.
///
/// @param config sizes of the model
/// @param tokens of the micro-batch
record StepMemory(DeepSeekConfig config, long tokens) {
  /// What the head computes at once, in bytes; more is cut into pieces of that size.
  private static final long HEAD_CHUNK_BYTES = 32L << 20;

  /// Results of a block that have the width of the model and are alive at once in backward: the
  /// gradients of its sum, which all that was added share, and of what was normalised.
  private static final int LIVE_RESIDUALS = 2;

  /// Bytes of activations, at most. Where blocks are computed again, the insides of one come on top
  /// of what all have left, when the last logits are gone.
  long activations(boolean recompute) {
    long dim = config.dim();
    long largest = 0;
    long blocks = 0;
    for (int layer = 0; layer < config.layers() + config.predictors(); layer++) {
      long block = block(layer);
      largest = Math.max(largest, block);
      blocks += recompute ? dim : block;
    }
    long joined = config.predictors() * (7 * dim + 3 + head());
    long top = recompute ? Math.max(head(), largest) : head();
    return Float.BYTES * tokens * (2 * dim + 1 + blocks + joined + top) + chunk();
  }

  /// Bytes of gradients of activations, at most. Memory serves again for what has the same size, so
  /// this is one block's, whatever the number of blocks.
  long gradients() {
    int last = config.layers() + config.predictors() - 1;
    long feedForward = config.isMixture(last) ? mixtureGradients() : 0;
    long predictor = config.predictors() * 2L * config.dim();
    return Float.BYTES
            * tokens
            * (LIVE_RESIDUALS * config.dim() + predictor + attentionGradients() + feedForward)
        + chunk();
  }

  /// Log-probability and log-sum of a token, and its logits where they are kept.
  private long head() {
    return 2 + (isKept() ? config.vocab() : 0);
  }

  private boolean isKept() {
    return tokens <= Math.max(1, HEAD_CHUNK_BYTES / (Float.BYTES * (long) config.vocab()));
  }

  /// Logits that are not kept, in bytes.
  private long chunk() {
    long row = Float.BYTES * (long) config.vocab();
    return isKept() ? 0 : Math.max(row, HEAD_CHUNK_BYTES / row * row);
  }

  private long block(int layer) {
    long dim = config.dim();
    return 2 * (dim + 1) + attention() + 2 * dim + feedForward(layer);
  }

  private long attention() {
    long dim = config.dim();
    return switch (config.attention()) {
      case DeepSeekConfig.Latent a -> {
        long query = a.queryRank() == 0 ? 0 : 2L * a.queryRank() + 1;
        long keys = (long) a.heads() * (2 * a.keyDim() + a.nopeDim());
        long values = (long) a.heads() * (2 * a.valueDim() + 1);
        yield query + 2L * a.latentDim() + a.ropeDim() + 1 + keys + values + dim;
      }
      case DeepSeekConfig.Grouped a ->
          (long) a.headDim() * (2 * a.heads() + 2 * a.keyHeads()) + a.heads() + dim;
    };
  }

  private long feedForward(int layer) {
    long dim = config.dim();
    if (!config.isMixture(layer)) {
      return 3L * config.denseHidden() + dim;
    }
    DeepSeekConfig.Experts e = config.experts();
    long active = e.rule().activeExperts();
    long slots = active * (2 * dim + 3L * e.hidden()) + 4 * active + e.count();
    long shared = e.shared() == 0 ? 0 : 3L * e.shared() * e.hidden() + 2 * dim;
    return slots + dim + shared;
  }

  /// Each size once, queries and keys, values and results twice.
  private long attentionGradients() {
    return switch (config.attention()) {
      case DeepSeekConfig.Latent a ->
          2L * a.queryRank()
              + 2L * a.latentDim()
              + a.ropeDim()
              + (long) a.heads() * (2 * a.keyDim() + a.nopeDim() + 2 * a.valueDim());
      case DeepSeekConfig.Grouped a -> (long) a.headDim() * (2 * a.heads() + 2 * a.keyHeads());
    };
  }

  /// Of the routed experts' inputs and results, and of the choice. What lies between them takes the
  /// place of the activations.
  private long mixtureGradients() {
    DeepSeekConfig.Experts e = config.experts();
    long active = e.rule().activeExperts();
    return active * 2L * config.dim() + active + e.count();
  }
}
