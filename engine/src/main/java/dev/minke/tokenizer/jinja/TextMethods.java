package dev.minke.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The methods of a text.
final class TextMethods {
  private final Budget budget;
  private final Splitting splitting;

  TextMethods(Budget budget) {
    this.budget = budget;
    splitting = new Splitting(budget);
  }

  /// A method by its name; null where a text has none of that name.
  Value.@Nullable Body find(String text, String name) {
    return switch (name) {
      case "startswith" -> arguments -> startsOrEnds(text, name, arguments);
      case "endswith" -> arguments -> startsOrEnds(text, name, arguments);
      case "split" -> arguments -> split(text, name, arguments);
      case "rsplit" -> arguments -> split(text, name, arguments);
      case "splitlines" -> arguments -> lines(text, arguments);
      case "strip" -> arguments -> strip(text, name, arguments);
      case "lstrip" -> arguments -> strip(text, name, arguments);
      case "rstrip" -> arguments -> strip(text, name, arguments);
      case "replace" -> arguments -> replace(text, arguments);
      case "removeprefix" -> arguments -> withoutEdge(text, name, arguments);
      case "removesuffix" -> arguments -> withoutEdge(text, name, arguments);
      case "find", "rfind", "index", "rindex" -> arguments -> find(text, name, arguments);
      case "count" -> arguments -> count(text, arguments);
      case "join" -> arguments -> joined(text, arguments.bind(name, "iterable").get("iterable"));
      default -> simple(text, name);
    };
  }

  /// Those without arguments.
  private Value.@Nullable Body simple(String text, String name) {
    return switch (name) {
      case "upper" -> made(name, text, () -> text.toUpperCase(Locale.ROOT));
      case "lower" -> made(name, text, () -> text.toLowerCase(Locale.ROOT));
      case "title" -> made(name, text, () -> title(text));
      case "capitalize" -> made(name, text, () -> capitalized(text));
      case "isspace" -> all(name, text, Letter::isSpace);
      case "isdigit" -> all(name, text, Character::isDigit);
      case "isalpha" -> all(name, text, Character::isLetter);
      case "isalnum" -> all(name, text, Character::isLetterOrDigit);
      case "isupper" -> cased(name, text, letter -> !Character.isLowerCase(letter));
      case "islower" -> cased(name, text, letter -> !Character.isUpperCase(letter));
      default -> null;
    };
  }

  private Value.Body made(String name, String text, Supplier<String> result) {
    return arguments -> {
      arguments.none(name);
      budget.text(text.length());
      return new Value.Text(result.get());
    };
  }

  private Value.Body all(String name, String text, IntPredicate condition) {
    return arguments -> {
      arguments.none(name);
      budget.read(text.length());
      return Value.Bool.of(!text.isEmpty() && text.codePoints().allMatch(condition));
    };
  }

  private Value.Body cased(String name, String text, IntPredicate condition) {
    return arguments -> {
      arguments.none(name);
      budget.read(text.length());
      return Value.Bool.of(
          text.codePoints().anyMatch(Letter::isCased) && text.codePoints().allMatch(condition));
    };
  }

  /// A capital at the beginning of each run of letters, small ones after it.
  static String title(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean within = false;
    for (int letter : text.codePoints().toArray()) {
      result.appendCodePoint(
          within ? Character.toLowerCase(letter) : Character.toTitleCase(letter));
      within = Letter.isCased(letter);
    }
    return result.toString();
  }

