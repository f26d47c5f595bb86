package dev.minke.bench;

import dev.minke.backend.Backends;
import dev.minke.kernel.AdamWRule;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Every operation of [Kernels] beside what the machine can do: products and attention beside its
/// multiply-adds, all others beside a copy of memory. Sizes are those of a training step of a small
/// mixture of experts, 2,048 tokens wide.
final class OpsSuite {
  private static final int ROUNDS = 7;
  private static final long WARM_NANOS = 400_000_000;
  private static final long ROUND_NANOS = 30_000_000;

  private static final int TOKENS = 2048;
  private static final int DIM = 1024;
  private static final int VOCAB = 8192;
  private static final int EXPERTS = 64;
  private static final int ACTIVE = 8;
  private static final int EXPERT_DIM = 256;
  private static final int HIDDEN = 512;
  private static final int HEADS = 8;
  private static final int KEY_DIM = 96;
  private static final int ROPE_DIM = 32;
  private static final int VALUE_DIM = 64;
  private static final int LENGTH = 512;

  /// What an operation is held against.
  private enum Limit {
    COPY("memcpy", "GB/s"),
    MULTIPLY_ADD("fma peak", "GFLOP/s");

    private final String peer;
    private final String unit;

    Limit(String peer, String unit) {
      this.peer = peer;
      this.unit = unit;
    }
  }

  /// An operation at one size.
  ///
  /// @param work bytes that must be read and written, or floating-point operations
  private record Op(String name, Limit limit, double work, Runnable call) {}

  List<Row> run(int threads) throws InterruptedException {
    double copy = CopyPeak.measure(threads);
    List<Row> rows = new ArrayList<>();
    try (Kernels kernels = Backends.open(threads);
        Operands operands = new Operands(kernels)) {
      // The first is the compiler's.
      double peak = Math.max(Backends.fmaPeak(kernels, 2), Backends.fmaPeak(kernels, 1));
      for (Op op : operands.ops()) {
        double limit = op.limit == Limit.COPY ? copy : peak;
        double speed = op.work / seconds(op.call);
        rows.add(
            new Row(
                op.name + ", " + op.limit.unit,
                threads,
                Backends.explain(kernels),
                op.limit.peer,
                speed / 1e9,
                limit / 1e9,
                speed / limit,
                speed / limit));
      }
    }
    return rows;
  }

