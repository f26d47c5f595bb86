package dev.minke.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/// How far a run has read: the next token to be packed.
///
/// @param parts how far each part of the mixture is read; empty before the first token
/// @param current part of which a document is begun, if `offset` is not 0
/// @param offset tokens of that document that are already packed
public record DataPosition(List<Cursor> parts, int current, int offset) {
  /// Before the first token.
  public static final DataPosition START = new DataPosition(List.of(), 0, 0);

  /// How far one part is read.
  ///
  /// @param epoch passes over its documents begun before this one
  /// @param index place of the next document in the order of the epoch
  /// @param inputs tokens that were inputs, of all documents before
  public record Cursor(int epoch, int index, long inputs) {
    /// Before the first document.
    public static final Cursor START = new Cursor(0, 0, 0);

    public Cursor {
      if (epoch < 0 || index < 0 || inputs < 0) {
        throw new IllegalArgumentException(
            "data position: expected no negative number, found epoch %d, index %d, inputs %d"
                .formatted(epoch, index, inputs));
      }
    }
  }

  public DataPosition {
    parts = List.copyOf(parts);
    if (current < 0 || offset < 0) {
      throw new IllegalArgumentException(
          "data position: expected no negative number, found part %d, offset %d"
              .formatted(current, offset));
    }
  }

  /// The cursors of a mixture.
  ///
  /// @throws IllegalArgumentException if this is a position in a mixture of other parts
  List<Cursor> cursors(int count) {
    if (parts.isEmpty()) {
      return new ArrayList<>(Collections.nCopies(count, Cursor.START));
    }
    if (parts.size() != count || current >= count) {
      throw new IllegalArgumentException(
          "data position: expected %d parts, found %s".formatted(count, this));
    }
    return new ArrayList<>(parts);
  }

  /// As [#parse] reads it: `epoch:index:inputs` of each part, then `current+offset`.
  public String format() {
    String read =
        parts.stream()
            .map(part -> "%d:%d:%d ".formatted(part.epoch(), part.index(), part.inputs()))
            .collect(Collectors.joining());
    return "%s%d+%d".formatted(read, current, offset);
  }

  /// Reads what [#format] wrote.
  ///
  /// @throws IllegalArgumentException if it did not
  public static DataPosition parse(String text) {
    String[] words = text.split(" ", -1);
    try {
      List<Cursor> parts = new ArrayList<>();
      for (int i = 0; i < words.length - 1; i++) {
        String[] numbers = words[i].split(":", 3);
        parts.add(
            new Cursor(
                Integer.parseInt(numbers[0]),
                Integer.parseInt(numbers[1]),
                Long.parseLong(numbers[2])));
      }
      String[] begun = words[words.length - 1].split("\\+", 2);
      return new DataPosition(parts, Integer.parseInt(begun[0]), Integer.parseInt(begun[1]));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "data position: expected epoch:index:inputs …, part+offset, found '" + text + "'", e);
    }
  }
}
