package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 signed numbers as points of four: `(d·(0.5 + s)·0.5)·±level`, with `s` of four bits for 32
/// numbers.
///
/// F16 `d`, 64 points of one byte, then an integer for each 32 numbers: four times seven signs with
/// `s` on top.
final class IQ3_XXS extends Blocks implements GridBlocks {
  private static final int POINTS = 2;
  private static final int SIGNS = POINTS + 64;
  static final long[] GRID =
      Grid.points(
          """
          #$$'$&#$)+;$&$'$)&%$)-.*$$')$)$&,(0&(#$-E56'-.$&(52U96&$702$'$)$'$$-#:$))$Q$'$))D($0+/2-
          &EJ&45.[60B$)$'$&%+A$$%$))=&#*$)(#$/#/6)&N&C0:6,=[.$-9>)$)$7/'($0+-$=$'/7214[&15((.=A47J
          76-0$.&[661#2(3@AG-C07[6%$0T99*(29A0B*K?-&E*9[8N0T2$0?B@GF([/CGSJ0T$$#42N,L='8/07C2A$4[-
          """,
          4, 4, 12, 20, 28, 36, 44, 52, 62);

  IQ3_XXS() {
    super("IQ3_XXS", 256, SIGNS + 32);
  }

  @Override
  public long[] grid() {
    return GRID.clone();
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    for (int group = 0; group < 8; group++) {
      int signs = from.get(INT, at + SIGNS + 4 * group);
      float scale = d * (0.5f + (signs >>> 28)) * 0.5f;
      for (int i = 0; i < 4; i += 2) {
        long points = at + POINTS + 8 * group + 2 * i;
        long eight = Grid.evenlySigned(eight(from, points), signs >>> 7 * i);
        long next = Grid.evenlySigned(eight(from, points + 2), signs >>> 7 * i + 7);
        Grid.write(eight, next, scale, to, toAt + 128L * group + 32L * i);
      }
    }
  }

  /// Two points of four.
  private static long eight(MemorySegment from, long at) {
    return GRID[unsigned(from, at)] | GRID[unsigned(from, at + 1)] << 32;
  }
}