  /// Seconds of one call, the median of all rounds.
  private static double seconds(Runnable call) {
    seconds(call, WARM_NANOS);
    double[] rounds = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      rounds[round] = seconds(call, ROUND_NANOS);
    }
    Arrays.sort(rounds);
    return rounds[ROUNDS / 2];
  }

  private static double seconds(Runnable call, long nanos) {
    long begin = System.nanoTime();
    long end;
    int calls = 0;
    do {
      call.run();
      calls++;
      end = System.nanoTime();
    } while (end - begin < nanos);
    return (end - begin) * 1e-9 / calls;
  }

  /// What the operations work on.
  private static final class Operands implements AutoCloseable {
    private final Kernels kernels;
    private final Arena arena = Arena.ofShared();
    private final List<Prepared> prepared = new ArrayList<>();
    private final List<Op> ops = new ArrayList<>();
    private long seed;

    Operands(Kernels kernels) {
      this.kernels = kernels;
    }

    List<Op> ops() {
      rows();
      products();
      attention();
      experts();
      head();
      return ops;
    }

    private Tensor normal(int... sizes) {
      Tensor tensor = Tensor.allocate(arena, DType.F32, Shape.of(sizes));
      RandomStream random = new RandomStream(++seed, 1);
      for (long row = 0; row < tensor.shape().rows(); row++) {
        for (int column = 0; column < tensor.shape().columns(); column++) {
          tensor.set(row, column, random.normal(row * tensor.shape().columns() + column));
        }
      }
      return tensor;
    }

    private Tensor integers(int bound, int... sizes) {
      Tensor tensor = Tensor.allocate(arena, DType.I32, Shape.of(sizes));
      RandomStream random = new RandomStream(++seed, 1);
      for (long row = 0; row < tensor.shape().rows(); row++) {
        for (int column = 0; column < tensor.shape().columns(); column++) {
          tensor.setInt(row, column, random.below(bound, row * tensor.shape().columns() + column));
        }
      }
      return tensor;
    }

    private Prepared prepared(Tensor weight, Orientation orientation) {
      Prepared result = kernels.prepare(weight, orientation);
      prepared.add(result);
      return result;
    }

    /// An operation that moves so many numbers.
    private void moves(String name, double numbers, Runnable call) {
      ops.add(new Op(name, Limit.COPY, numbers * Float.BYTES, call));
    }

    private void computes(String name, double flops, Runnable call) {
      ops.add(new Op(name, Limit.MULTIPLY_ADD, flops, call));
    }

    private void rows() {
      double all = (double) TOKENS * DIM;
      Tensor a = normal(TOKENS, DIM);
      Tensor b = normal(TOKENS, DIM);
      Tensor c = normal(TOKENS, DIM);
      Tensor gain = normal(DIM);
      Tensor inverse = normal(TOKENS);
      Tensor dGain = normal(DIM);
      moves("fill", all, () -> kernels.fill(c, 1));
      moves("copy", 2 * all, () -> kernels.copy(a, c));
      Tensor half = Tensor.allocate(arena, DType.BF16, a.shape());
      moves("narrow", 1.5 * all, () -> kernels.narrow(a, half));
      moves("widen", 1.5 * all, () -> kernels.widen(half, c));
      moves("add", 3 * all, () -> kernels.add(a, b, c));
      moves("addScaled", 3 * all, () -> kernels.addScaled(a, 1e-9f, c));
      moves("addRow", 2 * all, () -> kernels.addRow(c, gain));
      moves("addRowGradient", all, () -> kernels.addRowGradient(b, dGain));
      moves("sumOfSquares", all, () -> kernels.sumOfSquares(a));
      Tensor flat = a.reshape(TOKENS * DIM);
      Tensor factors = b.reshape(TOKENS * DIM);
      Tensor dFlat = c.reshape(TOKENS * DIM);
      List<KvView.Sequence> halves = KvView.packedSequences(TOKENS * DIM / 2, TOKENS * DIM / 2);
      Tensor sums = normal(2);
      moves("sequenceSums", 2 * all, () -> kernels.sequenceSums(flat, factors, halves, sums));
      moves(
          "sequenceSumsGradient",
          3 * all,
          () -> kernels.sequenceSumsGradient(sums, factors, halves, dFlat));
      moves("rmsNorm", 2 * all, () -> kernels.rmsNorm(a, gain, 1e-6f, c, inverse));
      moves(
          "rmsNormInputGradient",
          4 * all,
          () -> kernels.rmsNormInputGradient(b, a, gain, inverse, c));
      moves(
          "rmsNormGainGradient", 2 * all, () -> kernels.rmsNormGainGradient(b, a, inverse, dGain));
      Tensor table = normal(VOCAB, DIM);
      Tensor ids = integers(VOCAB, TOKENS);
      moves("embedding", 2 * all, () -> kernels.embedding(table, ids, c));
      moves("embeddingGradient", 3 * all, () -> kernels.embeddingGradient(b, ids, table));
      Tensor first = normal(TOKENS, DIM);
      Tensor second = normal(TOKENS, DIM);
      kernels.fill(second, 1);
      AdamWRule rule = new AdamWRule(1e-3, 0.9, 0.95, 1e-8, 0.1, 1, 1);
      moves("adamW", 7 * all, () -> kernels.adamW(a, b, first, second, rule));
    }

    private void products() {
      double flops = 2.0 * TOKENS * DIM * HIDDEN;
      Tensor x = normal(TOKENS, DIM);
      Tensor weight = normal(HIDDEN, DIM);
      Tensor out = normal(TOKENS, HIDDEN);
      Tensor dWeight = normal(HIDDEN, DIM);
      Prepared forward = prepared(weight, Orientation.FORWARD);
      Prepared backward = prepared(weight, Orientation.BACKWARD);
      double elements = (double) HIDDEN * DIM;
      moves("refresh forward", 2 * elements, () -> kernels.refresh(forward, weight));
      moves("refresh backward", 2 * elements, () -> kernels.refresh(backward, weight));
      computes("matmul forward", flops, () -> kernels.matmul(x, forward, out, false));
      computes("matmul backward", flops, () -> kernels.matmul(out, backward, x, false));
      computes("weightGradient", flops, () -> kernels.weightGradient(out, x, dWeight, true));
      Tensor absorbed = normal(HEADS, VALUE_DIM, HIDDEN);
      Tensor byHead = normal(TOKENS, HEADS, HIDDEN);
      Tensor values = normal(TOKENS, HEADS, VALUE_DIM);
      Prepared stack = prepared(absorbed, Orientation.FORWARD);
      computes(
          "headMatmul",
          2.0 * TOKENS * HEADS * HIDDEN * VALUE_DIM,
          () -> kernels.headMatmul(byHead, stack, values));
    }

    private void attention() {
      Tensor query = normal(TOKENS, HEADS, KEY_DIM);
      Tensor keys = normal(TOKENS, HEADS, KEY_DIM);
      Tensor values = normal(TOKENS, HEADS, VALUE_DIM);
      Tensor out = normal(TOKENS, HEADS, VALUE_DIM);
      Tensor logSumExp = normal(TOKENS, HEADS);
      Tensor dOut = normal(TOKENS, HEADS, VALUE_DIM);
      Tensor dQuery = normal(TOKENS, HEADS, KEY_DIM);
      Tensor dKeys = normal(TOKENS, HEADS, KEY_DIM);
      Tensor dValues = normal(TOKENS, HEADS, VALUE_DIM);
      int[] lengths = new int[TOKENS / LENGTH];
      Arrays.fill(lengths, LENGTH);
      KvView view = KvView.packed(keys, values, lengths);
      float scale = (float) (1 / Math.sqrt(KEY_DIM));
      double pairs = (double) HEADS * TOKENS * (LENGTH + 1) / 2;
      computes(
          "attention",
          2 * pairs * (KEY_DIM + VALUE_DIM),
          () -> kernels.attention(query, view, scale, out, logSumExp));
      computes(
          "attentionGradient",
          2 * pairs * (3 * KEY_DIM + 2 * VALUE_DIM),
          () ->
              kernels.attentionGradient(
                  dOut, query, view, scale, out, logSumExp, dQuery, dKeys, dValues, false));
      Tensor positions = integers(LENGTH, TOKENS);
      Tensor turned = query.columns(KEY_DIM - ROPE_DIM, KEY_DIM);
      Rotation rotation = Rotation.plain(ROPE_DIM, 10_000);
      moves(
          "rotate",
          2.0 * TOKENS * HEADS * ROPE_DIM,
          () -> kernels.rotate(turned, positions, rotation, false));
      Tensor own = normal(TOKENS, HEADS, KEY_DIM - ROPE_DIM);
      Tensor shared = normal(TOKENS, ROPE_DIM);
      double joined = (double) TOKENS * HEADS * KEY_DIM;
      moves("joinKeys", 2 * joined, () -> kernels.joinKeys(own, shared, keys));
      moves("joinKeysGradient", 3 * joined, () -> kernels.joinKeysGradient(dKeys, own, shared));
    }

    private void experts() {
      RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, ACTIVE, 8, 4, true, true, 2.5f);
      Tensor logits = normal(TOKENS, EXPERTS);
      Tensor dLogits = normal(TOKENS, EXPERTS);
      Tensor bias = normal(EXPERTS);
      Tensor chosen = integers(EXPERTS, TOKENS, ACTIVE);
      Tensor weights = normal(TOKENS, ACTIVE);
      Tensor dWeights = normal(TOKENS, ACTIVE);
      kernels.fill(bias, 0);
      double scores = (double) TOKENS * EXPERTS;
      moves("route", scores, () -> kernels.route(logits, bias, rule, chosen, weights));
      moves(
          "routeGradient",
          3 * scores,
          () -> kernels.routeGradient(dWeights, logits, chosen, rule, dLogits));
      List<KvView.Sequence> sequences = KvView.packedSequences(TOKENS / 2, TOKENS / 2);
      Tensor loss = normal(2);
      moves(
          "balanceLoss", scores, () -> kernels.balanceLoss(logits, chosen, sequences, rule, loss));
      moves(
          "balanceLossGradient",
          3 * scores,
          () -> kernels.balanceLossGradient(loss, logits, chosen, sequences, rule, dLogits));
      kernels.route(logits, bias, rule, chosen, weights);
      int slotCount = TOKENS * ACTIVE;
      Tensor slots = integers(1, slotCount);
      Tensor places = integers(1, slotCount);
      Tensor offsets = integers(1, EXPERTS + 1);
      moves("dispatch", 3.0 * slotCount, () -> kernels.dispatch(chosen, slots, places, offsets));
      kernels.dispatch(chosen, slots, places, offsets);
      Tensor x = normal(TOKENS, EXPERT_DIM);
      Tensor sorted = normal(slotCount, EXPERT_DIM);
      double moved = (double) slotCount * EXPERT_DIM;
      moves("gatherSlots", 2 * moved, () -> kernels.gatherSlots(x, slots, ACTIVE, sorted));
      moves(
          "gatherSlotsGradient",
          moved,
          () -> kernels.gatherSlotsGradient(sorted, places, ACTIVE, x));
      moves("combine", moved, () -> kernels.combine(sorted, places, weights, x));
      Tensor dSorted = normal(slotCount, EXPERT_DIM);
      moves(
          "combineInputGradient",
          2 * moved,
          () -> kernels.combineInputGradient(x, places, weights, dSorted, true));
      moves(
          "combineWeightGradient",
          moved,
          () -> kernels.combineWeightGradient(x, sorted, places, dWeights));
      int units = HIDDEN / 2;
      Tensor gateUp = normal(EXPERTS, HIDDEN, EXPERT_DIM);
      Tensor down = normal(EXPERTS, EXPERT_DIM, units);
      Tensor dStack = normal(EXPERTS, HIDDEN, EXPERT_DIM);
      Tensor hidden = normal(slotCount, HIDDEN);
      Tensor activated = normal(slotCount, units);
      Prepared first = prepared(gateUp, Orientation.FORWARD);
      Prepared second = prepared(down, Orientation.FORWARD);
      Prepared firstBack = prepared(gateUp, Orientation.BACKWARD);
      Prepared secondBack = prepared(down, Orientation.BACKWARD);
      double flops = 2 * moved * HIDDEN;
      computes(
          "feedForward",
          1.5 * flops,
          () -> kernels.feedForward(sorted, first, second, offsets, hidden, activated, dSorted));
      // Together: without the one, the other would take gradients of its gradients.
      computes(
          "feedForward, feedForwardGradient",
          3 * flops,
          () -> {
            kernels.feedForward(sorted, first, second, offsets, hidden, activated, dSorted);
            kernels.feedForwardGradient(
                sorted, firstBack, secondBack, offsets, hidden, dSorted, false);
          });
      computes(
          "groupedWeightGradient",
          flops,
          () -> kernels.groupedWeightGradient(hidden, sorted, offsets, dStack, true));
    }

    private void head() {
      int rows = TOKENS / 4;
      Tensor logits = normal(rows, VOCAB);
      Tensor targets = integers(VOCAB, rows);
      Tensor logProbs = normal(rows);
      Tensor logSumExp = normal(rows);
      double all = (double) rows * VOCAB;
      moves("logProbs", all, () -> kernels.logProbs(logits, targets, logProbs, logSumExp));
      moves(
          "logProbsGradient",
          2 * all,
          () -> kernels.logProbsGradient(logProbs, targets, logSumExp, logits));
    }

    @Override
    public void close() {
      prepared.forEach(Prepared::close);
      arena.close();
    }
  }
}
