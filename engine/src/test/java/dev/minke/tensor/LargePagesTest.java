package dev.minke.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LargePagesTest {
  private static final long BYTES = 5_000_000;

  @Test
  void memoryIsZeroedAlignedAndGivenBack() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    assumeTrue(Files.exists(maps), "not run: no /proc/self/maps");
    long address;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = LargePages.allocate(arena, BYTES);
      address = memory.address();
      assertThat(memory.byteSize()).isEqualTo(BYTES);
      assertThat(address % (2 << 20)).isZero();
      for (long at = 0; at < BYTES; at++) {
        assertThat(memory.get(ValueLayout.JAVA_BYTE, at)).isZero();
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
      }
      assertThat(isMapped(maps, address)).isTrue();
    }
    assertThat(isMapped(maps, address)).isFalse();
  }

  private static boolean isMapped(Path maps, long address) throws IOException {
    return Files.readAllLines(maps).stream()
        .map(line -> line.substring(0, line.indexOf(' ')).split("-", -1))
        .anyMatch(ends ->
            Long.compareUnsigned(Long.parseUnsignedLong(ends[0], 16), address) <= 0
                && Long.compareUnsigned(Long.parseUnsignedLong(ends[1], 16), address) > 0);
  }
}
