package dev.minke.cli.data;

import dev.minke.data.PackedRow;
import dev.minke.data.TokenShard;
import dev.minke.post.chat.Example;
import dev.minke.tokenizer.Tokenizer;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

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

  /// A conversation's tokens, those dim or in parentheses that are not learned.
  public String example(Example example) {
    return tokens(example.ids().length, i -> example.ids()[i], i -> !example.targets()[i]);
  }

  private String tokens(TokenShard shard, int document, int from, int to) {
    return tokens(to - from, i -> shard.token(document, from + i), i -> i == 0);
  }

  private String tokens(int count, IntUnaryOperator ids, IntPredicate contexts) {
    StringBuilder line = new StringBuilder();
    int end = Math.min(count, most);
    for (int i = 0; i < end; i++) {
      if (i > 0 && !colour) {
        line.append('|');
      }
      append(line, ids.applyAsInt(i), i, contexts.test(i));
    }
    if (end < count) {
      line.append(" … %,d more".formatted(count - end));
    }
    return line.toString();
  }

  private void append(StringBuilder line, int id, int place, boolean context) {
    String text = tokenizer.display(id);
    boolean special = tokenizer.isSpecial(id);
    if (colour) {
      String style = (context ? DIM : "") + (special ? REVERSED : SHADES[place % 2]);
      line.append(style).append(text).append(RESET);
      return;
    }
    String marked = special ? "«" + text + "»" : text;
    line.append(context ? "(" + marked + ")" : marked);
  }
}
