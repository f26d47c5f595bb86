package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.RouterRule;
import dev.minke.tensor.Tensor;
import java.util.List;

/// The mixture of experts: the choice, moving rows to experts and back, and the balance loss.
final class ExpertKernels {
  private static final double NANOS_PER_ELEMENT = 0.25;

  /// A logit of a router: a scalar exponential, and a few comparisons for each active expert.
  private static final double NANOS_PER_LOGIT = 12;

  private final Gang gang;
  private final ScratchPool scratches;

  ExpertKernels(Gang gang, ScratchPool scratches) {
    this.gang = gang;
    this.scratches = scratches;
  }

  private static long logitNanos(FloatRows logits) {
    return (long) (logits.elements() * NANOS_PER_LOGIT);
  }

  private static long ints(Tensor x, long row) {
    return x.address() + row * x.rowStride() * Integer.BYTES;
  }

  private static int place(Tensor places, long slot) {
    return Memory.getInt(places.address() + slot * Integer.BYTES);
  }

  void route(Tensor logits, Tensor bias, RouterRule rule, Tensor chosen, Tensor weights) {
    FloatRows from = FloatRows.of(logits);
    FloatRows to = FloatRows.of(weights);
    gang.rows(
        logitNanos(from),
        from.count(),
        (first, end) -> {
          try (Routing routing = new Routing(rule, from.columns(), scratches)) {
            for (long row = first; row < end; row++) {
              routing.route(from.row(row), bias.address(), ints(chosen, row), to.row(row));
            }
          }
        });
  }

  void routeGradient(
      Tensor dWeights, Tensor logits, Tensor chosen, RouterRule rule, Tensor dLogits) {
    FloatRows d = FloatRows.of(dWeights);
    FloatRows from = FloatRows.of(logits);
    FloatRows to = FloatRows.of(dLogits);
    gang.rows(
        logitNanos(from),
        from.count(),
        (first, end) -> {
          try (Routing routing = new Routing(rule, from.columns(), scratches)) {
            for (long row = first; row < end; row++) {
              routing.addGradient(d.row(row), from.row(row), ints(chosen, row), to.row(row));
            }
          }
        });
  }

  void dispatch(Tensor chosen, Tensor slots, Tensor places, Tensor offsets) {
    int active = chosen.shape().columns();
    int experts = offsets.shape().columns() - 1;
    int tokens = (int) chosen.shape().rows();
    int[] next = new int[experts + 1];
    for (int token = 0; token < tokens; token++) {
      for (int k = 0; k < active; k++) {
        next[Memory.getInt(ints(chosen, token) + (long) k * Integer.BYTES) + 1]++;
      }
    }
    for (int expert = 0; expert < experts; expert++) {
      next[expert + 1] += next[expert];
    }
    for (int expert = 0; expert <= experts; expert++) {
      Memory.setInt(offsets.address() + (long) expert * Integer.BYTES, next[expert]);
    }
    for (int token = 0; token < tokens; token++) {
      for (int k = 0; k < active; k++) {
        int place = next[Memory.getInt(ints(chosen, token) + (long) k * Integer.BYTES)]++;
        int slot = token * active + k;
        Memory.setInt(slots.address() + (long) place * Integer.BYTES, slot);
        Memory.setInt(places.address() + (long) slot * Integer.BYTES, place);
      }
    }
  }

  void gatherSlots(Tensor x, Tensor slots, int activeExperts, Tensor out) {
    FloatRows from = FloatRows.of(x);
    FloatRows to = FloatRows.of(out);
    gang.rows(
        (long) (2 * to.elements() * NANOS_PER_ELEMENT),
        to.count(),
        (first, end) -> {
          for (long row = first; row < end; row++) {
            int token = place(slots, row) / activeExperts;
            RowLoops.copy(from.row(token), to.row(row), to.columns());
          }
        });
  }

  void gatherSlotsGradient(Tensor dOut, Tensor places, int activeExperts, Tensor dx) {
    FloatRows from = FloatRows.of(dOut);
    FloatRows to = FloatRows.of(dx);
    gang.rows(
        (long) (3 * from.elements() * NANOS_PER_ELEMENT),
        to.count(),
        (first, end) -> {
          for (long slot = first * activeExperts; slot < end * activeExperts; slot++) {
            long sum = to.row(slot / activeExperts);
            RowLoops.add(sum, from.row(place(places, slot)), sum, to.columns());
          }
        });
  }

  void combine(Tensor y, Tensor places, Tensor weights, Tensor out) {
    FloatRows from = FloatRows.of(y);
    FloatRows to = FloatRows.of(out);
    FloatRows gates = FloatRows.of(weights);
    int active = gates.columns();
    gang.rows(
        (long) (3 * from.elements() * NANOS_PER_ELEMENT),
        to.count(),
        (first, end) -> {
          for (long row = first; row < end; row++) {
            RowLoops.fill(to.row(row), 0, to.columns());
            for (int k = 0; k < active; k++) {
              float gate = Memory.get(gates.row(row) + (long) k * Float.BYTES);
              long one = from.row(place(places, row * active + k));
              RowLoops.addScaled(one, gate, to.row(row), to.columns());
            }
          }
        });
  }

