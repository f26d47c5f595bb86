package dev.minke.model.decoder;

import dev.minke.model.CausalModel;

/// What a model of some sizes comes to, before any of it is there: parameters by part, operations
/// of a token, numbers of its cache.
///
/// @param config sizes and rules
public record DecoderSize(DecoderConfig config) {
  /// So many can be counted in a `double` and in a `long`.
  private static final double MOST_WEIGHTS = 1L << 53;

  /// @throws IllegalArgumentException if the model has 2^53 parameters or more
  public DecoderSize {
    double weights = estimate(config);
    if (weights > MOST_WEIGHTS) {
      throw new IllegalArgumentException(
          "model of these sizes: expected fewer than 2^53 weights, found %.1e".formatted(weights));
    }
  }

  /// Parameters by what they are for, as files have them.
  ///
  /// @param embedding table of tokens
  /// @param attention of all layers, with its norms
  /// @param norms before attention and feed-forward, and the last one
  /// @param dense feed-forward of layers without experts
  /// @param routers of all layers, with the biases that V3 moves without a gradient
  /// @param experts routed ones, all of them
  /// @param shared experts that every token meets
  /// @param head over the vocabulary; 0 where it is the embedding's table
  /// @param predictor what multi-token prediction has for itself; embedding and head are the
  ///   model's
  public record Parts(
      long embedding,
      long attention,
      long norms,
      long dense,
      long routers,
      long experts,
      long shared,
      long head,
      long predictor) {
    /// The model without its predictor, as releases count it.
    public long total() {
      return embedding + attention + norms + dense + routers + experts + shared + head;
    }
  }

  /// Parameters of each part.
  public Parts parts() {
    int mixtures = mixtures();
    long dim = config.dim();
    return new Parts(
        config.vocab() * dim,
        config.layers() * attention(),
        (2L * config.layers() + 1) * dim,
        3 * dim * config.denseHidden() * (config.layers() - mixtures),
        mixtures * router(),
        mixtures * expert() * config.experts().count(),
        mixtures * expert() * config.experts().shared(),
        config.tiedHead() ? 0 : config.vocab() * dim,
        config.predictors() * predictor());
  }

  /// About the number of parameters, of sizes too large for [#parts], too.
  private static double estimate(DecoderConfig config) {
    DecoderConfig.Attention a = config.attention();
    double dim = config.dim();
    double attention =
        dim * a.heads() * (2.0 * a.keyDim() + 2.0 * a.valueDim())
            + switch (a) {
              case DecoderConfig.Latent latent ->
                  (latent.queryRank() + latent.latentDim())
                      * (dim + (double) a.heads() * (a.keyDim() + a.valueDim()));
              case DecoderConfig.Grouped _ -> 0;
            };
    double experts = config.experts().count() + (double) config.experts().shared();
    double feedForward =
        3 * dim * (config.denseHidden() + experts * config.experts().hidden()) + experts * dim;
    return (config.layers() + 1.0) * (attention + feedForward + 4 * dim) + 2 * config.vocab() * dim;
  }

  /// Parameters that a token meets, embedding and head whole, the predictor left out.
  public long active() {
    return parts().total()
        - mixtures()
            * expert()
            * (config.experts().count()
                - (mixtures() == 0 ? 0 : config.experts().rule().activeExperts()));
  }

  private int mixtures() {
    return config.experts().count() == 0 ? 0 : config.layers() - config.denseLayers();
  }

  /// Weights, norms and biases of attention in a layer.
  private long attention() {
    long others =
        switch (config.attention()) {
          case DecoderConfig.Latent latent -> latent.queryRank() + (long) latent.latentDim();
          case DecoderConfig.Grouped grouped -> normsAndBiases(grouped);
        };
    return config.attention().weights(config.dim()) + others;
  }

  private long normsAndBiases(DecoderConfig.Grouped grouped) {
    int width = grouped.headDim();
    int norms = config.architecture().headNorms() ? 2 * width : 0;
    int biases =
        config.architecture().biased() ? width * (grouped.heads() + 2 * grouped.keyHeads()) : 0;
    return norms + (long) biases;
  }

  private long router() {
    int biases = config.architecture().routerBias() ? 1 : 0;
    return config.experts().count() * (config.dim() + (long) biases);
  }

  private long expert() {
    return 3L * config.dim() * config.experts().hidden();
  }

  /// Three norms, the join, and a block.
  private long predictor() {
    long dim = config.dim();
    DecoderConfig.Experts e = config.experts();
    long feedForward =
        config.isMixture(config.layers())
            ? router() + expert() * (e.count() + e.shared())
            : 3 * dim * config.denseHidden();
    return 3 * dim + 2 * dim * dim + 2 * dim + attention() + feedForward;
  }

  /// Numbers that a cache holds of a token.
  public long cacheNumbers() {
    return (long) config.layers() * config.attention().cacheWidth();
  }

  /// Layers that have a cache, and what they hold of a token.
  public CausalModel.CacheShape cacheShape() {
    int latentDim = config.attention().latentDim();
    int otherDim = config.attention().cacheWidth() - latentDim;
    return new CausalModel.CacheShape(config.layers(), latentDim, otherDim);
  }

  /// Floating-point operations of one token without the predictor: products count two for each
  /// weight met; attention counts scores and weighted values.
  ///
  /// @param context positions that the token looks at
  public double forwardFlops(int context) {
    double flops = 0;
    for (int layer = 0; layer < config.layers(); layer++) {
      flops += blockProducts(layer, context);
    }
    return 2 * (flops + (double) config.vocab() * config.dim());
  }

  /// Floating-point operations of the predictor for one token, its head included; 0 without one.
  public double predictorFlops(int context) {
    double dim = config.dim();
    return config.predictors() == 0
        ? 0
        : 2 * (2 * dim * dim + blockProducts(config.layers(), context) + config.vocab() * dim);
  }

  private double blockProducts(int layer, int context) {
    DecoderConfig.Attention a = config.attention();
    DecoderConfig.Experts e = config.experts();
    double dim = config.dim();
    double feedForward =
        config.isMixture(layer)
            ? dim * e.count() + 3 * dim * e.hidden() * (e.rule().activeExperts() + e.shared())
            : 3 * dim * config.denseHidden();
    return a.weights(config.dim())
        + (double) a.heads() * (a.keyDim() + a.valueDim()) * context
        + feedForward;
  }
}
