package dev.minke.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.backend.Backends;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.quant.BlockFormats;
import dev.minke.tensor.BlockFormat;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Products of experts that come and go are those of experts that are all in memory.
class CachedExpertsTest {
  private static final int LAYERS = 3;
  private static final int EXPERTS = 8;
  private static final int ACTIVE = 2;
  private static final int DIM = 256;
  private static final int HIDDEN = 256;

  /// Rows of some format, with small scales.
  private static StoredRows rows(String name, int count, int columns, long seed, Arena arena) {
    BlockFormat format = BlockFormats.byName(name).orElseThrow();
    MemorySegment memory = arena.allocate(count * format.rowBytes(columns), 8);
    RandomStream random = new RandomStream(seed, 1);
    for (long i = 0; i < memory.byteSize(); i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) (256 * random.uniform(i)));
    }
    for (long block = 0; block < memory.byteSize(); block += format.blockBytes()) {
      long at = name.equals("Q6_K") ? block + 208 : name.equals("BF16") ? block : block;
      short small =
          name.equals("BF16")
              ? (short) (Float.floatToIntBits((float) random.normal(block)) >> 16)
              : Float.floatToFloat16((float) (0.01 * random.normal(block)));
      memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, small);
      if (name.equals("Q4_K")) {
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + 2, small);
      }
    }
    return new MemoryRows(format, count, columns, memory);
  }

  private static StoredExperts layer(
      String gate, String down, long seed, AtomicInteger failures, Arena arena) {
    List<List<StoredRows>> gateUps = new ArrayList<>();
    List<List<StoredRows>> downs = new ArrayList<>();
    for (int e = 0; e < EXPERTS; e++) {
      StoredRows ups = rows(gate, HIDDEN, DIM, seed + 3 * e, arena);
      gateUps.add(
          List.of(rows(gate, HIDDEN, DIM, seed + 3 * e + 1, arena), new Failing(ups, failures)));
      downs.add(List.of(rows(down, DIM, HIDDEN, seed + 3 * e + 2, arena)));
    }
    return new StoredExperts(
        new StoredWeight(Shape.of(EXPERTS, 2 * HIDDEN, DIM), gateUps, false),
        new StoredWeight(Shape.of(EXPERTS, DIM, HIDDEN), downs, false));
  }

  /// Rows whose next reads fail.
  private record Failing(StoredRows rows, AtomicInteger failures) implements StoredRows {
    @Override
    public BlockFormat format() {
      return rows.format();
    }

    @Override
    public int count() {
      return rows.count();
    }

    @Override
    public int columns() {
      return rows.columns();
    }

    @Override
    public void read(int from, int to, MemorySegment into, long at) {
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("the disk is gone");
      }
      rows.read(from, to, into, at);
    }
  }

  private static List<StoredExperts> layers(
      String gate, String down, AtomicInteger failures, Arena arena) {
    List<StoredExperts> layers = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      layers.add(layer(gate, down, 1000 * layer, failures, arena));
    }
    return layers;
  }

  /// A choice of a router, and what follows from it.
  private record Choice(Tensor chosen, Tensor sorted, Tensor offsets) {}

  private static Choice choice(Kernels kernels, int tokens, long seed, Arena arena) {
    RandomStream random = new RandomStream(seed, 2);
    Tensor chosen = Tensor.allocate(arena, DType.I32, Shape.of(tokens, ACTIVE));
    for (int t = 0; t < tokens; t++) {
      int first = (int) (EXPERTS * random.uniform(2 * t));
      int second = (int) ((EXPERTS - 1) * random.uniform(2 * t + 1));
      chosen.setInt(t, 0, first);
      chosen.setInt(t, 1, second < first ? second : second + 1);
    }
    Tensor x = Tensor.allocate(arena, DType.F32, Shape.of(tokens, DIM));
    for (int i = 0; i < tokens * DIM; i++) {
      x.set(i / DIM, i % DIM, random.normal(1000 + i));
    }
    Tensor slots = Tensor.allocate(arena, DType.I32, Shape.of(tokens * ACTIVE));
    Tensor places = Tensor.allocate(arena, DType.I32, Shape.of(tokens * ACTIVE));
    Tensor offsets = Tensor.allocate(arena, DType.I32, Shape.of(EXPERTS + 1));
    kernels.dispatch(chosen, slots, places, offsets);
    Tensor sorted = Tensor.allocate(arena, DType.F32, Shape.of(tokens * ACTIVE, DIM));
    kernels.gatherSlots(x, slots, ACTIVE, sorted);
    return new Choice(chosen, sorted, offsets);
  }

  private static float[] product(
      Kernels kernels, Choice choice, Prepared gateUp, Prepared down, Arena arena) {
    int rows = choice.sorted.size(0);
    Tensor gates = Tensor.allocate(arena, DType.F32, Shape.of(rows, 2 * HIDDEN));
    Tensor units = Tensor.allocate(arena, DType.F32, Shape.of(rows, HIDDEN));
    Tensor out = Tensor.allocate(arena, DType.F32, Shape.of(rows, DIM));
    kernels.feedForward(choice.sorted, gateUp, down, choice.offsets, gates, units, out);
    return out.toFloatArray();
  }

  @ParameterizedTest
  @CsvSource({
    "Q4_0, Q4_0, 8",
    "Q4_0, Q8_0, 11",
    "Q4_K, Q6_K, 12",
    "BF16, BF16, 9",
    "BF16, Q8_0, 24"
  })
  void productsAreThoseOfExpertsInMemory(String gate, String down, int slots) {
    try (Arena arena = Arena.ofShared();
        Kernels kernels = Backends.open(2)) {
      List<StoredExperts> layers = layers(gate, down, new AtomicInteger(), arena);
      List<Resident> gateUps = layers.stream().map(l -> kernels.load(l.gateUp())).toList();
      List<Resident> downs = layers.stream().map(l -> kernels.load(l.down())).toList();
      try (CachedExperts cache = kernels.cacheExperts(layers, ACTIVE, slots)) {
        for (int pass = 0; pass < 60; pass++) {
          for (int layer = 0; layer < LAYERS; layer++) {
            int tokens = pass % 20 == 0 ? 17 : 1;
            Choice choice = choice(kernels, tokens, LAYERS * pass + layer, arena);
            Resident up = cache.gateUp(layer);
            up.expect(choice.chosen);
            Resident back = cache.down(layer);
            for (boolean fast : new boolean[] {false, true}) {
              assertThat(
                      fast
                          ? product(
                              kernels,
                              choice,
                              up.fastStack(Orientation.FORWARD),
                              back.fastStack(Orientation.FORWARD),
                              arena)
                          : product(
                              kernels,
                              choice,
                              up.stack(Orientation.FORWARD),
                              back.stack(Orientation.FORWARD),
                              arena))
                  .as("pass %d, layer %d, fast %s", pass, layer, fast)
                  .isEqualTo(
                      fast
                          ? product(
                              kernels,
                              choice,
                              gateUps.get(layer).fastStack(Orientation.FORWARD),
                              downs.get(layer).fastStack(Orientation.FORWARD),
                              arena)
                          : product(
                              kernels,
                              choice,
                              gateUps.get(layer).stack(Orientation.FORWARD),
                              downs.get(layer).stack(Orientation.FORWARD),
                              arena));
            }
          }
        }
        CachedExperts.Account account = cache.account();
        assertThat(account.slots()).isEqualTo(slots);
        assertThat(account.counts().hits()).isPositive();
        assertThat(account.counts().misses()).isBetween(1L, 60L * LAYERS * EXPERTS);
        assertThat(account.readBytes()).isPositive();
      } finally {
        gateUps.forEach(Resident::close);
        downs.forEach(Resident::close);
      }
    }
  }

  /// Who wants an expert that cannot be read hears why; when it can be read, all is as before.
  @Test
  void aReadThatFailedIsTriedAgain() {
    try (Arena arena = Arena.ofShared();
        Kernels kernels = Backends.open(2)) {
      AtomicInteger failures = new AtomicInteger();
      List<StoredExperts> layers = layers("Q8_0", "Q8_0", failures, arena);
      try (CachedExperts cache = kernels.cacheExperts(layers, ACTIVE, EXPERTS);
          Resident gateUp = kernels.load(layers.getFirst().gateUp());
          Resident down = kernels.load(layers.getFirst().down())) {
        Choice choice = choice(kernels, 5, 3, arena);
        failures.set(1000);
        assertThatThrownBy(() -> cache.gateUp(0).expect(choice.chosen))
            .hasMessage("the disk is gone");
        failures.set(0);
        cache.gateUp(0).expect(choice.chosen);
        assertThat(
                product(
                    kernels,
                    choice,
                    cache.gateUp(0).fastStack(Orientation.FORWARD),
                    cache.down(0).fastStack(Orientation.FORWARD),
                    arena))
            .isEqualTo(
                product(
                    kernels,
                    choice,
                    gateUp.fastStack(Orientation.FORWARD),
                    down.fastStack(Orientation.FORWARD),
                    arena));
      }
    }
  }

  @Test
  void fewerSlotsThanALayerHasExpertsAreRefused() {
    try (Arena arena = Arena.ofShared();
        Kernels kernels = Backends.open(1)) {
      List<StoredExperts> layers = layers("Q8_0", "Q8_0", new AtomicInteger(), arena);
      assertThatThrownBy(() -> kernels.cacheExperts(layers, ACTIVE, EXPERTS - 1))
          .hasMessageContaining("expected slots for the 8 experts of a layer, found 7");
    }
  }

  @Test
  void theReferenceHasThemAll() {
    try (Arena arena = Arena.ofShared();
        Kernels kernels = new ReferenceKernels()) {
      List<StoredExperts> layers = layers("Q8_0", "Q8_0", new AtomicInteger(), arena);
      try (CachedExperts cache = kernels.cacheExperts(layers, ACTIVE, EXPERTS)) {
        assertThat(cache.account().slots()).isEqualTo(LAYERS * EXPERTS);
      }
    }
  }
}
