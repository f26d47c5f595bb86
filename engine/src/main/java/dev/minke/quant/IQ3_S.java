package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 signed numbers as points of four: `(d·(1 + 2s))·±level`, with `s` of four bits for 32
/// numbers.
///
/// F16 `d`, the lower eight bits of 64 points, their ninth bits in eight bytes, 32 bytes of signs,
/// four bytes of scales.
final class IQ3_S extends Blocks implements GridBlocks {
  private static final int POINTS = 2;
  private static final int NINTH_BITS = POINTS + 64;
  private static final int SIGNS = NINTH_BITS + 8;
  private static final int SCALES = SIGNS + 32;
  static final long[] GRID =
      Grid.points(
          """
          ###%$###$$$#&('$%$$$'$)%%###$&#&%%&$&)/&'(#&$#%%%&%&(%$$$/%*(&%$)$%(&$/$&%-&$%((%(1,$.$&
          '(&$1'-%$031)$$.$&'/&6##$&#$$$#$)%$0$%+(#$%$&')%()$0($,%$#&((%,%,)%%#%((#&'3(-$'$/$)&$&7
          )%()$1I&%/$=$'$).&3(*#$$$#$$$%$&#$)$$%$/#%$%$(%&%%&%():%%,$')$,&,%&$%&+$'$)(0-(+%)%&;%)'
          +/#-/*$',>&6&/$-'<)$$$%)$$'$%$,(*$$)'$/2,&$,(,$.;)&'$&#+$&(0*('&)3(&/)$-',,/55B$/$-E&((&
          %%))2,'$$)('((&6$''&,'1%(.'$'$)&E$4-#;.$,C;36:'--(;(&(0&%%.('$$')+B(+,'(/9'#1/'.((%.,.F.
          5$YB$0Y$$.$722)?84(-'(*.'1W010%;67=K$W&%+$.$.(2)-1$>%&(%)3;:%08&(':L2B9I
          """,
          4, 1, 3, 5, 7, 9, 11, 13, 15);

  IQ3_S() {
    super("IQ3_S", 256, SCALES + 4);
  }

  @Override
  public long[] grid() {
    return GRID.clone();
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    for (int group = 0; group < 8; group++) {
      float scale = d * (1 + 2 * nibble(from, at + SCALES, group));
      int ninths = from.get(BYTE, at + NINTH_BITS + group);
      for (int i = 0; i < 4; i += 2) {
        long points = at + POINTS + 8 * group + 2 * i;
        int signs = from.get(SHORT, at + SIGNS + 4 * group + i);
        long eight = Grid.signed(eight(from, points, ninths >>> 2 * i), signs);
        long next = Grid.signed(eight(from, points + 2, ninths >>> 2 * i + 2), signs >>> 8);
        Grid.write(eight, next, scale, to, toAt + 128L * group + 32L * i);
      }
    }
  }

  /// Two points of four, with the lower two of `ninths` as their ninth bits.
  private static long eight(MemorySegment from, long at, int ninths) {
    int first = unsigned(from, at) | (ninths & 1) << 8;
    int second = unsigned(from, at + 1) | (ninths & 2) << 7;
    return GRID[first] | GRID[second] << 32;
  }
}
