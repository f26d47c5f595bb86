package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecondLevelCacheTest {
  @TempDir Path caches;

  @Test
  void isWhatIsPublished() throws IOException {
    publish("index0", "1", "48K");
    publish("index2", "2", "2048K");
    publish("index3", "3", "480M");
    assertThat(SecondLevelCache.bytes(caches)).isEqualTo(2 << 20);
    publish("index2", "2", "4M");
    assertThat(SecondLevelCache.bytes(caches)).isEqualTo(4 << 20);
  }

  @Test
  void isAssumedWhereNothingIsPublished() throws IOException {
    assertThat(SecondLevelCache.bytes(caches.resolve("none"))).isEqualTo(SecondLevelCache.ASSUMED);
    assertThat(SecondLevelCache.bytes(caches)).isEqualTo(SecondLevelCache.ASSUMED);
    publish("index2", "2", "");
    assertThat(SecondLevelCache.bytes(caches)).isEqualTo(SecondLevelCache.ASSUMED);
    publish("index2", "2", "large");
    assertThat(SecondLevelCache.bytes(caches)).isEqualTo(SecondLevelCache.ASSUMED);
  }

  private void publish(String cache, String level, String size) throws IOException {
    Path directory = Files.createDirectories(caches.resolve(cache));
    Files.writeString(directory.resolve("level"), level + "\n");
    Files.writeString(directory.resolve("size"), size + "\n");
  }
}
