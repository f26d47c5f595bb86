package dev.minke.cli.data;

import dev.minke.data.PackedRow;
import dev.minke.data.TokenShard;
import dev.minke.tokenizer.Tokenizer;

/// Documents with the borders of their tokens.
///
/// In colour, neighbours differ in shade, special tokens are reversed, and what is context without
/// being a target is dim. Without colour a bar stands between tokens, guillemets hold special ones,
/// and what is no target is in parentheses.
///
/// @param tokenizer of the tokens
/// @param colour whether a terminal shows it
/// @param most tokens of a document that are shown
public record TokenPrinter(Tokenizer tokenizer, boolean colour, int most) {
  private static final String RESET = "\u001B[0m";
  private static final String DIM = "\u001B[2m";
  private static final String REVERSED = "\u001B[7m";
  private static final String[] SHADES = {"\u001B[36m", "\u001B[33m"};

  /// A whole document; its first token is never a target.
  public String document(TokenShard shard, int document) {
    return tokens(shard, document, 0, shard.length(document));
  }

  /// A piece of a packed row: its inputs, and the last target behind them.
  public String piece(TokenShard shard, PackedRow.Piece piece) {
    return tokens(shard, piece.document(), piece.from(), piece.from() + piece.length() + 1);
  }

  private String tokens(TokenShard shard, int document, int from, int to) {
    StringBuilder line = new StringBuilder();
    int end = Math.min(to, from + most);
    for (int i = from; i < end; i++) {
      if (i > from && !colour) {
        line.append('|');
      }
      append(line, shard.token(document, i), i - from);
    }
    if (end < to) {
      line.append(" … %,d more".formatted(to - end));
    }
    return line.toString();
  }

  private void append(StringBuilder line, int id, int place) {
    String text = tokenizer.display(id);
    boolean special = tokenizer.isSpecial(id);
    boolean context = place == 0;
    if (colour) {
      String style = (context ? DIM : "") + (special ? REVERSED : SHADES[place % 2]);
      line.append(style).append(text).append(RESET);
      return;
    }
    String marked = special ? "«" + text + "»" : text;
    line.append(context ? "(" + marked + ")" : marked);
  }
}
