package dev.minke.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Learns the merges of byte-level BPE: again and again the most frequent pair of neighbouring
/// tokens becomes a token.
///
/// Give it texts, then call [#train]. Pairs are counted inside words, each distinct word once with
/// its count. Of equally frequent pairs the one with the greater bytes is taken, left token before
/// right, so the result depends on the multiset of texts alone. Specials in a text separate words
/// and are not counted. Mutable, one thread.
public final class BpeTrainer {
  private final TokenizerRecipe recipe;
  private final WordCutter cutter;
  private final AddedTokens specials;

  /// Word to count. Their order does not matter: counts are sums, and ties have an order of their
  /// own.
  private final Map<String, long[]> words = new HashMap<>();

  /// A trainer that has seen nothing.
  public BpeTrainer(TokenizerRecipe recipe) {
    this.recipe = recipe;
    cutter = new WordCutter(recipe.preTokenizer());
    List<AddedToken> tokens = new ArrayList<>();
    for (String special : recipe.specials()) {
      tokens.add(AddedToken.special(tokens.size(), special));
    }
    specials = new AddedTokens(tokens, text -> text);
  }

  /// Counts the words of a text.
  public void accept(String text) {
    specials.scan(
        Normalization.wellFormed(text), between -> cutter.cut(between, this::tally), special -> {});
  }

  /// The tokenizer. It is smaller than the recipe says where the texts have no pair left.
  public Tokenizer train() {
    Training training = new Training();
    if (recipe.numbers()) {
      training.addNumbers();
    }
    training.learn();
    return training.tokenizer();
  }

  private void tally(String word) {
    words.computeIfAbsent(word, unseen -> new long[1])[0]++;
  }

  /// One training: the vocabulary as it grows.
  private final class Training {
    private final Vocabulary vocabulary = new Vocabulary();
    private final List<byte[]> tokens = new ArrayList<>();
    private final Merges merges;
    private final PairCounts pairs;

    Training() {
      for (String special : recipe.specials()) {
        add(special.getBytes(StandardCharsets.UTF_8));
      }
      for (byte value : ByteLetters.inLetterOrder()) {
        add(new byte[] {value});
      }
      merges = new Merges(vocabulary);
      List<int[]> symbols = new ArrayList<>(words.size());
      long[] counts = new long[words.size()];
      words.forEach((word, count) -> {
        counts[symbols.size()] = count[0];
        symbols.add(merges.encode(word.getBytes(StandardCharsets.UTF_8)));
      });
      pairs = new PairCounts(symbols, counts, tokens);
    }

    void learn() {
      while (vocabulary.size() < recipe.vocab()) {
        int pair = pairs.mostFrequent();
        if (pair < 0) {
          return;
        }
        merge(pairs.left(pair), pairs.right(pair));
      }
    }

    /// The integers from 10 to 999. Two digits first, in numeric order; so of the pairs in a number
    /// of three digits the smaller one is merged, and the third digit joins it where it stands.
    void addNumbers() {
      for (int number = 10; number < 100; number++) {
        merge(id(number / 10), id(number % 10));
      }
      for (int number = 100; number < 1000; number++) {
        int head = number / 10;
        int tail = number % 100;
        if (tail >= 10 && tail < head) {
          merge(id(number / 100), id(tail));
        } else {
          merge(id(head), id(number % 10));
        }
      }
    }

    Tokenizer tokenizer() {
      List<AddedToken> added = new ArrayList<>();
      for (String special : recipe.specials()) {
        added.add(AddedToken.special(added.size(), special));
      }
      return new Tokenizer(
          new TokenizerParts(
              vocabulary,
              merges,
              false,
              added,
              Normalization.none(),
              recipe.preTokenizer(),
              new TextEdges(recipe.beginOfText(), recipe.endOfText()),
              null));
    }

    private int id(int number) {
      return vocabulary.find(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    /// A pair that spells a special stays two tokens: no text may reach a special.
    private void merge(int left, int right) {
      byte[] bytes = joined(tokens.get(left), tokens.get(right));
      int result = vocabulary.find(bytes);
      if (result >= 0 && result < recipe.specials().size()) {
        pairs.drop(left, right);
        return;
      }
      if (result < 0) {
        result = add(bytes);
      }
      merges.add(left, right, result);
      pairs.merge(left, right, result);
    }

    private int add(byte[] bytes) {
      int id = tokens.size();
      tokens.add(bytes);
      vocabulary.put(id, bytes);
      return id;
    }

    private static byte[] joined(byte[] left, byte[] right) {
      byte[] joined = new byte[left.length + right.length];
      System.arraycopy(left, 0, joined, 0, left.length);
      System.arraycopy(right, 0, joined, left.length, right.length);
      return joined;
    }
  }
}
