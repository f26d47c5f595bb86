package dev.minke.tokenizer;

import java.util.ArrayList;
import java.util.List;

/// A pattern as a list of instructions, in which an alternative that is preferred stands first.
final class PatternProgram {
  /// States of the automaton are so few that nobody counts them; a pattern that makes more is left
  /// to Java's engine.
  private static final int MOST_PLACES = 2000;

  /// Places in the pattern: an instruction each.
  sealed interface Place {
    /// Takes a letter of a set and goes on at the next place.
    record Take(int set) implements Place {}

    /// Goes on at either place, rather at the first.
    record Fork(int first, int second) implements Place {}

    /// Goes on at the next place unless a letter of a set follows.
    record NotBefore(int set) implements Place {}

    /// A match ends.
    record Accept() implements Place {}
  }

  /// How often [#write] may be called: what is empty is written often and takes no place.
  private static final int MOST_WRITTEN = 100_000;

  private final List<Letters> sets = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();
  private int written;

  /// @throws UnsupportedOperationException for a pattern that is not in the subset of
  ///   [PatternReader], or that may match nothing
  PatternProgram(String pattern) {
    PatternNode node = PatternReader.read(pattern);
    if (isNullable(node)) {
      throw new UnsupportedOperationException("pattern: may match nothing");
    }
    write(node);
    places.add(new Place.Accept());
    if (sets.size() > Long.SIZE) {
      throw new UnsupportedOperationException("pattern: more than 64 sets of letters");
    }
  }

  int size() {
    return places.size();
  }

  Place place(int index) {
    return places.get(index);
  }

  /// The sets that a letter belongs to, a bit each.
  long setsOf(int letter) {
    long member = 0;
    for (int set = 0; set < sets.size(); set++) {
      member |= sets.get(set).contains(letter) ? 1L << set : 0;
    }
    return member;
  }

  private void write(PatternNode node) {
    if (places.size() > MOST_PLACES || ++written > MOST_WRITTEN) {
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
          parts.stream().allMatch(PatternProgram::isNullable);
      case PatternNode.Choice(List<PatternNode> branches) ->
          branches.stream().anyMatch(PatternProgram::isNullable);
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
