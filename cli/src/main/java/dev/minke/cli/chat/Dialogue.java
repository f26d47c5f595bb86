package dev.minke.cli.chat;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.inference.Stop;
import dev.minke.tokenizer.jinja.TemplateException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/// A conversation in a terminal, until the user leaves. Belongs to one thread.
public final class Dialogue {
  private static final String PROMPT = ">>> ";
  private static final String GOES_ON = "... ";

  /// What a dialogue is held with.
  ///
  /// @param model its name
  /// @param facts of the model, in lines
  /// @param history file of what the user said in dialogues before; null for none
  /// @param isVerbose whether each answer is followed by what it took
  /// @param hidesThoughts whether thoughts are left out
  public record Setup(
      String model,
      List<String> facts,
      @Nullable Path history,
      boolean isVerbose,
      boolean hidesThoughts) {
    public Setup {
      facts = List.copyOf(facts);
    }
  }

  private final Terminal terminal;
  private final Talk talk;
  private final Setup setup;
  private final Look look;
  private final LineReader lines;
  private final Orders orders;
  private final PrintWriter out;

  /// @param terminal owned by the caller
  public Dialogue(Terminal terminal, Talk talk, Setup setup, Look look) {
    this.terminal = terminal;
    this.talk = talk;
    this.setup = setup;
    this.look = look;
    this.out = terminal.writer();
    this.orders = new Orders(talk, setup.model(), setup.facts(), this::remark);
    this.lines = reader();
  }

  private LineReader reader() {
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("minke")
            .parser(new MessageParser())
            .completer(new OrderCompleter())
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, GOES_ON)
            .variable(LineReader.BELL_STYLE, "none")
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.BRACKETED_PASTE, true)
            .option(LineReader.Option.HISTORY_TIMESTAMPED, false);
    if (setup.history() != null) {
      builder.variable(LineReader.HISTORY_FILE, setup.history());
    }
    return builder.build();
  }

  /// Says with whom the user talks.
  public void greet() {
    setup.facts().forEach(this::remark);
    remark("/help lists commands, Ctrl-D leaves");
    if (setup.history() == null) {
      remark("history    not kept: the folder for it cannot be written");
    }
  }

  /// Holds the conversation.
  public void hold() {
    terminal.handle(Terminal.Signal.INT, _ -> talk.stop());
    boolean wantsToLeave = false;
    while (true) {
      try {
        String line = lines.readLine(PROMPT);
        wantsToLeave = false;
        if (!line.isBlank() && !heard(line)) {
          return;
        }
      } catch (UserInterruptException e) {
        if (e.getPartialLine().isEmpty() && wantsToLeave) {
          return;
        }
        wantsToLeave = e.getPartialLine().isEmpty();
        if (wantsToLeave) {
          remark("Ctrl-C again, Ctrl-D or /bye leaves");
        }
      } catch (EndOfFileException _) {
        return;
      }
    }
  }

  /// @return false to leave
  private boolean heard(String line) {
    Optional<Order.Given> given = Order.read(line);
    if (given.isEmpty()) {
      answer(hearer -> talk.say(MessageParser.message(line), hearer));
      return true;
    }
    Optional<Order> known = given.get().order();
    if (known.isEmpty()) {
      String word = given.get().word();
      remark(
          word
              + ": unknown"
              + Order.near(word).map(near -> ", did you mean " + near.word() + "?").orElse("")
              + "; /help lists what there is, a space before it makes it a message");
      return true;
    }
    switch (known.get()) {
      case BYE -> {
        return false;
      }
      case RETRY -> answer(talk::retry);
      default -> orders.obey(known.get(), given.get().rest());
    }
    return true;
  }

  private void answer(Function<Hearer, Reply> asking) {
    Attributes before = quiet();
    try {
      tell(shown(asking));
    } catch (CheckpointException | TemplateException | IllegalArgumentException e) {
      remark("not answered: " + e.getMessage());
    } catch (UncheckedIOException e) {
      remark("not answered: " + e.getMessage());
    } finally {
      terminal.setAttributes(before);
      out.flush();
    }
  }

  private Reply shown(Function<Hearer, Reply> asking) {
    AnswerView.Place place = new AnswerView.Place(out, out, true, setup.hidesThoughts(), look);
    try (AnswerView view = new AnswerView(place)) {
      return asking.apply(view);
    }
  }

  /// Keys that are pressed during an answer are not shown within it, the next line has them; but
  /// Ctrl-C is a signal.
  ///
  /// @return how the terminal was
  private Attributes quiet() {
    Attributes before = terminal.enterRawMode();
    Attributes quiet = terminal.getAttributes();
    quiet.setLocalFlag(Attributes.LocalFlag.ISIG, true);
    terminal.setAttributes(quiet);
    return before;
  }

  private void tell(Reply reply) {
    if (reply.hiddenTurns() > 0) {
      remark(
          "the context is full: the model no longer sees the oldest %,d of your messages; /clear begins anew"
              .formatted(reply.hiddenTurns()));
    }
    if (reply.stop() == Stop.CANCELLED) {
      remark(reply.isEmpty() ? "stopped before the answer; ↑ brings the message back" : "stopped");
    } else if (reply.isFull()) {
      remark(
          "cut off: the context of %,d tokens is full; what you say next takes the place of what is oldest"
              .formatted(talk.capacity()));
    } else if (reply.stop() == Stop.LENGTH) {
      remark("cut off after %,d tokens; /set max-tokens changes that".formatted(reply.tokens()));
    } else if (reply.isEmpty()) {
      remark("the model said nothing; /retry asks again");
    }
    if (setup.isVerbose()) {
      remark(reply.statistics(talk.capacity()));
    }
    out.println();
  }

  private void remark(String text) {
    out.println(look.dim(Look.shown(text)));
    out.flush();
  }
}
