package dev.minke.checkpoint;

import dev.minke.quant.BlockFormats;
import dev.minke.tensor.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// The weights of a GGUF model.
record GgufFiles(Gguf gguf) implements TensorFiles {
  @Override
  public Path path() {
    return gguf.file();
  }

  @Override
  public List<Path> files() {
    return gguf.files();
  }

  @Override
  public Set<String> names() {
    return gguf.tensors().keySet();
  }

  @Override
  public long elements() {
    return gguf.tensors().values().stream()
        .filter(entry -> GgmlType.of(entry.type()).isPresent())
        .mapToLong(Gguf.Entry::elements)
        .sum();
  }

  @Override
  public StoredTensor tensor(String name) {
    Gguf.Entry entry = gguf.tensor(name);
    BlockFormat format =
        BlockFormats.byGgmlType(entry.type())
            .orElseThrow(() ->
                new CheckpointException(
                    "%s: tensor %s: expected a type that is read, found %s"
                        .formatted(
                            gguf.file(),
                            name,
                            GgmlType.of(entry.type())
                                .map(Enum::name)
                                .orElse("number " + Integer.toUnsignedString(entry.type())))));
    return new Stored(gguf, entry, format);
  }

  /// A tensor, its axes in the order of all others here.
  private record Stored(Gguf gguf, Gguf.Entry entry, BlockFormat format) implements StoredTensor {
    @Override
    public String name() {
      return entry.name();
    }

    @Override
    public Path file() {
      return gguf.file();
    }

    @Override
    public List<Long> shape() {
      return entry.shape().reversed();
    }

    @Override
    public void read(long first, int count, MemorySegment into, long at) {
      long rowBytes = format.rowBytes(columns());
      gguf.read(entry, first * rowBytes, into.asSlice(at, count * rowBytes));
    }
  }

  @Override
  public void close() {
    gguf.close();
  }
}
