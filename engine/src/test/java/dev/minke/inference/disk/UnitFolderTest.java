package dev.minke.inference.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitFolderTest {
  private static final int TOKENS = 64;
  private static final int ROWS = 5000;
  private static final long SIZE = CacheFile.size(TOKENS, ROWS);
  private static final UnitKey ROOT = UnitKey.root(List.of("model"));

  @TempDir private Path folder;

  private static int[] tokens(long seed) {
    return new Random(seed).ints(TOKENS).toArray();
  }

  private static UnitKey key(long seed) {
    return ROOT.next(tokens(seed), 0, TOKENS);
  }

  /// Two parts, as of two layers.
  private static List<ByteBuffer> rows(long seed) {
    byte[] bytes = new byte[ROWS];
    new Random(~seed).nextBytes(bytes);
    return List.of(
        ByteBuffer.allocateDirect(ROWS / 4).put(bytes, 0, ROWS / 4).flip(),
        ByteBuffer.allocateDirect(ROWS - ROWS / 4).put(bytes, ROWS / 4, ROWS - ROWS / 4).flip());
  }

  private static List<ByteBuffer> empty() {
    return List.of(ByteBuffer.allocateDirect(ROWS / 4), ByteBuffer.allocateDirect(ROWS - ROWS / 4));
  }

  private static void write(UnitFolder units, long seed, Instant used) throws IOException {
    units.write(key(seed), tokens(seed), rows(seed), used);
  }

  /// Whether it is there; if so, it has to be what was written.
  private static boolean isThere(UnitFolder units, long seed) {
    List<ByteBuffer> read = empty();
    boolean there = units.read(key(seed), tokens(seed), read);
    if (there) {
      assertThat(read).isEqualTo(rows(seed));
    }
    return there;
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    UnitFolder units = new UnitFolder(folder, 10 * SIZE);
    write(units, 1, Instant.now());
    assertThat(isThere(units, 1)).isTrue();
    assertThat(isThere(units, 2)).isFalse();
    assertThat(isThere(new UnitFolder(folder, 10 * SIZE), 1)).isTrue();
    assertThat(units.bytes()).isEqualTo(SIZE);
    assertThat(units.damaged()).isZero();
  }

  @Test
  void everyByteIsWatched() throws IOException {
    UnitFolder units = new UnitFolder(folder, 10 * SIZE);
    write(units, 1, Instant.now());
    Path file = folder.resolve(key(1) + ".kv");
    byte[] good = Files.readAllBytes(file);
    assertThat(good).hasSize((int) SIZE);
    Random random = new Random(5);
    for (int i = 0; i < 400; i++) {
      byte[] bad = good.clone();
      // All of the header and of the first tokens, then some.
      bad[i < 100 ? i : random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bad);
      assertThat(isThere(units, 1)).as("change %d", i).isFalse();
      assertThat(file).doesNotExist();
      Files.write(file, java.util.Arrays.copyOf(good, random.nextInt(good.length)));
      assertThat(isThere(units, 1)).isFalse();
    }
    assertThat(units.damaged()).isEqualTo(800);
    Files.write(file, good);
    assertThat(isThere(units, 1)).isTrue();
  }

  /// A header that promises what is not there must not cost memory.
  @Test
  void sizesAreHeldAgainstTheFile() throws IOException {
    Path file = folder.resolve("file");
    ByteBuffer header = ByteBuffer.allocate(64).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    header.put("minke kv".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    header.putInt(8, 1);
    int[][] sizes = {{1 << 30, 0}, {-1, 0}, {5, 6}, {5, -1}, {1 << 28, 1 << 28}};
    for (int[] size : sizes) {
      header.putInt(12, size[0]).putInt(16, size[1]).putLong(24, -4L * size[0]);
      Files.write(file, header.array());
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        assertThatThrownBy(() -> CacheFile.read(channel, file))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("it is damaged");
      }
    }
  }

  @Test
  void theLeastRecentlyUsedGo() throws IOException {
    UnitFolder units = new UnitFolder(folder, 10 * SIZE);
    Instant start = Instant.now().minusSeconds(1000);
    for (int i = 0; i < 10; i++) {
      write(units, i, start.plusSeconds(i));
    }
    assertThat(units.use(key(0), start.plusSeconds(20))).isTrue();
    assertThat(units.use(key(99), start)).isFalse();
    write(units, 10, start.plusSeconds(30));
    assertThat(isThere(units, 0)).isTrue();
    assertThat(isThere(units, 1)).isFalse();
    assertThat(isThere(units, 9)).isTrue();
    assertThat(isThere(units, 10)).isTrue();
    for (int i = 11; i < 60; i++) {
      write(units, i, start.plusSeconds(30 + i));
      assertThat(onDisk()).isLessThanOrEqualTo(10 * SIZE).isGreaterThan(8 * SIZE);
      assertThat(units.bytes()).isEqualTo(onDisk());
    }
  }

  private long onDisk() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void aSmallerLimitHoldsAtOnceAndOtherFilesStay() throws IOException {
    UnitFolder units = new UnitFolder(folder, 10 * SIZE);
    for (int i = 0; i < 10; i++) {
      write(units, i, Instant.now().plusMillis(i));
    }
    Path other = Files.write(folder.resolve("notes.txt"), new byte[100]);
    UnitFolder smaller = new UnitFolder(folder, 4 * SIZE);
    assertThat(smaller.bytes()).isLessThanOrEqualTo(4 * SIZE);
    assertThat(isThere(smaller, 9)).isTrue();
    assertThat(isThere(smaller, 0)).isFalse();
    assertThat(other).exists();
  }

  @Test
  void whatAKilledProcessLeftGoesWhenItIsOld() throws IOException {
    Path left = Files.write(folder.resolve("." + key(1) + ".1a-2b-3.tmp"), new byte[1000]);
    UnitFolder units = new UnitFolder(folder, 10 * SIZE);
    assertThat(left).as("somebody may be writing it").exists();
    assertThat(units.bytes()).isEqualTo(1000);
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    assertThat(new UnitFolder(folder, 10 * SIZE).bytes()).isZero();
    assertThat(left).doesNotExist();
  }

  @Test
  void keysTellUsersAndTokensApart() {
    int[] tokens = tokens(1);
    UnitKey one = UnitKey.root(List.of("model", "user")).next(tokens, 0, TOKENS);
    assertThat(UnitKey.root(List.of("model", "user")).next(tokens, 0, TOKENS).bytes())
        .isEqualTo(one.bytes());
    for (List<String> other :
        List.of(List.of("model", "other"), List.of("modelu", "ser"), List.of("modeluser"))) {
      assertThat(UnitKey.root(other).next(tokens, 0, TOKENS).bytes()).isNotEqualTo(one.bytes());
    }
    tokens[3]++;
    assertThat(UnitKey.root(List.of("model", "user")).next(tokens, 0, TOKENS).bytes())
        .isNotEqualTo(one.bytes());
    assertThat(one.next(tokens, 0, TOKENS).bytes()).isNotEqualTo(one.bytes());
  }

  /// Writes until it is killed.
  static final class Writing {
    private Writing() {}

    public static void main(String[] arguments) throws IOException {
      UnitFolder units = new UnitFolder(Path.of(arguments[0]), 50 * SIZE);
      for (int i = 0; ; i++) {
        write(units, i % 200, Instant.now());
        if (i == 20) {
          System.out.println("writing");
        }
      }
    }
  }

  @Test
  void aKillLeavesOnlyWholeUnits() throws IOException, InterruptedException {
    for (int round = 0; round < 2; round++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writing.class.getName(),
                  folder.toString())
              .redirectErrorStream(true)
              .start();
      assertThat(process.inputReader().readLine()).isEqualTo("writing");
      Thread.sleep(50 + 37 * round);
      process.destroyForcibly().waitFor();
      UnitFolder units = new UnitFolder(folder, 50 * SIZE);
      int there = 0;
      for (int i = 0; i < 200; i++) {
        there += isThere(units, i) ? 1 : 0;
      }
      assertThat(there).isGreaterThan(15);
      assertThat(units.damaged()).isZero();
      write(units, 1, Instant.now());
      assertThat(isThere(units, 1)).isTrue();
    }
  }
}
