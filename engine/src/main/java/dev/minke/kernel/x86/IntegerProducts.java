package dev.minke.kernel.x86;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Products of rows of int8 with strips of a stored weight.
///
/// For each run of k that shares a scale, in order: the exact sum of integers is converted to F32
/// and `sum · (scale · rowScale)` added by one fused multiply-add; where there are minima, then `Σ
/// row · (minimum · rowScale)` subtracted by one. An output is one chain over the runs. So every
/// set of instructions gives the same bits. Code is written when it is first wanted.
public final class IntegerProducts {
  /// Bytes that [#multiply] wants for its arguments.
  public static final int ARGUMENT_BYTES = 64;

  static final int ROUNDED = 8;
  static final int ROUNDED_STRIDE = 16;
  static final int OUT = 24;
  static final int OUT_STRIDE = 32;
  static final int BLOCKS = 40;
  static final int STRIPS = 48;
  static final int CONSTANTS = 56;

  private static final FunctionDescriptor SHAPE = FunctionDescriptor.ofVoid(JAVA_LONG);
  private static final int NIBBLES = 0x0F0F0F0F;
  private static final int UPPER_BITS = 0x30303030;
  private static final int FIFTH_BITS = 0x10101010;
  private static final int SIGNS = 0x80808080;
  private static final int PAIRS = 0x00010001;

  /// Where the code finds them.
  static final int NIBBLES_AT = 0;

  static final int PAIRS_AT = 4;
  static final int UPPER_BITS_AT = 8;
  static final int FIFTH_BITS_AT = 12;
  static final int SIGNS_AT = 16;

  private final InstructionSet set;
  private final MemorySegment constants;

  /// By format and number of rows; null until one is wanted.
  private final AtomicReferenceArray<MethodHandle> codes;

  private IntegerProducts(InstructionSet set) {
    this.set = set;
    codes = new AtomicReferenceArray<>(StripFormat.values().length * (set.rows() + 1));
    constants = Arena.global().allocate(64, 64);
    constants.set(JAVA_INT, NIBBLES_AT, NIBBLES);
    constants.set(JAVA_INT, PAIRS_AT, PAIRS);
    constants.set(JAVA_INT, UPPER_BITS_AT, UPPER_BITS);
    constants.set(JAVA_INT, FIFTH_BITS_AT, FIFTH_BITS);
    constants.set(JAVA_INT, SIGNS_AT, SIGNS);
  }

  /// By the best instructions here. Empty where the processor has none of them or the system
  /// forbids code of ours.
  public static Optional<IntegerProducts> find() {
    return all().stream().findFirst();
  }

  /// By each set of instructions here, the best first.
  static List<IntegerProducts> all() {
    return Arrays.stream(InstructionSet.values())
        .filter(InstructionSet::isHere)
        .map(IntegerProducts::new)
        .toList();
  }

  /// Which instructions are used.
  public String describe() {
    return set.title();
  }

  /// Rows that are multiplied at once, at most.
  public int rows() {
    return set.rows();
  }

  /// A product.
  ///
  /// @param rows 1 to [#rows]
  /// @param weights address of the first strip; strips follow each other
  /// @param rounded address of rows of [RoundedRun]
  /// @param roundedStride bytes between them
  /// @param out address of F32 `[rows, 16 · strips]` that is added to
  /// @param outStride bytes between its rows
  public record Call(
      int rows,
      long weights,
      int strips,
      int depth,
      long rounded,
      long roundedStride,
      long out,
      long outStride) {}

  /// Multiplies.
  ///
  /// @param arguments address of memory that the caller owns
  /// @param everywhere a segment that spans the address space
  public void multiply(StripFormat format, Call call, long arguments, MemorySegment everywhere) {
    everywhere.set(JAVA_LONG, arguments, call.weights);
    everywhere.set(JAVA_LONG, arguments + ROUNDED, call.rounded);
    everywhere.set(JAVA_LONG, arguments + ROUNDED_STRIDE, call.roundedStride);
    everywhere.set(JAVA_LONG, arguments + OUT, call.out);
    everywhere.set(JAVA_LONG, arguments + OUT_STRIDE, call.outStride);
    long blocks = call.depth / format.blockElements();
    everywhere.set(JAVA_LONG, arguments + BLOCKS, blocks);
    everywhere.set(JAVA_LONG, arguments + STRIPS, (long) call.strips);
    everywhere.set(JAVA_LONG, arguments + CONSTANTS, constants.address());
    try {
      code(format, call.rows).invokeExact(arguments);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private MethodHandle code(StripFormat format, int rows) {
    int index = format.ordinal() * (set.rows() + 1) + rows;
    MethodHandle code = codes.get(index);
    if (code == null) {
      code =
          MachineCode.install(set.code(format, rows), SHAPE)
              .orElseThrow(
                  () -> new IllegalStateException("the system took back leave to run code"));
      codes.set(index, code);
    }
    return code;
  }
}
