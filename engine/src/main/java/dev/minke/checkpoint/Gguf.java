package dev.minke.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An open GGUF model (format of ggml, versions 2 and 3, little-endian): metadata, entries of
/// tensors, the data; in one file or in the numbered parts of a split model, which are opened from
/// any of them.
///
/// Opening reads the headers alone. Read strictly: lengths are checked before anything is allocated
/// for them, tensors must be aligned, lie within the file and not overlap. A tensor of an unknown
/// type is an entry like any other, and refused when it is read. Safe for many threads.
public final class Gguf implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 30;

  /// A tensor of the model.
  ///
  /// @param type number of its element type; [GgmlType] knows most
  /// @param shape its sizes, the fastest axis first; empty for a scalar
  /// @param part the file that holds it, from 0
  /// @param begin its first byte in that file
  /// @param end byte behind its last; of an unknown type, the byte where the next tensor begins
  public record Entry(String name, int type, List<Long> shape, int part, long begin, long end) {
    public Entry {
      shape = List.copyOf(shape);
    }

    private Entry in(int itsPart) {
      return itsPart == part ? this : new Entry(name, type, shape, itsPart, begin, end);
    }

    /// How many numbers it has.
    public long elements() {
      return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    /// How many bytes it takes.
    public long bytes() {
      return end - begin;
    }
  }

  private final List<GgufPart> parts;
  private final Map<String, Entry> entries;

  private Gguf(List<GgufPart> parts, Map<String, Entry> entries) {
    this.parts = List.copyOf(parts);
    this.entries = Collections.unmodifiableMap(entries);
  }

  /// Opens a model and checks its headers.
  ///
  /// @param file the model's file, or any part of a split model
  /// @throws CheckpointException if it cannot be read, is not whole or contradicts itself
  public static Gguf open(Path file) {
    List<GgufPart> parts = new ArrayList<>();
    try {
      parts.add(GgufPart.open(file));
      GgufSplit.openOthers(parts);
      return new Gguf(parts, entries(parts));
    } catch (RuntimeException e) {
      parts.forEach(GgufPart::close);
      throw e;
    }
  }

  private static Map<String, Entry> entries(List<GgufPart> parts) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      for (Entry entry : parts.get(i).header().entries()) {
        Entry other = entries.put(entry.name, entry.in(i));
        if (other != null) {
          throw new CheckpointException(
              "%s: tensor %s: expected it in one part, found it in %s, too"
                  .formatted(parts.get(i).file(), entry.name, parts.get(other.part).file()));
        }
      }
    }
    return entries;
  }

  /// What the file, or the first part, says of the model.
  public GgufMetadata metadata() {
    return parts.getFirst().header().metadata();
  }

  /// The tensors in the order of the headers, by name.
  public Map<String, Entry> tensors() {
    return entries;
  }

  /// The files, in order.
  public List<Path> files() {
    return parts.stream().map(GgufPart::file).toList();
  }

  /// Where the model is: its file, or its first part.
  public Path file() {
    return parts.getFirst().file();
  }

  /// @throws CheckpointException if there is no such tensor
  public Entry tensor(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new CheckpointException(file() + ": expected tensor " + name + ", found none");
    }
    return entry;
  }

  /// The type of a tensor.
  ///
  /// @throws CheckpointException if it is not known
  public GgmlType type(Entry entry) {
    return GgmlType.of(entry.type)
        .orElseThrow(() ->
            new CheckpointException(
                "%s: tensor %s: expected a known type, found number %s"
                    .formatted(
                        parts.get(entry.part).file(),
                        entry.name,
                        Integer.toUnsignedString(entry.type))));
  }

  /// Reads bytes of a tensor as they are stored, as many as the memory takes.
  ///
  /// @param from the first of them, counted from the tensor's first
  /// @param into native memory
  /// @throws CheckpointException if the type is not known, or the file became shorter
  public void read(Entry entry, long from, MemorySegment into) {
    type(entry);
    long bytes = into.byteSize();
    if (from < 0 || bytes > entry.bytes() - from) {
      throw new IllegalArgumentException(
          "tensor %s: asked for %d bytes from byte %d on, has %d"
              .formatted(entry.name, bytes, from, entry.bytes()));
    }
    GgufPart part = parts.get(entry.part);
    try {
      for (long done = 0; done < bytes; done += CHUNK_BYTES) {
        ByteBuffer chunk = into.asSlice(done, Math.min(bytes - done, CHUNK_BYTES)).asByteBuffer();
        part.readFully(chunk, entry.begin + from + done);
      }
    } catch (IOException e) {
      throw CheckpointException.of("read", part.file(), e);
    }
  }

  @Override
  public void close() {
    parts.forEach(GgufPart::close);
  }
}
