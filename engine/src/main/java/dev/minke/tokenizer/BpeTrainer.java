package dev.minke.tokenizer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Learns the merges of byte-level BPE: again and again the most frequent pair of neighbouring
/// tokens becomes a token.
///
/// Give it texts, then call [#train]. Pairs are counted inside words, each distinct word once with
/// its count (below 2^63), so memory grows with distinct words, not with text. Of equally frequent
/// pairs the one with the greater bytes is taken, left token before right, so the result depends on
/// the multiset of texts alone: not on their order, nor on the number of threads. Specials in a
/// text separate words and are not counted.
///
/// A thread that is interrupted ends what it does here with
/// [java.util.concurrent.CancellationException] and stays interrupted. What was counted is then
/// incomplete, as it is where a text could not be read. Mutable, one thread.
public final class BpeTrainer {
  static final String NAME = "tokenizer training";

  /// UTF-16 letters that a thread takes at a time: some milliseconds of counting.
  private static final long BATCH = 1 << 17;

  private final TokenizerRecipe recipe;
  private final BpeProgress progress;
  private final WordCutter cutter;
  private final AddedTokens specials;
  private final AtomicLong seen = new AtomicLong();
  private final WordCounts words = new WordCounts();

  /// A trainer that has seen nothing and reports to nobody.
  public BpeTrainer(TokenizerRecipe recipe) {
    this(recipe, (stage, done, total) -> {});
  }

  /// A trainer that has seen nothing.
  public BpeTrainer(TokenizerRecipe recipe, BpeProgress progress) {
    this.recipe = recipe;
    this.progress = progress;
    cutter = new WordCutter(recipe.preTokenizer());
    List<AddedToken> tokens = new ArrayList<>();
    for (String special : recipe.specials()) {
      tokens.add(AddedToken.special(tokens.size(), special));
    }
    specials = new AddedTokens(tokens, text -> text);
  }

  /// Counts the words of a text.
  public void accept(String text) {
    count(text, words);
    progress.at(BpeProgress.Stage.COUNTING, seen.addAndGet(text.length()), -1);
  }

  /// Counts the words of many texts on threads of its own. Each thread has its own counts until the
  /// end; of the texts no more than are counted at the moment are held.
  ///
  /// @param texts asked by one thread at a time
  /// @param threads how many, this one included
  public void accept(Iterator<String> texts, int threads) {
    List<WordCounts> others = new ArrayList<>();
    Crew.run(
        NAME,
        threads,
        () -> {
          boolean isCaller = others.size() == threads - 1;
          WordCounts own = isCaller ? words : new WordCounts();
          if (!isCaller) {
            others.add(own);
          }
          return () -> {
            List<String> batch = next(texts);
            for (String text : batch) {
              count(text, own);
              seen.addAndGet(text.length());
            }
            if (isCaller) {
              progress.at(BpeProgress.Stage.COUNTING, seen.get(), -1);
            }
            return !batch.isEmpty();
          };
        });
    others.forEach(words::addAll);
  }

  /// The tokenizer. It is smaller than the recipe says where the texts have no pair left.
  public Tokenizer train() {
    return new BpeTraining(recipe, words, progress).tokenizer();
  }

  private void count(String text, WordCounts counts) {
    specials.scan(
        Normalization.wellFormed(text), between -> cutter.cut(between, counts::add), special -> {});
  }

  private static List<String> next(Iterator<String> texts) {
    List<String> batch = new ArrayList<>();
    synchronized (texts) {
      for (long taken = 0; taken < BATCH && texts.hasNext(); ) {
        batch.add(texts.next());
        taken += batch.getLast().length();
      }
    }
    return batch;
  }
}
