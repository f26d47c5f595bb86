package dev.minke.cli.quickstart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Text cut into words and punctuation marks: what a person would count. A 5-gram of words sees
/// further back than one of tokens, and it never has to spell a name.
final class Words implements Cutting {
  private static final Pattern UNIT = Pattern.compile("[\\p{L}\\p{N}']+|[^\\s\\p{L}\\p{N}']");

  /// Every word that the text it learns from has not.
  private static final int UNKNOWN = 0;

  private static final int END = 1;

  private final List<String> units = new ArrayList<>(List.of("(unknown)", "(end)"));
  private final Map<String, Integer> ids = new HashMap<>();

  /// The vocabulary of a text.
  Words(List<String> documents) {
    for (String document : documents) {
      UNIT.matcher(document).results().map(MatchResult::group).forEach(this::add);
    }
  }

  private void add(String unit) {
    if (ids.putIfAbsent(unit, units.size()) == null) {
      units.add(unit);
    }
  }

  @Override
  public int[] open(String text) {
    return cut(text);
  }

  @Override
  public int[] cut(String text) {
    return UNIT.matcher(text)
        .results()
        .mapToInt(unit -> ids.getOrDefault(unit.group(), UNKNOWN))
        .toArray();
  }

  @Override
  public String join(int[] text) {
    return Arrays.stream(text).mapToObj(units::get).collect(Collectors.joining(" "));
  }

  @Override
  public int end() {
    return END;
  }

  @Override
  public int size() {
    return units.size();
  }
}
