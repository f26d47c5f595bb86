package dev.minke.cli.data;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/// Writes a Parquet file of one optional column, `text`, with up to eight values on one page: from
/// the description of the format, without a library.
final class TinyParquet {
  /// Codecs by their number in the format.
  enum Codec {
    UNCOMPRESSED,
    SNAPPY,
    GZIP,
    ZSTD
  }

  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int STRUCT = 12;
  private static final int BYTE_ARRAY = 6;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int lastField;

  private TinyParquet() {}

  static void write(Path file, Codec codec, List<byte @Nullable []> values) throws IOException {
    byte[] page = page(values);
    byte[] packed = compress(codec, page);
    TinyParquet all = new TinyParquet();
    all.out.write("PAR1".getBytes(StandardCharsets.US_ASCII));
    all.pageHeader(page.length, packed.length, values.size());
    all.out.write(packed);
    int footer = all.out.size();
    all.lastField = 0;
    all.footer(codec, values.size(), page.length, footer - 4);
    int length = all.out.size() - footer;
    all.little(length);
    all.out.write("PAR1".getBytes(StandardCharsets.US_ASCII));
    Files.write(file, all.out.toByteArray());
  }

  private static byte[] page(List<byte @Nullable []> values) throws IOException {
    TinyParquet page = new TinyParquet();
    int present = 0;
    for (int i = 0; i < values.size(); i++) {
      present |= values.get(i) == null ? 0 : 1 << i;
    }
    // Definition levels: their length, one group of eight single bits.
    page.little(2);
    page.out.write(3);
    page.out.write(present);
    for (byte[] value : values) {
      if (value != null) {
        page.little(value.length);
        page.out.write(value);
      }
    }
    return page.out.toByteArray();
  }

  private static byte[] compress(Codec codec, byte[] page) throws IOException {
    return switch (codec) {
      case UNCOMPRESSED -> page;
      case SNAPPY -> Snappy.compress(page);
      case ZSTD -> Zstd.compress(page);
      case GZIP -> {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
          gzip.write(page);
        }
        yield zipped.toByteArray();
      }
    };
  }

  private void pageHeader(int bytes, int packed, int values) {
    i32(1, 0);
    i32(2, bytes);
    i32(3, packed);
    int outer = begin(5);
    i32(1, values);
    i32(2, 0);
    i32(3, 3);
    i32(4, 3);
    end(outer);
    out.write(0);
  }

  private void footer(Codec codec, int rows, int bytes, int packed) throws IOException {
    i32(1, 1);
    list(2, 2, STRUCT);
    int outer = lastField;
    lastField = 0;
    text(4, "schema");
    i32(5, 1);
    end(0);
    i32(1, BYTE_ARRAY);
    i32(3, 1);
    text(4, "text");
    i32(6, 0);
    end(outer);
    i64(3, rows);
    list(4, 1, STRUCT);
    lastField = 0;
    list(1, 1, STRUCT);
    lastField = 0;
    i64(2, 4);
    int chunk = begin(3);
    i32(1, BYTE_ARRAY);
    list(2, 1, I32);
    out.write(0);
    list(3, 1, BINARY);
    string("text");
    i32(4, codec == Codec.ZSTD ? 6 : codec.ordinal());
    i64(5, rows);
    i64(6, bytes);
    i64(7, packed);
    i64(9, 4);
    end(chunk);
    end(1);
    i64(2, bytes);
    i64(3, rows);
    end(4);
    out.write(0);
  }

  private void field(int id, int type) {
    out.write((id - lastField) << 4 | type);
    lastField = id;
  }

  private void i32(int id, int value) {
    field(id, I32);
    varint(2L * value);
  }

  private void i64(int id, long value) {
    field(id, I64);
    varint(2 * value);
  }

  private void text(int id, String text) throws IOException {
    field(id, BINARY);
    string(text);
  }

  private void string(String text) throws IOException {
    varint(text.length());
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void list(int id, int size, int type) {
    field(id, LIST);
    out.write(size << 4 | type);
  }

  /// Begins a structure; gives what [#end] wants.
  private int begin(int id) {
    field(id, STRUCT);
    lastField = 0;
    return id;
  }

  private void end(int outerField) {
    out.write(0);
    lastField = outerField;
  }

  private void varint(long value) {
    long left = value;
    while (left >= 0x80) {
      out.write((int) (left & 0x7F) | 0x80);
      left >>>= 7;
    }
    out.write((int) left);
  }

  private void little(int value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >>> shift);
    }
  }
}
