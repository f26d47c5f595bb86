package dev.minke.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What every backend owes: for each operation of [Kernels] one body, run on the reference and on
/// the backend with equal inputs, at sizes around every vector width, with rows that have gaps.
///
/// Without an exponential the bits are equal, what lies beside the results included. With one, the
/// backend is as near to the result in F64 as the reference is, but for a factor and a few
/// roundings. A backend joins by a line in [#backends], an operation by a line in [#operations];
/// one that is forgotten fails.
class KernelsContractTest {
  private static final int ROWS = 5;

  /// An exponential of ours is off by a unit, that of the reference by half of one.
  private static final double MORE_THAN_REFERENCE = 4;

  private static final int MORE_ROUNDINGS = 4;

  /// Each closes itself after use.
  private static Kernels[] backends() {
    return new Kernels[] {new VectorKernels(1), new VectorKernels(3)};
  }

  /// Runs with tensors of its own.
  @FunctionalInterface
  private interface Body {
    /// @return what is compared
    Tensor[] run(Kernels kernels, Inputs inputs, int size);
  }

  /// @param names the methods of [Kernels] that it is a body of
  /// @param isExact whether bits are equal
  private record Operation(Set<String> names, boolean isExact, Body body) {
    static Operation exact(String name, Body body) {
      return new Operation(Set.of(name), true, body);
    }

    static Operation near(String name, Body body) {
      return new Operation(Set.of(name), false, body);
    }

    @Override
    public String toString() {
      return String.join(", ", names);
    }
  }

  /// Numbers for one run: the same for every backend.
  private static final class Inputs {
    private final Arena arena;
    private final DType floats;
    private long seed;

    /// @param floats type of all floats
    Inputs(Arena arena, DType floats) {
      this.arena = arena;
      this.floats = floats;
    }

    /// Normal numbers; rows begin anywhere and have a gap.
    Tensor normal(int... sizes) {
      int[] wider = sizes.clone();
      int columns = sizes[sizes.length - 1];
      wider[sizes.length - 1] = columns + 3;
      return contiguous(wider).columns(2, columns + 2);
    }

    Tensor contiguous(int... sizes) {
      Tensor x = Tensor.allocate(arena, floats, Shape.of(sizes));
      RandomStream random = new RandomStream(++seed, 3);
      int columns = x.shape().columns();
      for (long row = 0; row < x.shape().rows(); row++) {
        for (int column = 0; column < columns; column++) {
          x.set(row, column, (float) random.normal(row * columns + column));
        }
      }
      return x;
    }

    /// The same rounded to BF16, in both runs: F64 has no moments of its own.
    StoredRows stored(String format, int rows, int columns) {
      return MemoryRows.of(format, contiguous(rows, columns), arena);
    }

    Tensor bf16(int... sizes) {
      Tensor x = contiguous(sizes);
      Tensor half = Tensor.allocate(arena, DType.BF16, x.shape());
      for (long row = 0; row < x.shape().rows(); row++) {
        for (int column = 0; column < x.shape().columns(); column++) {
          half.set(row, column, x.get(row, column));
        }
      }
      return half;
    }

    Tensor integers(int bound, int... sizes) {
      Tensor x = Tensor.allocate(arena, DType.I32, Shape.of(sizes));
      RandomStream random = new RandomStream(++seed, 5);
      int columns = x.shape().columns();
      for (long row = 0; row < x.shape().rows(); row++) {
        for (int column = 0; column < columns; column++) {
          x.setInt(row, column, random.below(bound, row * columns + column));
        }
      }
      return x;
    }

    KvRows rows(KvLayout layout, int count) {
      return layout.over(Tensor.allocate(arena, layout.dtype(), layout.shape(count)));
    }

    Tensor of(int... values) {
      return Tensor.of(arena, Shape.of(values.length), values);
    }

    /// Slots, places and offsets of [Kernels#dispatch] for tokens that choose two of three experts,
    /// of which the middle one is chosen by nobody but the last.
    Tensor[] dispatched(Kernels kernels) {
      Tensor chosen = Tensor.of(arena, Shape.of(ROWS, 2), 2, 0, 0, 2, 2, 0, 0, 2, 1, 0);
      Tensor slots = integers(1, 2 * ROWS);
      Tensor places = integers(1, 2 * ROWS);
      Tensor offsets = integers(1, 4);
      kernels.dispatch(chosen, slots, places, offsets);
      return new Tensor[] {slots, places, offsets};
    }
  }

