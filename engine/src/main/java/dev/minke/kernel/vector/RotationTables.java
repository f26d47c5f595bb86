package dev.minke.kernel.vector;

import dev.minke.kernel.Rotation;
import java.util.ArrayDeque;

/// Cosines and sines by position, kept for the rotations that were used last: the layers of a model
/// have equal ones and ask for them twice each. Thread-safe; tables are arrays that nobody writes
/// once they are out.
final class RotationTables {
  private static final int MOST = 4;

  private record Table(Rotation rotation, int positions, float[] turns) {}

  private final ArrayDeque<Table> tables = new ArrayDeque<>();

  /// Cosine and sine, times the magnitude, of each pair of each position up to one that is needed:
  /// `[positions, ropeDim / 2, 2]`.
  synchronized float[] upTo(int position, Rotation rotation) {
    for (Table table : tables) {
      if (table.rotation.equals(rotation)) {
        tables.remove(table);
        Table enough = table.positions > position ? table : build(position, rotation);
        tables.addFirst(enough);
        return enough.turns;
      }
    }
    if (tables.size() == MOST) {
      tables.removeLast();
    }
    Table table = build(position, rotation);
    tables.addFirst(table);
    return table.turns;
  }

  private static Table build(int position, Rotation rotation) {
    float[] frequencies = rotation.frequencies();
    int positions = Math.max(256, Integer.highestOneBit(position) * 2);
    float[] turns = new float[Math.multiplyExact(positions, rotation.ropeDim())];
    int next = 0;
    for (int at = 0; at < positions; at++) {
      for (float frequency : frequencies) {
        double angle = at * (double) frequency;
        turns[next++] = (float) (StrictMath.cos(angle) * rotation.magnitude());
        turns[next++] = (float) (StrictMath.sin(angle) * rotation.magnitude());
      }
    }
    return new Table(rotation, positions, turns);
  }
}
