package dev.minke.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardwareTest {
  @TempDir private Path directory;

  @Test
  void whatLinuxReckonsAvailableIsRead() {
    assertThat(Hardware.available(List.of("MemTotal: 9 kB", "MemAvailable:   21504 kB")))
        .hasValue(21504L << 10);
    assertThat(Hardware.available(List.of("MemTotal: 9 kB"))).isEmpty();
    assertThat(Hardware.availableBytes()).isPositive();
  }

  @Test
  void theChosenKindOfPagesIsTheOneInBrackets() {
    assertThat(Hardware.chosen(List.of("always [madvise] never"))).isEqualTo("madvise");
    assertThat(Hardware.chosen(List.of("always madvise [never]"))).isEqualTo("never");
    assertThat(Hardware.chosen(List.of())).isEmpty();
  }

  @Test
  void cachesAreReadAsLinuxPublishesThem() throws IOException {
    cache("index0", "1", "Data", "48K");
    cache("index2", "2", "Unified", "2048K");
    assertThat(Hardware.caches(directory)).containsExactly("L1 Data 48K", "L2 2048K");
    assertThat(Hardware.caches(directory.resolve("none"))).isEmpty();
  }

  private void cache(String name, String level, String type, String size) throws IOException {
    Path cache = Files.createDirectories(directory.resolve(name));
    Files.writeString(cache.resolve("level"), level + "\n");
    Files.writeString(cache.resolve("type"), type + "\n");
    Files.writeString(cache.resolve("size"), size + "\n");
  }

  @Test
  void thisMachineIsFound() {
    Hardware here = Hardware.probe();
    assertThat(here.usable()).isBetween(1, here.processors());
    assertThat(here.memoryBytes()).isGreaterThan(here.freeBytes());
  }
}
