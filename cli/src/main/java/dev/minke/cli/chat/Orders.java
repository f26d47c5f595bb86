package dev.minke.cli.chat;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Carries out what is said to the program, but for answers and leaving.
///
/// @param talk that it changes
/// @param model its name
/// @param facts of the model, in lines
/// @param say what is answered
record Orders(Talk talk, String model, List<String> facts, Consumer<String> say) {
  private static final String NOTHING = "-";

  void obey(Order order, String rest) {
    try {
      switch (order) {
        case HELP -> help();
        case SYSTEM -> system(rest);
        case CLEAR -> {
          talk.transcript().clear();
          say.accept("what was said is forgotten");
        }
        case UNDO ->
            say.accept(
                talk.transcript()
                    .undo()
                    .map(message -> "taken back: " + start(message.content().orElse("")))
                    .orElse("nothing was said that could be taken back"));
        case SAVE -> {
          Path file = file(rest);
          talk.transcript().save(file, model);
          say.accept("saved to " + file);
        }
        case LOAD -> load(file(rest));
        case SET -> set(rest);
        case SHOW -> show();
        case THINK -> think(rest);
        case RETRY, BYE -> throw new IllegalStateException(order.word());
      }
    } catch (NoSuchFileException e) {
      say.accept(e.getFile() + ": no such file");
    } catch (FileSystemException e) {
      say.accept(
          e.getFile()
              + ": "
              + (e.getReason() == null
                  ? "permission denied"
                  : e.getReason().toLowerCase(Locale.ROOT)));
    } catch (IOException | CheckpointException | IllegalArgumentException e) {
      say.accept(String.valueOf(e.getMessage()));
    }
  }

  private void help() {
    for (Order order : Order.values()) {
      say.accept(String.format(Locale.ROOT, "%-20s %s", order.usage(), order.does()));
    }
    say.accept("");
    say.accept(
        "\"\"\" begins and ends a message of several lines; \\ at the end of a line goes on;");
    say.accept("pasted lines stay together; a space before / makes a message of it.");
    say.accept("Ctrl-C stops an answer or clears the line; ↑ and Ctrl-R bring messages back.");
  }

  private void system(String text) {
    if (!text.isEmpty()) {
      talk.setSystem(text.equals(NOTHING) ? "" : MessageParser.message(text));
    }
    String now = talk.transcript().system();
    say.accept(now.isEmpty() ? "no system text" : "system: " + now);
  }

  private static Path file(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("expected the name of a file, found none");
    }
    return name.startsWith("~/")
        ? Path.of(System.getProperty("user.home", ""), name.substring(2))
        : Path.of(name);
  }

  private void load(Path file) throws IOException {
    talk.transcript().load(file);
    int count = talk.transcript().messages().size();
    say.accept("%,d messages from %s; /retry answers the last anew".formatted(count, file));
  }

  private void set(String rest) {
    String[] two = rest.split("\\s+");
    if (two.length == 2) {
      talk.set(
          talk.settings()
              .with(two[0].replaceFirst("^temp$", "temperature").replace('_', '-'), two[1]));
    } else if (!rest.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a name and a value, one of %s".formatted(String.join(", ", Settings.NAMES)));
    }
    say.accept(talk.settings().words());
  }

  private void show() {
    facts.forEach(say);
    say.accept("settings   " + talk.settings().words());
    say.accept("thinking   " + thinking());
    say.accept(
        String.format(
            Locale.ROOT,
            "context    %,d of %,d tokens, %,d messages",
            talk.used(),
            talk.capacity(),
            talk.transcript().messages().size()));
    if (!talk.transcript().system().isEmpty()) {
      say.accept("system     " + start(talk.transcript().system()));
    }
  }

  private String thinking() {
    Boolean thinks = talk.settings().thinks();
    if (!talk.wording().knowsThinking()) {
      return "this model's template has no switch for it";
    }
    return thinks == null ? "as the template has it" : thinks ? "on" : "off";
  }

  private void think(String rest) {
    if (talk.wording().knowsThinking() && !rest.isEmpty()) {
      talk.set(
          talk.settings()
              .withThinking(
                  switch (rest) {
                    case "on" -> true;
                    case "off" -> false;
                    case "auto" -> null;
                    default ->
                        throw new IllegalArgumentException(
                            "expected on, off or auto, found " + rest);
                  }));
    }
    say.accept("thinking: " + thinking());
  }

  private static String start(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() > 60 || text.lines().count() > 1
        ? line.substring(0, Math.min(60, line.length())) + " …"
        : line;
  }
}
