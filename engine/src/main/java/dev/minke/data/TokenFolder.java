package dev.minke.data;

import dev.minke.checkpoint.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// A folder of shards with its manifest: text made into tokens once, and used again.
///
/// The manifest is written last, so a folder that has one is complete. Every shard is checked
/// against it before it is used.
public final class TokenFolder {
  /// The manifest's name.
  public static final String MANIFEST = "manifest.json";

  private static final String LOCK = "data.lock";

  /// Tokens of a full shard: 512 MiB of 16-bit ids.
  private static final long MOST_TOKENS = 1L << 28;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path folder;
  private final DataManifest manifest;

  private TokenFolder(Path folder, DataManifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /// Whether a folder holds complete shards.
  public static boolean exists(Path folder) {
    return Files.exists(folder.resolve(MANIFEST));
  }

  /// How text becomes a folder of tokens.
  ///
  /// @param parquet readers of a column
  /// @param encoder of text, as [Corpus.Encoding#encoder] has it; called by many threads
  /// @param making how documents become tokens
  /// @param maxBadShare share of bad documents of a source that is allowed
  public record Maker(
      Function<String, DocumentReader> parquet,
      Function<String, int[]> encoder,
      DataManifest.Making making,
      double maxBadShare) {
    private Corpus.Encoding encoding() {
      return new Corpus.Encoding(
          encoder, making.tokenizer(), making.vocab(), making.beginOfText(), making.endOfText());
    }
  }

  /// Reads the sources and writes their tokens; what the folder held before is gone, unless a
  /// source is not there.
  ///
  /// @throws IllegalArgumentException if a source cannot be used
  public static TokenFolder make(Path folder, List<WeightedSource> sources, Maker maker)
      throws IOException {
    return make(folder, sources, maker, MOST_TOKENS);
  }

  static TokenFolder make(Path folder, List<WeightedSource> sources, Maker maker, long mostTokens)
      throws IOException {
    Files.createDirectories(folder);
    try (FileChannel lock =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (!isLocked(lock)) {
        throw new IOException(
            "%s: another process makes tokens in it; wait for it or choose another directory"
                .formatted(folder));
      }
      return makeLocked(folder, sources, maker, mostTokens);
    }
  }

  private static boolean isLocked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException sameProcess) {
      return false;
    }
  }

  private static TokenFolder makeLocked(
      Path folder, List<WeightedSource> sources, Maker maker, long mostTokens) throws IOException {
    for (WeightedSource source : sources) {
      // Text that is gone costs no tokens that are there.
      source.source().files();
    }
    clear(folder);
    List<DataManifest.SourceEntry> entries = new ArrayList<>();
    for (WeightedSource source : sources) {
      String name = "source-%d".formatted(entries.size());
      entries.add(make(folder, name, source, maker, mostTokens));
    }
    DataManifest shards =
        new DataManifest(
            DataManifest.VERSION,
            maker.making(),
            entries,
            new Overlap.Result(0, 0, 0, 0, 0, List.of()));
    TokenFolder made = new TokenFolder(folder, shards);
    Overlap.Result overlap = Overlap.between(made.heldOut(), made.training().joined());
    DataManifest whole =
        new DataManifest(shards.version(), shards.making(), shards.sources(), overlap);
    AtomicFile.write(folder.resolve(MANIFEST), JSON.writeValueAsBytes(whole));
    return new TokenFolder(folder, whole);
  }

  private static void clear(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(MANIFEST));
    try (var old = Files.newDirectoryStream(folder, "*.{shard,partial}")) {
      for (Path file : old) {
        Files.delete(file);
      }
    }
  }

  private static DataManifest.SourceEntry make(
      Path folder, String name, WeightedSource weighted, Maker maker, long mostTokens)
      throws IOException {
    Source source = weighted.source();
    DataManifest.Making making = maker.making();
    Corpus.Encoding encoding = maker.encoding();
    FillInTheMiddle exercises = making.fillInTheMiddle();
    List<DataManifest.FileEntry> files = new ArrayList<>();
    for (Path file : source.files()) {
      files.add(entry(file));
    }
    try (ShardSeries training = new ShardSeries(folder, name + "-training", making, mostTokens);
        ShardSeries heldOut = new ShardSeries(folder, name + "-held-out", making, mostTokens)) {
      DocumentBatch.Encoder encoder =
          (text, isHeldOut) ->
              isHeldOut || exercises == null
                  ? encoding.encode(text)
                  : exercises.encode(text, encoding);
      DocumentBatch batch = new DocumentBatch(encoder, making.validationShare(), training, heldOut);
      SourceReport report = source.read(maker.parquet(), batch::add);
      report.requireUsable(maker.maxBadShare());
      batch.write();
      return new DataManifest.SourceEntry(
          source.path().toString(),
          source.format(),
          source.field(),
          source.licence(),
          weighted.weight(),
          weighted.epochs(),
          files,
          report.documents(),
          report.bytes(),
          report.counts(),
          report.lines(),
          training.finish(),
          heldOut.finish());
    }
  }

  private static DataManifest.FileEntry entry(Path file) throws IOException {
    long modified = Files.getLastModifiedTime(file).toMillis();
    return new DataManifest.FileEntry(file.toString(), Files.size(file), modified, hash(file));
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest = Corpus.sha256();
    byte[] chunk = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Opens a folder that was made.
  ///
  /// @throws IOException if its manifest is damaged or of another version
  public static TokenFolder open(Path folder) throws IOException {
    Path file = folder.resolve(MANIFEST);
    DataManifest manifest;
    try {
      manifest = JSON.readValue(Files.readString(file), DataManifest.class);
    } catch (JacksonException e) {
      throw new IOException(
          "%s: damaged (%s); delete %s to make the tokens anew"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse(""), folder),
          e);
    }
    if (manifest.version() != DataManifest.VERSION) {
      throw new IOException(
          "%s: expected version %d, found %d; delete %s to make the tokens anew"
              .formatted(file, DataManifest.VERSION, manifest.version(), folder));
    }
    return new TokenFolder(folder, manifest);
  }

  /// Deletes the tokens, of which nobody reads any.
  public void delete() throws IOException {
    clear(folder);
  }

  /// What it holds.
  public DataManifest manifest() {
    return manifest;
  }

  /// The mixture to learn from; every shard of it is checked.
  ///
  /// @throws IOException if a shard is missing, damaged, or another than was made
  public Mixture training() throws IOException {
    List<Mixture.Part> parts = new ArrayList<>();
    for (DataManifest.SourceEntry source : manifest.sources()) {
      TokenShard shard = TokenShard.joined(shards(source.training()));
      double share = source.weight() > 0 ? source.weight() : source.epochs() * shard.tokens();
      parts.add(new Mixture.Part(source.path(), shard, share));
    }
    return new Mixture(parts);
  }

  /// The held-out documents of all sources, in turns.
  ///
  /// @throws IOException if a shard is missing, damaged, or another than was made
  public TokenShard heldOut() throws IOException {
    List<TokenShard> all = new ArrayList<>();
    for (DataManifest.SourceEntry source : manifest.sources()) {
      all.add(TokenShard.joined(shards(source.heldOut())));
    }
    return TokenShard.interleaved(all);
  }

  private List<TokenShard> shards(List<DataManifest.ShardEntry> entries) throws IOException {
    List<TokenShard> shards = new ArrayList<>();
    for (DataManifest.ShardEntry entry : entries) {
      Path file = folder.resolve(entry.file());
      if (!Files.exists(file)) {
        throw new IOException(
            "%s: expected the shard that %s names, found none; delete %s to make the tokens anew"
                .formatted(file, MANIFEST, folder));
      }
      TokenShard shard = ShardFile.read(file);
      if (!shard.hash().equals(entry.sha256())) {
        throw new IOException(
            "%s: expected the shard %s that %s names, found %s; delete %s to make the tokens anew"
                .formatted(file, entry.sha256(), MANIFEST, shard.hash(), folder));
      }
      shards.add(shard);
    }
    return shards;
  }

  /// Whether it was made from these sources in this way; their files may have changed since.
  public boolean isOf(List<WeightedSource> sources, DataManifest.Making making) {
    boolean same = manifest.making().equals(making) && manifest.sources().size() == sources.size();
    for (int i = 0; same && i < sources.size(); i++) {
      same = manifest.sources().get(i).isOf(sources.get(i));
    }
    return same;
  }

  /// What has become of the files since, one line each; empty if nothing has. A file of the same
  /// size and time is taken for unchanged.
  public List<String> changes() throws IOException {
    List<String> changes = new ArrayList<>();
    for (DataManifest.SourceEntry source : manifest.sources()) {
      for (DataManifest.FileEntry before : source.files()) {
        Path file = Path.of(before.path());
        if (!Files.exists(file)) {
          changes.add(file + ": vanished since its tokens were made");
        } else if (Files.size(file) != before.bytes()) {
          changes.add(
              "%s: changed since its tokens were made, %,d bytes then, %,d now"
                  .formatted(file, before.bytes(), Files.size(file)));
        } else if (Files.getLastModifiedTime(file).toMillis() != before.modifiedMillis()
            && !hash(file).equals(before.sha256())) {
          changes.add(
              "%s: changed since its tokens were made, other bytes of the same number"
                  .formatted(file));
        }
      }
      addNew(source, changes);
    }
    return changes;
  }

  private static void addNew(DataManifest.SourceEntry source, List<String> changes)
      throws IOException {
    Path path = Path.of(source.path());
    if (Files.isDirectory(path)) {
      List<String> known = source.files().stream().map(DataManifest.FileEntry::path).toList();
      for (Path file : SourceFiles.of(path)) {
        if (!known.contains(file.toString())) {
          changes.add(file + ": new since the tokens were made");
        }
      }
    }
  }
}
