package dev.minke.cli.chat;

import java.util.List;
import org.jline.builtins.Completers;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes orders and what follows them.
final class OrderCompleter implements Completer {
  private final Completer files = new Completers.FileNameCompleter();

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    if (!line.line().startsWith("/")) {
      return;
    }
    if (line.wordIndex() == 0) {
      for (Order order : Order.values()) {
        candidates.add(
            new Candidate(order.word(), order.usage(), null, order.does(), null, null, true));
      }
      return;
    }
    String order = line.words().getFirst();
    if (order.equals(Order.SAVE.word()) || order.equals(Order.LOAD.word())) {
      files.complete(reader, line, candidates);
    } else if (line.wordIndex() == 1 && order.equals(Order.SET.word())) {
      Settings.NAMES.forEach(name -> candidates.add(new Candidate(name)));
    } else if (line.wordIndex() == 1 && order.equals(Order.THINK.word())) {
      List.of("on", "off", "auto").forEach(word -> candidates.add(new Candidate(word)));
    }
  }
}
