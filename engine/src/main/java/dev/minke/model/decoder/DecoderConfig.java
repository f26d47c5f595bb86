package dev.minke.model.decoder;

import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import org.jspecify.annotations.Nullable;

/// Sizes and rules of a model. Immutable; checked as a whole.
///
/// @param architecture its name in files, and what goes without saying there
/// @param vocab size of the vocabulary
/// @param dim width of the residual stream
/// @param denseHidden hidden width of the feed-forward of the leading dense layers
/// @param layers number of blocks
/// @param denseLayers leading blocks without experts
/// @param attention its kind and sizes
/// @param positions rotary positions
/// @param experts sizes and rule of the mixture of experts
/// @param predictors multi-token prediction modules: 0 or 1
/// @param normEpsilon added to mean squares in norms
/// @param tiedHead whether the head is the embedding's table
public record DecoderConfig(
    Architecture architecture,
    int vocab,
    int dim,
    int denseHidden,
    int layers,
    int denseLayers,
    Attention attention,
    Positions positions,
    Experts experts,
    int predictors,
    float normEpsilon,
    boolean tiedHead) {
  /// More than any model has; a damaged file may claim what no memory holds a list of.
  private static final int MOST_LAYERS = 10_000;

  /// Sizes of attention, one record for each kind.
  public sealed interface Attention {
    /// Query heads.
    int heads();

    /// Part of a head that is turned by its position.
    int ropeDim();

    /// Width of a query or key head.
    int keyDim();

    /// Width of a value head.
    int valueDim();

    /// Numbers that a cache holds of a token in one layer.
    int cacheWidth();

    /// How many of these are a latent; 0 for none.
    int latentDim();

    /// Weights that a token meets in one layer.
    ///
    /// @param dim width of the residual stream
    long weights(int dim);
  }

  /// Sizes of latent attention (DeepSeek-V2 §2.1).
  ///
  /// @param heads query heads
  /// @param queryRank width of the compressed query; 0 for none (V2-Lite)
  /// @param latentDim width of the latent that keys and values are rebuilt from
  /// @param nopeDim part of a key head without position
  /// @param ropeDim part of a key head with position, shared by all heads
  /// @param valueDim width of a value head
  public record Latent(
      int heads, int queryRank, int latentDim, int nopeDim, int ropeDim, int valueDim)
      implements Attention {
    public Latent {
      require(heads > 0, "heads", heads, "1 or more");
      require(queryRank >= 0, "queryRank", queryRank, "0 or more");
      require(latentDim > 0, "latentDim", latentDim, "1 or more");
      require(nopeDim > 0, "nopeDim", nopeDim, "1 or more");
      require(ropeDim > 0 && ropeDim % 2 == 0, "ropeDim", ropeDim, "an even number above 0");
      require(valueDim > 0, "valueDim", valueDim, "1 or more");
      requireWidth("heads times their width", heads, (long) nopeDim + ropeDim);
      requireWidth("heads times their width", heads, (long) nopeDim + valueDim);
      requireWidth("latentDim and ropeDim", 1, (long) latentDim + ropeDim);
    }

    @Override
    public int keyDim() {
      return nopeDim + ropeDim;
    }

    @Override
    public int cacheWidth() {
      return latentDim + ropeDim;
    }

    @Override
    public long weights(int dim) {
      long queryIn = queryRank == 0 ? dim : queryRank;
      return (long) dim * queryRank
          + queryIn * heads * keyDim()
          + (long) dim * (latentDim + ropeDim)
          + (long) latentDim * heads * (nopeDim + valueDim)
          + (long) dim * heads * valueDim;
    }
  }

  /// Sizes of grouped-query attention (arXiv:2305.13245); with as many key heads as query heads it
  /// is multi-head attention.
  ///
  /// @param heads query heads
  /// @param keyHeads heads of keys and values, a divisor of `heads`
  /// @param headDim width of every head; all of it is turned by position
  public record Grouped(int heads, int keyHeads, int headDim) implements Attention {
    public Grouped {
      require(heads > 0, "heads", heads, "1 or more");
      require(keyHeads > 0 && heads % keyHeads == 0, "keyHeads", keyHeads, "a divisor of " + heads);
      require(headDim > 0 && headDim % 2 == 0, "headDim", headDim, "an even number above 0");
      requireWidth("heads times headDim", heads, headDim);
      requireWidth("keyHeads times their width", 2L * keyHeads, headDim);
    }

    @Override
    public int ropeDim() {
      return headDim;
    }

    @Override
    public int keyDim() {
      return headDim;
    }

    @Override
    public int valueDim() {
      return headDim;
    }

    @Override
    public int cacheWidth() {
      return 2 * keyHeads * headDim;
    }

    @Override
    public int latentDim() {
      return 0;
    }

    @Override
    public long weights(int dim) {
      return 2L * dim * headDim * (heads + keyHeads);
    }
  }

  /// Rotary positions.
  ///
  /// @param maxLength longest sequence
  /// @param base of the frequencies
  /// @param scaling stretching; null for none
  public record Positions(int maxLength, double base, Rotation.@Nullable Scaling scaling) {
    public Positions {
      require(maxLength > 0, "maxLength", maxLength, "1 or more");
      if (!(base > 1 && base < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "model base of positions: expected a number above 1, found " + base);
      }
    }
  }

  /// The mixture of experts.
  ///
  /// @param count routed experts; 0 if every block is dense
  /// @param shared shared experts
  /// @param hidden hidden width of one expert
  /// @param rule how experts are chosen
  public record Experts(int count, int shared, int hidden, RouterRule rule) {
    public Experts {
      require(count >= 0, "experts", count, "0 or more");
      require(shared >= 0, "sharedExperts", shared, "0 or more");
      if (count > 0) {
        require(hidden > 0, "expertHidden", hidden, "1 or more");
        requireWidth("gates of experts", 2L * count, hidden);
        requireWidth("width of shared experts", 2L * shared, hidden);
        require(
            rule.activeExperts() <= count,
            "activeExperts",
            rule.activeExperts(),
            "at most " + count);
        require(count % rule.groups() == 0, "expertGroups", rule.groups(), "a divisor of " + count);
        int inReach = count / rule.groups() * rule.activeGroups(); // at most the count
        require(
            rule.activeExperts() <= inReach,
            "activeExperts",
            rule.activeExperts(),
            "at most the %d experts of %d active groups".formatted(inReach, rule.activeGroups()));
      }
    }
  }

  public DecoderConfig {
    require(vocab > 0, "vocab", vocab, "1 or more");
    require(dim > 0, "dim", dim, "1 or more");
    require(layers > 0 && layers <= MOST_LAYERS, "layers", layers, "1 to " + MOST_LAYERS);
    require(
        denseLayers >= 0 && denseLayers <= layers, "denseLayers", denseLayers, "0 to " + layers);
    require(denseLayers == 0 || denseHidden > 0, "denseHidden", denseHidden, "1 or more");
    require(denseLayers == layers || experts.count() > 0, "experts", experts.count(), "1 or more");
    require(predictors == 0 || predictors == 1, "predictors", predictors, "0 or 1");
    if (!(normEpsilon > 0 && normEpsilon < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "model normEpsilon: expected a number above 0, found " + normEpsilon);
    }
    requireWidth("gates of the feed-forward", 2, denseHidden);
    requireWidth("input of the predictor", 2L * predictors, dim);
    requireWidth("experts times dim", experts.count(), dim);
    if (positions.scaling() instanceof Rotation.Divided(var divisors)) {
      require(
          divisors.size() == attention.ropeDim() / 2,
          "divisors of frequencies",
          divisors.size(),
          String.valueOf(attention.ropeDim() / 2));
    }
  }

  /// Rows are counted by an `int`, and so are those of stacks of matrices.
  private static void requireWidth(String key, long heads, long width) {
    if (heads > 0 && width > Integer.MAX_VALUE / heads) {
      throw new IllegalArgumentException(
          "model %s: expected fewer than 2^31, found %d times %d".formatted(key, heads, width));
    }
  }

  private static void require(boolean holds, String key, int found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "model %s: expected %s, found %d".formatted(key, expected, found));
    }
  }

  /// The same model with another number of multi-token prediction modules.
  public DecoderConfig withPredictors(int count) {
    return new DecoderConfig(
        architecture,
        vocab,
        dim,
        denseHidden,
        layers,
        denseLayers,
        attention,
        positions,
        experts,
        count,
        normEpsilon,
        tiedHead);
  }

  /// The same model with other positions.
  public DecoderConfig with(Positions changed) {
    return new DecoderConfig(
        architecture,
        vocab,
        dim,
        denseHidden,
        layers,
        denseLayers,
        attention,
        changed,
        experts,
        predictors,
        normEpsilon,
        tiedHead);
  }

  /// Whether a block has experts; the predictor's block counts as index `layers`.
  public boolean isMixture(int layer) {
    return layer >= denseLayers && experts.count() > 0;
  }

  /// The tables of rotary positions.
  public Rotation rotation() {
    return Rotation.of(attention.ropeDim(), positions.base(), positions.scaling());
  }

  /// Factor on attention scores: `1/sqrt(keyDim)`, with latent attention times YaRN's squared
  /// magnitude (DeepSeek-V2 §3.1.4).
  public float attentionScale() {
    double scale = 1 / Math.sqrt(attention.keyDim());
    if (attention instanceof Latent
        && positions.scaling() instanceof Rotation.Yarn yarn
        && yarn.mscaleAllDim() != 0) {
      double magnitude = Rotation.magnitude(yarn.factor(), yarn.mscaleAllDim());
      scale *= magnitude * magnitude;
    }
    return (float) scale;
  }
}
