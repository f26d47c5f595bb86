package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.RowLoops.all;
import static dev.minke.kernel.vector.RowLoops.vectors;

import jdk.incubator.vector.FloatVector;

/// The gated unit `silu(gate) · up` of one row.
///
/// Loops are methods of their own: after the loop of exponentials, in the same method, the compiler
/// may have run out of its budget and leave loads and stores as calls.
final class Gates {
  private static final long BYTES = VectorWidth.BYTES;

  private Gates() {}

  /// `out = gate / (1 + exp(-gate)) · up`.
  static void swiGlu(long gate, long up, long out, long count) {
    Exponential.exp(gate, -1, 0, out, count);
    addOneAndDivide(gate, up, out, count);
  }

  /// `out = gate / (1 + out) · up`.
  private static void addOneAndDivide(long gate, long up, long out, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    for (long i = 0; i < vectors; i += BYTES) {
      FloatVector silu = Memory.load(gate + i).div(Memory.load(out + i).add(1f));
      Memory.store(silu.mul(Memory.load(up + i)), out + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      float silu = Memory.get(gate + i) / (1f + Memory.get(out + i));
      Memory.set(out + i, silu * Memory.get(up + i));
    }
  }

  /// Gate and up become their gradients: with s the sigmoid of the gate, `d · up · (gate · s · (1 -
  /// s) + s)` and `d · gate · s`.
  ///
  /// @param gate address of the gates; the ups lie `half` bytes behind
  /// @param powers room for `count` floats
  static void differentiate(long d, long gate, long half, long count, long powers) {
    Exponential.exp(gate, -1, 0, powers, count);
    slopes(d, gate, half, count, powers);
  }

  /// [#differentiate] with `powers = exp(-gate)`.
  private static void slopes(long d, long gate, long half, long count, long powers) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector one = all(1);
    for (long i = 0; i < vectors; i += BYTES) {
      FloatVector slope = Memory.load(d + i);
      FloatVector sigmoid = one.div(Memory.load(powers + i).add(1f));
      FloatVector silu = Memory.load(gate + i).mul(sigmoid);
      FloatVector ofGate = silu.fma(one.sub(sigmoid), sigmoid);
      Memory.store(slope.mul(Memory.load(gate + half + i)).mul(ofGate), gate + i);
      Memory.store(slope.mul(silu), gate + half + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      float slope = Memory.get(d + i);
      float sigmoid = 1f / (1f + Memory.get(powers + i));
      float silu = Memory.get(gate + i) * sigmoid;
      float ofGate = Math.fma(silu, 1 - sigmoid, sigmoid);
      Memory.set(gate + i, slope * Memory.get(gate + half + i) * ofGate);
      Memory.set(gate + half + i, slope * silu);
    }
  }
}
