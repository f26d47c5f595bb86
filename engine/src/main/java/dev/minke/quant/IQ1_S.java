package dev.minke.quant;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.LongStream;

/// 256 ternary numbers as points of eight: `(d·(2s + 1))·(level ± 0.125)`, with `s` of three bits
/// and one direction for 32 numbers.
///
/// F16 `d`, the lower eight bits of 32 points, then two bytes for each 32 numbers: the upper three
/// bits of four points, `s`, and the direction on top.
final class IQ1_S extends Blocks implements GridBlocks {
  /// Levels −1, 0 and 1 less 0.125, in eighths and counted from −9.
  static final long[] GRID =
      Grid.points(
          """
          #$$$$$%'$&$'($$*'$&$''$&$&#($$$#'(&$&$&$$$#)($$*'$&$''$&$'(('&$$&$$%%$$&$-$$*(((&&#1((($
          ##*$$*$&&##$##$$$$$$$+%$$$$##$0&.$($$$%#&$(($&-$&$''$&$'(&*'$&$''$&$'($&'#(*#%($&.$$$('$
          &$''$&$'((%%'$$$$''$&$,#$&'#($(&$&$#%.$$'%($$$$$$$&$&(&######$$&**$($2$$*''$&$$$&$*($$*(
          &$'#$#%&'%##$$$##$&$$(&$%#$##$$#%&$&$$##$$$$$$$$##'####$#$$##$$$##$$##$##$##$$($##*##$$&
          &$##$$$%###%$#$##(%%$*&.&*($$$$&$$##$$$(($,0$$&$%)##$&$##$##&&*%#$$&&$+))$)$$$$$$&&$((&%
          ,$&$''$$$$'((%%'$&$''$$$$'($&()#&($$$$##*''$(('$$%'$&$'(&$(('$$%'$&$'*$$(*##$&$$$(*($&%%
          .((($&$&$#%&$$,$%#$$$$$$('$'(((('#('$&*,$&$''$&$'($,'$&$,$&$*%$&(,$&$($$$(''$'#'$&$,$&$'
          (&$('$&$''$&$'(&*.&$$$$$$2&%&&#$$$&$##$$&$($$$$##$#'$$$$$&$$'##-($$*(,$&&&+',(.%+($$$$##
          '#$$$$&$$$$'#(%#$&$$##$$&&$$##$$#$####%$##$&##$&$##$#'$$$%%'#$$$$&$$$$%##$#$&$$&%&&#($$*
          (%&')'$&$&$$$(($$$((%#%#%#$&$$&&&$####$$$$#%($&$##&$$$22$$($$&&0,($##$&$&$$&$&$&$##$($*$
          ($%#&$($##$$####$&##$$$##$$########$$##$&$($##$$&&$&($&$$*$&$$##$&$+'$$%#&+#($####%%$$$$
          ##$###$#####$####$$($$$##$%$#&$####$$#####$#$$##$$#######$##########$#####$$#%###$####%$
          ##$$###$##%$#$#$#######%%#############$$#%&$####$%&%$###'##$$&$&)'$$$$####$$##)'$$$$&(%#
          $&$$##$(($##$$########$$##$%%%%$####(*%)&#&#$($#%%###&$$$$)%$##$$.*$$(*(&##$$$$$%/*($$$&
          $(#%$(%%%#$(#%&'%$(&$.&$-#&*##%/(&*1#$#%$&$$$$$$$$##$##$$*#%$$####$$$&($$$%#$0##$$#$##$%
          $##$)$#$%#$#%$##''(''##$&$$$$###$#&$%$$&&$##$%$%1$((,$&$((('*'$(&($$$$#%##&$##$$&&%#''($
          #%.&#/$&$&$$&#%))%$(&$&$,$&$''#$$$('$&$''$&$'($$$(($&$$$###'$$(%'$$('$&$''$&$-$&('$&$''$
          &$/&.$)%&$$&0&.(&$&($$#%$&$##$#'##$$$$$$$$$*0&$(($&##&%#$&%'()&($&$''$&$$%($&(%$$&$''$&$
          '#'$$*($$$$$$&$$,,$('$&$''$&$'($$/$&$''$&$'(&##((&$($$*#'($$$(($$$$&$$$$$$$&'#$##$&$*$($
          $&$$$(($&(*$$$$$$*$(*$-%$$&&$*&*$$####$##$*$(##$&($&$$##$##$%%%#$$##$$########$$##$%%$&#
          ###$##$$$$$$(&%$'$($#%#$#$($'#&#%##*$$(,$((&&$$#%&#+(&$(*$$$$$$$##$$&$$$$$$##$&$#%$$($$&
          $&*++*$$$&$&.($##/$&$''$&$'($$$-$&$''$&$'%%$$$#1$%%$$$$,'$%$/&$#)&&$'(&$('$&$''$&$3(($(%
          #$$$%###(>$$$$$*$&$($##$(&$$##$&$$2(&%$%*$%%$##%$.&&#$%$$&$&$,$&$-$$$-$&$''$&$'*&%%(*&&$
          &$-'/$&$,$&$-$$/$&$''$&$
          """,
          8, 0, 8, 16);

  /// What turns a point's `− 0.125` to `+ 0.125`.
  private static final long UP = 0x0202_0202_0202_0202L;

  /// The points of both directions: first of `+ 0.125`, then, from the code's twelfth bit on, of `−
  /// 0.125`. In eighths, counted from −9.
  static final long[] DIRECTED =
      LongStream.concat(Arrays.stream(GRID).map(point -> point + UP), Arrays.stream(GRID))
          .toArray();

  private static final int POINTS = 2;
  private static final int GROUPS = POINTS + 32;

  IQ1_S() {
    super("IQ1_S", 256, GROUPS + 16);
  }

  @Override
  public long[] grid() {
    return DIRECTED.clone();
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    for (int group = 0; group < 8; group++) {
      int bits = from.get(SHORT, at + GROUPS + 2 * group);
      float scale = d * (2 * (bits >>> 12 & 7) + 1);
      int direction = bits >>> 4 & 1 << 11;
      for (int i = 0; i < 4; i += 2) {
        long points = at + POINTS + 4 * group + i;
        int uppers = bits >>> 3 * i;
        long point = DIRECTED[unsigned(from, points) | (uppers & 7) << 8 | direction];
        long next = DIRECTED[unsigned(from, points + 1) | (uppers >>> 3 & 7) << 8 | direction];
        write(point, next, scale, to, toAt + 128L * group + 32L * i);
      }
    }
  }

  /// Writes `scale · coordinate` of two shifted points.
  static void write(long first, long second, float scale, MemorySegment to, long toAt) {
    for (int i = 0; i < 8; i++) {
      int eighths = (int) (first >>> 8 * i & 0xFF) - 9;
      int nextEighths = (int) (second >>> 8 * i & 0xFF) - 9;
      to.set(FLOAT, toAt + 4L * i, scale * (eighths * 0.125f));
      to.set(FLOAT, toAt + 4L * i + 32, scale * (nextEighths * 0.125f));
    }
  }
}
