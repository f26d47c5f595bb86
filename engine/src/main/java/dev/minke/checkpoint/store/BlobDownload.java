package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fetches blobs of one commit: from where an earlier attempt ended, checked, and only then under
/// their name.
///
/// While it comes a blob is `HASH.incomplete`, as other programs of this cache call it, and what
/// they left is taken up. Since the name is the hash of the content, what is there can only be its
/// beginning or damaged, and the hash of the whole tells.
final class BlobDownload {
  private static final int CHUNK = 1 << 20;
  private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");

  private final HubClient client;
  private final Retries retries;
  private final HubRepository repository;
  private final HubName name;
  private final String commit;

  BlobDownload(
      HubClient client, Retries retries, HubRepository repository, HubName name, String commit) {
    this.client = client;
    this.retries = retries;
    this.repository = repository;
    this.name = name;
    this.commit = commit;
  }

  /// Brings a blob here, unless it is here.
  ///
  /// @throws CheckpointException if the bytes are not those of its hash, or do not come
  void fetch(RemoteFile file) throws IOException, InterruptedException {
    retries.stop().check();
    // Asked before the lock, too: a cache that is whole may be one that cannot be written.
    if (repository.isHere(file.hash(), file.size())) {
      return;
    }
    PullListener listener = retries.listener();
    Runnable waiting = () -> listener.waiting(file.path());
    try (BlobLock _ = BlobLock.take(repository.lock(file.hash()), waiting, retries.stop())) {
      if (repository.isHere(file.hash(), file.size())) {
        return;
      }
      Path blob = repository.blob(file.hash());
      Files.createDirectories(blob.getParent());
      AtomicLong received = new AtomicLong();
      retries.run(
          file.path(),
          received::get,
          () -> {
            receive(file, received);
            return file;
          });
      Files.move(
          repository.incomplete(file.hash()),
          blob,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void receive(RemoteFile file, AtomicLong received)
      throws IOException, InterruptedException {
    Path incomplete = repository.incomplete(file.hash());
    boolean isResumed;
    try (FileChannel out =
        FileChannel.open(
            incomplete,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      Partial partial = new Partial(file, out, received);
      partial.readBack();
      isResumed = partial.length() > 0;
      if (partial.length() < file.size()) {
        isResumed = append(partial);
      }
      out.force(true);
      if (partial.isWhole()) {
        return;
      }
    }
    Files.delete(incomplete);
    retries.listener().received(-file.size());
    if (isResumed) {
      throw new PassingFault("what was here did not fit the rest");
    }
    throw new CheckpointException(
        "%s: expected bytes with hash %s, found others; the download is damaged and was deleted, the same command tries again"
            .formatted(file.path(), file.hash()));
  }

  /// @return whether the server went on where we were
  private boolean append(Partial partial) throws IOException, InterruptedException {
    RemoteFile file = partial.file;
    try (Wire.Answer answer = client.open(name, commit, file, partial.length())) {
      boolean isResumed = partial.length() > 0 && isRest(answer, partial.length(), file.size());
      if (!isResumed) {
        partial.restart();
        if (answer.status() != 200) {
          throw new PassingFault("the server has not the part that was asked for");
        }
      }
      List<ByteBuffer> next = next(answer);
      while (!next.isEmpty()) {
        partial.append(next);
        next = next(answer);
      }
      if (partial.length() < file.size()) {
        throw new PassingFault("the connection ended early");
      }
      return isResumed;
    }
  }

  private List<ByteBuffer> next(Wire.Answer answer) throws IOException, InterruptedException {
    return answer.body().next(retries.patience().silence(), retries.stop());
  }

  private static boolean isRest(Wire.Answer answer, long from, long size) {
    Matcher range = RANGE.matcher(answer.headers().firstValue("Content-Range").orElse(""));
    return answer.status() == 206
        && range.matches()
        && range.group(1).equals(Long.toString(from))
        && (range.group(3).equals("*") || range.group(3).equals(Long.toString(size)));
  }

  /// The part of a blob that is here, and its hash so far. Mutable, owned by one attempt.
  private final class Partial {
    private final RemoteFile file;
    private final FileChannel out;
    private final AtomicLong received;
    private Checksum checksum;
    private long length;

    Partial(RemoteFile file, FileChannel out, AtomicLong received) {
      this.file = file;
      this.out = out;
      this.received = received;
      this.checksum = new Checksum(file.hash(), file.size());
    }

    long length() {
      return length;
    }

    boolean isWhole() {
      return length == file.size() && checksum.matches();
    }

    /// Takes up what is here; more than there should be is no beginning.
    void readBack() throws IOException {
      if (out.size() > file.size()) {
        out.truncate(0);
      }
      ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
      while (out.read(chunk.clear(), length) > 0) {
        length += chunk.position();
        checksum.update(chunk.flip());
        retries.stop().check();
      }
    }

    void restart() throws IOException {
      out.truncate(0);
      retries.listener().received(-length);
      checksum = new Checksum(file.hash(), file.size());
      length = 0;
    }

    void append(List<ByteBuffer> buffers) throws IOException {
      for (ByteBuffer buffer : buffers) {
        int bytes = buffer.remaining();
        if (length + bytes > file.size()) {
          throw new CheckpointException(
              "%s: expected %,d bytes, found more; another HF_ENDPOINT may have it"
                  .formatted(file.path(), file.size()));
        }
        checksum.update(buffer.duplicate());
        while (buffer.hasRemaining()) {
          out.write(buffer, length + bytes - buffer.remaining());
        }
        length += bytes;
        received.addAndGet(bytes);
        retries.listener().received(bytes);
      }
    }
  }
}
