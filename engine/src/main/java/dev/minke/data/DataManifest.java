package dev.minke.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a folder of shards holds, and what it was made from: `manifest.json`.
///
/// @param version of the format
/// @param making how documents became tokens
/// @param sources in the order of the mixture
/// @param overlap of the held-out with the training documents, by runs of ten tokens
public record DataManifest(
    int version, Making making, List<SourceEntry> sources, Overlap.Result overlap) {
  /// The only version there is.
  public static final int VERSION = 1;

  public DataManifest {
    sources = List.copyOf(sources);
  }

  /// Tokens of all shards.
  public long tokens() {
    return sources.stream()
        .flatMap(source -> Stream.concat(source.training().stream(), source.heldOut().stream()))
        .mapToLong(ShardEntry::tokens)
        .sum();
  }

  /// How documents became tokens.
  ///
  /// @param tokenizer identity of the tokenizer
  /// @param vocab ids are below
  /// @param beginOfText id before each document; negative for none
  /// @param endOfText id after each document; negative for none
  /// @param validationShare share of documents that are held out
  /// @param fillInTheMiddle exercises among the training documents; null for none
  public record Making(
      String tokenizer,
      int vocab,
      int beginOfText,
      int endOfText,
      double validationShare,
      @Nullable FillInTheMiddle fillInTheMiddle) {}

  /// One source and its shards.
  ///
  /// @param path as the recipe names it
  /// @param format of its files
  /// @param field with the text
  /// @param licence under which it may be used
  /// @param weight its share of the tokens; 0 if epochs say it
  /// @param epochs how often it is read; 0 if the weight says it
  /// @param files that were read
  /// @param documents good ones
  /// @param bytes of them in UTF-8
  /// @param bad documents that were left out, by flaw
  /// @param badPlaces the first ones of each flaw
  /// @param training shards to learn from
  /// @param heldOut shards to validate on
  public record SourceEntry(
      String path,
      SourceFormat format,
      String field,
      String licence,
      double weight,
      double epochs,
      List<FileEntry> files,
      long documents,
      long bytes,
      Map<Flaw, Long> bad,
      List<String> badPlaces,
      List<ShardEntry> training,
      List<ShardEntry> heldOut) {
    public SourceEntry {
      files = List.copyOf(files);
      bad = Map.copyOf(bad);
      badPlaces = List.copyOf(badPlaces);
      training = List.copyOf(training);
      heldOut = List.copyOf(heldOut);
    }

    /// Whether it was made as a recipe says. A path that is gone may have been found elsewhere when
    /// it was there: its name decides.
    boolean isOf(WeightedSource wanted) {
      Source source = wanted.source();
      boolean isGone = !Files.exists(source.path());
      return (path.equals(source.path().toString())
              || (isGone && Path.of(path).endsWith(source.path().getFileName())))
          && format == source.format()
          && field.equals(source.field())
          && weight == wanted.weight()
          && epochs == wanted.epochs();
    }
  }

  /// A file that was read.
  ///
  /// @param path of it
  /// @param bytes its size
  /// @param modifiedMillis when it was last written, since 1970
  /// @param sha256 of its bytes
  public record FileEntry(String path, long bytes, long modifiedMillis, String sha256) {}

  /// A shard beside the manifest.
  ///
  /// @param file its name
  /// @param sha256 as it stands at its end
  /// @param documents in it
  /// @param tokens in it
  public record ShardEntry(String file, String sha256, int documents, long tokens) {}
}