  void combineInputGradient(
      Tensor dOut, Tensor places, Tensor weights, Tensor dy, boolean accumulate) {
    FloatRows from = FloatRows.of(dOut);
    FloatRows to = FloatRows.of(dy);
    FloatRows gates = FloatRows.of(weights);
    int active = gates.columns();
    gang.rows(
        (long) (3 * to.elements() * NANOS_PER_ELEMENT),
        from.count(),
        (first, end) -> {
          for (long row = first; row < end; row++) {
            for (int k = 0; k < active; k++) {
              float gate = Memory.get(gates.row(row) + (long) k * Float.BYTES);
              long one = to.row(place(places, row * active + k));
              if (!accumulate) {
                RowLoops.fill(one, 0, to.columns());
              }
              RowLoops.addScaled(from.row(row), gate, one, from.columns());
            }
          }
        });
  }

  void combineWeightGradient(Tensor dOut, Tensor y, Tensor places, Tensor dWeights) {
    FloatRows from = FloatRows.of(dOut);
    FloatRows outputs = FloatRows.of(y);
    FloatRows to = FloatRows.of(dWeights);
    int active = to.columns();
    gang.rows(
        (long) (2 * outputs.elements() * NANOS_PER_ELEMENT),
        from.count(),
        (first, end) -> {
          float[] lanes = new float[Kernels.LANES];
          for (long row = first; row < end; row++) {
            for (int k = 0; k < active; k++) {
              long one = outputs.row(place(places, row * active + k));
              float dot = Reduction.dot(from.row(row), one, from.columns(), lanes);
              long at = to.row(row) + (long) k * Float.BYTES;
              Memory.set(at, Memory.get(at) + dot);
            }
          }
        });
  }

  void balanceLoss(
      Tensor logits, Tensor chosen, List<KvView.Sequence> sequences, RouterRule rule, Tensor out) {
    FloatRows from = FloatRows.of(logits);
    gang.run(
        logitNanos(from),
        sequences.size(),
        part -> {
          float loss = balanceLoss(from, chosen, sequences.get(part), rule);
          Memory.set(out.address() + (long) part * Float.BYTES, loss);
        });
  }

  private float balanceLoss(
      FloatRows logits, Tensor chosen, KvView.Sequence sequence, RouterRule rule) {
    float[] means = new float[logits.columns()];
    try (Routing routing = new Routing(rule, means.length, scratches)) {
      for (int row = first(sequence); row < end(sequence); row++) {
        float[] shares = routing.shares(logits.row(row));
        for (int e = 0; e < means.length; e++) {
          means[e] += shares[e];
        }
      }
    }
    for (int e = 0; e < means.length; e++) {
      means[e] /= sequence.queries();
    }
    float[] frequencies = frequencies(chosen, means.length, sequence);
    return Reduction.dot(frequencies, means, new float[Kernels.LANES]);
  }

  void balanceLossGradient(
      Tensor dOut,
      Tensor logits,
      Tensor chosen,
      List<KvView.Sequence> sequences,
      RouterRule rule,
      Tensor dLogits) {
    FloatRows from = FloatRows.of(logits);
    FloatRows to = FloatRows.of(dLogits);
    gang.run(
        2 * logitNanos(from),
        sequences.size(),
        part -> {
          KvView.Sequence sequence = sequences.get(part);
          float factor =
              Memory.get(dOut.address() + (long) part * Float.BYTES) / sequence.queries();
          float[] dShares = frequencies(chosen, from.columns(), sequence);
          for (int e = 0; e < dShares.length; e++) {
            dShares[e] = Math.fma(factor, dShares[e], 0);
          }
          try (Routing routing = new Routing(rule, from.columns(), scratches)) {
            for (int row = first(sequence); row < end(sequence); row++) {
              routing.addShareGradient(from.row(row), dShares, to.row(row));
            }
          }
        });
  }

  private static int first(KvView.Sequence sequence) {
    return sequence.firstQuery();
  }

  private static int end(KvView.Sequence sequence) {
    return sequence.firstQuery() + sequence.queries();
  }

  /// f: how often each expert was chosen, 1 where load is even.
  private static float[] frequencies(Tensor chosen, int experts, KvView.Sequence sequence) {
    int active = chosen.shape().columns();
    int[] counts = new int[experts];
    for (int row = first(sequence); row < end(sequence); row++) {
      for (int k = 0; k < active; k++) {
        counts[Memory.getInt(ints(chosen, row) + (long) k * Integer.BYTES)]++;
      }
    }
    double even = (double) active * sequence.queries() / experts;
    float[] frequencies = new float[experts];
    for (int e = 0; e < experts; e++) {
      frequencies[e] = (float) (counts[e] / even);
    }
    return frequencies;
  }
}
