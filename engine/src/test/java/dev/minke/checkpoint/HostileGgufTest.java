package dev.minke.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that were made to harm are refused in one line that names file and field, without much
/// memory and at once.
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class HostileGgufTest {
  private static final int F32 = 0;

  @TempDir private Path directory = Path.of("");

  /// A file with these counts, what follows them, and a kilobyte of zeros.
  private static byte[] file(long tensors, long keys, Consumer<GgufOutput> rest) {
    GgufOutput out = new GgufOutput();
    out.int32(GgufHeader.MAGIC);
    out.int32(3);
    out.int64(tensors);
    out.int64(keys);
    rest.accept(out);
    for (int i = 0; i < 128; i++) {
      out.int64(0);
    }
    return out.bytes();
  }

  private static void tensor(GgufOutput out, String name, int type, long offset, long... shape) {
    out.text(name);
    out.int32(shape.length);
    for (long size : shape) {
      out.int64(size);
    }
    out.int32(type);
    out.int64(offset);
  }

  private static byte[] tensors(Consumer<GgufOutput> tensors, int count) {
    return file(count, 0, tensors);
  }

  private static byte[] key(String name, Consumer<GgufOutput> value) {
    return file(
        0,
        1,
        out -> {
          out.text(name);
          value.accept(out);
        });
  }

  private static void typed(GgufOutput out, GgufType type) {
    out.int32(type.ordinal());
  }

  private static byte[] version(int version) {
    byte[] file = file(0, 0, out -> {});
    file[4] = (byte) version;
    return file;
  }

  private static void deep(GgufOutput out, int depth) {
    typed(out, GgufType.ARRAY);
    for (int i = 0; i < depth; i++) {
      typed(out, GgufType.ARRAY);
      out.int64(1);
    }
  }

  static Stream<Arguments> files() {
    return Stream.concat(metadata(), layouts());
  }

  private static Stream<Arguments> metadata() {
    return Stream.of(
        Arguments.of("the first version", version(1), "version 1"),
        Arguments.of("a version to come", version(4), "version 4"),
        Arguments.of("2^62 keys", file(0, 1L << 62, out -> {}), "keys"),
        Arguments.of("2^64 - 1 tensors", file(-1, 0, out -> {}), "18446744073709551615"),
        Arguments.of(
            "a key of 2^63 bytes",
            file(0, 1, out -> out.int64(Long.MIN_VALUE)),
            "9223372036854775808"),
        Arguments.of(
            "a text of 2^63 - 1 bytes",
            key(
                "k",
                out -> {
                  typed(out, GgufType.TEXT);
                  out.int64(Long.MAX_VALUE);
                }),
            "key k"),
        Arguments.of(
            "an array of 2^61 numbers",
            key(
                "k",
                out -> {
                  typed(out, GgufType.ARRAY);
                  typed(out, GgufType.U64);
                  out.int64(1L << 61);
                }),
            "key k"),
        Arguments.of("arrays 10,000 deep", key("k", out -> deep(out, 10_000)), "at most 8 deep"),
        Arguments.of("an unknown type", key("k", out -> out.int32(13)), "found 13"),
        Arguments.of(
            "an array of unknown type",
            key(
                "k",
                out -> {
                  typed(out, GgufType.ARRAY);
                  out.int32(-1);
                }),
            "found 4294967295"),
        Arguments.of("no key", key("", out -> out.typed(new GgufValue.Flag(true))), "1 to 65535"),
        Arguments.of(
            "a flag of 2",
            key(
                "k",
                out -> {
                  typed(out, GgufType.BOOL);
                  out.int32(2);
                }),
            "0 or 1"),
        Arguments.of(
            "a key twice",
            file(
                0,
                2,
                out -> {
                  for (int i = 0; i < 2; i++) {
                    out.text("k");
                    out.typed(new GgufValue.Flag(true));
                  }
                }),
            "key k: expected each key once"),
        Arguments.of(
            "a key that is no UTF-8",
            file(
                0,
                1,
                out -> {
                  out.int64(8);
                  out.int64(0x6161_ff61_6161_6161L);
                }),
            "UTF-8"),
        Arguments.of(
            "an alignment of 48",
            key("general.alignment", out -> out.typed(new GgufValue.Whole(GgufType.U32, 48))),
            "a power of two"),
        Arguments.of(
            "an alignment of 0",
            key("general.alignment", out -> out.typed(new GgufValue.Whole(GgufType.U32, 0))),
            "a power of two"));
  }

  private static Stream<Arguments> layouts() {
    return Stream.of(
        Arguments.of(
            "2^60 by 2^60 elements",
            tensors(out -> tensor(out, "w", F32, 0, 1L << 60, 1L << 60), 1),
            "fewer than 2^63 elements"),
        Arguments.of(
            "2^60 elements", tensors(out -> tensor(out, "w", F32, 0, 1L << 60), 1), "tensor w"),
        Arguments.of(
            "2^62 elements of 8 bytes",
            tensors(out -> tensor(out, "w", 27, 0, 1L << 62), 1),
            "fewer than 2^63 bytes"),
        Arguments.of(
            "a negative size", tensors(out -> tensor(out, "w", F32, 0, -1), 1), "below 2^63"),
        Arguments.of(
            "five dimensions",
            tensors(out -> tensor(out, "w", F32, 0, 1, 1, 1, 1, 1), 1),
            "at most 4 dimensions"),
        Arguments.of(
            "2^31 dimensions",
            tensors(
                out -> {
                  out.text("w");
                  out.int32(Integer.MIN_VALUE);
                },
                1),
            "2147483648"),
        Arguments.of(
            "half a block", tensors(out -> tensor(out, "w", 2, 0, 16), 1), "a multiple of 32"),
        Arguments.of(
            "an offset between two alignments",
            tensors(out -> tensor(out, "w", F32, 16, 1), 1),
            "a multiple of 32"),
        Arguments.of(
            "an offset behind the file",
            tensors(out -> tensor(out, "w", F32, 1L << 40, 1), 1),
            "an offset within"),
        Arguments.of(
            "an offset of 2^63",
            tensors(out -> tensor(out, "w", F32, Long.MIN_VALUE, 1), 1),
            "9223372036854775808"),
        Arguments.of(
            "overlapping tensors",
            tensors(
                out -> {
                  tensor(out, "v", F32, 0, 9);
                  tensor(out, "w", F32, 32, 9);
                },
                2),
            "tensor w"),
        Arguments.of(
            "two tensors in one place",
            tensors(
                out -> {
                  tensor(out, "v", 99, 0, 9);
                  tensor(out, "w", 98, 0, 9);
                },
                2),
            "tensor v"),
        Arguments.of(
            "a tensor twice",
            tensors(
                out -> {
                  tensor(out, "w", F32, 0, 1);
                  tensor(out, "w", F32, 32, 1);
                },
                2),
            "two tensors w"),
        Arguments.of(
            "a name that is no UTF-8",
            tensors(
                out -> {
                  out.int64(8);
                  out.int64(-1);
                },
                1),
            "UTF-8"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void isRefused(String what, byte[] bytes, String named) throws IOException {
    Path file = directory.resolve("hostile.gguf");
    Files.write(file, bytes);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(() -> Gguf.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("hostile.gguf", named, "expected", "found")
        .hasMessageNotContaining("\n");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(16 << 20);
  }

  /// Each empty text takes 8 bytes of the file and far more of memory.
  @Test
  void aMetadataBombIsRefusedBeforeItFillsTheMemory() throws IOException {
    int count = 6_000_000;
    Path file = directory.resolve("bomb.gguf");
    byte[] head =
        key(
            "k",
            out -> {
              typed(out, GgufType.ARRAY);
              typed(out, GgufType.TEXT);
              out.int64(count);
            });
    byte[] bomb = java.util.Arrays.copyOf(head, head.length + 8 * count);
    Files.write(file, bomb);
    assertThatThrownBy(() -> Gguf.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("key k", "at most 256 MiB");
  }

  @Test
  void anUnknownTypeIsDescribedAndNotRead() throws IOException {
    Path file = directory.resolve("new.gguf");
    Files.write(
        file,
        tensors(
            out -> {
              tensor(out, "v", 77, 0, 9);
              tensor(out, "w", F32, 64, 9);
            },
            2));
    try (Gguf gguf = Gguf.open(file);
        Arena arena = Arena.ofConfined()) {
      Gguf.Entry unknown = gguf.tensor("v");
      assertThat(unknown.type()).isEqualTo(77);
      assertThat(unknown.bytes()).isEqualTo(64);
      assertThatThrownBy(() -> gguf.read(unknown, 0, arena.allocate(4)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll("new.gguf", "tensor v", "number 77");
      gguf.read(gguf.tensor("w"), 0, arena.allocate(36));
    }
  }

  private Path part(int name, int no, int count, int total, String tensor, String architecture) {
    Path file = directory.resolve("m-%05d-of-%05d.gguf".formatted(name, count));
    new GgufWriter()
        .put("general.architecture", architecture)
        .put("split.no", no)
        .put("split.count", count)
        .put("split.tensors.count", total)
        .tensor(
            tensor,
            GgmlType.I8,
            List.of(1L),
            channel ->
                channel.write(java.nio.ByteBuffer.wrap("x".getBytes(StandardCharsets.UTF_8))))
        .write(file);
    return file;
  }

  private void refusesSplit(Path file, String... named) {
    assertThatThrownBy(() -> Gguf.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(named)
        .hasMessageNotContaining("\n");
  }

  @Test
  void splitsThatDoNotFitAreRefused() throws IOException {
    Path first = part(1, 0, 2, 2, "a", "llama");
    refusesSplit(first, "m-00002-of-00002.gguf", "found none");
    Files.copy(first, directory.resolve("m-00002-of-00002.gguf"));
    refusesSplit(first, "split.no", "expected 1", "found 0");
    Path second = part(2, 1, 2, 3, "b", "llama");
    refusesSplit(first, "split.tensors.count");
    refusesSplit(second, "split.tensors.count");
    part(2, 1, 2, 2, "a", "llama");
    refusesSplit(first, "tensor a", "m-00001-of-00002.gguf");
    part(2, 1, 2, 2, "b", "qwen2");
    refusesSplit(first, "general.architecture", "qwen2");
    part(2, 1, 2, 2, "b", "llama");
    try (Gguf gguf = Gguf.open(second)) {
      assertThat(gguf.tensors().keySet()).containsExactly("a", "b");
    }
    part(1, 0, 2, 3, "a", "llama");
    part(2, 1, 2, 3, "b", "llama");
    refusesSplit(first, "split.tensors.count", "the 2 tensors", "found 3");
    Path renamed = directory.resolve("model.gguf");
    Files.move(first, renamed);
    refusesSplit(renamed, "-of-00002.gguf", "names back");
  }
}
