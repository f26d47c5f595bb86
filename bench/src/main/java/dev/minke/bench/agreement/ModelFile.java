package dev.minke.bench.agreement;

import dev.minke.checkpoint.GgmlType;
import dev.minke.checkpoint.GgufValue;
import dev.minke.checkpoint.GgufWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A model in F32 that is being put together, and the file of importances that llama.cpp asks for
/// before it writes some formats: here every column counts the same.
///
/// Mutable, one owner.
final class ModelFile {
  private final GgufWriter model = new GgufWriter();
  private final GgufWriter importances = new GgufWriter();

  ModelFile() {
    importances
        .put("general.type", "imatrix")
        .put("imatrix.datasets", new GgufValue.Texts(List.of("none")))
        .put("imatrix.chunk_count", 1)
        .put("imatrix.chunk_size", 1);
  }

  /// Where facts go.
  GgufWriter facts() {
    return model;
  }

  /// Adds a tensor.
  ///
  /// @param shape sizes, the fastest axis first
  void tensor(String name, float[] numbers, long... shape) {
    add(model, name, numbers, shape);
    if (shape.length > 1) {
      int matrices = shape.length == 2 ? 1 : Math.toIntExact(shape[2]);
      float[] ones = new float[Math.toIntExact(shape[0]) * matrices];
      Arrays.fill(ones, 1);
      add(importances, name + ".in_sum2", ones, shape[0], matrices);
      add(importances, name + ".counts", Arrays.copyOf(ones, matrices), 1, matrices);
    }
  }

  private static void add(GgufWriter to, String name, float[] numbers, long... shape) {
    List<Long> sizes = new ArrayList<>();
    Arrays.stream(shape).forEach(sizes::add);
    to.tensor(name, GgmlType.F32, sizes, channel -> write(channel, numbers));
  }

  private static void write(WritableByteChannel channel, float[] numbers) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  void write(Path file) {
    model.write(file);
  }

  void writeImportances(Path file) {
    importances.write(file);
  }
}
