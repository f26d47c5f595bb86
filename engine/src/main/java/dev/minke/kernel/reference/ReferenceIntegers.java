package dev.minke.kernel.reference;

import dev.minke.kernel.Orientation;
import dev.minke.quant.IntegerBlocks;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.StoredWeight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The fast form of a stored weight: whole numbers, scales and minima, see
/// [dev.minke.kernel.Kernels#load].
final class ReferenceIntegers {
  private static final int ROUNDED_TOGETHER = 32;

  /// A row of the weight taken apart.
  ///
  /// @param run elements that share a scale and a minimum
  private record Row(int run, boolean hasMinima, byte[] numbers, float[] scales, float[] minima) {}

  private final List<Row> rows = new ArrayList<>();

  /// Whether all of its formats can be taken apart, and products sum along its rows as they are
  /// stored.
  static boolean has(StoredWeight weight, Orientation orientation) {
    return weight.turned() == (orientation == Orientation.BACKWARD)
        && weight.groups().stream()
            .flatMap(List::stream)
            .allMatch(part ->
                part.format() instanceof IntegerBlocks format
                    && part.columns() % format.blockElements() == 0);
  }

  ReferenceIntegers(StoredWeight weight) {
    for (List<StoredRows> group : weight.groups()) {
      for (StoredRows part : group) {
        for (int row = 0; row < part.count(); row++) {
          rows.add(read(part, row));
        }
      }
    }
  }

  private static Row read(StoredRows part, int row) {
    IntegerBlocks format = (IntegerBlocks) part.format();
    int columns = part.columns();
    int elements = format.blockElements();
    int runs = elements / format.run();
    byte[] numbers = new byte[columns];
    float[] scales = new float[columns / format.run()];
    float[] minima = new float[columns / format.run()];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(format.rowBytes(columns), 8);
      part.read(row, row + 1, bytes, 0);
      int[] codes = new int[elements / 4];
      byte[] s = new byte[runs];
      byte[] m = new byte[runs];
      for (int block = 0; block < columns / elements; block++) {
        long at = (long) block * format.blockBytes();
        format.split(bytes, at, codes, s, m);
        for (int i = 0; i < elements; i++) {
          int code = (byte) (codes[i / 4] >>> 8 * (i % 4));
          numbers[block * elements + i] = (byte) (code - format.offset());
        }
        float d = Float.float16ToFloat(format.scale(bytes, at));
        float dmin = Float.float16ToFloat(format.minimum(bytes, at));
        for (int i = 0; i < runs; i++) {
          scales[block * runs + i] = d * s[i];
          minima[block * runs + i] = dmin * m[i];
        }
      }
    }
    return new Row(format.run(), format.hasMinima(), numbers, scales, minima);
  }

  /// `start` and the sums of the runs of a row, one after the other.
  ///
  /// @param index of the weight's row, a stack counted through
  float chain(float start, double[] x, int index) {
    Row row = rows.get(index);
    float sum = start;
    for (int from = 0; from < x.length; from += ROUNDED_TOGETHER) {
      float peak = 0;
      for (int i = from; i < from + ROUNDED_TOGETHER; i++) {
        peak = Math.max(peak, Math.abs((float) x[i]));
      }
      float factor = 127 / peak < Float.POSITIVE_INFINITY ? 127 / peak : 0;
      float scale = factor == 0 ? peak : peak / 127;
      for (int run = from; run < from + ROUNDED_TOGETHER; run += row.run) {
        int products = 0;
        int numbers = 0;
        for (int k = run; k < run + row.run; k++) {
          int q = (int) Math.rint((float) x[k] * factor);
          products += q * row.numbers[k];
          numbers += q;
        }
        int place = run / row.run;
        sum = Math.fma((float) products, row.scales[place] * scale, sum);
        if (row.hasMinima) {
          sum = Math.fma(-(float) numbers, row.minima[place] * scale, sum);
        }
      }
    }
    return sum;
  }
}
