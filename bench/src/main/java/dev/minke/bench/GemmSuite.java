package dev.minke.bench;

import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Products with prepared weights beside OpenBLAS, in GFLOP/s.
final class GemmSuite {
  private static final int ROUNDS = 7;

  /// How often the rounds of a size are repeated because somebody else took processors.
  private static final int MOST_TRIES = 10;

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

  /// One round: both speeds, FLOP/s.
  private record Round(double minke, double peer) {}

  private final OpenBlas peer;
  private final boolean provisional;

  /// @param provisional whether to accept rounds that others disturbed
  GemmSuite(OpenBlas peer, boolean provisional) {
    this.peer = peer;
    this.provisional = provisional;
  }

  List<Row> run(int threads) throws IOException, InterruptedException {
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
      throws IOException, InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      Tensor x = random(arena, 1, size.rows, size.depth);
      Tensor weight = random(arena, 2, size.width, size.depth);
      Tensor out = random(arena, 3, size.rows, size.width);
      try (Prepared prepared = kernels.prepare(weight, Orientation.FORWARD)) {
        Runnable ours = () -> kernels.matmul(x, prepared, out, false);
        Runnable theirs = () -> peer.product(x, weight, out);
        seconds(ours, WARM_NANOS);
        seconds(theirs, WARM_NANOS);
        double flops = 2.0 * size.rows * size.width * size.depth;
        List<Round> rounds = rounds(ours, theirs, flops);
        double minke = median(rounds, Round::minke);
        return new Row(
            "%d x %d x %d".formatted(size.rows, size.width, size.depth),
            threads,
            Backends.explain(kernels),
            peer.name(),
            minke / 1e9,
            median(rounds, Round::peer) / 1e9,
            median(rounds, round -> round.minke / round.peer),
            minke / peak);
      }
    }
  }

  /// As many rounds as are wanted, all of them undisturbed.
  private List<Round> rounds(Runnable ours, Runnable theirs, double flops)
      throws IOException, InterruptedException {
    Quiet quiet = new Quiet(ProcessHandle.current());
    for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
      List<Round> rounds = new ArrayList<>();
      quiet.begin();
      while (rounds.size() < ROUNDS) {
        Thread.sleep(REST_MILLIS);
        double minke = flops / seconds(ours, ROUND_NANOS);
        rounds.add(new Round(minke, flops / seconds(theirs, ROUND_NANOS)));
      }
      if (provisional || !Quiet.isTooMuch(quiet.taken())) {
        return rounds;
      }
    }
    throw new IllegalStateException(
        "bench: the machine did not stay quiet, %d times in a row others took processors; try again later"
            .formatted(MOST_TRIES));
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

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
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
