package dev.minke.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Decides which documents of a file are text, and hands them on.
///
/// Text is strict UTF-8 without control bytes other than tab, line feed, vertical tab, form feed
/// and carriage return, not blank, and at most [#LONGEST] bytes long. A longer document is refused,
/// not cut: where a text may be cut is known to its owner alone.
///
/// One file, one thread.
public final class DocumentCheck {
  /// Most bytes of a document: 16 MiB, five times War and Peace.
  public static final int LONGEST = 1 << 24;

  private final String file;
  private final DocumentReader.Sink sink;
  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();

  /// @param file its name in reports
  public DocumentCheck(String file, DocumentReader.Sink sink) {
    this.file = file;
    this.sink = sink;
  }

  /// Takes a document as bytes.
  ///
  /// @param place in the file
  /// @param bytes whose first `length` are the document
  /// @param offset of the first byte in the file, decompressed; negative if that means nothing
  public void bytes(String place, byte[] bytes, int length, long offset) throws IOException {
    if (length > LONGEST) {
      tooLong(place, length);
      return;
    }
    String text = decode(place, bytes, length, offset);
    if (text != null) {
      text(place, text);
    }
  }

  /// Takes a document as text.
  ///
  /// @param place in the file
  public void text(String place, String text) throws IOException {
    if (text.isBlank()) {
      refuse(place, Flaw.EMPTY, "nothing but space");
      return;
    }
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit < ' ' && (unit < '\t' || unit > '\r')) {
        refuse(place, Flaw.BINARY, "control byte 0x%02X at character %,d".formatted((int) unit, i));
        return;
      }
      if (Character.isSurrogate(unit)) {
        if (!Character.isSurrogatePair(unit, i + 1 < text.length() ? text.charAt(i + 1) : ' ')) {
          refuse(place, Flaw.NOT_UTF8, "half of a surrogate pair at character %,d".formatted(i));
          return;
        }
        i++;
        bytes += 4;
      } else {
        bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
      }
    }
    if (bytes > LONGEST) {
      tooLong(place, bytes);
    } else {
      sink.accept(text, (int) bytes);
    }
  }

  /// Counts a document that was too long to be kept.
  void tooLong(String place, long bytes) {
    refuse(place, Flaw.TOO_LONG, "%,d bytes, at most %,d".formatted(bytes, LONGEST));
  }

  /// Counts a document that is none.
  public void refuse(String place, Flaw flaw, String detail) {
    sink.refuse(new BadDocument(file, place, flaw, detail));
  }

  /// The text of bytes; null, and refused, if they are none.
  @Nullable String decode(String place, byte[] bytes, int length, long offset) {
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    CharBuffer out = CharBuffer.allocate(length);
    CoderResult result = utf8.reset().decode(in, out, true);
    if (result.isError()) {
      String at = offset < 0 ? "of the value" : "of the file";
      refuse(
          place,
          Flaw.NOT_UTF8,
          "byte 0x%02X at byte %,d %s"
              .formatted(in.get(in.position()), Math.max(0, offset) + in.position(), at));
      return null;
    }
    return out.flip().toString();
  }
}
