package dev.minke.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// The account of everything done for a model: `ledger.jsonl`, one entry a line, only ever appended
/// to.
///
/// Each line is on disk before the call returns. A line torn by a crash is closed off when the
/// ledger is next opened, ignored by readers and reported by them. Several processes may append.
/// Thread-safe.
public final class Ledger implements AutoCloseable {
  /// Name of the file in its directory.
  public static final String NAME = "ledger.jsonl";

  private final FileChannel file;
  private final InstantSource clock;

  private Ledger(FileChannel file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /// Opens the ledger of a directory for appending; both are created if absent.
  public static Ledger open(Path directory, InstantSource clock) throws IOException {
    Files.createDirectories(directory);
    Path path = directory.resolve(NAME);
    boolean torn = Files.exists(path) && !endsWithLine(path);
    FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Ledger ledger = new Ledger(file, clock);
    if (torn) {
      ledger.write("\n");
    }
    return ledger;
  }

  private static boolean endsWithLine(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return channel.size() == 0
          || (channel.read(last, channel.size() - 1) == 1 && last.get(0) == '\n');
    }
  }

  /// Begins a run.
  ///
  /// @param stage `pretrain`, `tokenizer`, …
  /// @param subject the name of the model or recipe
  public Account start(String stage, String subject) throws IOException {
    String run = UUID.randomUUID().toString();
    append(new LedgerEntry.Start(run, clock.instant(), stage, subject, Machine.here()));
    return new Account(this, run, clock);
  }

  void append(LedgerEntry entry) throws IOException {
    write(LedgerLine.write(entry) + "\n");
  }

  private synchronized void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    file.force(false);
  }

  /// What a ledger says.
  ///
  /// @param entries in the order they were written
  /// @param ignored for each line that could not be read, its number and why
  public record Contents(List<LedgerEntry> entries, List<String> ignored) {
    public Contents {
      entries = List.copyOf(entries);
      ignored = List.copyOf(ignored);
    }
  }

  /// Reads the ledger of a directory; empty if there is none.
  public static Contents read(Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    List<LedgerEntry> entries = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    if (Files.exists(path)) {
      // Decoded leniently: a torn line may end within a character.
      String[] lines = new String(Files.readAllBytes(path), StandardCharsets.UTF_8).split("\n");
      for (int i = 0; i < lines.length; i++) {
        try {
          if (!lines[i].isBlank()) {
            entries.add(LedgerLine.read(lines[i]));
          }
        } catch (IllegalArgumentException e) {
          ignored.add("%s line %d: ignored, %s".formatted(path, i + 1, e.getMessage()));
        }
      }
    }
    return new Contents(entries, ignored);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
