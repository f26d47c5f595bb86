package dev.minke.tokenizer;

import java.util.ArrayList;
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

  private static final int DEAD = 0;

  /// Bounds on what texts can make of a hostile pattern: the cells of all transitions, and the
  /// places of all states. Patterns of tokenizers need hundreds.
  private static final long MOST_CELLS = 1 << 22;

  private static final int MOST_PLACES = 1 << 20;

  private final String pattern;
  private final PatternProgram program;

  /// Kind of each letter, in pages that are filled when they are needed.
  private final AtomicReferenceArray<short[]> kinds = new AtomicReferenceArray<>(PAGES);

  private final Map<Long, Short> kindOfSets = new HashMap<>();
  private final List<Long> setsOfKind = new ArrayList<>(List.of(0L));

  private final Map<List<Integer>, Integer> states = new HashMap<>();
  private final List<List<Integer>> placesOfState = new ArrayList<>();
  private int placesInAll;

  /// Replaced where it becomes too small.
  private volatile Transitions transitions = new Transitions(1, 1);

  /// Kinds of the first page, where most letters of most texts are.
  private final short[] firstKinds;

  private final int start;

  /// @throws UnsupportedOperationException for a pattern that is not in the subset of
  ///   [PatternReader], or that may match nothing
  Automaton(String pattern) {
    this.pattern = pattern;
    program = new PatternProgram(pattern);
    state(List.of());
    start = state(List.of(0));
    firstKinds = page(0);
  }

  /// The end of the match that begins at `from`, or `~at` where there is none and that was known
  /// before the letter at `at`.
  int end(char[] text, int from, int to) {
    Transitions known = transitions;
    int state = start;
    int end = -1;
    int at = from;
    while (at < to) {
      int kind = kindAt(text, at, to);
      if (!known.holdsKind(kind)) {
        known = transitions;
      }
      int transition = known.get(state, kind);
      if (transition == Transitions.UNKNOWN) {
        transition = transition(state, kind);
        known = transitions;
      }
      if ((transition & 1) != 0) {
        end = at;
      }
      state = transition >>> 1;
      if (state == DEAD) {
        return end < 0 ? ~at : end;
      }
      at = after(text, at, to);
    }
    return (next(state, END) & 1) != 0 ? to : end < 0 ? ~to : end;
  }

  /// The same, where matches that begin at many places fail late: no place is passed twice in one
  /// state, because what was of no use once is of no use again.
  int end(char[] text, int from, int to, Failures failures) {
    int state = start;
    int end = -1;
    int at = from;
    for (; at < to && state != DEAD; at = after(text, at, to)) {
      if (end < 0 && failures.add(at, state)) {
        return ~at;
      }
      int transition = next(state, kindAt(text, at, to));
      end = (transition & 1) != 0 ? at : end;
      state = transition >>> 1;
    }
    boolean isAtEnd = state != DEAD && (next(state, END) & 1) != 0;
    return isAtEnd ? to : end < 0 ? ~at : end;
  }

  /// The first place from `from` on where a match may begin, or `to`.
  int candidate(char[] text, int from, int to) {
    Transitions known = transitions;
    int at = from;
    while (at < to) {
      int kind = kindAt(text, at, to);
      if (!known.holdsKind(kind)) {
        known = transitions;
      }
      if (known.get(start, kind) != DEAD) {
        return at;
      }
      at = after(text, at, to);
    }
    return to;
  }

  /// The place after the letter at `at`, which may be a pair of surrogates.
  static int after(char[] text, int at, int to) {
    boolean pair =
        Character.isHighSurrogate(text[at])
            && at + 1 < to
            && Character.isLowSurrogate(text[at + 1]);
    return pair ? at + 2 : at + 1;
  }

  private int next(int state, int kind) {
    Transitions known = transitions;
    int transition =
        known.holds(state + 1, kind + 1) ? known.get(state, kind) : Transitions.UNKNOWN;
    return transition == Transitions.UNKNOWN ? transition(state, kind) : transition;
  }

  /// States that led to no match, for the places of one piece of text.
  static final class Failures {
    private final int from;

    /// For each place the states up to 63, a bit each; those beyond are not remembered.
    private final long[] states;

    Failures(int from, int to) {
      this.from = from;
      states = new long[to - from];
    }

    /// Whether a state was there before.
    boolean add(int at, int state) {
      long bit = state < Long.SIZE ? 1L << state : 0;
      boolean known = (states[at - from] & bit) != 0;
      states[at - from] |= bit;
      return known;
    }
  }

  private int kindAt(char[] text, int at, int to) {
    char letter = text[at];
    if (letter < PAGE) {
      return firstKinds[letter];
    }
    return kind(
        after(text, at, to) == at + 2 ? Character.toCodePoint(letter, text[at + 1]) : letter);
  }

  private int kind(int letter) {
    short[] page = kinds.getAcquire(letter >>> PAGE_BITS);
    return (page == null ? page(letter >>> PAGE_BITS) : page)[letter & (PAGE - 1)];
  }

  private synchronized short[] page(int number) {
    short[] page = new short[PAGE];
    for (int i = 0; i < PAGE; i++) {
      long member = program.setsOf(number * PAGE + i);
      page[i] =
          kindOfSets.computeIfAbsent(
              member,
              unknown -> {
                setsOfKind.add(unknown);
                return (short) (setsOfKind.size() - 1);
              });
    }
    makeRoom();
    kinds.setRelease(number, page);
    return page;
  }

  private synchronized int transition(int state, int kind) {
    int known = transitions.get(state, kind);
    if (known != Transitions.UNKNOWN) {
      return known;
    }
    List<Integer> next = new ArrayList<>();
    boolean[] visited = new boolean[program.size()];
    boolean accepted = false;
    for (int place : placesOfState.get(state)) {
      if (!accepted) {
        accepted = follow(place, kind, visited, next);
      }
    }
    int transition = 2 * state(next) + (accepted ? 1 : 0);
    transitions.set(state, kind, transition);
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
    return switch (program.place(place)) {
      case PatternProgram.Place.Take(int set) -> {
        if (has(kind, set) && !next.contains(place + 1)) {
          next.add(place + 1);
        }
        yield false;
      }
      case PatternProgram.Place.Fork(int first, int second) ->
          follow(first, kind, visited, next) || follow(second, kind, visited, next);
      case PatternProgram.Place.NotBefore(int set) ->
          !has(kind, set) && follow(place + 1, kind, visited, next);
      case PatternProgram.Place.Accept accept -> true;
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
    placesInAll += list.size();
    int state = placesOfState.size();
    placesOfState.add(List.copyOf(list));
    states.put(List.copyOf(list), state);
    makeRoom();
    return state;
  }

  /// Before a state or a kind is handed out.
  private void makeRoom() {
    long cells = 4L * placesOfState.size() * setsOfKind.size();
    if (cells > MOST_CELLS || placesInAll > MOST_PLACES) {
      throw new TokenizerException(
          "pre-tokenizer: expected a pattern with fewer than a million states, found "
              .concat(pattern));
    }
    if (!transitions.holds(placesOfState.size(), setsOfKind.size())) {
      transitions = transitions.larger(placesOfState.size(), setsOfKind.size());
    }
  }
}
