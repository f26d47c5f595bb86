package dev.minke.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes documents into one shard after the other: a new one where the last is full. One thread.
final class ShardSeries implements Closeable {
  private final Path folder;
  private final String name;
  private final DataManifest.Making making;
  private final long mostTokens;
  private final List<DataManifest.ShardEntry> written = new ArrayList<>();
  private @Nullable ShardWriter open;

  /// @param name of the files, before their number
  /// @param mostTokens after which a shard is full
  ShardSeries(Path folder, String name, DataManifest.Making making, long mostTokens) {
    this.folder = folder;
    this.name = name;
    this.making = making;
    this.mostTokens = mostTokens;
  }

  private Path file() {
    return folder.resolve("%s-%04d.shard".formatted(name, written.size()));
  }

  void add(int[] ids, int textBytes) throws IOException {
    ShardWriter writer = open;
    if (writer == null) {
      writer = new ShardWriter(file(), making.tokenizer(), making.vocab());
      open = writer;
    }
    writer.add(ids, textBytes);
    if (writer.tokens() >= mostTokens) {
      end(writer);
    }
  }

  private void end(ShardWriter writer) throws IOException {
    String file = file().getFileName().toString();
    int documents = writer.documents();
    long tokens = writer.tokens();
    String hash = writer.finish();
    written.add(new DataManifest.ShardEntry(file, hash, documents, tokens));
    open = null;
  }

  /// The shards, all of them complete; one of them at least, and be it empty.
  List<DataManifest.ShardEntry> finish() throws IOException {
    if (open != null) {
      end(open);
    } else if (written.isEmpty()) {
      ShardWriter empty = new ShardWriter(file(), making.tokenizer(), making.vocab());
      open = empty;
      end(empty);
    }
    return List.copyOf(written);
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
    }
  }
}
