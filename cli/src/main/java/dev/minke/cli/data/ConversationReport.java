package dev.minke.cli.data;

import dev.minke.data.JsonItems;
import dev.minke.post.chat.ChatEncoder;
import dev.minke.post.chat.Conversation;
import dev.minke.post.chat.Example;
import dev.minke.tokenizer.jinja.TemplateException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// Prints the first conversations of a file as they would be learned, and counts all of them. One
/// thread.
public final class ConversationReport implements JsonItems.Sink {
  /// Refused records that are told one by one.
  private static final int TOLD = 3;

  private final ChatEncoder encoder;
  private final TokenPrinter printer;
  private final int first;
  private final int count;
  private final PrintWriter out;
  private final PrintWriter err;
  private int conversations;
  private int examples;
  private int refused;
  private long tokens;
  private long learned;
  private int longest;

  /// @param first conversation that is printed, from 0
  /// @param count how many are printed
  /// @param out for conversations and sums
  /// @param err for what is refused
  public ConversationReport(
      ChatEncoder encoder,
      TokenPrinter printer,
      int first,
      int count,
      PrintWriter out,
      PrintWriter err) {
    this.encoder = encoder;
    this.printer = printer;
    this.first = first;
    this.count = count;
    this.out = out;
    this.err = err;
  }

  @Override
  public void item(String place, JsonNode object) {
    List<Example> found;
    try {
      found = encoder.examples(Conversation.of(object));
    } catch (IllegalArgumentException | TemplateException e) {
      refused(place, String.valueOf(e.getMessage()));
      return;
    }
    if (conversations >= first && conversations - first < count) {
      print(place, found);
    }
    conversations++;
    for (Example example : found) {
      examples++;
      tokens += example.ids().length;
      learned += example.learned();
      longest = Math.max(longest, example.ids().length);
    }
  }

  private void print(String place, List<Example> found) {
    for (Example example : found) {
      out.printf(
          Locale.ROOT,
          "%s: %,d tokens, %,d of them learned%n  %s%n",
          place,
          example.ids().length,
          example.learned(),
          printer.example(example));
    }
  }

  @Override
  public void refused(String place, String what) {
    if (refused++ < TOLD) {
      err.printf("refused  %s: %s%n", place, what);
    }
  }

  /// Prints the sums.
  ///
  /// @return whether there was any conversation
  public boolean finish() {
    out.printf(
        Locale.ROOT,
        "%,d conversations, %,d examples, %,d tokens, %,d of them learned (%.0f %%), the longest"
            + " has %,d; refused records: %,d%n",
        conversations,
        examples,
        tokens,
        learned,
        100.0 * learned / Math.max(1, tokens),
        longest,
        refused);
    return conversations > 0;
  }
}
