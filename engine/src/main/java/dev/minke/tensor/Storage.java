package dev.minke.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Where a tensor's bytes are. The owner of the arena or workspace closes it; a storage does not.
public sealed interface Storage {
  /// Length in bytes.
  long bytes();

  /// Native memory of this process.
  ///
  /// Only the segment class that `Arena.allocate` returns is let in: kernels that have seen a
  /// second class slow down several-fold for the life of the process. Mapped files are re-wrapped
  /// by `checkpoint` first.
  record Host(MemorySegment segment) implements Storage {
    private static final Class<?> NATIVE =
        Arena.global().allocate(Long.BYTES, Long.BYTES).getClass();

    public Host {
      if (segment.getClass() != NATIVE) {
        throw new IllegalArgumentException(
            "tensor memory: expected a segment allocated natively, found "
                + segment.getClass().getSimpleName()
                + "; copy it, or re-wrap a mapped file by its address");
      }
    }

    @Override
    public long bytes() {
      return segment.byteSize();
    }
  }
}
