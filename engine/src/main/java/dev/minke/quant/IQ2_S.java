package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 signed numbers as points of eight: `(d·(0.5 + s)·0.25)·±level`, with `s` of four bits for 16
/// numbers.
///
/// F16 `d`, the lower eight bits of 32 points, 32 bytes of signs, the upper two bits of the points
/// in eight bytes, eight bytes of scales.
final class IQ2_S extends Blocks implements GridBlocks {
  private static final int POINTS = 2;
  private static final int SIGNS = POINTS + 32;
  private static final int UPPER_BITS = SIGNS + 32;
  private static final int SCALES = UPPER_BITS + 8;
  static final long[] GRID =
      Grid.points(
          """
          #$$$$$$$$$$$$&$$$$$$$&$$$$$$$&$(&&$$$$$$$$&$($$$&$$$$&$&$($$($($$$&$(*$$$$$&0&&&**$$$$$$
          $&$$$$$$$$$$$$$$$($$$$&$&$($$$$$$$$$&$&$$$$$$$&$($$$&$(,$$$$&0&$&$(,$(4$$$&$$$$&&$$$$$$$
          $&$(&*0$$($$$&*&$&$(,*4,$*&$,D.$$$$$$$&$$&$$$&$$$$$$$&$$&&$&$($$$$$$$$$$$$&$$$$$$$&$($$$
          &$2$&$&($(&($2$(4$$$&$$$$&$&$$$$$$$&$($$$&$(,$$$$$$$&$($$$&$(,$(4&$&$(,$(4<$$$$$&$&*$$$&
          $(,$:$$$&$(,$(28,(40J$$$&$$$$&&$$($$*(*&0$$($$(*$$($(,$(4*.&$&(:$2&$$$$&$&$($$$&$(,$(4&$
          &$(,$(0&>$(42H&($2$(<4$$([#8.>.$6$$$$$$$$$$$&$$$$$$$$$$$($(&$&$($$$&$$$$$$($$$$$$$&$($$$
          &$(,$($$$((&$&$(,$:$$$$$$$$$$$$&$$$$$$$&$($$$&$(,$$$$$$$&$($$$&$(*$$(4$$$&$(,$(48($&$$$$
          &$($$$&$(.(4$$$&$(,$(400$(4X$$$&$$$$$$$&$$$$$$$&$($$$&$2$$$$$$$&$($$$&$(,$(4&$&$(,$(2$>$
          $$$$$$&$($$$&$(,$(4$$$&$(,$(4>$(0&X$$$&$(,$(*,>$(4X2L6&$$&$$$&$(&$&$(.(4$$$&$(,$(420(40B
          *&$&$(,$(4>$(4*202[+2$(J6.<[=N*$$$&$&$&($($$$&*&($2$&$$$$&$($$$&$2$(2$&&$$2$(P$$$$$$$&*$
          $$&$(,$(4$$$&$(,$(4*6$(2$X&($2$(H*$:8V8$.4*$&$$$$(($$$&$(,$(4&($2$(*H$(4T&$$$&$(,$(400$(
          4L&*B2D$(0&V$D&[S4&&&*($$(H(>8D(.&$@&$2&$(4D0(2[OV2TP6>$,$&F6
          """,
          8,
          8,
          25,
          43);

  IQ2_S() {
    super("IQ2_S", 256, SCALES + 8);
  }

  @Override
  public long[] grid() {
    return GRID.clone();
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    for (int group = 0; group < 16; group++) {
      float scale = d * (0.5f + nibble(from, at + SCALES, group)) * 0.25f;
      long points = at + POINTS + 2 * group;
      int uppers = nibble(from, at + UPPER_BITS, group);
      long point = GRID[unsigned(from, points) | (uppers & 3) << 8];
      long next = GRID[unsigned(from, points + 1) | uppers >>> 2 << 8];
      int signs = from.get(SHORT, at + SIGNS + 2 * group);
      Grid.write(
          Grid.signed(point, signs), Grid.signed(next, signs >>> 8), scale, to, toAt + 64L * group);
    }
  }
}
