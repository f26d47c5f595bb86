package dev.minke.eval;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.checkpoint.CheckpointException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/// The distributions of a reference model at every scored place of a text, beside the tokens of the
/// text: what the distributions of another model are held against.
///
/// The format is llama.cpp's, of `llama-perplexity --kl-divergence-base` (`tools/perplexity`), so
/// that either program reads what the other wrote. Little-endian: `_logits_`; tokens of a window,
/// size of the vocabulary and number of windows as I32; the tokens of all windows as I32, as the
/// text has them (each reader puts begin-of-text at the start of a window by itself); then, for
/// each window, a [ReferenceRow] for each token of its second half but the last ([Window#halves]).
public final class ReferenceFile implements AutoCloseable {
  private static final byte[] MAGIC = "_logits_".getBytes(StandardCharsets.US_ASCII);

  /// Numbers whose bytes an array can hold.
  private static final int MOST = Integer.MAX_VALUE / 8;

  private static final int HEADER_BYTES = MAGIC.length + 3 * Integer.BYTES;

  private final Path file;
  private final FileChannel channel;
  private final int context;
  private final int vocab;
  private final int[] ids;

  private ReferenceFile(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    ByteBuffer header = read((int) Math.min(HEADER_BYTES, channel.size()));
    if (!startsWithMagic(header)) {
      throw new CheckpointException(
          file
              + ": expected log-probabilities (_logits_ as first letters), found something else;"
              + " write them with --kl-base");
    }
    context = header.getInt();
    vocab = header.getInt();
    int windows = header.getInt();
    long tokens = (long) context * windows;
    boolean none = context < Window.SHORTEST || vocab < 1 || windows < 1;
    if (none || vocab > MOST || tokens > Math.min(MOST, channel.size())) {
      throw new CheckpointException(
          "%s: expected windows of %d tokens or more, found %d of %d with a vocabulary of %d; write it again"
              .formatted(file, Window.SHORTEST, windows, context, vocab));
    }
    long rows = (long) windows * (context - 1 - context / 2);
    long bytes = HEADER_BYTES + tokens * Integer.BYTES + rows * ReferenceRow.bytes(vocab);
    if (channel.size() != bytes) {
      throw new CheckpointException(
          "%s: expected %d bytes for %d windows of %d tokens, found %d; write it again"
              .formatted(file, bytes, windows, context, channel.size()));
    }
    ids = new int[(int) tokens];
    read(ids.length * Integer.BYTES).asIntBuffer().get(ids);
    for (int id : ids) {
      if (id < 0 || id >= vocab) {
        throw new CheckpointException(
            "%s: expected tokens from 0 to %d, found %d; write it again"
                .formatted(file, vocab - 1, id));
      }
    }
  }

  private static boolean startsWithMagic(ByteBuffer header) {
    byte[] letters = new byte[MAGIC.length];
    if (header.remaining() < HEADER_BYTES) {
      return false;
    }
    header.get(letters);
    return Arrays.equals(letters, MAGIC);
  }

  /// Opens a file and checks its header and its length.
  ///
  /// @throws CheckpointException if it cannot be read, is of another kind or is not whole
  public static ReferenceFile open(Path file) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new ReferenceFile(file, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /// Writes the distributions of a model, whole or not at all.
  ///
  /// @param ids of the text
  /// @param context tokens of a window
  /// @param beginOfText id that takes the place of each window's first token; negative for none
  /// @return what the same pass says of the model
  /// @throws CheckpointException if the file cannot be written
  public static Perplexity write(
      Path file, Subject subject, int[] ids, int context, int beginOfText, Progress progress) {
    List<Window> windows = Window.halves(ids, context, beginOfText);
    Perplexity.Tally tally = new Perplexity.Tally(subject);
    AtomicFile.write(
        file,
        channel -> {
          ByteBuffer header =
              littleEndian(HEADER_BYTES + windows.size() * context * Integer.BYTES).put(MAGIC);
          header.putInt(context).putInt(subject.model().vocab()).putInt(windows.size());
          Arrays.stream(ids, 0, windows.size() * context).forEach(header::putInt);
          AtomicFile.writeFully(channel, header.flip());
          try {
            writeRows(channel, subject, windows, tally, progress);
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
        });
    return tally.perplexity();
  }

  private static void writeRows(
      FileChannel channel,
      Subject subject,
      List<Window> windows,
      Perplexity.Tally tally,
      Progress progress) {
    ByteBuffer row = littleEndian(ReferenceRow.bytes(subject.model().vocab()));
    LogitRows.Reader reader =
        (logits, logSumExp, target) -> {
          tally.add(target, (double) logSumExp - logits[target]);
          ReferenceRow.put(logits, logSumExp, row.clear());
          try {
            AtomicFile.writeFully(channel, row.flip());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    new WindowReader(subject)
        .read(
            windows,
            (ops, hidden, targets) ->
                LogitRows.read(ops, subject.model().head(), hidden, targets, reader),
            progress);
  }

  /// Tokens of a window.
  public int context() {
    return context;
  }

  /// Size of the vocabulary.
  public int vocab() {
    return vocab;
  }

  /// The tokens of all windows, as the text has them.
  public int[] ids() {
    return ids.clone();
  }

  Path file() {
    return file;
  }

  /// The distribution at the next scored place.
  ///
  /// @throws CheckpointException if the file cannot be read
  ReferenceRow next() {
    try {
      return new ReferenceRow(read(ReferenceRow.bytes(vocab)));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private ByteBuffer read(int bytes) throws IOException {
    ByteBuffer read = littleEndian(bytes);
    while (read.hasRemaining()) {
      if (channel.read(read) < 0) {
        throw new EOFException("it became shorter while it was read");
      }
    }
    return read.flip();
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static CheckpointException unreadable(Path file, IOException cause) {
    String reason =
        cause instanceof NoSuchFileException ? "no such file" : String.valueOf(cause.getMessage());
    return new CheckpointException("cannot read %s: %s".formatted(file, reason), cause);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
