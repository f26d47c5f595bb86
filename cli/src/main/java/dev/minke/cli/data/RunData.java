package dev.minke.cli.data;

import dev.minke.cli.console.Progress;
import dev.minke.cli.console.Tally;
import dev.minke.data.Corpus;
import dev.minke.data.Source;
import dev.minke.data.SourceReport;
import dev.minke.data.TokenShard;
import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerRecipe;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The tokenizer and the tokens of a run. The text is read twice, as a stream: once to learn the
/// tokenizer, once to encode.
///
/// @param source where the text is
/// @param recipe of the run
/// @param maxBadShare share of bad documents above which nothing is trained
/// @param directory of the run
/// @param progress hears what is wrong in the text
public record RunData(
    Source source, TrainRecipe recipe, double maxBadShare, Path directory, Progress progress) {

  /// The run's tokenizer: trained at first, read again when the run goes on.
  ///
  /// @throws IllegalArgumentException if the text cannot be used
  public Tokenizer tokenizer() throws IOException {
    Path file = directory.resolve("tokenizer.json");
    if (Files.exists(file)) {
      return Tokenizer.read(file);
    }
    TokenizerRecipe kind =
        TokenizerRecipe.deepSeekV3(recipe.tokenizer().vocab(), recipe.tokenizer().singleIntegers());
    BpeTrainer bpe = new BpeTrainer(kind);
    SourceReport report =
        source.read(
            ParquetColumn::new,
            (text, _) -> {
              if (!isHeldOut(text)) {
                bpe.accept(text);
              }
            });
    report.requireUsable(maxBadShare);
    Tokenizer tokenizer = bpe.train();
    tokenizer.write(file);
    return tokenizer;
  }

  /// The tokens to learn from, and those held out.
  ///
  /// @throws IllegalArgumentException if the text cannot be used
  public TrainingData encode(Tokenizer tokenizer, Tally tally) throws IOException {
    Corpus.Encoding encoding =
        new Corpus.Encoding(
            tokenizer::encode,
            tokenizer.identity(),
            tokenizer.vocab(),
            recipe.data().beginOfText() ? tokenizer.beginOfText().orElse(-1) : -1,
            recipe.data().endOfText() ? tokenizer.endOfText().orElse(-1) : -1);
    TokenShard.Builder learned = TokenShard.builder(encoding.identity(), encoding.vocab());
    TokenShard.Builder heldOut = TokenShard.builder(encoding.identity(), encoding.vocab());
    SourceReport report =
        source.read(
            ParquetColumn::new,
            (text, bytes) ->
                (isHeldOut(text) ? heldOut : learned).add(encoding.encode(text), bytes));
    report.lines().forEach(line -> progress.say("bad data", "%s", line));
    report.requireUsable(maxBadShare);
    TrainingData data = new TrainingData(learned.build(), heldOut.build());
    tally.add(data.training().tokens() + data.validation().tokens(), 0);
    return data;
  }

  private boolean isHeldOut(String text) {
    return Corpus.isHeldOut(text, recipe.data().validationShare());
  }
}
