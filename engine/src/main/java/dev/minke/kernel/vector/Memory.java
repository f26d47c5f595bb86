package dev.minke.kernel.vector;

import dev.minke.tensor.LargePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/// Loads and stores at absolute addresses (`long`, in bytes), and the panels' and scratches' own
/// memory.
///
/// All goes through one segment that spans the address space, so there is no bound and no scope to
/// check in an inner loop: a bounded segment costs a matrix product 20-30 %. In exchange nothing
/// here stops a wrong address, which ends the process. Kernels assert their ranges, and nothing
/// outside this package gets at this class.
final class Memory {
  /// Every address.
  @SuppressWarnings("restricted")
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /// Mask of an address: what a process can have.
  ///
  /// It changes no address; it tells the compiler that one is positive and far from the end of
  /// [#ALL]. Range checks of `(address & ADDRESS) + (k & STEPS) * constant` are then decided while
  /// a loop is compiled. Otherwise they stay inside, some instructions for each load, or become a
  /// prologue of 30 to 100 ns.
  static final long ADDRESS = (1L << 57) - 1;

  /// Mask of the bytes between rows; see [#ADDRESS].
  static final long STRIDE = (1L << 48) - 1;

  /// Mask of a loop's counter; see [#ADDRESS].
  static final int STEPS = Integer.MAX_VALUE;

  /// Mask of the counter of a loop of less than 2^24 steps, whose products with a small constant
  /// are known to be ints: the compiler then adds them to an address within the load. See
  /// [#ADDRESS].
  static final int FEW_STEPS = (1 << 24) - 1;

  /// Byte order of everything.
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  /// Two neighbouring floats as bits, the first in the lower half on any machine.
  static final ValueLayout.OfLong PAIR =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private Memory() {}

  /// Zeroed floats of an arena; the arena must outlive every use of the address.
  ///
  /// @return the address of the first
  static long allocateFloats(Arena arena, long count) {
    return LargePages.allocate(arena, Math.max(count, 1) * Float.BYTES).address();
  }

  static float get(long address) {
    return ALL.get(FLOAT, address);
  }

  static void set(long address, float value) {
    ALL.set(FLOAT, address, value);
  }

  static int getInt(long address) {
    return ALL.get(INT, address);
  }

  static void setInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  /// One vector of floats.
  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(VectorWidth.FLOATS, ALL, address, ORDER);
  }

  static void store(FloatVector vector, long address) {
    VectorWidth.FLOAT_VECTOR.cast(vector).intoMemorySegment(ALL, address, ORDER);
  }

  /// One vector of ints.
  static IntVector loadInts(long address) {
    return IntVector.fromMemorySegment(VectorWidth.INTS, ALL, address, ORDER);
  }

  static void store(IntVector vector, long address) {
    vector.intoMemorySegment(ALL, address, ORDER);
  }

  static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  static void setByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  static short getShort(long address) {
    return ALL.get(SHORT, address);
  }

  static void setShort(long address, short value) {
    ALL.set(SHORT, address, value);
  }

  /// As many shorts as a vector has floats.
  static ShortVector loadShorts(long address) {
    return ShortVector.fromMemorySegment(VectorWidth.SHORTS, ALL, address, ORDER);
  }

  static void store(ShortVector vector, long address) {
    vector.intoMemorySegment(ALL, address, ORDER);
  }

  /// One vector of [VectorWidth#CODES].
  static ByteVector loadCodes(long address) {
    return ByteVector.fromMemorySegment(VectorWidth.CODES, ALL, address, ORDER);
  }

  static void store(ByteVector vector, long address) {
    vector.intoMemorySegment(ALL, address, ORDER);
  }

  /// Every lane the float at an address.
  static FloatVector broadcast(long address) {
    return FloatVector.broadcast(VectorWidth.FLOATS, get(address));
  }

  /// Copies floats between ranges that do not overlap.
  static void copy(long from, long to, long count) {
    MemorySegment.copy(ALL, from, ALL, to, count * Float.BYTES);
  }

  /// Sets floats to zero.
  static void clear(long address, long count) {
    ALL.asSlice(address, count * Float.BYTES).fill((byte) 0);
  }
}
