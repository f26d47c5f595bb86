package dev.minke.cli.chat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/// What can be said to the program in place of the model.
enum Order {
  HELP("/help", "", "this list"),
  SYSTEM("/system", "TEXT", "what stands before everything; - for nothing, no TEXT shows it"),
  CLEAR("/clear", "", "forget what was said"),
  RETRY("/retry", "", "another answer to the last message"),
  UNDO("/undo", "", "take back the last message and its answer"),
  SAVE("/save", "FILE", "write what was said to a file"),
  LOAD("/load", "FILE", "go on with what was said in a file"),
  SET("/set", "NAME VALUE", "temperature, top-p, top-k, seed, max-tokens"),
  SHOW("/show", "", "model, settings, how full the context is"),
  THINK("/think", "on|off|auto", "whether the model thinks first, where it knows that"),
  BYE("/bye", "", "leave; Ctrl-D does, too");

  private final String word;
  private final String arguments;
  private final String does;

  Order(String word, String arguments, String does) {
    this.word = word;
    this.arguments = arguments;
    this.does = does;
  }

  String word() {
    return word;
  }

  boolean hasArguments() {
    return !arguments.isEmpty();
  }

  String usage() {
    return (word + " " + arguments).strip();
  }

  String does() {
    return does;
  }

  /// An order in a line.
  ///
  /// @param order null if there is none of this word
  /// @param rest behind the word
  record Given(String word, Optional<Order> order, String rest) {}

  /// Reads a line; empty if it is a message. A path is one, as is what begins with a space.
  static Optional<Given> read(String line) {
    String[] parts = line.strip().split("\\s+", 2);
    String word = parts[0];
    if (!line.startsWith("/") || word.indexOf('/', 1) >= 0) {
      return Optional.empty();
    }
    String known = word.equals("/exit") || word.equals("/quit") ? "/bye" : word;
    Optional<Order> order =
        Arrays.stream(values())
            .filter(one -> one.word.equals(known.equals("/?") ? "/help" : known))
            .findFirst();
    return Optional.of(new Given(word, order, parts.length > 1 ? parts[1].strip() : ""));
  }

  /// The order that a wrong word is nearest to in its beginning.
  static Optional<Order> near(String word) {
    return Arrays.stream(values())
        .filter(one -> common(one.word, word) >= 2)
        .max(Comparator.comparingInt(one -> common(one.word, word)));
  }

  private static int common(String a, String b) {
    int count = 0;
    while (count < Math.min(a.length(), b.length()) && a.charAt(count) == b.charAt(count)) {
      count++;
    }
    return count;
  }
}
