package dev.minke.checkpoint;

import dev.minke.autograd.Parameter;
import dev.minke.model.WeightName;
import dev.minke.tensor.Shape;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// Brings the tensors of files and the parameters of a model together: masters in memory are read,
/// stored ones are told where their rows are.
final class WeightReader {
  private final TensorFiles files;

  /// Where the rows of stored masters are, by the first row.
  private final Map<Parameter, List<Found>> found = new IdentityHashMap<>();

  /// Some rows of a master.
  ///
  /// @param first row of the master, a stack counted through
  /// @param run where they are
  private record Found(int first, RowRuns.Run run, boolean turned) {}

  WeightReader(TensorFiles files) {
    this.files = files;
  }

  /// Reads or binds every parameter.
  ///
  /// @param table of names that these files have
  /// @param ignored names that may be left over
  /// @throws CheckpointException if a weight is missing, left over, of another shape, or, where it
  ///   is read, not finite
  void read(Collection<WeightName> table, Set<String> ignored) {
    Set<String> left = new TreeSet<>(files.names());
    left.removeAll(ignored);
    left.removeIf(name -> name.endsWith(".rotary_emb.inv_freq"));
    for (WeightName weight : table) {
      boolean there = left.remove(weight.name());
      if (weight.role() == WeightName.Role.OWN) {
        if (!there) {
          throw new CheckpointException(
              "%s: expected tensor %s %s, found none"
                  .formatted(files.path(), weight.name(), weight.shape()));
        }
        take(weight);
      }
    }
    if (!left.isEmpty()) {
      throw new CheckpointException(
          "%s: expected only tensors of this architecture, found %s%s"
              .formatted(
                  files.path(),
                  left.iterator().next(),
                  left.size() == 1 ? "" : " and " + (left.size() - 1) + " more"));
    }
    found.forEach(this::bind);
  }

  private void take(WeightName weight) {
    StoredTensor tensor = files.tensor(weight.name());
    List<Long> expected = sizes(weight.shape());
    if (!tensor.shape().equals(expected)) {
      throw new CheckpointException(
          "%s: tensor %s: expected shape %s, found %s"
              .formatted(tensor.file(), weight.name(), expected, tensor.shape()));
    }
    long row = 0;
    for (WeightName.Part part : weight.parts()) {
      if (part.parameter().isStored()) {
        found
            .computeIfAbsent(part.parameter(), _ -> new ArrayList<>())
            .add(
                new Found(
                    part.first(),
                    new RowRuns.Run(tensor, row, rows(weight, part)),
                    weight.turned()));
        row += rows(weight, part);
      } else if (part.parameter().shape().rank() > 1) {
        readRows(weight, tensor, part, row);
        row += part.count();
      }
    }
    if (weight.shape().rank() == 1) {
      readElements(weight, tensor);
    }
  }

  private static List<Long> sizes(Shape shape) {
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      sizes.add((long) shape.size(axis));
    }
    return sizes;
  }

  /// Rows of the file; a turned weight is a whole parameter.
  private static int rows(WeightName weight, WeightName.Part part) {
    return weight.turned() ? Math.toIntExact(weight.shape().rows()) : part.count();
  }

  private void readRows(WeightName weight, StoredTensor tensor, WeightName.Part part, long row) {
    if (weight.turned()) {
      Shape shape = part.parameter().shape();
      StoredWeight turned = new StoredWeight(shape, turnedGroups(shape, tensor), true);
      try (var arena = java.lang.foreign.Arena.ofConfined()) {
        Tensor all = turned.widen(arena);
        long bytes = all.shape().elements() * Float.BYTES;
        java.lang.foreign.MemorySegment.copy(
            all.segment(), 0, part.parameter().value().segment(), 0, bytes);
      }
    } else {
      Widening.read(tensor, row, part.view());
    }
    requireFinite(part.view(), tensor);
  }

  private static void readElements(WeightName weight, StoredTensor tensor) {
    float[] values = Widening.floats(tensor);
    int next = 0;
    for (WeightName.Part part : weight.parts()) {
      Tensor view = part.view();
      for (int i = 0; i < part.count(); i++) {
        view.set(0, i, values[next++]);
      }
      requireFinite(view, tensor);
    }
  }

  private static void requireFinite(Tensor view, StoredTensor tensor) {
    for (long row = 0; row < view.shape().rows(); row++) {
      for (int column = 0; column < view.shape().columns(); column++) {
        float value = view.getFloat(row, column);
        if (!Float.isFinite(value)) {
          throw new CheckpointException(
              "%s: tensor %s: expected finite weights, found %s in row %d; the file is damaged or its training diverged"
                  .formatted(tensor.file(), tensor.name(), value, row));
        }
      }
    }
  }

  private void bind(Parameter parameter, List<Found> parts) {
    Shape shape = parameter.shape();
    if (parts.getFirst().turned) {
      StoredTensor tensor = parts.getFirst().run.tensor();
      parameter.bind(new StoredWeight(shape, turnedGroups(shape, tensor), true));
      return;
    }
    List<Found> ordered =
        parts.stream().sorted(java.util.Comparator.comparingInt(Found::first)).toList();
    int rows = shape.size(-2);
    List<List<StoredRows>> groups = new ArrayList<>();
    List<Found> group = new ArrayList<>();
    for (Found one : ordered) {
      for (Found piece : cut(one, rows)) {
        if (!group.isEmpty() && piece.first / rows != group.getFirst().first / rows) {
          groups.add(sections(group));
          group.clear();
        }
        group.add(piece);
      }
    }
    groups.add(sections(group));
    parameter.bind(new StoredWeight(shape, groups, false));
  }

  /// A run that spans groups, group by group.
  private static List<Found> cut(Found one, int rows) {
    List<Found> pieces = new ArrayList<>();
    int done = 0;
    while (done < one.run.count()) {
      int first = one.first + done;
      int count = Math.min(one.run.count() - done, rows - first % rows);
      RowRuns.Run run = new RowRuns.Run(one.run.tensor(), one.run.first() + done, count);
      pieces.add(new Found(first, run, false));
      done += count;
    }
    return pieces;
  }

  /// Neighbours of one format are read as one.
  private static List<StoredRows> sections(List<Found> group) {
    List<StoredRows> sections = new ArrayList<>();
    List<RowRuns.Run> runs = new ArrayList<>();
    for (Found one : group) {
      if (!runs.isEmpty()
          && !Objects.equals(
              runs.getLast().tensor().format().name(), one.run.tensor().format().name())) {
        sections.add(new RowRuns(runs));
        runs = new ArrayList<>();
      }
      runs.add(one.run);
    }
    sections.add(new RowRuns(runs));
    return sections;
  }

  private static List<List<StoredRows>> turnedGroups(Shape shape, StoredTensor tensor) {
    int groups = shape.rank() == 3 ? shape.size(0) : 1;
    int rows = shape.size(-1);
    List<List<StoredRows>> all = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      all.add(List.of(new RowRuns(List.of(new RowRuns.Run(tensor, (long) g * rows, rows)))));
    }
    return all;
  }
}
