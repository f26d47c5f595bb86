package dev.minke.tokenizer;

import dev.minke.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/// The 512 pieces of the Llama that was trained on TinyStories, as a GGUF file would hold them.
public final class StoriesPieces {
  /// What comes before is control tokens and bytes.
  static final int FIRST_PIECE = 259;

  private StoriesPieces() {}

  /// By id.
  static List<GgufTokenizerFacts.Piece> pieces() throws IOException {
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(Shared.shared("data/stories260K/tok512.bin")))
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(Integer.BYTES);
    List<GgufTokenizerFacts.Piece> read = new ArrayList<>();
    for (int id = 0; file.hasRemaining(); id++) {
      float score = file.getFloat();
      byte[] bytes = new byte[file.getInt()];
      file.get(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8).strip();
      read.add(
          id < 3
              ? new GgufTokenizerFacts.Piece(text, id == 0 ? 2 : 3, score)
              : id < FIRST_PIECE
                  ? new GgufTokenizerFacts.Piece(text, 6, score)
                  : new GgufTokenizerFacts.Piece(
                      new String(bytes, StandardCharsets.UTF_8).replace(' ', '\u2581'), 1, score));
    }
    return List.copyOf(read);
  }

  /// The tokenizer; begin-of-text is 1.
  public static Tokenizer tokenizer() throws IOException {
    return tokenizer(pieces(), true);
  }

  static Tokenizer tokenizer(List<GgufTokenizerFacts.Piece> pieces, boolean addsSpace) {
    return Tokenizer.of(
        new GgufTokenizerFacts(
            "tok512",
            "llama",
            null,
            pieces,
            List.of(),
            new GgufTokenizerFacts.Edges(1, 2, List.of(), null, addsSpace)));
  }
}
