package dev.minke.kernel.x86;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// Products of rows of int8 with strips of a stored weight.
///
/// For each run of k that shares a scale, in order: the exact sum of integers is converted to F32
/// and `sum · (scale · rowScale)` added by one fused multiply-add; where there are minima, then `Σ
/// row · (minimum · rowScale)` subtracted by one. An output is one chain over the runs.
public final class IntegerProducts {
  /// Rows that are multiplied at once, at most.
  public static final int ROWS = 2;

  /// Bytes of the facts of 32 elements of a row: F32 scale, two sums of 16 elements, the sum of
  /// all, as ints.
  public static final int FACT_BYTES = 16;

  private static final FunctionDescriptor SHAPE = FunctionDescriptor.ofVoid(JAVA_LONG);
  private static final int NIBBLES = 0x0F0F0F0F;
  private static final int UPPER_BITS = 0x30303030;
  private static final int FIFTH_BITS = 0x10101010;
  private static final int ONES = 0x00010001;

  private final MemorySegment constants;
  private final Map<StripFormat, MethodHandle[]> codes;

  private IntegerProducts(Map<StripFormat, MethodHandle[]> codes) {
    this.codes = codes;
    constants = Arena.global().allocate(64, 64);
    constants.setAtIndex(JAVA_INT, 0, NIBBLES);
    constants.setAtIndex(JAVA_INT, 1, ONES);
    constants.setAtIndex(JAVA_INT, 2, UPPER_BITS);
    constants.setAtIndex(JAVA_INT, 3, FIFTH_BITS);
  }

  /// Empty where the processor lacks an instruction or the system forbids code of ours.
  public static Optional<IntegerProducts> find() {
    if (!Processor.hasAvx2()) {
      return Optional.empty();
    }
    Map<StripFormat, MethodHandle[]> codes = new EnumMap<>(StripFormat.class);
    for (StripFormat format : StripFormat.values()) {
      MethodHandle[] byRows = new MethodHandle[ROWS + 1];
      for (int rows = 1; rows <= ROWS; rows++) {
        Optional<MethodHandle> code =
            MachineCode.install(new IntegerCode(format, rows).bytes(), SHAPE);
        if (code.isEmpty()) {
          return Optional.empty();
        }
        byRows[rows] = code.get();
      }
      codes.put(format, byRows);
    }
    return Optional.of(new IntegerProducts(codes));
  }

  /// Which instructions are used.
  public String describe() {
    return "AVX2";
  }

  /// A product.
  ///
  /// @param rows 1 or 2
  /// @param weights address of the first strip; strips follow each other
  /// @param activations address of int8 `[rows, depth]`
  /// @param facts address of [#FACT_BYTES] for each 32 elements of each row
  /// @param out address of F32 `[rows, 16 · strips]` that is added to
  public record Call(
      int rows,
      long weights,
      int strips,
      int depth,
      long activations,
      long activationStride,
      long facts,
      long factStride,
      long out,
      long outStride) {}

  /// Bytes that [#multiply] wants for its arguments.
  public static final int ARGUMENT_BYTES = 80;

  /// Multiplies.
  ///
  /// @param arguments address of memory that the caller owns
  /// @param everywhere a segment that spans the address space
  public void multiply(StripFormat format, Call call, long arguments, MemorySegment everywhere) {
    everywhere.set(JAVA_LONG, arguments, call.weights);
    everywhere.set(JAVA_LONG, arguments + IntegerCode.ACTIVATIONS, call.activations);
    everywhere.set(JAVA_LONG, arguments + IntegerCode.ACTIVATION_STRIDE, call.activationStride);
    everywhere.set(JAVA_LONG, arguments + IntegerCode.FACTS, call.facts);
    everywhere.set(JAVA_LONG, arguments + IntegerCode.FACT_STRIDE, call.factStride);
    everywhere.set(JAVA_LONG, arguments + IntegerCode.OUT, call.out);
    everywhere.set(JAVA_LONG, arguments + IntegerCode.OUT_STRIDE, call.outStride);
    long blocks = call.depth / format.blockElements();
    everywhere.set(JAVA_LONG, arguments + IntegerCode.BLOCKS, blocks);
    everywhere.set(JAVA_LONG, arguments + IntegerCode.STRIPS, (long) call.strips);
    everywhere.set(JAVA_LONG, arguments + IntegerCode.CONSTANTS, constants.address());
    MethodHandle[] byRows = codes.get(format);
    if (byRows == null) {
      throw new IllegalArgumentException("no code for " + format);
    }
    try {
      byRows[call.rows].invokeExact(arguments);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
