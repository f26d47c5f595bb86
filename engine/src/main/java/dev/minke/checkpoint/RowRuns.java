package dev.minke.checkpoint;

import dev.minke.tensor.BlockFormat;
import dev.minke.tensor.StoredRows;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Rows of a master, gathered from runs of rows of tensors that have one format.
final class RowRuns implements StoredRows {
  /// Some rows of a tensor.
  ///
  /// @param first row of the tensor
  record Run(StoredTensor tensor, long first, int count) {}

  private final List<Run> runs;

  /// The row that each run begins at, and behind them the number of all.
  private final int[] starts;

  RowRuns(List<Run> runs) {
    this.runs = List.copyOf(runs);
    starts = new int[runs.size() + 1];
    for (int i = 0; i < runs.size(); i++) {
      starts[i + 1] = starts[i] + runs.get(i).count;
    }
  }

  @Override
  public BlockFormat format() {
    return runs.getFirst().tensor.format();
  }

  @Override
  public int count() {
    return starts[runs.size()];
  }

  @Override
  public int columns() {
    return runs.getFirst().tensor.columns();
  }

  @Override
  public void read(int from, int to, MemorySegment into, long at) {
    long rowBytes = format().rowBytes(columns());
    int row = from;
    for (int i = runAt(from); row < to; i++) {
      Run run = runs.get(i);
      int within = row - starts[i];
      int count = Math.min(run.count - within, to - row);
      run.tensor.read(run.first + within, count, into, at + (row - from) * rowBytes);
      row += count;
    }
  }

  private int runAt(int row) {
    int low = 0;
    int high = runs.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts[middle] <= row) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
