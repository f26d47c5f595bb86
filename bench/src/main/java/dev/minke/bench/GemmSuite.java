package dev.minke.bench;

import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Products with prepared weights beside OpenBLAS, in GFLOP/s.
final class GemmSuite {
  private static final int ROUNDS = 7;
  private static final long WARM_NANOS = 1_000_000_000;
  private static final long ROUND_NANOS = 40_000_000;

  /// The peer's workers spin after a call, for 26 ms and on some machines beyond 60, and would take
  /// a core from us.
  private static final long REST_MILLIS = 200;

  private record Size(int rows, int width, int depth) {}

  private static final List<Size> SIZES =
      List.of(
          new Size(512, 512, 512),
          new Size(1024, 1024, 1024),
          new Size(2048, 2048, 2048),
          new Size(1, 2048, 2048),
          new Size(8, 2048, 2048),
          new Size(32, 2048, 2048),
          new Size(2048, 768, 256));

  private final OpenBlas peer;

  GemmSuite(OpenBlas peer) {
    this.peer = peer;
  }

  List<Row> run(int threads) throws InterruptedException {
    peer.threads(threads);
    List<Row> rows = new ArrayList<>();
    try (Kernels kernels = Backends.open(threads)) {
      // The first is the compiler's.
      double peak = Math.max(Backends.fmaPeak(kernels, 2), Backends.fmaPeak(kernels, 1));
      for (Size size : SIZES) {
        rows.add(run(kernels, size, threads, peak));
      }
    }
    return rows;
  }

  private Row run(Kernels kernels, Size size, int threads, double peak)
      throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      Tensor x = random(arena, 1, size.rows, size.depth);
      Tensor weight = random(arena, 2, size.width, size.depth);
      Tensor out = random(arena, 3, size.rows, size.width);
      try (Prepared prepared = kernels.prepare(weight, Orientation.FORWARD)) {
        Runnable ours = () -> kernels.matmul(x, prepared, out, false);
        Runnable theirs = () -> peer.product(x, weight, out);
        seconds(ours, WARM_NANOS);
        seconds(theirs, WARM_NANOS);
        double[] minke = new double[ROUNDS];
        double[] peers = new double[ROUNDS];
        double[] ratios = new double[ROUNDS];
        double flops = 2.0 * size.rows * size.width * size.depth;
        for (int round = 0; round < ROUNDS; round++) {
          Thread.sleep(REST_MILLIS);
          minke[round] = flops / seconds(ours, ROUND_NANOS);
          peers[round] = flops / seconds(theirs, ROUND_NANOS);
          ratios[round] = minke[round] / peers[round];
        }
        return new Row(
            "%d x %d x %d".formatted(size.rows, size.width, size.depth),
            threads,
            Backends.explain(kernels),
            "OpenBLAS",
            median(minke) / 1e9,
            median(peers) / 1e9,
            median(ratios),
            median(minke) / peak);
      }
    }
  }

  /// Seconds of one call.
  private static double seconds(Runnable task, long nanos) {
    long begin = System.nanoTime();
    long end;
    int calls = 0;
    do {
      task.run();
      calls++;
      end = System.nanoTime();
    } while (end - begin < nanos);
    return (end - begin) * 1e-9 / calls;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static Tensor random(Arena arena, long seed, int rows, int columns) {
    RandomStream random = new RandomStream(seed, 1);
    Tensor tensor = Tensor.allocate(arena, DType.F32, Shape.of(rows, columns));
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        tensor.set(row, column, random.normal((long) row * columns + column));
      }
    }
    return tensor;
  }
}