  private static void square(Tensor x) {
    for (long row = 0; row < x.shape().rows(); row++) {
      for (int column = 0; column < x.shape().columns(); column++) {
        x.set(row, column, x.get(row, column) * x.get(row, column));
      }
    }
  }

  private static Tensor[] results(Tensor... tensors) {
    return tensors;
  }

  private static List<Operation> operations() {
    return Stream.of(products(), rows(), feedForwards(), attention(), experts(), head())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Operation> products() {
    return List.of(
        new Operation(
            Set.of("prepare", "matmul"),
            true,
            (kernels, in, size) -> {
              Tensor out = in.normal(ROWS, size);
              Tensor dx = in.normal(ROWS, 7);
              Tensor weight = in.normal(size, 7);
              try (Prepared forward = kernels.prepare(weight, Orientation.FORWARD);
                  Prepared backward = kernels.prepare(weight, Orientation.BACKWARD)) {
                kernels.matmul(in.normal(ROWS, 7), forward, out, false);
                kernels.matmul(out, backward, dx, true);
              }
              return results(out, dx);
            }),
        Operation.exact(
            "refresh",
            (kernels, in, size) -> {
              Tensor out = in.normal(ROWS, size);
              Tensor weight = in.normal(size, 9);
              try (Prepared forward = kernels.prepare(weight, Orientation.FORWARD)) {
                kernels.fill(weight.columns(0, 4), 0.5f);
                kernels.refresh(forward, weight);
                kernels.matmul(in.normal(ROWS, 9), forward, out, false);
              }
              return results(out);
            }),
        Operation.exact(
            "load",
            (kernels, in, size) -> {
              // Two formats, the edge between them at no panel's edge.
              int depth = 300;
              Shape shape = Shape.of(2, size + 5, depth);
              List<List<StoredRows>> groups = new ArrayList<>();
              for (int group = 0; group < 2; group++) {
                groups.add(List.of(in.stored("Q8_0", size, depth), in.stored("BF16", 5, depth)));
              }
              Tensor out = in.normal(ROWS, 2 * (size + 5));
              Tensor one = in.normal(1, 2 * (size + 5));
              Tensor heads = in.contiguous(ROWS, 2, size + 5);
              Tensor back = in.contiguous(ROWS, 2, depth);
              Tensor rows = in.contiguous(ROWS, depth);
              Tensor x = in.normal(ROWS, depth);
              try (Resident weight = kernels.load(new StoredWeight(shape, groups, false))) {
                kernels.matmul(x, weight.matrix(Orientation.FORWARD), out, true);
                kernels.matmul(x.rows(0, 1), weight.matrix(Orientation.FORWARD), one, false);
                Tensor each = in.contiguous(ROWS, 2, depth);
                kernels.headMatmul(each, weight.stack(Orientation.FORWARD), heads);
                kernels.headMatmul(heads, weight.stack(Orientation.BACKWARD), back);
                kernels.embedding(weight, in.of(0, size, size + 4, 3, 2 * size + 9), rows);
              }
              return results(out, one, heads, back, rows);
            }),
        Operation.exact(
            "load",
            (kernels, in, size) -> {
              Shape shape = Shape.of(2, 40, size);
              List<List<StoredRows>> groups =
                  List.of(List.of(in.stored("F16", size, 40)), List.of(in.stored("F16", size, 40)));
              Tensor there = in.contiguous(ROWS, 2, 40);
              Tensor flat = in.normal(ROWS, 80);
              Tensor back = in.contiguous(ROWS, 2, size);
              try (Resident turned = kernels.load(new StoredWeight(shape, groups, true))) {
                Tensor x = in.contiguous(ROWS, 2, size);
                kernels.headMatmul(x, turned.stack(Orientation.FORWARD), there);
                Tensor wide = in.normal(ROWS, size);
                kernels.matmul(wide, turned.matrix(Orientation.FORWARD), flat, false);
                kernels.headMatmul(there, turned.stack(Orientation.BACKWARD), back);
              }
              return results(there, flat, back);
            }),
        Operation.exact(
            "load",
            (kernels, in, size) -> {
              Shape shape = Shape.of(2, 64, size);
              List<List<StoredRows>> groups =
                  List.of(
                      List.of(in.stored("Q8_0", size, 64)), List.of(in.stored("Q8_0", size, 64)));
              Tensor back = in.contiguous(ROWS, 2, size);
              try (Resident turned = kernels.load(new StoredWeight(shape, groups, true))) {
                Tensor x = in.contiguous(ROWS, 2, 64);
                kernels.headMatmul(x, turned.stack(Orientation.BACKWARD), back);
              }
              return results(back);
            }),
        Operation.near(
            "cacheExperts",
            (kernels, in, size) -> {
              // As many slots as a layer has experts, so those of the other one leave.
              List<StoredExperts> layers = new ArrayList<>();
              for (int layer = 0; layer < 2; layer++) {
                List<List<StoredRows>> gateUps = new ArrayList<>();
                List<List<StoredRows>> downs = new ArrayList<>();
                for (int expert = 0; expert < 2; expert++) {
                  gateUps.add(List.of(in.stored("Q8_0", 2 * size, 64)));
                  downs.add(List.of(in.stored("BF16", 64, size)));
                }
                layers.add(
                    new StoredExperts(
                        new StoredWeight(Shape.of(2, 2 * size, 64), gateUps, false),
                        new StoredWeight(Shape.of(2, 64, size), downs, false)));
              }
              Tensor x = in.contiguous(2, 64);
              Tensor out = in.contiguous(2, 64);
              Tensor again = in.contiguous(2, 64);
              Tensor chosen = in.of(0, 1).reshape(2, 1);
              Tensor offsets = in.of(0, 1, 2);
              Tensor gates = in.contiguous(2, 2 * size);
              Tensor units = in.contiguous(2, size);
              try (CachedExperts cache = kernels.cacheExperts(layers, 1, 2)) {
                for (Tensor to : List.of(out, again)) {
                  for (int layer = 0; layer < 2; layer++) {
                    cache.gateUp(layer).expect(chosen);
                    kernels.feedForward(
                        x,
                        cache.gateUp(layer).stack(Orientation.FORWARD),
                        cache.down(layer).stack(Orientation.FORWARD),
                        offsets,
                        gates,
                        units,
                        to);
                  }
                }
              }
              return results(out, again);
            }),
        Operation.exact(
            "headMatmul",
            (kernels, in, size) -> {
              Tensor out = in.contiguous(ROWS, 3, size);
              try (Prepared stack =
                  kernels.prepare(in.contiguous(3, size, 6), Orientation.FORWARD)) {
                kernels.headMatmul(in.contiguous(ROWS, 3, 6), stack, out);
              }
              return results(out);
            }),
        Operation.exact(
            "weightGradient",
            (kernels, in, size) -> {
              Tensor added = in.normal(7, size);
              Tensor fresh = in.normal(7, size);
              Tensor none = in.normal(7, size);
              Tensor dOut = in.normal(11, 7);
              Tensor x = in.normal(11, size);
              kernels.weightGradient(dOut, x, added, true);
              kernels.weightGradient(dOut, x, fresh, false);
              kernels.weightGradient(dOut.rows(0, 0), x.rows(0, 0), none, false);
              return results(added, fresh, none);
            }),
        Operation.exact(
            "groupedWeightGradient",
            (kernels, in, size) -> {
              Tensor added = in.contiguous(3, 7, size);
              Tensor fresh = in.contiguous(3, 7, size);
              Tensor offsets = in.dispatched(kernels)[2];
              Tensor dOut = in.normal(2 * ROWS, 7);
              Tensor x = in.normal(2 * ROWS, size);
              kernels.groupedWeightGradient(dOut, x, offsets, added, true);
              kernels.groupedWeightGradient(dOut, x, offsets, fresh, false);
              return results(added, fresh);
            }));
  }

  private static List<Operation> rows() {
    return List.of(
        Operation.exact(
            "fill",
            (kernels, in, size) -> {
              Tensor x = in.normal(ROWS, size);
              kernels.fill(x, 0.3f);
              return results(x);
            }),
        Operation.exact(
            "copy",
            (kernels, in, size) -> {
              Tensor out = in.normal(ROWS, size);
              kernels.copy(in.normal(ROWS, size), out);
              Tensor indices = in.integers(1, ROWS, size + 2).columns(1, size + 1);
              kernels.copy(in.integers(1000, ROWS, size), indices);
              Tensor half = in.bf16(ROWS, size + 2).columns(1, size + 1);
              kernels.copy(in.bf16(ROWS, size), half);
              return results(out, indices, half);
            }),
        Operation.exact(
            "narrow",
            (kernels, in, size) -> {
              // Rows that begin anywhere and have a gap, and rows that have none.
              Tensor strided = in.bf16(ROWS, size + 3);
              kernels.narrow(in.normal(ROWS, size), strided.columns(2, size + 2));
              Tensor special = in.contiguous(ROWS, size);
              special.set(0, size - 1, Float.NaN);
              special.set(1, 0, 1 + 0x1p-8);
              special.set(2, size - 1, -(1 + 3 * 0x1p-8));
              special.set(3, 0, Float.MAX_VALUE);
              special.set(4, 0, Float.MIN_VALUE);
              Tensor flat = in.bf16(ROWS, size);
              kernels.narrow(special, flat);
              return results(strided, flat);
            }),
        Operation.exact(
            "widen",
            (kernels, in, size) -> {
              Tensor strided = in.normal(ROWS, size);
              kernels.widen(in.bf16(ROWS, size + 3).columns(2, size + 2), strided);
              Tensor flat = in.contiguous(ROWS, size);
              kernels.widen(in.bf16(ROWS, size), flat);
              return results(strided, flat);
            }),
        Operation.exact(
            "add",
            (kernels, in, size) -> {
              Tensor out = in.normal(ROWS, size);
              kernels.add(out, in.normal(ROWS, size), out);
              return results(out);
            }),
        Operation.exact(
            "addScaled",
            (kernels, in, size) -> {
              Tensor sum = in.normal(ROWS, size);
              kernels.addScaled(in.normal(ROWS, size), 0.7f, sum);
              return results(sum);
            }),
        Operation.exact(
            "addRow",
            (kernels, in, size) -> {
              Tensor x = in.normal(ROWS, size);
              kernels.addRow(x, in.contiguous(size));
              return results(x);
            }),
        Operation.exact(
            "addRowGradient",
            (kernels, in, size) -> {
              Tensor dRow = in.contiguous(size);
              kernels.addRowGradient(in.normal(ROWS, size), dRow);
              return results(dRow);
            }),
        Operation.exact(
            "sequenceSums",
            (kernels, in, size) -> {
              Tensor out = in.contiguous(2);
              List<KvView.Sequence> two = KvView.packedSequences(size, size + 1);
              Tensor values = in.contiguous(2 * size + 1);
              kernels.sequenceSums(values, in.contiguous(2 * size + 1), two, out);
              return results(out);
            }),
        Operation.exact(
            "sequenceSumsGradient",
            (kernels, in, size) -> {
              Tensor dValues = in.contiguous(2 * size + 1);
              List<KvView.Sequence> two = KvView.packedSequences(size, size + 1);
              Tensor dOut = in.contiguous(2);
              kernels.sequenceSumsGradient(dOut, in.contiguous(2 * size + 1), two, dValues);
              return results(dValues);
            }),
        Operation.exact(
            "sumOfSquares",
            (kernels, in, size) -> {
              double sum = kernels.sumOfSquares(in.normal(ROWS, size));
              long bits = Double.doubleToRawLongBits(sum);
              return results(in.of((int) (bits >> 32), (int) bits));
            }),
        Operation.exact(
            "embedding",
            (kernels, in, size) -> {
              Tensor out = in.normal(ROWS, size);
              kernels.embedding(in.normal(4, size), in.of(3, 0, 3, 1, 2), out);
              return results(out);
            }),
        Operation.exact(
            "embeddingGradient",
            (kernels, in, size) -> {
              Tensor dTable = in.normal(4, size);
              kernels.embeddingGradient(in.normal(ROWS, size), in.of(3, 0, 3, 1, 3), dTable);
              return results(dTable);
            }),
        Operation.exact(
            "rmsNorm",
            (kernels, in, size) -> {
              Tensor out = in.normal(ROWS, size);
              Tensor inverse = in.contiguous(ROWS);
              kernels.rmsNorm(in.normal(ROWS, size), in.contiguous(size), 1e-6f, out, inverse);
              return results(out, inverse);
            }),
        Operation.exact(
            "rmsNormInputGradient",
            (kernels, in, size) -> {
              Tensor dx = in.normal(ROWS, size);
              Tensor dOut = in.normal(ROWS, size);
              Tensor x = in.normal(ROWS, size);
              Tensor gain = in.contiguous(size);
              kernels.rmsNormInputGradient(dOut, x, gain, in.contiguous(ROWS), dx);
              return results(dx);
            }),
        Operation.exact(
            "rmsNormGainGradient",
            (kernels, in, size) -> {
              Tensor dGain = in.contiguous(size);
              Tensor dOut = in.normal(ROWS, size);
              kernels.rmsNormGainGradient(dOut, in.normal(ROWS, size), in.contiguous(ROWS), dGain);
              return results(dGain);
            }),
        Operation.exact(
            "rotate",
            (kernels, in, size) -> {
              Tensor there = in.normal(ROWS, 2 * size);
              Tensor back = in.normal(ROWS, 3, 2 * size);
              Rotation rotation = Rotation.plain(2 * size, 10_000);
              kernels.rotate(there, in.of(0, 1, 2, 70, 4095), rotation, false);
              kernels.rotate(back, in.of(0, 1, 2, 70, 4095), rotation, true);
              return results(there, back);
            }),
        Operation.exact(
            "joinKeys",
            (kernels, in, size) -> {
              Tensor out = in.contiguous(ROWS, 3, size + 4);
              kernels.joinKeys(in.contiguous(ROWS, 3, size), in.normal(ROWS, 4), out);
              return results(out);
            }),
        Operation.exact("encode", (kernels, in, size) -> throughCaches(kernels, in, size, 0)),
        Operation.exact("decode", (kernels, in, size) -> throughCaches(kernels, in, size, 6)),
        Operation.exact(
            "joinKeysGradient",
            (kernels, in, size) -> {
              Tensor dOwn = in.contiguous(ROWS, 3, 4);
              Tensor dShared = in.normal(ROWS, size);
              kernels.joinKeysGradient(in.contiguous(ROWS, 3, 4 + size), dOwn, dShared);
              return results(dOwn, dShared);
            }));
  }

  /// Numbers of many magnitudes into each format of a cache and out again; among the latents one is
  /// all zeros, and in others a number is tiny, infinite or none.
  private static Tensor[] throughCaches(Kernels kernels, Inputs in, int latentDim, int otherDim) {
    Tensor x = in.normal(9, latentDim + otherDim);
    for (int column = 0; column < latentDim; column++) {
      x.set(1, column, 0);
      x.set(2, column, x.get(2, column) * 1e-42);
      x.set(3, column, x.get(3, column) * Math.pow(10, column % 9 - 6));
    }
    x.set(4, latentDim - 1, Float.POSITIVE_INFINITY);
    x.set(5, latentDim / 2, Float.NaN);
    x.set(6, 0, Float.MAX_VALUE);
    List<Tensor> all = new ArrayList<>();
    for (CacheFormat format : CacheFormat.values()) {
      KvRows rows = in.rows(new KvLayout(format, latentDim, otherDim), 12);
      Tensor back = in.normal(9, latentDim + otherDim);
      kernels.encode(x, rows.rows(2, 11));
      kernels.decode(rows.rows(2, 11), back);
      all.addAll(List.of(rows.memory(), back));
    }
    return all.toArray(new Tensor[0]);
  }

  /// One layer for all rows, and one per expert.
  private static List<Operation> feedForwards() {
    return List.of(
        Operation.near(
            "feedForward",
            (kernels, in, size) -> {
              Tensor offsets = in.dispatched(kernels)[2];
              List<Tensor> all = new ArrayList<>();
              for (int groups : new int[] {1, 3}) {
                Tensor gates = in.normal(2 * ROWS, 2 * size);
                Tensor activated = in.normal(2 * ROWS, size);
                Tensor out = in.normal(2 * ROWS, 6);
                try (Prepared gateUp =
                        kernels.prepare(in.contiguous(groups, 2 * size, 7), Orientation.FORWARD);
                    Prepared down =
                        kernels.prepare(in.contiguous(groups, 6, size), Orientation.FORWARD)) {
                  kernels.feedForward(
                      in.normal(2 * ROWS, 7),
                      gateUp,
                      down,
                      groups == 1 ? null : offsets,
                      gates,
                      activated,
                      out);
                }
                all.addAll(List.of(gates, activated, out));
              }
              return all.toArray(new Tensor[0]);
            }),
        Operation.near(
            "feedForwardGradient",
            (kernels, in, size) -> {
              Tensor offsets = in.dispatched(kernels)[2];
              List<Tensor> all = new ArrayList<>();
              for (int groups : new int[] {1, 3}) {
                try (Prepared gateUp =
                        kernels.prepare(in.contiguous(groups, 2 * size, 7), Orientation.BACKWARD);
                    Prepared down =
                        kernels.prepare(in.contiguous(groups, 6, size), Orientation.BACKWARD)) {
                  for (boolean accumulate : new boolean[] {false, true}) {
                    Tensor gates = in.normal(2 * ROWS, 2 * size);
                    Tensor dx = in.normal(2 * ROWS, 7);
                    kernels.feedForwardGradient(
                        in.normal(2 * ROWS, 6),
                        gateUp,
                        down,
                        groups == 1 ? null : offsets,
                        gates,
                        dx,
                        accumulate);
                    all.addAll(List.of(gates, dx));
                  }
                }
              }
              return all.toArray(new Tensor[0]);
            }));
  }

  /// A sequence of its own and one of the given size, of which keys are shared by two query heads.
  private static KvView view(Inputs in, int size) {
    Tensor keys = in.contiguous(3 + size, 2, 6);
    return KvView.packed(keys, in.contiguous(3 + size, 2, 9), 3, size);
  }

  private static final float ATTENTION_SCALE = 0.4f;

  private static List<Operation> attention() {
    return List.of(
        Operation.near(
            "attention",
            (kernels, in, size) -> {
              Tensor out = in.contiguous(3 + size, 4, 9);
              Tensor logSumExp = in.contiguous(3 + size, 4);
              Tensor query = in.contiguous(3 + size, 4, 6);
              kernels.attention(query, view(in, size), ATTENTION_SCALE, out, logSumExp);
              return results(out, logSumExp);
            }),
        Operation.near("attention", (kernels, in, size) -> overCaches(kernels, in, size, 3, 1)),
        Operation.near("attention", (kernels, in, size) -> overCaches(kernels, in, size, 1, 5)),
        Operation.near("attention", (kernels, in, size) -> overCaches(kernels, in, size, 2, 70)),
        Operation.near(
            "attentionGradient",
            (kernels, in, size) -> {
              KvView view = view(in, size);
              Tensor query = in.contiguous(3 + size, 4, 6);
              Tensor out = in.contiguous(3 + size, 4, 9);
              Tensor logSumExp = in.contiguous(3 + size, 4);
              kernels.attention(query, view, ATTENTION_SCALE, out, logSumExp);
              Tensor dOut = in.contiguous(3 + size, 4, 9);
              List<Tensor> all = new ArrayList<>();
              for (boolean accumulate : new boolean[] {false, true}) {
                Tensor dQuery = in.contiguous(3 + size, 4, 6);
                Tensor dKeys = in.contiguous(3 + size, 2, 6);
                Tensor dValues = in.contiguous(3 + size, 2, 9);
                kernels.attentionGradient(
                    dOut,
                    query,
                    view,
                    ATTENTION_SCALE,
                    out,
                    logSumExp,
                    dQuery,
                    dKeys,
                    dValues,
                    accumulate);
                all.addAll(List.of(dQuery, dKeys, dValues));
              }
              return all.toArray(new Tensor[0]);
            }));
  }

  /// The last queries of a sequence over the pages of caches that round: latents of the given size,
  /// and two heads of keys and values.
  private static Tensor[] overCaches(
      Kernels kernels, Inputs in, int latentDim, int queries, int length) {
    int positions = queries + length;
    KvView.Location pages = new KvView.Location.Pages(new int[] {1, 0});
    var sequence = new KvView.Sequence(0, queries, positions, pages);
    List<Tensor> all = new ArrayList<>();
    for (CacheFormat format : List.of(CacheFormat.BF16, CacheFormat.FP8)) {
      KvRows rows = in.rows(new KvLayout(format, latentDim, 4), 2 * KvView.TILE);
      kernels.encode(in.normal(2 * KvView.TILE, latentDim + 4), rows);
      Tensor out = in.contiguous(queries, 4, latentDim);
      Tensor logSumExp = in.contiguous(queries, 4);
      Tensor query = in.normal(queries, 4, latentDim + 4);
      KvView view = KvView.ofLatents(rows, List.of(sequence));
      kernels.attention(query, view, ATTENTION_SCALE / latentDim, out, logSumExp);
      all.addAll(List.of(out, logSumExp));
    }
    Tensor heads = in.bf16(2 * KvView.TILE, 2, 2 * latentDim);
    Tensor out = in.contiguous(queries, 4, latentDim);
    Tensor logSumExp = in.contiguous(queries, 4);
    KvView view =
        new KvView(
            heads.columns(0, latentDim),
            heads.columns(latentDim, 2 * latentDim),
            List.of(sequence));
    Tensor query = in.normal(queries, 4, latentDim);
    kernels.attention(query, view, ATTENTION_SCALE / latentDim, out, logSumExp);
    all.addAll(List.of(out, logSumExp));
    return all.toArray(new Tensor[0]);
  }

  private static RouterRule rule(ScoreFunction score, int experts) {
    return new RouterRule(score, Math.min(2, experts), 1, 1, false, true, 2);
  }

  /// A body for both ways in which logits become affinities, results behind each other.
  private static Body bothScores(ScoreBody body) {
    return (kernels, in, size) ->
        Arrays.stream(ScoreFunction.values())
            .flatMap(score -> Arrays.stream(body.run(kernels, in, rule(score, size), size)))
            .toArray(Tensor[]::new);
  }

  @FunctionalInterface
  private interface ScoreBody {
    Tensor[] run(Kernels kernels, Inputs inputs, RouterRule rule, int experts);
  }

  /// An active expert that differs from the next in every row.
  private static Tensor chosen(Inputs in, int experts) {
    int active = Math.min(2, experts);
    int[] values =
        IntStream.range(0, ROWS * active)
            .map(i -> (i / active * 3 + i % active) % experts)
            .toArray();
    return Tensor.of(in.arena, Shape.of(ROWS, active), values);
  }

  private static List<Operation> experts() {
    List<KvView.Sequence> sequences = KvView.packedSequences(2, 3);
    return List.of(
        Operation.near(
            "route",
            bothScores((kernels, in, rule, experts) -> {
              Tensor chosen = in.integers(1, ROWS, rule.activeExperts());
              Tensor weights = in.normal(ROWS, rule.activeExperts());
              Tensor logits = in.normal(ROWS, experts);
              kernels.route(logits, in.contiguous(experts), rule, chosen, weights);
              return results(chosen, weights);
            })),
        Operation.near(
            "routeGradient",
            bothScores((kernels, in, rule, experts) -> {
              Tensor dLogits = in.normal(ROWS, experts);
              Tensor dWeights = in.normal(ROWS, rule.activeExperts());
              Tensor logits = in.normal(ROWS, experts);
              kernels.routeGradient(dWeights, logits, chosen(in, experts), rule, dLogits);
              return results(dLogits);
            })),
        Operation.exact("dispatch", (kernels, in, size) -> in.dispatched(kernels)),
        Operation.exact(
            "gatherSlots",
            (kernels, in, size) -> {
              Tensor out = in.normal(2 * ROWS, size);
              kernels.gatherSlots(in.normal(ROWS, size), in.dispatched(kernels)[0], 2, out);
              return results(out);
            }),
        Operation.exact(
            "gatherSlotsGradient",
            (kernels, in, size) -> {
              Tensor dx = in.normal(ROWS, size);
              Tensor places = in.dispatched(kernels)[1];
              kernels.gatherSlotsGradient(in.normal(2 * ROWS, size), places, 2, dx);
              return results(dx);
            }),
        Operation.exact(
            "combine",
            (kernels, in, size) -> {
              Tensor out = in.normal(ROWS, size);
              Tensor places = in.dispatched(kernels)[1];
              kernels.combine(in.normal(2 * ROWS, size), places, in.normal(ROWS, 2), out);
              return results(out);
            }),
        Operation.exact(
            "combineInputGradient",
            (kernels, in, size) -> {
              Tensor dOut = in.normal(ROWS, size);
              Tensor weights = in.normal(ROWS, 2);
              Tensor places = in.dispatched(kernels)[1];
              Tensor added = in.normal(2 * ROWS, size);
              Tensor fresh = in.normal(2 * ROWS, size);
              kernels.combineInputGradient(dOut, places, weights, added, true);
              kernels.combineInputGradient(dOut, places, weights, fresh, false);
              return results(added, fresh);
            }),
        Operation.exact(
            "combineWeightGradient",
            (kernels, in, size) -> {
              Tensor dWeights = in.normal(ROWS, 2);
              Tensor places = in.dispatched(kernels)[1];
              Tensor dOut = in.normal(ROWS, size);
              kernels.combineWeightGradient(dOut, in.normal(2 * ROWS, size), places, dWeights);
              return results(dWeights);
            }),
        Operation.near(
            "balanceLoss",
            bothScores((kernels, in, rule, experts) -> {
              Tensor out = in.contiguous(2);
              Tensor logits = in.normal(ROWS, experts);
              kernels.balanceLoss(logits, chosen(in, experts), sequences, rule, out);
              return results(out);
            })),
        Operation.near(
            "balanceLossGradient",
            bothScores((kernels, in, rule, experts) -> {
              Tensor dLogits = in.normal(ROWS, experts);
              Tensor logits = in.normal(ROWS, experts);
              Tensor chosen = chosen(in, experts);
              Tensor dOut = in.contiguous(2);
              kernels.balanceLossGradient(dOut, logits, chosen, sequences, rule, dLogits);
              return results(dLogits);
            })));
  }

  private static List<Operation> head() {
    return List.of(
        Operation.near(
            "logProbs",
            (kernels, in, vocab) -> {
              Tensor logProbs = in.contiguous(ROWS);
              Tensor logSumExp = in.contiguous(ROWS);
              Tensor targets = in.of(0, vocab - 1, -1, vocab / 2, vocab / 3);
              kernels.logProbs(in.normal(ROWS, vocab), targets, logProbs, logSumExp);
              return results(logProbs, logSumExp);
            }),
        Operation.near(
            "logProbsGradient",
            (kernels, in, vocab) -> {
              Tensor logits = in.normal(ROWS, vocab);
              Tensor targets = in.of(0, vocab - 1, -1, vocab / 2, vocab / 3);
              Tensor logSumExp = in.contiguous(ROWS);
              kernels.fill(logSumExp, 3);
              kernels.logProbsGradient(in.contiguous(ROWS), targets, logSumExp, logits);
              return results(logits);
            }),
        Operation.exact(
            "adamW",
            (kernels, in, size) -> {
              Tensor parameter = in.contiguous(ROWS, size);
              Tensor first = in.contiguous(ROWS, size);
              Tensor second = in.contiguous(ROWS, size);
              kernels.fill(second, 0.2f);
              AdamWRule rule = new AdamWRule(1e-3, 0.9, 0.95, 1e-8, 0.1, 7, 0.5);
              kernels.adamW(parameter, in.contiguous(ROWS, size), first, second, rule);
              // Once more with moments in BF16: large, small, at a tie, and not a number.
              Tensor halfFirst = in.bf16(ROWS, size);
              Tensor halfSecond = in.bf16(ROWS, size);
              square(halfSecond);
              Tensor gradient = in.contiguous(ROWS, size);
              gradient.set(0, 0, Float.NaN);
              gradient.set(1, 0, 1e30);
              gradient.set(2, 0, 1e-30);
              kernels.adamW(parameter, gradient, halfFirst, halfSecond, rule);
              return results(parameter, first, second, halfFirst, halfSecond);
            }));
  }

  static Stream<Arguments> operationsAtSizes() {
    int[] sizes = {1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 129};
    return operations().stream()
        .flatMap(operation -> Arrays.stream(sizes).mapToObj(n -> Arguments.of(operation, n)));
  }

  @ParameterizedTest(name = "{0} at {1}")
  @MethodSource("operationsAtSizes")
  void everyBackendKeepsIt(Operation operation, int size) {
    try (Arena arena = Arena.ofShared();
        Kernels reference = new ReferenceKernels()) {
      Tensor[] expected = operation.body.run(reference, new Inputs(arena, DType.F32), size);
      Tensor[] exact =
          operation.isExact
              ? expected
              : operation.body.run(reference, new Inputs(arena, DType.F64), size);
      for (Kernels backend : backends()) {
        try (backend) {
          Tensor[] found = operation.body.run(backend, new Inputs(arena, DType.F32), size);
          for (int i = 0; i < expected.length; i++) {
            String what = "%s, result %d".formatted(backend.describe(), i);
            if (expected[i].dtype() == DType.I32) {
              assertThat(found[i].toIntArray()).as(what).isEqualTo(expected[i].toIntArray());
            } else if (operation.isExact) {
              // The root as well: nothing beside a view is touched.
              assertThat(found[i].root().toFloatArray())
                  .as(what)
                  .isEqualTo(expected[i].root().toFloatArray());
            } else {
              double bound =
                  MORE_THAN_REFERENCE * error(expected[i], exact[i])
                      + Tolerance.relative(MORE_ROUNDINGS, largest(exact[i]));
              assertThat(error(found[i], exact[i])).as(what).isLessThanOrEqualTo(bound);
            }
          }
        }
      }
    }
  }

  /// The largest error of an element.
  private static double error(Tensor found, Tensor exact) {
    double error = 0;
    for (long row = 0; row < exact.shape().rows(); row++) {
      for (int column = 0; column < exact.shape().columns(); column++) {
        double difference = Math.abs(found.get(row, column) - exact.get(row, column));
        assertThat(difference).isNotNaN();
        error = Math.max(error, difference);
      }
    }
    return error;
  }

  private static double largest(Tensor x) {
    double largest = 0;
    for (long row = 0; row < x.shape().rows(); row++) {
      for (int column = 0; column < x.shape().columns(); column++) {
        largest = Math.max(largest, Math.abs(x.get(row, column)));
      }
    }
    return largest;
  }

  @Test
  void everyOperationHasABody() {
    Set<String> others = Set.of("name", "describe", "close");
    Set<String> methods =
        Arrays.stream(Kernels.class.getDeclaredMethods())
            .map(Method::getName)
            .filter(name -> !others.contains(name))
            .collect(Collectors.toSet());
    Set<String> bodies =
        operations().stream()
            .flatMap(operation -> operation.names.stream())
            .collect(Collectors.toSet());
    assertThat(bodies).isEqualTo(methods);
  }
}
