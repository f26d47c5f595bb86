package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 signed numbers as points of eight: `(d·(0.5 + s)·0.25)·±level`, with `s` of four bits for 32
/// numbers.
///
/// F16 `d`, then eight bytes for each 32 numbers: four points of one byte, and an integer of four
/// times seven signs with `s` on top.
final class IQ2_XXS extends Blocks implements GridBlocks {
  private static final int GROUPS = 2;
  static final long[] GRID =
      Grid.points(
          """
          #$$$$$$($&$$$((&$($(.*$(&0@..$4F<$(,$($&.,$(.($&.06$,:$4@4(&$(.&$($8::Z,[/$(,*4.(&0(.4*,
          R,T(.&.6LBD0[-$(4><&[-PN$(82*$T*R$[9$(40J>6[I:.R[[.V$((&$((*&,$(44>*&:*:*,@(.F28,[%[;$(4
          &TL&,ZB4(&($F(:<P[/[9$:[3HL,(B[%[%[7(4:@JZ@F&[?$P[[6[[[M$(6>>..[)[1$(&04FBD864H[;[A[3(.(
          P8J[#T6,[A[[[+N[[BD8@[3[I[[[[FR
          """,
          8, 8, 25, 43);

  IQ2_XXS() {
    super("IQ2_XXS", 256, GROUPS + 64);
  }

  @Override
  public long[] grid() {
    return GRID.clone();
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    for (int group = 0; group < 8; group++) {
      long points = at + GROUPS + 8 * group;
      int signs = from.get(INT, points + 4);
      float scale = d * (0.5f + (signs >>> 28)) * 0.25f;
      for (int i = 0; i < 4; i += 2) {
        int eight = signs >>> 7 * i;
        long point = Grid.evenlySigned(GRID[unsigned(from, points + i)], eight);
        long next = Grid.evenlySigned(GRID[unsigned(from, points + i + 1)], eight >>> 7);
        Grid.write(point, next, scale, to, toAt + 128L * group + 32L * i);
      }
    }
  }
}
