package dev.minke.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.minke.autograd.EagerOps;
import dev.minke.kernel.reference.ReferenceKernels;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Layout and lifetime of tensors.
class TensorTest {
  @Test
  void refusesHeapMemory() {
    MemorySegment heap = MemorySegment.ofArray(new float[6]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.over(heap, DType.F32, Shape.of(2, 3)))
        .withMessageContaining("natively");
  }

  @Test
  void refusesMappedMemory(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("weights"), new byte[24]);
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 24, arena);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.over(mapped, DType.F32, Shape.of(2, 3)))
          .withMessageContaining("re-wrap");
    }
  }

  @Test
  void refusesMemoryThatIsTooShort() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(23, 4);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.over(memory, DType.F32, Shape.of(2, 3)))
          .withMessageContaining("expected 24 bytes, found 23");
    }
  }

  @Test
  void viewsLookAtTheSameElements() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor x = Tensor.of(arena, Shape.of(2, 2, 3), 0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      assertThat(x.columns(1, 3).toFloatArray()).containsExactly(1, 2, 4, 5, 7, 8, 10, 11);
      assertThat(x.slice(1).columns(0, 1).toFloatArray()).containsExactly(6, 9);
      assertThat(x.rows(1, 2).reshape(6).toFloatArray()).containsExactly(6, 7, 8, 9, 10, 11);
      x.columns(1, 2).rows(1, 2).set(1, 0, -1);
      assertThat(x.getFloat(3, 1)).isEqualTo(-1);
    }
  }

  @Test
  void gapsBetweenRowsCannotBeReshapedAway() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor view = Tensor.allocate(arena, DType.F32, Shape.of(2, 4)).columns(0, 3);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> view.reshape(6))
          .withMessageContaining("contiguous");
    }
  }

  @Test
  void operationsRefuseTensorsOfAReleasedWorkspace() {
    try (Workspace workspace = new Workspace()) {
      EagerOps ops = new EagerOps(new ReferenceKernels(), workspace);
      Workspace.Mark mark = workspace.mark();
      Tensor stale = workspace.allocate(2, 4);
      Tensor view = stale.columns(0, 2);
      workspace.release(mark);
      Tensor fresh = workspace.allocate(2, 4);
      assertThat(fresh.address()).isEqualTo(stale.address());
      assertThat(fresh.isLive()).isTrue();
      assertThatIllegalStateException().isThrownBy(() -> ops.add(fresh, stale));
      assertThatIllegalStateException().isThrownBy(() -> ops.add(view, view));
      assertThatIllegalStateException().isThrownBy(() -> stale.get(0, 0));
    }
  }

  @Test
  void closingAWorkspaceEndsItsTensors() {
    Workspace workspace = new Workspace();
    Tensor x = workspace.allocate(3);
    workspace.close();
    assertThat(x.isLive()).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> workspace.allocate(1));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64", "BF16"})
  void memoryWithoutATensorIsPoisonedForEveryFloatType(DType dtype) {
    try (Workspace workspace = Workspace.poisoning()) {
      Workspace.Mark mark = workspace.mark();
      requireNoNumber(workspace.allocate(dtype, Shape.of(100)));
      requireNoNumber(workspace.allocate(dtype, Shape.of(1 << 20)));
      workspace.release(mark);
      workspace.allocate(DType.I32, Shape.of(100)).setInt(0, 99, 1);
      workspace.allocate(1 << 20).set(0, 0, 1);
      workspace.release(mark);
      assertThat(workspace.usedBytes()).isZero();
      requireNoNumber(workspace.allocate(dtype, Shape.of(100)));
      requireNoNumber(workspace.allocate(dtype, Shape.of(1 << 20)));
    }
  }

  private static void requireNoNumber(Tensor x) {
    for (int i = 0; i < 100; i++) {
      assertThat(x.get(0, i)).isNaN();
    }
  }

  @Test
  void bytesOfTheSystemAreKeptForTheNextStep() {
    try (Workspace workspace = new Workspace()) {
      long[] reserved = new long[3];
      for (int step = 0; step < reserved.length; step++) {
        Workspace.Mark mark = workspace.mark();
        workspace.allocate(1 << 19);
        workspace.allocate(1 << 18);
        workspace.release(mark);
        reserved[step] = workspace.reservedBytes();
      }
      assertThat(reserved).containsOnly(reserved[0]);
      assertThat(workspace.peakBytes()).isEqualTo(3L << 20);
    }
  }
}
