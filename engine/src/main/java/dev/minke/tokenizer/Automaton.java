package dev.minke.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// A pattern as a finite automaton: the match that a backtracking engine would find, in one pass.
///
/// A state is the list of places in the pattern that are still in the race, in order of preference:
/// the first alternative before the second, one more before no more. Whoever reaches the end of the
/// pattern ends the race of those behind him; what is left when the race is over is the match.
/// States, and what a letter does to them, are found out when a text first asks for it and kept, so
/// a letter of text costs two look-ups, and no text can make it cost more (Cox, Regular Expression
/// Matching: the Virtual Machine Approach, 2009; preferences as in RE2).
///
/// Letters enter as kinds: two letters are of one kind where no set of the pattern tells them
/// apart. Safe for many threads.
final class Automaton {
  /// The kind of the end of the text.
  private static final int END = 0;

  private static final int PAGE_BITS = 8;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int PAGES = (Character.MAX_CODE_POINT + 1) / PAGE;

  /// A transition: the next state times two, plus one if a match ends before the letter.
  private static final int UNKNOWN = -1;

  private static final int DEAD = 0;

  /// States are so few that nobody counts them; a pattern that makes more is left to Java's engine.
  private static final int MOST_PLACES = 2000;

  /// Places in the pattern: an instruction each.
  private sealed interface Place {
    /// Takes a letter of a set and goes on at the next place.
    record Take(int set) implements Place {}

    /// Goes on at either place, rather at the first.
    record Fork(int first, int second) implements Place {}

    /// Goes on at the next place unless a letter of a set follows.
    record NotBefore(int set) implements Place {}

    /// A match ends.
    record Accept() implements Place {}
  }

  private final List<Letters> sets = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();

  /// Kind of each letter, in pages that are filled when they are needed.
  private final AtomicReferenceArray<short[]> kinds = new AtomicReferenceArray<>(PAGES);

  private final Map<Long, Short> kindOfSets = new HashMap<>();
  private final List<Long> setsOfKind = new ArrayList<>(List.of(0L));

  private final Map<List<Integer>, Integer> states = new HashMap<>();
  private final List<List<Integer>> placesOfState = new ArrayList<>();

  /// For each state the transition of each kind. Replaced, never changed in length.
  private volatile int[][] transitions = new int[0][];

  private final int start;

  /// @throws UnsupportedOperationException for a pattern that is not in the subset of
  ///   [PatternReader], or that may match nothing
  Automaton(String pattern) {
    PatternNode node = PatternReader.read(pattern);
    if (isNullable(node)) {
      throw new UnsupportedOperationException("pattern: may match nothing");
    }
    write(node);
    places.add(new Place.Accept());
    if (sets.size() > Long.SIZE) {
      throw new UnsupportedOperationException("pattern: more than 64 sets of letters");
    }
    state(List.of());
    start = state(List.of(0));
  }

  /// The end of the match that begins at `from`, or -1.
  int end(String text, int from, int to) {
    int[][] known = transitions;
    int state = start;
    int end = -1;
    int at = from;
    while (state != DEAD) {
      int kind = END;
      int next = at;
      if (at < to) {
        int letter = text.charAt(at);
        next = at + 1;
        if (Character.isHighSurrogate((char) letter) && next < to) {
          letter = Character.toCodePoint((char) letter, text.charAt(next++));
        }
        kind = kind(letter);
      }
      int[] row = state < known.length ? known[state] : null;
      int transition = row == null || kind >= row.length ? UNKNOWN : row[kind];
      if (transition == UNKNOWN) {
        transition = transition(state, kind);
        known = transitions;
      }
      if ((transition & 1) != 0) {
        end = at;
      }
      state = kind == END ? DEAD : transition >>> 1;
      at = next;
    }
    return end;
  }

  private int kind(int letter) {
    short[] page = kinds.getAcquire(letter >>> PAGE_BITS);
    return (page == null ? page(letter >>> PAGE_BITS) : page)[letter & (PAGE - 1)];
  }

  private synchronized short[] page(int number) {
    short[] page = new short[PAGE];
    for (int i = 0; i < PAGE; i++) {
      long member = 0;
      for (int set = 0; set < sets.size(); set++) {
        member |= sets.get(set).contains(number * PAGE + i) ? 1L << set : 0;
      }
      page[i] =
          kindOfSets.computeIfAbsent(
              member,
              unknown -> {
                setsOfKind.add(unknown);
                return (short) (setsOfKind.size() - 1);
              });
    }
    kinds.setRelease(number, page);
    return page;
  }

