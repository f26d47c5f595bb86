package dev.minke.data;

/// A source and its share in a mixture: a weight or a number of epochs, the other is 0.
///
/// @param source of the documents
/// @param weight share of the tokens, as compared with the weights of the others
/// @param epochs how often it is read in the time in which a source with 1 is read once
public record WeightedSource(Source source, double weight, double epochs) {
  public WeightedSource {
    boolean finite = Double.isFinite(weight) && Double.isFinite(epochs);
    if (!finite || weight < 0 || epochs < 0 || (weight > 0) == (epochs > 0)) {
      throw new IllegalArgumentException(
          "source %s: expected a weight above 0, or epochs above 0, found weight %s and epochs %s"
              .formatted(source.path(), weight, epochs));
    }
  }

  /// A source alone.
  public static WeightedSource of(Source source) {
    return new WeightedSource(source, 0, 1);
  }
}
