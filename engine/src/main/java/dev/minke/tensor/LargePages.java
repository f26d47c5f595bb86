package dev.minke.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Memory in pages of 2 MB, where Linux gives them to those who ask (`madvise`).
///
/// Kernels stream panels and activations from the third-level cache or from memory, and the
/// processor's prefetching ends at each page: with pages of 4 KB, a product of 2048 x 2048 x 2048
/// takes a sixth longer. The advice must come before the first touch, and an [Arena] touches what
/// it allocates; so this maps memory itself. Only an advice: without large pages the same memory
/// has small ones.
public final class LargePages {
  /// Less is not worth a mapping of its own.
  private static final long LEAST_BYTES = 4 << 20;

  private static final long PAGE = 2 << 20;
  private static final int READ_AND_WRITE = 3;
  private static final int PRIVATE_AND_ANONYMOUS = 0x22;
  private static final int HUGE_PAGES = 14;
  private static final long FAILED = -1;

  private static final @Nullable Calls CALLS = Calls.find();

  /// The system's functions.
  private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
    @SuppressWarnings("restricted")
    static @Nullable Calls find() {
      if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
        return null;
      }
      Linker linker = Linker.nativeLinker();
      var library = linker.defaultLookup();
      return new Calls(
          linker.downcallHandle(
              library.findOrThrow("mmap"),
              FunctionDescriptor.of(
                  JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG)),
          linker.downcallHandle(
              library.findOrThrow("munmap"), FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG)),
          linker.downcallHandle(
              library.findOrThrow("madvise"),
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT)));
    }
  }

  private LargePages() {}

  /// Zeroed memory that lives as long as the arena, aligned to [Tensor#ALIGNMENT] at least; in
  /// large pages if it is large and the system has them.
  public static MemorySegment allocate(Arena arena, long bytes) {
    MemorySegment large = bytes < LEAST_BYTES ? null : map(arena, bytes);
    return large == null ? arena.allocate(bytes, Tensor.ALIGNMENT) : large;
  }

  /// @return null if the system has none of this kind
  @SuppressWarnings("restricted")
  private static @Nullable MemorySegment map(Arena arena, long bytes) {
    Calls calls = CALLS;
    if (calls == null) {
      return null;
    }
    try {
      long room = (bytes + PAGE - 1) / PAGE * PAGE + PAGE;
      long start =
          (long)
              calls.mmap.invokeExact(
                  MemorySegment.NULL, room, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
      if (start == FAILED) {
        return null;
      }
      MemorySegment all =
          MemorySegment.ofAddress(start).reinterpret(room, arena, one -> free(one.address(), room));
      long address = (start + PAGE - 1) / PAGE * PAGE;
      int _ = (int) calls.madvise.invokeExact(address, room - PAGE, HUGE_PAGES);
      return all.asSlice(address - start, bytes);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void free(long address, long bytes) {
    Calls calls = CALLS;
    try {
      if (calls != null && (int) calls.munmap.invokeExact(address, bytes) != 0) {
        throw new IllegalStateException("munmap of " + bytes + " bytes failed");
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
