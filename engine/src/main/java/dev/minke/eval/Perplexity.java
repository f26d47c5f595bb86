package dev.minke.eval;

import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.util.List;

/// How well a model expected the tokens of a text.
///
/// @param loss mean negative log-likelihood of a token, in nats
/// @param tokens that were asked for
/// @param bytes of text that they stand for; 0 where nobody knows
public record Perplexity(Estimate loss, long tokens, long bytes) {
  private static final double LN_2 = StrictMath.log(2);

  /// Measures it.
  ///
  /// @param windows of the text
  /// @param progress hears how many windows are done
  public static Perplexity of(Subject subject, List<Window> windows, Progress progress) {
    Tally tally = new Tally(subject);
    new WindowReader(subject)
        .read(
            windows,
            (ops, hidden, targets) -> {
              Tensor next = ops.workspace().allocate(DType.I32, Shape.of(targets.length));
              for (int i = 0; i < targets.length; i++) {
                next.setInt(0, i, targets[i]);
              }
              Tensor logProbs = ops.headLogProbs(hidden, subject.model().head(), next);
              for (int i = 0; i < targets.length; i++) {
                tally.add(targets[i], -logProbs.get(0, i));
              }
            },
            progress);
    return tally.perplexity();
  }

  /// Sums up tokens. Mutable, owned by one measurement.
  static final class Tally {
    private final Subject subject;
    private final Moments loss = new Moments();
    private long bytes;

    Tally(Subject subject) {
      this.subject = subject;
    }

    /// @param loss negative log-likelihood of the token
    void add(int token, double loss) {
      this.loss.add(loss);
      bytes += subject.tokenBytes().applyAsInt(token);
    }

    Perplexity perplexity() {
      return new Perplexity(loss.estimate(), loss.count(), bytes);
    }
  }

  /// `e` to the power of the loss: among how many equally probable tokens one would be as unsure.
  public Estimate perplexity() {
    return loss.exp();
  }

  /// Bits for each byte of text, which compares models of different tokenizers.
  ///
  /// @throws IllegalStateException if nobody knows the bytes
  public Estimate bitsPerByte() {
    if (bytes == 0) {
      throw new IllegalStateException("perplexity: nobody knows how many bytes the tokens have");
    }
    return loss.times(tokens / (LN_2 * bytes));
  }
}
