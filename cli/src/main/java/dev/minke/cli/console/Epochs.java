package dev.minke.cli.console;

import dev.minke.train.RunFacts;
import dev.minke.train.TrainListener;

/// Says how often a run goes over its text, where it does so more than once.
///
/// @param tokens of the text to learn from
/// @param progress hears of it
public record Epochs(long tokens, Progress progress) implements TrainListener {
  @Override
  public void started(RunFacts facts) {
    double wanted = (double) facts.steps() * facts.rowsTokens();
    if (tokens > 0 && wanted > tokens) {
      progress.say(
          "epochs",
          "the text has %,d tokens, the run learns from %,.0f: each about %.1f times",
          tokens,
          wanted,
          wanted / tokens);
    }
  }
}
