package dev.minke.eval;

import dev.minke.checkpoint.CheckpointException;
import java.util.List;

/// How far the distributions of a model are from those of a reference, over the tokens of a text:
/// the measures of llama.cpp's `llama-perplexity --kl-divergence`, by its formulas.
///
/// `KL = Σ p(t) (ln p(t) − ln q(t))` over the vocabulary, p the reference, q the model; p is known
/// to 16 bits, so a model is a little away even from itself.
///
/// @param losses of both on the tokens that came
/// @param divergence of each place, in nats
/// @param probabilityChange q − p of the token that came, from −1 to 1 (Δp)
/// @param rootMeanSquareChange of Δp
/// @param sameTop share of places where both find the same token the most probable
public record Divergence(
    Losses losses,
    Spread divergence,
    Spread probabilityChange,
    Estimate rootMeanSquareChange,
    Estimate sameTop) {

  /// Mean negative log-likelihoods of the tokens that came, and how they vary together.
  ///
  /// @param loss of the model
  /// @param reference of the reference
  /// @param covariance of the two means
  public record Losses(Estimate loss, Estimate reference, double covariance) {
    /// Of the losses of tokens, from −1 to 1.
    public double correlation() {
      return covariance / (loss.error() * reference.error());
    }

    /// Logarithm of the quotient of the perplexities.
    public Estimate logRatio() {
      return new Estimate(
          loss.mean() - reference.mean(), error(loss.error(), reference.error(), covariance));
    }

    /// The model's perplexity less the reference's.
    public Estimate difference() {
      Estimate ours = loss.exp();
      Estimate theirs = reference.exp();
      return new Estimate(
          ours.mean() - theirs.mean(),
          error(ours.error(), theirs.error(), ours.mean() * theirs.mean() * covariance));
    }

    /// Of a difference.
    private static double error(double first, double second, double covariance) {
      return Math.sqrt(Math.max(0, first * first + second * second - 2 * covariance));
    }
  }

  /// Measures it on the text of the reference.
  ///
  /// @param reference whose distributions have not been read yet
  /// @param beginOfText id that takes the place of each window's first token; negative for none
  /// @param progress hears how many windows are done
  /// @throws CheckpointException if the reference has another vocabulary
  public static Divergence of(
      Subject subject, ReferenceFile reference, int beginOfText, Progress progress) {
    int vocab = subject.model().vocab();
    if (reference.vocab() != vocab) {
      throw new CheckpointException(
          "%s: expected a vocabulary of %d, as the model has, found %d; it belongs to another model"
              .formatted(reference.file(), vocab, reference.vocab()));
    }
    List<Window> windows = Window.halves(reference.ids(), reference.context(), beginOfText);
    DivergenceTally tally = new DivergenceTally();
    new WindowReader(subject)
        .read(
            windows,
            (ops, hidden, targets) ->
                LogitRows.read(
                    ops,
                    subject.model().head(),
                    hidden,
                    targets,
                    (logits, logSumExp, target) ->
                        tally.add(logits, logSumExp, target, reference.next())),
            progress);
    return tally.divergence();
  }
}
