package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 signed numbers as points of eight: `(d·(0.5 + s)·0.25)·±level`, with `s` of four bits for 16
/// numbers.
///
/// F16 `d`, 32 points of two bytes (nine bits of point, seven of signs), eight bytes of scales.
final class IQ2_XS extends Blocks implements GridBlocks {
  private static final int POINTS = 2;
  private static final int SCALES = POINTS + 64;
  static final long[] GRID =
      Grid.points(
          """
          #$$$$$$$$$$$$&$$$$$$$&$($$$&$&$,$$$$$$$$$$($$$&$((&$(4$$$&$(,$(&0*6$$$$$$$&$($$$&$$&,$(4
          $$$&$(,$(,*>$(0&$>:$$$$$$(&($((.4*$$(4>(64(N&,$$$$$$$&$($$$&$(*$$(4$$$&$(,$(4.$0$$&44F$$
          $&$(,$&$.(>$(4X.8R$($2.68&P[-L$$$$$$$(,$(44,$(4(2B6D:&$(2$X>,B.2[%&($,860[#.:.H&$6$$$$$$
          $&$($$$$$$(&($(4$$$&$(,$(4&2*$($0$X$$$&$&$,$(4.2$(.(N,*8(P$(4&**D,6(2B[7$$$&$((&$(4>$(&0
          $V@T$$(,*4,4*(R(JB8*.2*D>,$[W:$(4.*.6$[O0@20[54&N[AVT[)D*D$$$&$(*$$(4$8$$$$&4,(H4F$2(&$(
          $$0426@P6H>(28,$8*[ID(*,&$(402:6>[366&<(([)H$N[CJH[%BF$&$,*PP(D&$&6>4FJ[[@66,$&R((X$P$H2
          """,
          8, 8, 25, 43);

  IQ2_XS() {
    super("IQ2_XS", 256, SCALES + 8);
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
      int pair = from.get(INT, at + POINTS + 4 * group);
      long point = Grid.evenlySigned(GRID[pair & 511], pair >>> 9);
      long next = Grid.evenlySigned(GRID[pair >>> 16 & 511], pair >>> 25);
      Grid.write(point, next, scale, to, toAt + 64L * group);
    }
  }
}
