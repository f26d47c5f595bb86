package dev.minke.cli.data;

import dev.minke.cli.console.Progress;
import dev.minke.data.DataManifest;
import dev.minke.data.Overlap;
import java.util.List;

/// What a run learns from, for people.
///
/// @param progress says it
record DataWords(Progress progress) {
  /// Sources with their shares, what is bad in them, and how much of the held-out text is known
  /// beforehand.
  void tell(DataManifest manifest) {
    double all = manifest.sources().stream().mapToDouble(DataWords::weight).sum();
    for (DataManifest.SourceEntry source : manifest.sources()) {
      progress.say(
          "text",
          "%s: %,d documents, %,d tokens to learn from, %,d held out%s",
          source.path(),
          source.documents(),
          tokens(source.training()),
          tokens(source.heldOut()),
          manifest.sources().size() == 1
              ? ""
              : "; %.1f %% of what is learned".formatted(100 * weight(source) / all));
      source.badPlaces().forEach(line -> progress.say("bad data", "%s", line));
    }
    overlap(manifest.overlap());
  }

  private void overlap(Overlap.Result overlap) {
    if (overlap.documents() > 0) {
      progress.say(
          "overlap",
          "%.2f %% of the held-out tokens, in %,d of %,d documents, lie in runs of %d that the"
              + " training text has",
          100.0 * overlap.covered() / overlap.units(),
          overlap.overlapping(),
          overlap.documents(),
          Overlap.RUN);
    }
  }

  private static double weight(DataManifest.SourceEntry source) {
    return source.weight() > 0 ? source.weight() : source.epochs() * tokens(source.training());
  }

  private static long tokens(List<DataManifest.ShardEntry> shards) {
    return shards.stream().mapToLong(DataManifest.ShardEntry::tokens).sum();
  }
}