  /// A capital at the beginning, small letters after it.
  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    return Character.toString(Character.toTitleCase(first))
        + text.substring(Character.charCount(first)).toLowerCase(Locale.ROOT);
  }

  private Value startsOrEnds(String text, String name, Arguments arguments) {
    Value edge = arguments.bind(name, "edge").get("edge");
    List<Value> edges = edge instanceof Value.Items items ? items.values() : List.of(edge);
    for (Value each : edges) {
      String wanted = Types.text(each, name + "() first arg");
      budget.read(wanted.length());
      if (name.equals("startswith") ? text.startsWith(wanted) : text.endsWith(wanted)) {
        return Value.Bool.TRUE;
      }
    }
    return Value.Bool.FALSE;
  }

  private Value split(String text, String name, Arguments arguments) {
    Arguments.Bound bound = arguments.bind(name, "sep", "maxsplit");
    int most = bound.small("maxsplit", -1);
    boolean fromEnd = name.equals("rsplit");
    Value separator = bound.get("sep", Value.None.NONE);
    budget.text(text.length());
    List<String> parts;
    if (separator instanceof Value.None) {
      parts = fromEnd ? splitting.wordsFromEnd(text, most) : splitting.words(text, most);
    } else {
      String between = Types.text(separator, name + "() argument sep");
      if (between.isEmpty()) {
        throw Failure.type("empty separator");
      }
      budget.search(text, between);
      parts = fromEnd ? splitting.fromEnd(text, between, most) : splitting.at(text, between, most);
    }
    return list(parts);
  }

  private Value lines(String text, Arguments arguments) {
    boolean keepEnds = arguments.bind("splitlines", "keepends").isTrue("keepends");
    budget.text(text.length());
    List<String> lines = splitting.lines(text, keepEnds);
    return list(lines);
  }

  private static Value list(List<String> texts) {
    return Value.Items.list(new ArrayList<>(texts.stream().map(Value.Text::new).toList()));
  }

  /// @param name `strip`, `lstrip` or `rstrip`
  Value strip(String text, String name, Arguments arguments) {
    Value letters = arguments.bind(name, "chars").get("chars", Value.None.NONE);
    IntPredicate taken = Letter::isSpace;
    if (!(letters instanceof Value.None)) {
      String set = Types.text(letters, name + " arg");
      budget.search(text, set);
      taken = letter -> set.indexOf(letter) >= 0;
    }
    budget.text(text.length());
    return new Value.Text(
        Splitting.stripped(text, taken, !name.equals("rstrip"), !name.equals("lstrip")));
  }

  private Value replace(String text, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("replace", "old", "new", "count");
    return new Value.Text(
        replaced(text, bound.text("old"), bound.text("new"), bound.small("count", -1)));
  }

  /// @param most how many occurrences; all where negative
  String replaced(String text, String old, String replacement, int most) {
    budget.search(text, old);
    List<Integer> found = splitting.occurrences(text, old, most);
    budget.text(text.length() + (long) found.size() * (replacement.length() - old.length()));
    StringBuilder result = new StringBuilder();
    int from = 0;
    for (int at : found) {
      result.append(text, from, at).append(replacement);
      from = at + old.length();
    }
    return result.append(text, from, text.length()).toString();
  }

  private Value withoutEdge(String text, String name, Arguments arguments) {
    String edge = arguments.bind(name, "edge").text("edge");
    budget.text(text.length());
    if (name.equals("removeprefix")) {
      return new Value.Text(text.startsWith(edge) ? text.substring(edge.length()) : text);
    }
    return new Value.Text(
        text.endsWith(edge) ? text.substring(0, text.length() - edge.length()) : text);
  }

  private Value find(String text, String name, Arguments arguments) {
    String wanted = arguments.bind(name, "sub").text("sub");
    budget.search(text, wanted);
    int at = name.startsWith("r") ? text.lastIndexOf(wanted) : text.indexOf(wanted);
    if (at < 0 && name.endsWith("index")) {
      throw Failure.type("substring not found");
    }
    return Value.Whole.of(CodePoints.position(text, at));
  }

  private Value count(String text, Arguments arguments) {
    String wanted = arguments.bind("count", "sub").text("sub");
    budget.search(text, wanted);
    return Value.Whole.of(splitting.occurrences(text, wanted, -1).size());
  }

  private Value joined(String separator, Value iterable) {
    Writing writing = new Writing(budget);
    int index = 0;
    for (Iterator<Value> rest = Types.iterate(iterable); rest.hasNext(); index++) {
      budget.step();
      writing.add(index > 0 ? separator : "");
      writing.add(Types.text(rest.next(), "sequence item %d".formatted(index)));
    }
    return new Value.Text(writing.toString());
  }
}
