package dev.minke.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvLayoutTest {
  @Test
  void aPositionOfV3InALayer() {
    assertThat(new KvLayout(CacheFormat.F32, 512, 64).bytes()).isEqualTo(4 * 576);
    assertThat(new KvLayout(CacheFormat.BF16, 512, 64).bytes()).isEqualTo(2 * 576);
    assertThat(new KvLayout(CacheFormat.FP8, 512, 64).bytes()).isEqualTo(656);
  }

  @Test
  void keysAndValuesAsTheyAreHaveNoFp8() {
    assertThat(new KvLayout(CacheFormat.BF16, 0, 1024).bytes()).isEqualTo(2048);
    assertThatThrownBy(() -> new KvLayout(CacheFormat.FP8, 0, 1024))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected F32 or BF16")
        .hasMessageContaining("choose BF16");
    assertThatThrownBy(() -> new KvLayout(CacheFormat.F32, 0, 0)).hasMessageContaining("1 or more");
  }

  @Test
  void rowsHaveTheLayoutsTypeAndWidth() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor halves = Tensor.allocate(arena, DType.BF16, Shape.of(3, 10));
      KvLayout layout = new KvLayout(CacheFormat.BF16, 6, 4);
      assertThat(layout.over(halves).rows(1, 3).count()).isEqualTo(2);
      KvLayout wider = new KvLayout(CacheFormat.BF16, 6, 5);
      assertThatThrownBy(() -> wider.over(halves)).hasMessageContaining("rows of 11 BF16");
      KvLayout plain = new KvLayout(CacheFormat.F32, 6, 4);
      assertThatThrownBy(() -> plain.over(halves)).hasMessageContaining("rows of 10 F32");
    }
  }

  @Test
  void latentsInFp8AreNoTensor() {
    try (Arena arena = Arena.ofConfined()) {
      KvLayout layout = new KvLayout(CacheFormat.FP8, 6, 4);
      KvRows rows = layout.over(Tensor.allocate(arena, layout.dtype(), layout.shape(3)));
      assertThatThrownBy(rows::numbers).isInstanceOf(IllegalStateException.class);
      KvView view = KvView.ofLatents(rows, List.of());
      assertThatThrownBy(view::tensors).hasMessageContaining("found latents in FP8");
      assertThat(view.source().keyDim()).isEqualTo(10);
      assertThat(view.source().valueDim()).isEqualTo(6);
    }
  }
}
