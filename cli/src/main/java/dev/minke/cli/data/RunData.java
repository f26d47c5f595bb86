package dev.minke.cli.data;

import dev.minke.checkpoint.TrainingCheckpoint;
import dev.minke.cli.console.Progress;
import dev.minke.cli.console.Tally;
import dev.minke.data.Corpus;
import dev.minke.data.DataManifest;
import dev.minke.data.FillInTheMiddle;
import dev.minke.data.SourceReport;
import dev.minke.data.TokenFolder;
import dev.minke.data.WeightedSource;
import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerRecipe;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tokenizer and the tokens of a run: `tokenizer.json` and `data/` in its directory. The text
/// is read twice, as a stream: once to learn the tokenizer, once to encode; a run that goes on
/// reads its tokens.
///
/// @param sources where the text is
/// @param recipe of the run
/// @param maxBadShare share of bad documents above which nothing is trained
/// @param directory of the run
/// @param leastVocab ids that the model has at least: files of models may have more than their
///   tokenizers; 0 for as many as the tokenizer has
/// @param progress hears what was read, and what is wrong with it
public record RunData(
    List<WeightedSource> sources,
    TrainRecipe recipe,
    double maxBadShare,
    Path directory,
    int leastVocab,
    Progress progress) {
  /// Changed files that are named.
  private static final int CHANGES = 5;

  private static final String CHECKPOINTS = "checkpoints";

  /// The folder of the tokens of a run.
  public static Path folder(Path directory) {
    return directory.resolve("data");
  }

  /// The tokenizer's file of a run.
  public static Path tokenizerFile(Path directory) {
    return directory.resolve("tokenizer.json");
  }

  /// Refuses text that is not there, before any work.
  ///
  /// @throws IllegalArgumentException naming what is missing
  public void requireText() throws IOException {
    if (!TokenFolder.exists(folder(directory))) {
      for (WeightedSource source : sources) {
        source.source().files();
      }
    }
  }

  /// The run's tokenizer: trained at first, read again when the run goes on.
  ///
  /// @throws IllegalArgumentException if the text cannot be used
  public Tokenizer tokenizer() throws IOException {
    Path file = tokenizerFile(directory);
    if (Files.exists(file)) {
      return Tokenizer.read(file);
    }
    BpeTrainer bpe = new BpeTrainer(kind());
    for (WeightedSource source : sources) {
      SourceReport report =
          source
              .source()
              .read(
                  ParquetColumn::new,
                  (text, _) -> {
                    if (!Corpus.isHeldOut(text, recipe.data().validationShare())) {
                      bpe.accept(text);
                    }
                  });
      report.requireUsable(maxBadShare);
    }
    Tokenizer tokenizer = bpe.train();
    requireTokenizerOfTheRun(tokenizer);
    tokenizer.write(file);
    return tokenizer;
  }

  /// A run that lost its tokenizer gets it back from the text that it began with, and from no
  /// other.
  private void requireTokenizerOfTheRun(Tokenizer learned) {
    TrainingCheckpoint checkpoint = checkpoint().orElse(null);
    if (checkpoint != null
        && !learned.identity().equals(checkpoint.metadata().get(TrainingCheckpoint.TOKENIZER))) {
      throw new IllegalArgumentException(
          "run directory %s: expected tokenizer.json, with which it began, found none, and the text gives another one by now; put the file or the text back as it was, or choose another directory"
              .formatted(directory));
    }
  }

  /// What the run goes on from, if it has begun.
  private Optional<TrainingCheckpoint> checkpoint() {
    return TrainingCheckpoint.latest(directory.resolve(CHECKPOINTS));
  }

  /// DeepSeek-V3's kind; with the tokens of exercises, if there are any.
  private TokenizerRecipe kind() {
    TokenizerRecipe plain =
        TokenizerRecipe.deepSeekV3(recipe.tokenizer().vocab(), recipe.tokenizer().singleIntegers());
    if (recipe.data().fillInTheMiddleRate() == 0) {
      return plain;
    }
    List<String> specials = new ArrayList<>(plain.specials());
    specials.addAll(List.of(FillInTheMiddle.HOLE, FillInTheMiddle.BEGIN, FillInTheMiddle.END));
    return new TokenizerRecipe(
        plain.vocab(),
        plain.preTokenizer(),
        specials,
        plain.beginOfText(),
        plain.endOfText(),
        plain.numbers());
  }

  /// The tokens to learn from, and those held out: made at first, read again when the run goes on.
  ///
  /// @throws IllegalArgumentException if the text cannot be used, or the run has begun with other
  ///   text
  public TrainingData encode(Tokenizer tokenizer, Tally tally) throws IOException {
    TokenFolder tokens = tokens(tokenizer, tally);
    TrainingData data = new TrainingData(tokens.training(), tokens.heldOut());
    new DataWords(progress).tell(tokens.manifest());
    return data;
  }

  private TokenFolder tokens(Tokenizer tokenizer, Tally tally) throws IOException {
    Path folder = folder(directory);
    DataManifest.Making making = making(tokenizer);
    if (TokenFolder.exists(folder)) {
      TokenFolder found = TokenFolder.open(folder);
      boolean same = found.isOf(sources, making);
      boolean goesOn = TrainingCheckpoint.exists(directory.resolve(CHECKPOINTS));
      if (goesOn && !same) {
        throw new IllegalArgumentException(
            "run directory %s: it holds a run on other text, or the same made into tokens in another way (%s/%s says which); go on with that one, or choose another directory"
                .formatted(directory, folder, TokenFolder.MANIFEST));
      }
      List<String> changes = found.changes();
      if (goesOn && !changes.isEmpty()) {
        changes.stream().limit(CHANGES).forEach(change -> progress.say("data", "%s", change));
        if (changes.size() > CHANGES) {
          progress.say("data", "and %,d files more", changes.size() - CHANGES);
        }
        progress.say("data", "the run goes on with the tokens that it began with, bit for bit");
      }
      if (same && (goesOn || changes.isEmpty())) {
        return found;
      }
    }
    TokenFolder.Maker maker =
        new TokenFolder.Maker(ParquetColumn::new, tokenizer::encode, making, maxBadShare);
    TokenFolder made = TokenFolder.make(folder, sources, maker);
    requireTokensOfTheRun(made);
    tally.add(made.manifest().tokens(), 0);
    return made;
  }

  /// A run that lost its tokens gets them back from the text that it began with; those of another
  /// would stand in the way of that.
  private void requireTokensOfTheRun(TokenFolder made) throws IOException {
    TrainingCheckpoint checkpoint = checkpoint().orElse(null);
    String hash = made.training().hash();
    if (checkpoint != null && !hash.equals(checkpoint.metadata().get(TrainingCheckpoint.DATA))) {
      made.delete();
      throw new IllegalArgumentException(
          "run directory %s: it holds a run with other data: expected tokens with the hash %s, as %s has it, found %s, made of %s; put the text back as it was, or choose another directory"
              .formatted(
                  directory,
                  checkpoint.metadata().get(TrainingCheckpoint.DATA),
                  checkpoint.file().getFileName(),
                  hash,
                  made.manifest().sources().stream()
                      .map(DataManifest.SourceEntry::path)
                      .collect(Collectors.joining(", "))));
    }
  }

  private DataManifest.Making making(Tokenizer tokenizer) {
    return new DataManifest.Making(
        tokenizer.identity(),
        Math.max(tokenizer.vocab(), leastVocab),
        recipe.data().beginOfText() ? tokenizer.beginOfText().orElse(-1) : -1,
        recipe.data().endOfText() ? tokenizer.endOfText().orElse(-1) : -1,
        recipe.data().validationShare(),
        exercises(tokenizer));
  }

  private @Nullable FillInTheMiddle exercises(Tokenizer tokenizer) {
    double rate = recipe.data().fillInTheMiddleRate();
    return rate == 0
        ? null
        : new FillInTheMiddle(
            rate,
            recipe.seed(),
            id(tokenizer, FillInTheMiddle.BEGIN),
            id(tokenizer, FillInTheMiddle.HOLE),
            id(tokenizer, FillInTheMiddle.END));
  }

  private static int id(Tokenizer tokenizer, String token) {
    return tokenizer
        .id(token)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "fillInTheMiddleRate: expected a tokenizer with the token %s, found one without; train another in a new directory"
                    .formatted(token)));
  }
}
