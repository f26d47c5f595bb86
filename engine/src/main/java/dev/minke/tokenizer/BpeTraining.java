package dev.minke.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// One training: the vocabulary as it grows. Mutable, one thread.
final class BpeTraining {
  /// Tokens between two reports.
  private static final int REPORT = 128;

  private final TokenizerRecipe recipe;
  private final BpeProgress progress;
  private final Vocabulary vocabulary = new Vocabulary();
  private final List<byte[]> tokens = new ArrayList<>();
  private final Merges merges;
  private final PairCounts pairs;

  BpeTraining(TokenizerRecipe recipe, WordCounts words, BpeProgress progress) {
    this.recipe = recipe;
    this.progress = progress;
    for (String special : recipe.specials()) {
      add(special.getBytes(StandardCharsets.UTF_8));
    }
    for (byte value : ByteLetters.inLetterOrder()) {
      add(new byte[] {value});
    }
    merges = new Merges(vocabulary);
    List<int[]> symbols = new ArrayList<>(words.size());
    long[] counts = new long[words.size()];
    words.forEach((letters, count) -> {
      counts[symbols.size()] = count;
      symbols.add(merges.encode(new String(letters).getBytes(StandardCharsets.UTF_8)));
    });
    pairs = new PairCounts(symbols, counts, tokens);
  }

  private void learn() {
    while (vocabulary.size() < recipe.vocab()) {
      if (vocabulary.size() % REPORT == 0) {
        Crew.requireNotInterrupted(BpeTrainer.NAME);
        progress.at(BpeProgress.Stage.MERGING, vocabulary.size(), recipe.vocab());
      }
      int pair = pairs.mostFrequent();
      if (pair < 0) {
        return;
      }
      merge(pairs.left(pair), pairs.right(pair));
    }
  }

  /// The integers from 10 to 999. Two digits first, in numeric order; so of the pairs in a number
  /// of three digits the smaller one is merged, and the third digit joins it where it stands.
  private void addNumbers() {
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
    if (recipe.numbers()) {
      addNumbers();
    }
    learn();
    progress.at(BpeProgress.Stage.MERGING, vocabulary.size(), vocabulary.size());
    List<AddedToken> added = new ArrayList<>();
    for (String special : recipe.specials()) {
      added.add(AddedToken.special(added.size(), special));
    }
    return new Tokenizer(
        new TokenizerParts(
            vocabulary,
            new TextModel.Words(merges, false, recipe.preTokenizer()),
            added,
            Normalization.none(),
            new TextEdges(
                recipe.beginOfText(), recipe.endOfText(), Set.of(), recipe.beginOfText() != null),
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
