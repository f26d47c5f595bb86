package dev.minke.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.minke.Hostile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/// A safetensors file of any bytes is read or refused.
class SafetensorsFuzzTest {
  @TempDir static Path directory = Path.of("");

  @MethodSource("dev.minke.checkpoint.HostileSeeds#safetensors")
  @Timeout(60)
  @FuzzTest
  void isReadOrRefused(byte[] bytes) throws IOException {
    Path file = directory.resolve("some.safetensors");
    Files.write(file, bytes);
    Hostile.uses(
        file,
        () -> {
          try (Safetensors open = Safetensors.open(file);
              Arena arena = Arena.ofConfined()) {
            for (Safetensors.Entry entry : open.entries().values()) {
              open.read(entry, 0, arena.allocate(entry.end() - entry.begin()));
            }
          }
        });
  }
}
