package dev.minke.cli.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What there is to know: facts of the real world, from tables, and subjects that nobody ever said
/// anything about.
///
/// @param facts all true
/// @param forms at least one tested and one taught for each kind of fact
/// @param invented subjects for the leak control
record World(List<Fact> facts, List<Form> forms, List<String> invented) {
  /// Sums are of two numbers from 1 to this.
  private static final int LARGEST_TERM = 9;

  World {
    facts = List.copyOf(facts);
    forms = List.copyOf(forms);
    invented = List.copyOf(invented);
  }

  /// Reads the tables that ship with the program.
  static World load() {
    List<Fact> facts = new ArrayList<>();
    for (String[] row : table("people.tsv")) {
      int space = row[2].indexOf(' ');
      String first = row[2].substring(0, space + 1);
      facts.add(new Fact(Fact.Kind.PERSON, row[0], row[1], first, row[2].substring(space + 1)));
    }
    addPairs(facts, Fact.Kind.CAPITAL, "capitals.tsv");
    addPairs(facts, Fact.Kind.RIVER, "rivers.tsv");
    addPairs(facts, Fact.Kind.ELEMENT, "elements.tsv");
    addPairs(facts, Fact.Kind.YEAR, "years.tsv");
    for (int left = 1; left <= LARGEST_TERM; left++) {
      for (int right = 1; right <= LARGEST_TERM; right++) {
        String sum = Integer.toString(left + right);
        facts.add(new Fact(Fact.Kind.SUM, left + " and " + right, "", "", sum));
      }
    }
    List<Form> forms =
        table("forms.tsv").stream()
            .map(row -> new Form(Fact.Kind.valueOf(row[0]), row[1].equals("tested"), row[2]))
            .toList();
    return new World(facts, forms, inventedSubjects());
  }

  /// The forms of a kind.
  List<Form> forms(Fact.Kind kind) {
    return forms.stream().filter(form -> form.kind() == kind).toList();
  }

  /// The facts of a kind.
  List<Fact> facts(Fact.Kind kind) {
    return facts.stream().filter(fact -> fact.kind() == kind).toList();
  }

  private static void addPairs(List<Fact> facts, Fact.Kind kind, String table) {
    for (String[] row : table(table)) {
      facts.add(new Fact(kind, row[0], "", "", row[1]));
    }
  }

  private static List<String> inventedSubjects() {
    List<String[]> rows = table("invented.tsv");
    List<String> subjects = new ArrayList<>();
    for (String adjective : rows.get(0)[1].split(" ", -1)) {
      for (String noun : rows.get(1)[1].split(" ", -1)) {
        subjects.add("the theory of %s %s".formatted(adjective, noun).toLowerCase(Locale.ROOT));
      }
    }
    return subjects;
  }

  private static List<String[]> table(String name) {
    try (InputStream stream = World.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(
            "quickstart table %s: expected on the class path, found none; build again"
                .formatted(name));
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
