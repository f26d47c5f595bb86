package dev.minke.bench;

import dev.minke.backend.Backends;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvLayout;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/// Absorbed attention over a latent cache of V2-Lite's shape, 4,096 positions long: each format
/// beside F32, in turn in every round.
final class CacheSuite {
  private static final int ROUNDS = 15;
  private static final long WARM_NANOS = 600_000_000;
  private static final long ROUND_NANOS = 60_000_000;

  private static final int HEADS = 16;
  private static final int LATENT_DIM = 512;
  private static final int ROPE_DIM = 64;
  private static final int POSITIONS = 4096;
  private static final float SCALE = 0.07f;

  /// Newest tokens of each of some sequences.
  private record Case(String name, int sequences, int queries) {
    double flops() {
      return 2.0 * sequences * queries * HEADS * POSITIONS * (2 * LATENT_DIM + ROPE_DIM);
    }
  }

  private static final List<Case> CASES =
      List.of(
          new Case("1 token", 1, 1), new Case("4 tokens", 1, 4), new Case("16 sequences", 16, 1));

  private final LongSupplier clock;

  /// @param provisional whether to count the processor time of the calling thread, which has its
  ///   share of every operation, instead of time: on a busy machine
  CacheSuite(boolean provisional) {
    clock =
        provisional
            ? ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime
            : System::nanoTime;
  }

  List<Row> run(int threads) {
    List<Row> rows = new ArrayList<>();
    try (Arena arena = Arena.ofShared();
        Kernels kernels = Backends.open(threads)) {
      // The first is the compiler's.
      double peak = Math.max(Backends.fmaPeak(kernels, 2), Backends.fmaPeak(kernels, 1)) / 1e9;
      for (Case one : CASES) {
        List<Runnable> calls = new ArrayList<>();
        for (CacheFormat format : CacheFormat.values()) {
          calls.add(call(arena, kernels, one, format));
        }
        double[][] seconds = rounds(calls);
        for (CacheFormat format : List.of(CacheFormat.BF16, CacheFormat.FP8)) {
          rows.add(row(one, format, threads, Backends.explain(kernels), seconds, peak));
        }
      }
    }
    return rows;
  }

  private static Row row(
      Case one, CacheFormat format, int threads, String isa, double[][] seconds, double peak) {
    double[] ours = seconds[format.ordinal()];
    double[] plain = seconds[CacheFormat.F32.ordinal()];
    double[] ratios = new double[ROUNDS];
    Arrays.setAll(ratios, round -> plain[round] / ours[round]);
    double speed = one.flops() / median(ours) / 1e9;
    return new Row(
        format + ", " + one.name + ", GFLOP/s",
        threads,
        isa,
        "F32",
        speed,
        one.flops() / median(plain) / 1e9,
        median(ratios),
        speed / peak);
  }

  /// Seconds of each call in each round.
  private double[][] rounds(List<Runnable> calls) {
    for (Runnable call : calls) {
      seconds(call, WARM_NANOS);
    }
    double[][] seconds = new double[calls.size()][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < seconds.length; i++) {
        seconds[i][round] = seconds(calls.get(i), ROUND_NANOS);
      }
    }
    return seconds;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private double seconds(Runnable call, long nanos) {
    long begin = clock.getAsLong();
    long end;
    int calls = 0;
    do {
      call.run();
      calls++;
      end = clock.getAsLong();
    } while (end - begin < nanos);
    return (end - begin) * 1e-9 / calls;
  }

  private static Runnable call(Arena arena, Kernels kernels, Case one, CacheFormat format) {
    KvLayout layout = new KvLayout(format, LATENT_DIM, ROPE_DIM);
    int count = one.sequences * POSITIONS;
    KvRows cache = layout.over(Tensor.allocate(arena, layout.dtype(), layout.shape(count)));
    Tensor numbers = normal(arena, 1, POSITIONS, layout.width());
    List<KvView.Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < one.sequences; i++) {
      kernels.encode(numbers, cache.rows(i * POSITIONS, (i + 1) * POSITIONS));
      int[] pages = new int[POSITIONS / KvView.TILE];
      int first = i * pages.length;
      Arrays.setAll(pages, page -> first + page);
      sequences.add(
          new KvView.Sequence(
              i * one.queries, one.queries, POSITIONS, new KvView.Location.Pages(pages)));
    }
    int tokens = one.sequences * one.queries;
    Tensor query = normal(arena, 2, tokens, HEADS, layout.width());
    Tensor out = normal(arena, 3, tokens, HEADS, LATENT_DIM);
    Tensor logSumExp = normal(arena, 4, tokens, HEADS);
    KvView view = KvView.ofLatents(cache, sequences);
    return () -> kernels.attention(query, view, SCALE, out, logSumExp);
  }

  private static Tensor normal(Arena arena, long seed, int... sizes) {
    Tensor tensor = Tensor.allocate(arena, DType.F32, Shape.of(sizes));
    RandomStream random = new RandomStream(seed, 1);
    int columns = tensor.shape().columns();
    for (long row = 0; row < tensor.shape().rows(); row++) {
      for (int column = 0; column < columns; column++) {
        tensor.set(row, column, random.normal(row * columns + column));
      }
    }
    return tensor;
  }
}
