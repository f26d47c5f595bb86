package dev.minke.checkpoint;

import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderSize;

/// Whether a configuration may belong to some files, before anything is made as large as it says.
/// Which tensor is missing or of another shape, [WeightReader] says later; what passes here takes
/// no more than a small multiple of what the files hold.
final class Plausibility {
  /// The sparest layer has its two norms and five matrices.
  private static final int LEAST_TENSORS = 7;

  /// A model of so many weights is made whatever the files hold.
  private static final long SMALL = 1 << 16;

  /// Heads together, and experts, are at most so many times as wide, and as many, as the model is
  /// wide; no release goes beyond four. Tables of names have an entry for each row of a head and
  /// for each expert: of rows of one number they would be larger than the file.
  private static final long MOST_TIMES_WIDTH = 64;

  private Plausibility() {}

  /// @throws CheckpointException if the files hold not half of the weights
  static void require(DecoderConfig config, TensorFiles files) {
    int tensors = files.names().size();
    if (config.layers() > tensors / LEAST_TENSORS + 1) {
      throw new CheckpointException(
          "%s: expected the tensors of %d layers as the configuration says, found %d tensors in all"
              .formatted(files.path(), config.layers(), tensors));
    }
    DecoderConfig.Attention attention = config.attention();
    requireTimesWidth(
        "heads times their width", attention.heads() * (long) attention.keyDim(), config, files);
    requireTimesWidth("experts", config.experts().count(), config, files);
    long expected = new DecoderSize(config).parts().total();
    long found = files.elements();
    if (expected > SMALL && expected / 2 > found) {
      throw new CheckpointException(
          "%s: expected %d weights as the configuration says, found %d; a size in it is wrong, or files are missing"
              .formatted(files.path(), expected, found));
    }
  }

  private static void requireTimesWidth(
      String what, long found, DecoderConfig config, TensorFiles files) {
    if (found > MOST_TIMES_WIDTH * config.dim()) {
      throw new CheckpointException(
          "%s: %s: expected at most %d times the model's width %d, found %d"
              .formatted(files.path(), what, MOST_TIMES_WIDTH, config.dim(), found));
    }
  }
}
