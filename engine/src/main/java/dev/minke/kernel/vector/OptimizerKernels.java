package dev.minke.kernel.vector;

import dev.minke.kernel.AdamWRule;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/// Updates of parameters. Bound by memory: 28 bytes an element.
final class OptimizerKernels {
  private static final double NANOS_PER_ELEMENT = 2;

  private final Gang gang;
  private final ScratchPool scratches;

  OptimizerKernels(Gang gang, ScratchPool scratches) {
    this.gang = gang;
    this.scratches = scratches;
  }

  /// The factors of a rule, rounded once.
  private record Factors(
      float gradientScale,
      float beta1,
      float fresh1,
      float beta2,
      float fresh2,
      float root,
      float epsilon,
      float rate,
      float kept) {
    static Factors of(AdamWRule rule) {
      double firstBias = 1 - StrictMath.pow(rule.beta1(), rule.step());
      double secondBias = 1 - StrictMath.pow(rule.beta2(), rule.step());
      return new Factors(
          (float) rule.gradientScale(),
          (float) rule.beta1(),
          (float) (1 - rule.beta1()),
          (float) rule.beta2(),
          (float) (1 - rule.beta2()),
          (float) Math.sqrt(secondBias),
          (float) rule.epsilon(),
          (float) (rule.rate() / firstBias),
          (float) (1 - rule.rate() * rule.decay()));
    }
  }

  void adamW(
      Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamWRule rule) {
    FloatRows[] all = FloatRows.elementwise(parameter, gradient);
    Factors factors = Factors.of(rule);
    Moments moments = new Moments(firstMoment.address(), secondMoment.address(), all[0].columns());
    boolean half = firstMoment.dtype() == DType.BF16;
    gang.rows(
        (long) (all[0].elements() * NANOS_PER_ELEMENT),
        all[0].count(),
        (from, to) -> {
          try (ScratchPool.Scratch scratch = scratches.borrow()) {
            for (long row = from; row < to; row++) {
              long p = all[0].row(row);
              long g = all[1].row(row);
              int count = all[0].length(row);
              if (half) {
                moments.update(row, count, scratch, (m, v) -> adamW(p, g, m, v, count, factors));
              } else {
                long at = row * all[0].columns() * Float.BYTES;
                adamW(p, g, moments.first + at, moments.second + at, count, factors);
              }
            }
          }
        });
  }

  /// Moments in BF16, row by row of [FloatRows].
  ///
  /// @param first address of the first moments
  /// @param second address of the second
  /// @param columns of a row
  private record Moments(long first, long second, int columns) {
    private interface Update {
      void run(long first, long second);
    }

    /// Widens a row, updates it, and rounds it back.
    void update(long row, int count, ScratchPool.Scratch scratch, Update update) {
      long at = row * columns * Short.BYTES;
      long wideFirst = scratch.floats(2L * columns);
      long wideSecond = wideFirst + (long) columns * Float.BYTES;
      Bf16Rows.widen(first + at, wideFirst, count);
      Bf16Rows.widen(second + at, wideSecond, count);
      update.run(wideFirst, wideSecond);
      Bf16Rows.narrow(wideFirst, first + at, count);
      Bf16Rows.narrow(wideSecond, second + at, count);
    }
  }

  private static void adamW(
      long parameter, long gradient, long first, long second, int count, Factors factors) {
    long bytes = (long) count * Float.BYTES;
    long vectors = bytes - bytes % VectorWidth.BYTES;
    FloatVector beta1 = all(factors.beta1);
    FloatVector beta2 = all(factors.beta2);
    FloatVector epsilon = all(factors.epsilon);
    FloatVector rate = all(-factors.rate);
    for (long i = 0; i < vectors; i += VectorWidth.BYTES) {
      FloatVector g = Memory.load(gradient + i).mul(factors.gradientScale);
      FloatVector m = beta1.fma(Memory.load(first + i), g.mul(factors.fresh1));
      FloatVector v = beta2.fma(Memory.load(second + i), g.mul(g).mul(factors.fresh2));
      Memory.store(m, first + i);
      Memory.store(v, second + i);
      FloatVector deviation = v.sqrt().div(factors.root);
      FloatVector direction = m.div(deviation.add(epsilon));
      FloatVector kept = Memory.load(parameter + i).mul(factors.kept);
      Memory.store(direction.fma(rate, kept), parameter + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      adamW(parameter + i, gradient + i, first + i, second + i, factors);
    }
  }

  /// The same for one element.
  private static void adamW(
      long parameter, long gradient, long first, long second, Factors factors) {
    float g = Memory.get(gradient) * factors.gradientScale;
    float m = Math.fma(factors.beta1, Memory.get(first), factors.fresh1 * g);
    float v = Math.fma(factors.beta2, Memory.get(second), factors.fresh2 * (g * g));
    Memory.set(first, m);
    Memory.set(second, v);
    float deviation = (float) Math.sqrt(v) / factors.root;
    float direction = m / (deviation + factors.epsilon);
    Memory.set(parameter, Math.fma(-factors.rate, direction, Memory.get(parameter) * factors.kept));
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(VectorWidth.FLOATS, value);
  }
}
