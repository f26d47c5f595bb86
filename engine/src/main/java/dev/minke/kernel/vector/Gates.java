package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.RowLoops.all;
import static dev.minke.kernel.vector.RowLoops.vectors;

import jdk.incubator.vector.FloatVector;

/// The gated unit `silu(gate) · up` of one row.
final class Gates {
  private static final long BYTES = VectorWidth.BYTES;

  private Gates() {}

  /// `out = gate / (1 + exp(-gate)) · up`.
  static void swiGlu(long gate, long up, long out, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    for (long i = 0; i < vectors; i += BYTES) {
      FloatVector g = Memory.load(gate + i);
      FloatVector silu = g.div(Exponential.exp(g.neg()).add(1f));
      Memory.store(silu.mul(Memory.load(up + i)), out + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      float g = Memory.get(gate + i);
      float silu = g / (1f + Exponential.exp(-g));
      Memory.set(out + i, silu * Memory.get(up + i));
    }
  }

  /// Adds the gradients of gate and up: with s the sigmoid of the gate, `d · up · (gate · s · (1 -
  /// s) + s)` and `d · gate · s`.
  ///
  /// @param gate address of the gates; the ups lie `half` bytes behind, in the gradient as well
  static void addGradient(long d, long gate, long dGate, long half, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector one = all(1);
    for (long i = 0; i < vectors; i += BYTES) {
      FloatVector g = Memory.load(gate + i);
      FloatVector slope = Memory.load(d + i);
      FloatVector sigmoid = one.div(Exponential.exp(g.neg()).add(1f));
      FloatVector silu = g.mul(sigmoid);
      FloatVector ofGate = silu.fma(one.sub(sigmoid), sigmoid);
      FloatVector change = slope.mul(Memory.load(gate + half + i)).mul(ofGate);
      Memory.store(Memory.load(dGate + i).add(change), dGate + i);
      Memory.store(Memory.load(dGate + half + i).add(slope.mul(silu)), dGate + half + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      addGradient(d + i, gate + i, dGate + i, half);
    }
  }

  /// The same for one element.
  private static void addGradient(long d, long gate, long dGate, long half) {
    float g = Memory.get(gate);
    float slope = Memory.get(d);
    float sigmoid = Exponential.sigmoid(g);
    float silu = g * sigmoid;
    float ofGate = Math.fma(silu, 1 - sigmoid, sigmoid);
    Memory.set(dGate, Memory.get(dGate) + slope * Memory.get(gate + half) * ofGate);
    Memory.set(dGate + half, Memory.get(dGate + half) + slope * silu);
  }
}
