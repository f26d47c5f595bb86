package dev.minke.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Turns ids into text one at a time. A character whose bytes are spread over several tokens comes
/// out whole with the last of them; bytes that are no UTF-8 come out as U+FFFD.
///
/// What [#accept] and [#finish] return, joined, is [Tokenizer#decode] of the same ids. Mutable;
/// owned by whoever reads one stream of tokens.
public final class Decoder {
  /// Longest beginning of a character that may have to wait.
  private static final int MOST_WAITING = 3;

  private final Tokenizer tokenizer;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] waiting = new byte[0];

  Decoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /// Takes the next token.
  ///
  /// @return the text that is certain now; often empty inside a character
  public String accept(int id) {
    byte[] token = tokenizer.bytes(id);
    ByteBuffer bytes = ByteBuffer.allocate(waiting.length + token.length);
    bytes.put(waiting).put(token).flip();
    CharBuffer text = CharBuffer.allocate(bytes.remaining());
    utf8.decode(bytes, text, false);
    waiting = new byte[bytes.remaining()];
    bytes.get(waiting);
    return text.flip().toString();
  }

  /// Ends the stream; the decoder can then be used for another.
  ///
  /// @return U+FFFD where the last character was never completed, else nothing
  public String finish() {
    CharBuffer text = CharBuffer.allocate(MOST_WAITING);
    utf8.decode(ByteBuffer.wrap(waiting), text, true);
    utf8.flush(text);
    utf8.reset();
    waiting = new byte[0];
    return text.flip().toString();
  }
}
