package dev.minke.train;

import dev.minke.model.decoder.DecoderConfig;
import dev.minke.tensor.DType;
import java.util.List;
import java.util.stream.IntStream;

/// Activations of a micro-batch and their gradients, counted as the operations of the model
/// allocate them. Sizes below are numbers a token, unless said otherwise.
///
/// @param config sizes of the model
/// @param tokens of the micro-batch
record StepMemory(DecoderConfig config, long tokens) {
  /// What the head computes at once, in bytes; more is cut into pieces of that size.
  private static final long HEAD_CHUNK_BYTES = 32L << 20;

  /// Results of a block that have the width of the model and are alive at once in backward: the
  /// gradients of its sum, which all that was added share, and of what was normalised.
  private static final int LIVE_RESIDUALS = 2;

  /// What operations of a token leave, in numbers.
  ///
  /// @param rounded what backward reads and may have been rounded
  /// @param exact what backward reads as it was
  /// @param unread of which backward reads nothing
  private record Numbers(long rounded, long exact, long unread) {
    long all() {
      return rounded + exact + unread;
    }

    /// In bytes, where what may be rounded is.
    long stored() {
      return DType.BF16.bytes() * rounded + Float.BYTES * exact;
    }

    Numbers and(Numbers more) {
      return new Numbers(rounded + more.rounded, exact + more.exact, unread + more.unread);
    }
  }

  /// Bytes of activations, at most. Where blocks are computed again or read back, the insides of
  /// one come on top of what all have left, when the last logits are gone. Where they are stored,
  /// the insides of one lie on what those before it have left, too.
  long activations(TrainRecipe.Activations choice) {
    long dim = config.dim();
    long largest = Float.BYTES * head();
    long blocks = 0;
    long running = 0;
    for (Numbers block : blocks()) {
      switch (choice) {
        case KEEP -> blocks += Float.BYTES * block.all();
        case BF16 -> {
          long before = blocks + Float.BYTES * dim;
          blocks = before + block.stored();
          running = Math.max(running, before + Float.BYTES * block.all());
          largest = Math.max(largest, Float.BYTES * block.rounded);
        }
        case RECOMPUTE -> {
          blocks += Float.BYTES * dim;
          largest = Math.max(largest, Float.BYTES * block.all());
        }
      }
    }
    long joined = config.predictors() * (7 * dim + 3 + head());
    long all = Float.BYTES * (2 * dim + 1 + joined) + Math.max(running, blocks + largest);
    return tokens * all + chunk();
  }

  /// Bytes of gradients of activations, at most. What is stored of a block passes through this
  /// memory before.
  long gradients(TrainRecipe.Activations choice) {
    if (choice != TrainRecipe.Activations.BF16) {
      return gradients();
    }
    long largest = blocks().stream().mapToLong(Numbers::stored).max().orElse(0);
    return Math.max(gradients(), tokens * largest);
  }

  /// Memory serves again for what has the same size, so this is one block's, whatever the number of
  /// blocks.
  private long gradients() {
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

  private List<Numbers> blocks() {
    long dim = config.dim();
    // Both norms and the sum between them; their roots; the last sum.
    Numbers residuals = new Numbers(3 * dim, 2, dim);
    return IntStream.range(0, config.layers() + config.predictors())
        .mapToObj(layer -> residuals.and(attention()).and(feedForward(layer)))
        .toList();
  }

  private Numbers attention() {
    long dim = config.dim();
    return switch (config.attention()) {
      case DecoderConfig.Latent a -> {
        long query = 2L * a.queryRank();
        long latent = 2L * a.latentDim() + a.ropeDim();
        long heads = 2L * a.heads() * (a.keyDim() + a.valueDim());
        long roots = a.queryRank() == 0 ? 1 : 2;
        yield new Numbers(
            query + latent + heads, roots + a.heads(), (long) a.heads() * a.nopeDim() + dim);
      }
      case DecoderConfig.Grouped a ->
          new Numbers(2L * a.headDim() * (a.heads() + a.keyHeads()), a.heads(), dim);
    };
  }

  private Numbers feedForward(int layer) {
    long dim = config.dim();
    if (!config.isMixture(layer)) {
      return new Numbers(3L * config.denseHidden(), 0, dim);
    }
    DecoderConfig.Experts e = config.experts();
    long active = e.rule().activeExperts();
    Numbers routed =
        new Numbers(active * (2 * dim + 3L * e.hidden()), 3 * active + e.count(), active + dim);
    return e.shared() == 0
        ? routed
        : routed.and(new Numbers(3L * e.shared() * e.hidden(), 0, 2 * dim));
  }

  /// Each size once, queries and keys, values and results twice.
  private long attentionGradients() {
    return switch (config.attention()) {
      case DecoderConfig.Latent a ->
          2L * a.queryRank()
              + 2L * a.latentDim()
              + a.ropeDim()
              + (long) a.heads() * (2 * a.keyDim() + a.nopeDim() + 2 * a.valueDim());
      case DecoderConfig.Grouped a -> (long) a.headDim() * (2 * a.heads() + 2 * a.keyHeads());
    };
  }

  /// Of the routed experts' inputs and results, and of the choice. What lies between them takes the
  /// place of the activations.
  private long mixtureGradients() {
    DecoderConfig.Experts e = config.experts();
    long active = e.rule().activeExperts();
    return active * 2L * config.dim() + active + e.count();
  }
}
