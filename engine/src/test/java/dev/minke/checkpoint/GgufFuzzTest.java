package dev.minke.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.minke.Hostile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/// GGUF files of any bytes are read or refused: one, or the parts of a split model.
class GgufFuzzTest {
  /// Stands between the parts of a split model.
  static final byte[] CUT = {'|', 'c', 'u', 't', '|'};

  @TempDir static Path directory = Path.of("");

  @MethodSource("dev.minke.checkpoint.HostileSeeds#ggufs")
  @Timeout(60)
  @FuzzTest
  void areReadOrRefused(byte[] bytes) throws IOException {
    List<byte[]> parts = parts(bytes);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String name =
          parts.size() == 1 ? "m.gguf" : "m-%05d-of-%05d.gguf".formatted(i + 1, parts.size());
      files.add(Files.write(directory.resolve(name), parts.get(i)));
    }
    Hostile.uses(directory, () -> read(files.getLast()));
    Hostile.uses(directory, () -> StoredModel.open(files.getFirst()).close());
    Hostile.uses(
        directory,
        () -> {
          try (Gguf gguf = Gguf.open(files.getFirst())) {
            GgufTokenizer.read(gguf);
          }
        });
    for (Path file : files) {
      Files.delete(file);
    }
  }

  private static void read(Path file) {
    try (Gguf gguf = Gguf.open(file)) {
      for (Gguf.Entry entry : gguf.tensors().values()) {
        if (GgmlType.of(entry.type()).isPresent()) {
          try (Arena arena = Arena.ofConfined()) {
            gguf.read(entry, 0, arena.allocate(entry.bytes()));
          }
        }
      }
    }
  }

  private static List<byte[]> parts(byte[] bytes) {
    List<byte[]> parts = new ArrayList<>();
    int begin = 0;
    for (int at = 0; at + CUT.length <= bytes.length && parts.size() < 3; at++) {
      if (Arrays.equals(bytes, at, at + CUT.length, CUT, 0, CUT.length)) {
        parts.add(Arrays.copyOfRange(bytes, begin, at));
        begin = at + CUT.length;
        at = begin - 1;
      }
    }
    parts.add(Arrays.copyOfRange(bytes, begin, bytes.length));
    return parts;
  }
}
