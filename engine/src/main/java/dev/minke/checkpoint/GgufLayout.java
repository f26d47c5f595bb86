package dev.minke.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds where the tensors of a GGUF file lie, and refuses a header whose tensors are not aligned,
/// leave the file or overlap.
///
/// A file may end with the last tensor's last byte or behind the filling that aligns it; one that
/// ends between the two was cut off. A tensor of an unknown type reaches to the next one.
final class GgufLayout {
  private final GgufInput in;
  private final long alignment;
  private final long dataStart;

  /// @param in stands behind the last entry of the header
  GgufLayout(GgufInput in, long alignment) {
    this.in = in;
    this.alignment = alignment;
    in.field("header");
    in.require(alignment <= Long.MAX_VALUE - in.position(), "alignment within the file", alignment);
    dataStart = aligned(in.position());
  }

  private long aligned(long position) {
    return Math.ceilDiv(position, alignment) * alignment;
  }

  List<Gguf.Entry> entries(List<GgufHeader.Stored> tensors) {
    List<GgufHeader.Stored> ordered = new ArrayList<>(tensors);
    ordered.sort(
        Comparator.comparingLong(GgufHeader.Stored::offset)
            .thenComparing(tensor -> tensor.elements() > 0));
    Map<String, Gguf.Entry> placed = new HashMap<>();
    long free = dataStart;
    for (int i = 0; i < ordered.size(); i++) {
      GgufHeader.Stored tensor = ordered.get(i);
      in.field("tensor " + tensor.name());
      long begin = begin(tensor, free);
      long bytes = tensor.bytes(in);
      if (bytes < 0) {
        long next = i + 1 < ordered.size() ? dataStart + ordered.get(i + 1).offset() : in.size();
        bytes = Math.min(next, in.size()) - begin;
        in.require(bytes > 0 || tensor.elements() == 0, "data of its own", "the next tensor's");
      }
      in.require(
          bytes <= in.size() - begin,
          "%d bytes from byte %d on".formatted(bytes, begin),
          "a file of %d bytes; it is truncated, fetch it again".formatted(in.size()));
      free = begin + bytes;
      placed.put(
          tensor.name(),
          new Gguf.Entry(tensor.name(), tensor.type(), tensor.shape(), 0, begin, free));
    }
    in.require(
        tensors.isEmpty() || in.size() == free || in.size() >= aligned(free),
        "data up to byte %d or %d".formatted(free, aligned(free)),
        "a file of %d bytes; it is truncated, fetch it again".formatted(in.size()));
    return tensors.stream().map(tensor -> entry(placed, tensor)).toList();
  }

  private static Gguf.Entry entry(Map<String, Gguf.Entry> placed, GgufHeader.Stored tensor) {
    Gguf.Entry entry = placed.get(tensor.name());
    if (entry == null) {
      throw new IllegalStateException("tensor " + tensor.name() + " was not placed");
    }
    return entry;
  }

  /// The first byte of a tensor, at or behind the first that is free.
  private long begin(GgufHeader.Stored tensor, long free) {
    long offset = tensor.offset();
    in.require(
        offset >= 0 && offset <= in.size() - dataStart,
        "an offset within the %d bytes of data".formatted(Math.max(0, in.size() - dataStart)),
        Long.toUnsignedString(offset));
    in.require(offset % alignment == 0, "an offset that is a multiple of " + alignment, offset);
    long begin = dataStart + offset;
    in.require(begin >= free, "it to begin at byte %d or behind".formatted(free), begin);
    return begin;
  }
}
