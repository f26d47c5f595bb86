package dev.minke.checkpoint;

import dev.minke.quant.BlockFormats;
import dev.minke.quant.Fp8Blocks;
import dev.minke.tensor.BlockFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/// A weight of DeepSeek's FP8 releases: bytes of e4m3 and, in a second tensor, a scale for each
/// block of 128 rows and 128 columns (the last ones shorter), woven into rows of [Fp8Blocks].
final class Fp8Tensor implements StoredTensor {
  /// What the second tensor's name adds to the first one's.
  static final String SUFFIX = "_scale_inv";

  private static final BlockFormat FORMAT = BlockFormats.byName("F8_E4M3").orElseThrow();
  private static final int SIDE = Fp8Blocks.ELEMENTS;

  /// Rows or columns of a matrix, and blocks of scales that a number counts.
  private static final int MOST_SIDE = Integer.MAX_VALUE - SIDE;

  private final StoredTensor bytes;
  private final int blocks;
  private final float[] scales;

  /// @param bytes `[out, in]`, one byte an element
  /// @param scales `[⌈out / 128⌉, ⌈in / 128⌉]`
  Fp8Tensor(StoredTensor bytes, StoredTensor scales) {
    this.bytes = bytes;
    List<Long> shape = bytes.shape();
    if (shape.size() != 2 || shape.stream().anyMatch(size -> size < 1 || size > MOST_SIDE)) {
      throw new CheckpointException(
          "%s: tensor %s: expected a matrix with scales, found shape %s"
              .formatted(bytes.file(), bytes.name(), shape));
    }
    this.blocks = (bytes.columns() + SIDE - 1) / SIDE;
    List<Long> expected = List.of((shape.getFirst() + SIDE - 1) / SIDE, (long) blocks);
    if (!scales.shape().equals(expected)) {
      throw new CheckpointException(
          "%s: tensor %s: expected scales %s for a weight %s, found %s"
              .formatted(scales.file(), scales.name(), expected, shape, scales.shape()));
    }
    this.scales = Widening.floats(scales);
  }

  @Override
  public String name() {
    return bytes.name();
  }

  @Override
  public Path file() {
    return bytes.file();
  }

  @Override
  public List<Long> shape() {
    return bytes.shape();
  }

  @Override
  public BlockFormat format() {
    return FORMAT;
  }

  @Override
  public void read(long first, int count, MemorySegment into, long at) {
    int columns = columns();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment plain = arena.allocate((long) count * columns);
      bytes.read(first, count, plain, 0);
      long to = at;
      for (int row = 0; row < count; row++) {
        int scaleRow = (int) ((first + row) / SIDE) * blocks;
        for (int block = 0; block < blocks; block++, to += FORMAT.blockBytes()) {
          int from = block * SIDE;
          int length = Math.min(SIDE, columns - from);
          into.set(ValueLayout.JAVA_FLOAT_UNALIGNED, to, scales[scaleRow + block]);
          long numbers = to + Fp8Blocks.SCALE_BYTES;
          MemorySegment.copy(plain, (long) row * columns + from, into, numbers, length);
          into.asSlice(numbers + length, SIDE - length).fill((byte) 0);
        }
      }
    }
  }
}