  private synchronized int transition(int state, int kind) {
    int[] row = transitions[state];
    if (kind < row.length && row[kind] != UNKNOWN) {
      return row[kind];
    }
    List<Integer> next = new ArrayList<>();
    boolean[] visited = new boolean[places.size()];
    boolean accepted = false;
    for (int place : placesOfState.get(state)) {
      if (!accepted) {
        accepted = follow(place, kind, visited, next);
      }
    }
    int transition = 2 * state(next) + (accepted ? 1 : 0);
    int[] longer = kind < row.length ? row.clone() : Arrays.copyOf(row, 2 * kind + 2);
    Arrays.fill(longer, row.length, longer.length, UNKNOWN);
    longer[kind] = transition;
    int[][] all = transitions.clone();
    all[state] = longer;
    transitions = all;
    return transition;
  }

  /// Goes on from a place without taking a letter, and then takes one of the kind.
  ///
  /// @return whether the end of the pattern was reached; then nobody behind is heard any more
  private boolean follow(int place, int kind, boolean[] visited, List<Integer> next) {
    if (visited[place]) {
      return false;
    }
    visited[place] = true;
    return switch (places.get(place)) {
      case Place.Take(int set) -> {
        if (has(kind, set) && !next.contains(place + 1)) {
          next.add(place + 1);
        }
        yield false;
      }
      case Place.Fork(int first, int second) ->
          follow(first, kind, visited, next) || follow(second, kind, visited, next);
      case Place.NotBefore(int set) -> !has(kind, set) && follow(place + 1, kind, visited, next);
      case Place.Accept accept -> true;
    };
  }

  private boolean has(int kind, int set) {
    return kind != END && (setsOfKind.get(kind) >>> set & 1) != 0;
  }

  private synchronized int state(List<Integer> list) {
    Integer known = states.get(list);
    if (known != null) {
      return known;
    }
    int state = placesOfState.size();
    placesOfState.add(List.copyOf(list));
    states.put(List.copyOf(list), state);
    int[][] all = Arrays.copyOf(transitions, state + 1);
    all[state] = new int[0];
    transitions = all;
    return state;
  }

  private void write(PatternNode node) {
    if (places.size() > MOST_PLACES) {
      throw new UnsupportedOperationException("pattern: too long");
    }
    switch (node) {
      case PatternNode.One(Letters letters) -> places.add(new Place.Take(set(letters)));
      case PatternNode.NotBefore(Letters letters) -> places.add(new Place.NotBefore(set(letters)));
      case PatternNode.Sequence(List<PatternNode> parts) -> parts.forEach(this::write);
      case PatternNode.Choice(List<PatternNode> branches) -> choice(branches);
      case PatternNode.Repeat(PatternNode inner, int least, int most) -> {
        for (int i = 0; i < least; i++) {
          write(inner);
        }
        if (most == PatternNode.Repeat.NO_LIMIT) {
          loop(inner);
        } else {
          optional(inner, most - least);
        }
      }
    }
  }

  private void choice(List<PatternNode> branches) {
    List<Integer> exits = new ArrayList<>();
    for (int i = 0; i < branches.size() - 1; i++) {
      int fork = reserve();
      write(branches.get(i));
      exits.add(reserve());
      places.set(fork, new Place.Fork(fork + 1, places.size()));
    }
    write(branches.getLast());
    for (int exit : exits) {
      places.set(exit, new Place.Fork(places.size(), places.size()));
    }
  }

  private void loop(PatternNode inner) {
    if (isNullable(inner)) {
      throw new UnsupportedOperationException("pattern: repeats what may be empty");
    }
    int fork = reserve();
    write(inner);
    places.add(new Place.Fork(fork, fork));
    places.set(fork, new Place.Fork(fork + 1, places.size()));
  }

  private void optional(PatternNode inner, int times) {
    List<Integer> forks = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      forks.add(reserve());
      write(inner);
    }
    for (int fork : forks) {
      places.set(fork, new Place.Fork(fork + 1, places.size()));
    }
  }

  private static boolean isNullable(PatternNode node) {
    return switch (node) {
      case PatternNode.One one -> false;
      case PatternNode.NotBefore notBefore -> true;
      case PatternNode.Sequence(List<PatternNode> parts) ->
          parts.stream().allMatch(Automaton::isNullable);
      case PatternNode.Choice(List<PatternNode> branches) ->
          branches.stream().anyMatch(Automaton::isNullable);
      case PatternNode.Repeat(PatternNode inner, int least, int most) ->
          least == 0 || isNullable(inner);
    };
  }

  /// A place whose fork is known later.
  private int reserve() {
    places.add(new Place.Fork(0, 0));
    return places.size() - 1;
  }

  private int set(Letters letters) {
    int index = sets.indexOf(letters);
    if (index < 0) {
      sets.add(letters);
      index = sets.size() - 1;
    }
    return index;
  }
}
