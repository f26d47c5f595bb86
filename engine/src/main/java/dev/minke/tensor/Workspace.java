package dev.minke.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A stack of short-lived tensors: allocate, [#mark], allocate more, [#release] back to the mark.
///
/// Memory comes in blocks that are kept for the next step, so a training step allocates nothing
/// from the system once it has run. A released tensor answers [Tensor#isLive] with false. With
/// poisoning on (tests), memory that holds no tensor is filled with NaN. Allocated memory is *not*
/// cleared: its content is whatever was there.
///
/// Belongs to one thread and one tape. The owner closes it.
public final class Workspace implements AutoCloseable {
  private static final long FIRST_BLOCK_BYTES = 1L << 20;

  /// No number in F32, F64, BF16 and F16, from whichever even byte it is read; as an integer it is
  /// no index.
  private static final int POISON = 0x7FFF7FFF;

  private final boolean poison;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> blocks = new ArrayList<>();
  private long[] serials = new long[64];
  private int depth;
  private long nextSerial;
  private int block;
  private long used;
  private long usedBytes;
  private long peakBytes;
  private boolean closed;

  /// A place in the stack. Valid until something below it is released.
  public record Mark(int depth, int block, long used, long usedBytes) {}

  /// Proof that a tensor was allocated here and not yet released.
  static final class Ticket {
    private final Workspace workspace;
    private final int depth;
    private final long serial;

    private Ticket(Workspace workspace, int depth, long serial) {
      this.workspace = workspace;
      this.depth = depth;
      this.serial = serial;
    }

    boolean isLive() {
      return !workspace.closed && depth < workspace.depth && workspace.serials[depth] == serial;
    }
  }

  public Workspace() {
    this(false);
  }

  private Workspace(boolean poison) {
    this.poison = poison;
  }

  /// A workspace that fills released and fresh memory with NaN, for tests.
  public static Workspace poisoning() {
    return new Workspace(true);
  }

  /// A contiguous tensor on top of the stack; its content is undefined.
  public Tensor allocate(DType dtype, Shape shape) {
    if (closed) {
      throw new IllegalStateException("workspace: it is closed");
    }
    long bytes = align(Math.max(1, shape.elements() * dtype.bytes()));
    while (block < blocks.size() && used + bytes > blocks.get(block).byteSize()) {
      block++;
      used = 0;
    }
    if (block == blocks.size()) {
      long size = Math.max(bytes, Math.max(FIRST_BLOCK_BYTES, reservedBytes() / 2));
      blocks.add(LargePages.allocate(arena, align(size)));
      used = 0;
      if (poison) {
        poison(blocks.getLast(), 0);
      }
    }
    MemorySegment segment = blocks.get(block).asSlice(used, bytes);
    used += bytes;
    usedBytes += bytes;
    peakBytes = Math.max(peakBytes, usedBytes);
    if (depth == serials.length) {
      serials = Arrays.copyOf(serials, 2 * depth);
    }
    serials[depth] = nextSerial++;
    return Tensor.over(segment, dtype, shape, new Ticket(this, depth, serials[depth++]));
  }

  /// An F32 tensor on top of the stack; its content is undefined.
  public Tensor allocate(int... sizes) {
    return allocate(DType.F32, Shape.of(sizes));
  }

  /// The present top of the stack.
  public Mark mark() {
    return new Mark(depth, block, used, usedBytes);
  }

  /// Whether a tensor, or what it is a view of, was allocated here since the mark and is not yet
  /// released.
  public boolean holds(Tensor x, Mark since) {
    Ticket ticket = x.ticket();
    return ticket != null
        && ticket.workspace == this
        && ticket.isLive()
        && ticket.depth >= since.depth;
  }

  /// Gives back everything allocated since the mark.
  ///
  /// @throws IllegalArgumentException if the mark lies above the present top
  public void release(Mark mark) {
    if (mark.depth > depth) {
      throw new IllegalArgumentException(
          "workspace: mark at depth %d lies above the top %d".formatted(mark.depth, depth));
    }
    if (poison) {
      poisonFrom(mark);
    }
    depth = mark.depth;
    block = mark.block;
    used = mark.used;
    usedBytes = mark.usedBytes;
  }

  private void poisonFrom(Mark mark) {
    for (int index = mark.block; index < Math.min(block + 1, blocks.size()); index++) {
      poison(blocks.get(index), index == mark.block ? mark.used : 0);
    }
  }

  private static void poison(MemorySegment memory, long from) {
    for (long at = from; at < memory.byteSize(); at += Integer.BYTES) {
      memory.set(ValueLayout.JAVA_INT, at, POISON);
    }
  }

  /// Bytes handed out now.
  public long usedBytes() {
    return usedBytes;
  }

  /// The most bytes ever handed out at once.
  public long peakBytes() {
    return peakBytes;
  }

  /// Bytes held from the system.
  public long reservedBytes() {
    return blocks.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  private static long align(long bytes) {
    return (bytes + Tensor.ALIGNMENT - 1) / Tensor.ALIGNMENT * Tensor.ALIGNMENT;
  }

  /// Frees all memory; every tensor from here is dead.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
