package dev.minke.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The words of a training text as one linked list of symbols, with the count of every neighbouring
/// pair and where it occurs.
///
/// A merge visits only the places where its pair occurs and corrects the counts around them, so the
/// whole training costs about as much as there are symbols, whatever the length of a word. The heap
/// is lazy: an entry that promises more than the count of today goes back with today's count, one
/// that promises less was followed by a better one and is dropped. Mutable, one owner.
final class PairCounts {
  private final List<byte[]> tokens;
  private final PairTable pairs = new PairTable();
  private final List<@Nullable IntList> places = new ArrayList<>();
  private final PriorityQueue<Candidate> candidates;
  private long[] counts = new long[16];

  /// Symbol at each place, -1 where it was merged into the one before.
  private final int[] symbols;

  private final int[] next;
  private final int[] previous;

  /// Word of each place.
  private final int[] words;

  private final long[] wordCounts;

  /// Pairs whose count rose in the merge under way, and with it their claim.
  private final IntList risen = new IntList();

  /// @param words token ids of each distinct word
  /// @param wordCounts how often each occurs
  /// @param tokens bytes by id; the caller adds the token of a merge before it is applied
  PairCounts(List<int[]> words, long[] wordCounts, List<byte[]> tokens) {
    this.tokens = tokens;
    this.wordCounts = wordCounts;
    int total = 0;
    for (int[] word : words) {
      total = Math.addExact(total, word.length);
    }
    symbols = new int[total];
    next = new int[total];
    previous = new int[total];
    this.words = new int[total];
    candidates = new PriorityQueue<>(order());
    int at = 0;
    for (int word = 0; word < words.size(); word++) {
      at = link(word, words.get(word), at);
    }
    for (int place = 0; place < total; place++) {
      if (next[place] >= 0) {
        count(place, 1);
      }
    }
    offerRisen();
  }

  /// Number of the pair with the highest count, the greater bytes first among equals; -1 where no
  /// pair is left.
  int mostFrequent() {
    while (!candidates.isEmpty()) {
      Candidate candidate = candidates.remove();
      long count = counts[candidate.pair];
      if (count == candidate.count) {
        return candidate.pair;
      }
      if (count > 0 && count < candidate.count) {
        candidates.add(new Candidate(count, candidate.pair));
      }
    }
    return -1;
  }

  int left(int pair) {
    return pairs.left(pair);
  }

  int right(int pair) {
    return pairs.right(pair);
  }

  /// Forgets a pair that is not to be merged; it may rise again with a merge beside it.
  void drop(int left, int right) {
    int pair = pairs.find(left, right);
    if (pair >= 0) {
      places.set(pair, null);
      counts[pair] = 0;
    }
  }

  /// Replaces every occurrence of a pair, from left to right.
  void merge(int left, int right, int result) {
    int pair = pairs.find(left, right);
    IntList occurrences = pair < 0 ? null : places.set(pair, null);
    if (occurrences == null) {
      return;
    }
    for (int place : occurrences.toSortedArray()) {
      int gone = next[place];
      if (symbols[place] != left || gone < 0 || symbols[gone] != right) {
        continue;
      }
      countAround(place, gone, -1);
      symbols[place] = result;
      symbols[gone] = -1;
      next[place] = next[gone];
      if (next[place] >= 0) {
        previous[next[place]] = place;
      }
      countAround(place, place, 1);
    }
    counts[pair] = 0;
    offerRisen();
  }

  /// Counts or uncounts the pairs to the left and the right of a symbol or of a pair.
  private void countAround(int first, int last, int sign) {
    if (previous[first] >= 0) {
      count(previous[first], sign);
    }
    if (next[last] >= 0) {
      count(last, sign);
    }
  }

  private void count(int place, int sign) {
    int pair = pairs.add(symbols[place], symbols[next[place]]);
    if (pair == counts.length) {
      counts = Arrays.copyOf(counts, 2 * pair);
    }
    counts[pair] += sign * wordCounts[words[place]];
    if (sign > 0) {
      while (places.size() <= pair) {
        places.add(null);
      }
      IntList occurrences = places.get(pair);
      if (occurrences == null) {
        occurrences = new IntList();
        places.set(pair, occurrences);
      }
      occurrences.add(place);
      risen.add(pair);
    }
  }

  private void offerRisen() {
    int last = -1;
    for (int pair : risen.toSortedArray()) {
      if (pair != last && counts[pair] > 0) {
        candidates.add(new Candidate(counts[pair], pair));
      }
      last = pair;
    }
    risen.clear();
  }

  private int link(int word, int[] ids, int at) {
    for (int i = 0; i < ids.length; i++) {
      symbols[at + i] = ids[i];
      words[at + i] = word;
      previous[at + i] = i == 0 ? -1 : at + i - 1;
      next[at + i] = i + 1 == ids.length ? -1 : at + i + 1;
    }
    return at + ids.length;
  }

  private Comparator<Candidate> order() {
    Comparator<Candidate> count = Comparator.comparingLong(Candidate::count);
    return count
        .thenComparing(c -> tokens.get(pairs.left(c.pair)), Arrays::compareUnsigned)
        .thenComparing(c -> tokens.get(pairs.right(c.pair)), Arrays::compareUnsigned)
        .reversed();
  }

  private record Candidate(long count, int pair) {}
}
