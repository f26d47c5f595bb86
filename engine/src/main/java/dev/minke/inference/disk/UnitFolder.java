package dev.minke.inference.disk;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// Units in a folder, a file each, of any models and users; the least recently used go when there
/// are more bytes than may be.
///
/// A file is written beside its place and renamed: it is there whole or not at all, and two that
/// write the same unit write the same. Nothing is synced to the disk: what a power cut leaves half
/// is found by its checksum, deleted and counted. The time of a file's last change is that of its
/// last use. A process deletes by what it finds in the folder, so several may share one; each may
/// be a thirty-second of the limit behind the others' writing.
///
/// One thread writes and one reads.
public final class UnitFolder {
  private static final Pattern UNIT = Pattern.compile("[0-9a-f]{64}\\.kv");
  private static final Pattern TEMPORARY = Pattern.compile("\\.[0-9a-f]{64}\\.[0-9a-f-]+\\.tmp");
  private static final Duration ABANDONED = Duration.ofHours(1);

  /// Looking through the folder comes after so many bytes written: this part of the limit.
  private static final int LOOKS = 32;

  /// More than needed goes at a time: this part of the limit.
  private static final int SPARE = 16;

  private final Path folder;
  private final long limit;
  private final AtomicLong damaged = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /// Written since the folder was looked through; of the thread that writes.
  private long since;

  private long temporaries;

  /// Opens a folder, which is made if it is not there, for its owner alone.
  ///
  /// @param limit most bytes of all files together
  /// @throws CheckpointException if nothing can be written there
  public UnitFolder(Path folder, long limit) {
    this.folder = folder;
    this.limit = limit;
    requireWritable(folder);
    try {
      makeRoom(0);
    } catch (IOException e) {
      throw CheckpointException.of("keep a cache in", folder, e);
    }
  }

  /// Makes a folder if it is not there, for its owner alone, and tries to write there.
  ///
  /// @throws CheckpointException if nothing can be written
  public static void requireWritable(Path folder) {
    try {
      create(folder);
      Files.delete(Files.createTempFile(folder, ".", ".tmp"));
    } catch (IOException e) {
      throw CheckpointException.of("keep a cache in", folder, e);
    }
  }

  private static void create(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }

  public Path path() {
    return folder;
  }

  /// Bytes of all files, as far as it is known here.
  public long bytes() {
    return bytes.get();
  }

  /// Files that were found damaged, or of another format or key than their names say, and deleted.
  public long damaged() {
    return damaged.get();
  }

  private Path file(UnitKey key) {
    return folder.resolve(key + ".kv");
  }

  /// Of this process, folder and moment alone.
  private Path temporary(String name) {
    return folder.resolve(
        ".%s.%x-%x-%x.tmp"
            .formatted(
                name, ProcessHandle.current().pid(), System.identityHashCode(this), temporaries++));
  }

  /// Notes that a unit was used.
  ///
  /// @return false if it is not there
  public boolean use(UnitKey key, Instant time) throws IOException {
    try {
      Files.setLastModifiedTime(file(key), FileTime.from(time));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /// Writes a unit. Others go if there is no room.
  ///
  /// @param tokens all of them have rows
  /// @param used when
  /// @throws IOException if it could not be written; nothing is left of it
  public void write(UnitKey key, int[] tokens, List<ByteBuffer> rows, Instant used)
      throws IOException {
    long size = CacheFile.size(tokens.length, rows.stream().mapToLong(ByteBuffer::remaining).sum());
    if (since > limit / LOOKS || bytes.get() + size > limit) {
      makeRoom(size);
    }
    Path temporary = temporary(key.toString());
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        CacheFile.write(channel, key.bytes(), tokens, tokens.length, rows);
      }
      Files.setLastModifiedTime(temporary, FileTime.from(used));
      Files.move(temporary, file(key), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    since += size;
    bytes.addAndGet(size);
  }

  /// Reads a unit. One that is not as it should be is deleted.
  ///
  /// @param tokens of the unit
  /// @param rows to be filled; of use only if it was there
  /// @return whether it was there
  public boolean read(UnitKey key, int[] tokens, List<ByteBuffer> rows) {
    Path path = file(key);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      CacheFile file = CacheFile.read(channel, path);
      if (!Arrays.equals(file.key(), key.bytes())
          || !Arrays.equals(file.tokens(), tokens)
          || file.positions() != tokens.length) {
        throw new CheckpointException(path + ": it is not the unit of its name");
      }
      file.readRows(channel, path, rows);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      damaged.incrementAndGet();
      System.getLogger(UnitFolder.class.getName())
          .log(System.Logger.Level.DEBUG, "a unit of the cache is left out", e);
      delete(path);
      return false;
    }
  }

  private static boolean delete(Path path) {
    try {
      return Files.deleteIfExists(path);
    } catch (IOException leftThere) {
      return false;
    }
  }

  private record Found(Path path, long size, FileTime used) {}

  /// Looks through the folder and deletes what was used least recently, until there is room.
  ///
  /// @param size bytes that are to come
  private void makeRoom(long size) throws IOException {
    List<Found> units = new ArrayList<>();
    long sum = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path path : all) {
        String name = String.valueOf(path.getFileName());
        if (UNIT.matcher(name).matches() || TEMPORARY.matcher(name).matches()) {
          Found found = find(path);
          if (name.endsWith(".tmp") && isAbandoned(found)) {
            delete(path);
          } else {
            sum += found.size;
            units.add(found);
          }
        }
      }
    }
    units.removeIf(unit -> unit.path.toString().endsWith(".tmp"));
    units.sort(Comparator.comparing(Found::used));
    long most = sum + size > limit ? limit - Math.min(limit - size, limit / SPARE) : limit;
    for (Found unit : units) {
      if (sum + size <= most) {
        break;
      }
      if (delete(unit.path) || !Files.exists(unit.path)) {
        sum -= unit.size;
      }
    }
    since = 0;
    bytes.set(sum);
  }

  /// One that another process has deleted meanwhile takes no room.
  private static Found find(Path path) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Found(path, attributes.size(), attributes.lastModifiedTime());
    } catch (NoSuchFileException e) {
      return new Found(path, 0, FileTime.fromMillis(0));
    }
  }

  /// Whoever wrote it was killed.
  private static boolean isAbandoned(Found found) {
    return found.used.toInstant().isBefore(Instant.now().minus(ABANDONED));
  }
}
