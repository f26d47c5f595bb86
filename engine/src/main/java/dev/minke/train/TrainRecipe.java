package dev.minke.train;

import dev.minke.kernel.Rotation;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that decides the bits of a training run. Immutable, checked as a whole; the text form
/// of a recipe is the command line's affair.
///
/// @param name of the run, for reports
/// @param model sizes and rules of the model; the vocabulary comes from the tokenizer
/// @param tokenizer how the tokenizer is trained
/// @param data how documents become rows
/// @param optimizer AdamW and clipping
/// @param schedule learning rate over the steps
/// @param losses factors of the additional terms of the loss and of expert balancing
/// @param batch tokens of a step
/// @param memory what is kept and what is computed again
/// @param length when the run is done
/// @param validation how often and on how much the held-out loss is taken
/// @param checkpoint how often the state is saved
/// @param guard when a run has diverged
/// @param seed of initial weights and of the order of documents
public record TrainRecipe(
    String name,
    Model model,
    Tokenizer tokenizer,
    Data data,
    Optimizer optimizer,
    Schedule schedule,
    Losses losses,
    Batch batch,
    Memory memory,
    Length length,
    Validation validation,
    Checkpoint checkpoint,
    Guard guard,
    long seed) {

  /// Sizes and rules of the model, without the vocabulary.
  ///
  /// @param architecture its names in files, and what goes without saying there
  /// @param dim width of the residual stream
  /// @param layers number of blocks
  /// @param denseLayers leading blocks without experts
  /// @param denseHidden hidden width of the feed-forward of those
  /// @param attention sizes of latent attention
  /// @param maxLength longest sequence
  /// @param ropeBase base of the rotary frequencies, usually 10000
  /// @param scaling stretching of positions beyond the length that they were learned at; null for
  ///   none
  /// @param experts the mixture of experts
  /// @param predictors multi-token prediction modules: 0 or 1
  /// @param normEpsilon added to mean squares in norms, usually 1e-6
  /// @param initialDeviation standard deviation of initial weights (DeepSeek-V3 §4.2: 0.006 at 7168
  ///   wide)
  public record Model(
      Architecture architecture,
      int dim,
      int layers,
      int denseLayers,
      int denseHidden,
      DecoderConfig.Attention attention,
      int maxLength,
      double ropeBase,
      Rotation.@Nullable Scaling scaling,
      DecoderConfig.Experts experts,
      int predictors,
      float normEpsilon,
      boolean tiedHead,
      double initialDeviation) {
    /// A model whose positions are not stretched and whose head is its own.
    public Model(
        Architecture architecture,
        int dim,
        int layers,
        int denseLayers,
        int denseHidden,
        DecoderConfig.Attention attention,
        int maxLength,
        double ropeBase,
        DecoderConfig.Experts experts,
        int predictors,
        float normEpsilon,
        double initialDeviation) {
      this(
          architecture,
          dim,
          layers,
          denseLayers,
          denseHidden,
          attention,
          maxLength,
          ropeBase,
          null,
          experts,
          predictors,
          normEpsilon,
          false,
          initialDeviation);
    }

    public Model {
      require(initialDeviation > 0, "model initialDeviation", initialDeviation, "above 0");
    }

    /// What a configuration says, but for the vocabulary.
    ///
    /// @param initialDeviation of weights that are not read from files
    public static Model of(DecoderConfig config, double initialDeviation) {
      return new Model(
          config.architecture(),
          config.dim(),
          config.layers(),
          config.denseLayers(),
          config.denseHidden(),
          config.attention(),
          config.positions().maxLength(),
          config.positions().base(),
          config.positions().scaling(),
          config.experts(),
          config.predictors(),
          config.normEpsilon(),
          config.tiedHead(),
          initialDeviation);
    }

    /// The configuration for a vocabulary.
    public DecoderConfig config(int vocab) {
      return new DecoderConfig(
          architecture,
          vocab,
          dim,
          denseHidden,
          layers,
          denseLayers,
          attention,
          new DecoderConfig.Positions(maxLength, ropeBase, scaling),
          experts,
          predictors,
          normEpsilon,
          tiedHead);
    }
  }

  /// How the tokenizer is trained.
  ///
  /// @param vocab size of the vocabulary, special tokens included
  /// @param singleIntegers whether the integers 0 to 999 are single tokens
  public record Tokenizer(int vocab, boolean singleIntegers) {
    public Tokenizer {
      require(vocab > 0, "tokenizer vocab", vocab, "1 or more");
    }
  }

  /// How documents become rows.
  ///
  /// @param rowTokens most tokens in a row, where documents lie behind each other and do not see
  ///   each other; a longer document is split
  /// @param beginOfText whether a document begins with the begin-of-text token
  /// @param endOfText whether a document ends with the end-of-text token
  /// @param validationShare share of documents, chosen by their hash, that are kept for validation
  /// @param fillInTheMiddleRate share of training documents that become exercises, their middle
  ///   last (DeepSeek-V3: 0.1)
  public record Data(
      int rowTokens,
      boolean beginOfText,
      boolean endOfText,
      double validationShare,
      double fillInTheMiddleRate) {
    /// Documents as they are.
    public Data(int rowTokens, boolean beginOfText, boolean endOfText, double validationShare) {
      this(rowTokens, beginOfText, endOfText, validationShare, 0);
    }

    public Data {
      require(
          fillInTheMiddleRate >= 0 && fillInTheMiddleRate <= 1,
          "data fillInTheMiddleRate",
          fillInTheMiddleRate,
          "0 to 1");
      require(rowTokens > 1, "data rowTokens", rowTokens, "2 or more");
      require(
          validationShare >= 0 && validationShare < 1,
          "data validationShare",
          validationShare,
          "0 or more, below 1");
    }
  }

  /// What updates the matrices between the table of tokens and the head.
  public enum MatrixRule {
    /// As everything else (DeepSeek-V3).
    ADAMW,
    /// A step in a direction with equal singular values (DeepSeek-V4).
    MUON
  }

  /// AdamW and clipping (DeepSeek-V3 §4.2: 0.9, 0.95, 1e-8, 0.1, 1.0).
  ///
  /// @param matrices what updates hidden matrices; everything else has AdamW
  /// @param rate peak learning rate
  /// @param beta1 decay of the mean of gradients
  /// @param beta2 decay of the mean of squared gradients
  /// @param epsilon added to the root of that mean
  /// @param momentum decay of Muon's mean of gradients
  /// @param decay of matrices; gains, vectors and router biases have none
  /// @param clipNorm largest global norm of the gradient; 0 for no clipping
  /// @param moments type in which AdamW keeps its means: F32, or BF16 for half the memory
  ///   (DeepSeek-V3 §3.3.3)
  /// @param averageDecay share of itself that a moving average of the weights keeps in a step; 0
  ///   for no average
  /// @param frozen patterns of names of parameters that stay as they are, `*` for any letters
  public record Optimizer(
      MatrixRule matrices,
      double rate,
      double beta1,
      double beta2,
      double epsilon,
      double momentum,
      double decay,
      double clipNorm,
      DType moments,
      double averageDecay,
      List<String> frozen) {
    public Optimizer {
      frozen = List.copyOf(frozen);
      require(momentum >= 0 && momentum < 1, "optimizer momentum", momentum, "0 or more, below 1");
      require(rate > 0, "optimizer rate", rate, "above 0");
      require(beta1 >= 0 && beta1 < 1, "optimizer beta1", beta1, "0 or more, below 1");
      require(beta2 >= 0 && beta2 < 1, "optimizer beta2", beta2, "0 or more, below 1");
      require(epsilon > 0, "optimizer epsilon", epsilon, "above 0");
      require(decay >= 0, "optimizer decay", decay, "0 or more");
      require(clipNorm >= 0, "optimizer clipNorm", clipNorm, "0 or more");
      if (moments != DType.F32 && moments != DType.BF16) {
        throw new IllegalArgumentException(
            "recipe optimizer moments: expected F32 or BF16, found " + moments);
      }
      require(
          averageDecay >= 0 && averageDecay < 1,
          "optimizer averageDecay",
          averageDecay,
          "0 or more, below 1");
    }
  }

  /// How the learning rate goes within a phase.
  public enum Shape {
    /// At the phase's level all the way (DeepSeek-V2 falls in such steps).
    CONSTANT,
    /// In a straight line from the level before to the phase's.
    LINEAR,
    /// Along half a cosine from the level before to the phase's (DeepSeek-V3).
    COSINE
  }

  /// A part of the schedule.
  ///
  /// @param share of the steps
  /// @param shape how the rate goes
  /// @param level where it ends, as a share of the peak
  public record Phase(double share, Shape shape, double level) {
    public Phase {
      require(share >= 0, "schedule.phases share", share, "0 or more");
      require(level >= 0 && level <= 1, "schedule.phases level", level, "0 to 1");
    }
  }

  /// Learning rate over the steps: a linear warm-up to the peak, then phases (DeepSeek-V3 §4.2,
  /// DeepSeek-V2 §3.1.2).
  ///
  /// @param warmupShare share of the steps in which the rate rises to its peak
  /// @param phases after it, in order; all shares add up to 1
  public record Schedule(double warmupShare, List<Phase> phases) {
    /// Shares are written by hand: 0.333 three times is meant to be all.
    private static final double SHARE_ERROR = 0.002;

    public Schedule {
      phases = List.copyOf(phases);
      require(warmupShare >= 0, "schedule warmupShare", warmupShare, "0 or more");
      double sum = warmupShare + phases.stream().mapToDouble(Phase::share).sum();
      require(Math.abs(sum - 1) <= SHARE_ERROR, "schedule, the sum of its shares", sum, "1");
    }

    /// Warm-up, constant, half a cosine down.
    ///
    /// @param warmupShare share of the steps in which the rate rises to its peak
    /// @param decayShare share of the steps, at the end, in which it falls
    /// @param finalShare where it ends, as a share of the peak
    public static Schedule cosine(double warmupShare, double decayShare, double finalShare) {
      return new Schedule(
          warmupShare,
          List.of(
              new Phase(Math.max(0, 1 - warmupShare - decayShare), Shape.CONSTANT, 1),
              new Phase(decayShare, Shape.COSINE, finalShare)));
    }
  }

  /// Factors of the additional terms of the loss, and of balancing without one. Both of the last
  /// change once, late in a run, as in DeepSeek-V3 (§4.2).
  ///
  /// @param prediction λ of multi-token prediction (DeepSeek-V3: 0.3)
  /// @param latePrediction λ in the last part of a run (DeepSeek-V3: 0.1)
  /// @param latePredictionShare share of the steps that have it (DeepSeek-V3: 0.32)
  /// @param balance α of the sequence-wise balance loss (DeepSeek-V3: 0.0001)
  /// @param biasRate γ, by which router biases move after each step (DeepSeek-V3: 0.001)
  /// @param biasStillShare share of the steps, at the end, in which biases stand still
  ///   (DeepSeek-V3: 0.034)
  public record Losses(
      float prediction,
      float latePrediction,
      double latePredictionShare,
      float balance,
      double biasRate,
      double biasStillShare) {
    public Losses {
      require(prediction >= 0, "losses prediction", prediction, "0 or more");
      require(latePrediction >= 0, "losses latePrediction", latePrediction, "0 or more");
      requireShare(latePredictionShare, "losses latePredictionShare");
      require(balance >= 0, "losses balance", balance, "0 or more");
      require(biasRate >= 0, "losses biasRate", biasRate, "0 or more");
      requireShare(biasStillShare, "losses biasStillShare");
    }

    /// Factors that stay the same for the whole run.
    public static Losses constant(float prediction, float balance, double biasRate) {
      return new Losses(prediction, prediction, 0, balance, biasRate, 0);
    }

    /// λ in a step, from 1 to `steps`.
    float predictionAt(int step, int steps) {
      return isLate(step, steps, latePredictionShare) ? latePrediction : prediction;
    }

    /// γ after a step, from 1 to `steps`.
    double biasRateAt(int step, int steps) {
      return isLate(step, steps, biasStillShare) ? 0 : biasRate;
    }

    private static boolean isLate(int step, int steps, double share) {
      return steps - step < (int) Math.ceil(share * steps);
    }
  }

  /// Tokens of a step.
  ///
  /// @param rows rows of a step
  /// @param firstShare rows of the first step as a share of `rows`, to which they grow in a
  ///   straight line; 1 if they do not grow (DeepSeek-V3: 0.2, 3,072 of 15,360)
  /// @param rampShare share of the steps in which they grow (DeepSeek-V3: 0.05)
  /// @param microRows most rows of one forward and backward; gradients of several add up; more than
  ///   `rows` are as many
  public record Batch(int rows, double firstShare, double rampShare, int microRows) {
    public Batch {
      require(rows > 0, "batch rows", rows, "1 or more");
      require(
          firstShare > 0 && firstShare <= 1, "batch firstShare", firstShare, "above 0, at most 1");
      requireShare(rampShare, "batch rampShare");
      require(microRows > 0, "batch microRows", microRows, "1 or more");
      microRows = Math.min(microRows, rows);
    }

    /// Rows of the first step, one or more.
    int firstRows() {
      return Math.clamp(Math.round(firstShare * rows), 1, rows);
    }

    /// As many rows in every step.
    public static Batch constant(int rows, int microRows) {
      return new Batch(rows, 1, 0, microRows);
    }
  }

  /// What waits for backward of the insides of blocks.
  public enum Activations {
    /// All of it, in F32.
    KEEP,
    /// What backward reads, rounded to BF16: about half of the memory, a tenth more work. Losses of
    /// a step are the same bits, gradients are not.
    BF16,
    /// Nothing; backward computes it again: about a third more work, a fraction of the memory. The
    /// same bits as if it was kept.
    RECOMPUTE
  }

  /// What is kept and what is computed again.
  ///
  /// @param activations what waits for backward
  public record Memory(Activations activations) {
    /// Everything is kept.
    public static final Memory KEEP = new Memory(Activations.KEEP);
  }

  /// When the run is done: after a number of steps, or after as many as a time allows. A time is
  /// turned into steps once, before the first of them, and recorded.
  ///
  /// @param steps 0 if the time decides
  /// @param seconds 0 if the steps are given
  public record Length(int steps, double seconds) {
    public Length {
      require(steps >= 0, "length steps", steps, "0 or more");
      require(
          (steps > 0) != (seconds > 0), "length seconds", seconds, "above 0 if steps is 0, else 0");
    }

    /// A number of steps.
    public static Length ofSteps(int steps) {
      return new Length(steps, 0);
    }

    /// As many steps as fit in a time.
    public static Length ofSeconds(double seconds) {
      return new Length(0, seconds);
    }
  }

  /// The held-out loss, and what the model writes meanwhile.
  ///
  /// @param everySteps steps between two validations; the last step is always followed by one; 0
  ///   for no other
  /// @param tokens about how many tokens it is taken on: the same whole documents every time
  /// @param prompts to be continued after each validation
  /// @param promptTokens most tokens of a continuation
  public record Validation(int everySteps, int tokens, List<String> prompts, int promptTokens) {
    public Validation {
      prompts = List.copyOf(prompts);
      require(everySteps >= 0, "validation everySteps", everySteps, "0 or more");
      require(tokens > 0, "validation tokens", tokens, "1 or more");
      require(promptTokens > 0, "validation promptTokens", promptTokens, "1 or more");
    }

    /// The loss alone.
    public static Validation of(int everySteps, int tokens) {
      return new Validation(everySteps, tokens, List.of(), 1);
    }
  }

  /// Saving.
  ///
  /// @param everySeconds most seconds of work that a crash may cost, 120 by custom
  /// @param keep newest checkpoints that are kept
  /// @param keepEverySteps steps between checkpoints that are kept for good; 0 for none
  public record Checkpoint(double everySeconds, int keep, int keepEverySteps) {
    public Checkpoint {
      require(everySeconds >= 0, "checkpoint everySeconds", everySeconds, "0 or more");
      require(keep > 0, "checkpoint keep", keep, "1 or more");
      require(keepEverySteps >= 0, "checkpoint keepEverySteps", keepEverySteps, "0 or more");
    }

    /// By time alone.
    public static Checkpoint every(double seconds, int keep) {
      return new Checkpoint(seconds, keep, 0);
    }
  }

  /// Divergence: the loss has lain above `factor` times its running minimum for `steps` steps in a
  /// row. NaN and infinity stop a run at once.
  ///
  /// @param factor above 1
  /// @param steps in a row
  public record Guard(double factor, int steps) {
    public Guard {
      require(factor > 1, "guard factor", factor, "above 1");
      require(steps > 0, "guard steps", steps, "1 or more");
    }
  }

  public TrainRecipe {
    require(
        data.rowTokens() <= model.maxLength(),
        "data rowTokens",
        data.rowTokens(),
        "at most the model's maxLength " + model.maxLength());
    require(
        losses.biasRate() == 0 || model.architecture().routerBias(),
        "losses biasRate",
        losses.biasRate(),
        "0, as only DeepSeek-V3 has router biases");
  }

  /// What decides the bits of the weights, as text; name, cadences and length left out, and what is
  /// kept for backward where it is the same in other words.
  String decisive() {
    List<Object> all =
        new ArrayList<>(List.of(model, data, optimizer, schedule, losses, batch, guard, seed));
    if (memory.activations() == Activations.BF16) {
      all.add(memory);
    }
    return all.toString();
  }

  /// The same recipe with another model.
  public TrainRecipe withModel(Model changed) {
    return with(changed, optimizer, length);
  }

  /// The same recipe with another optimizer.
  public TrainRecipe withOptimizer(Optimizer changed) {
    return with(model, changed, length);
  }

  /// The same recipe with another length.
  public TrainRecipe withLength(Length changed) {
    return with(model, optimizer, changed);
  }

  private TrainRecipe with(Model model, Optimizer optimizer, Length length) {
    return new TrainRecipe(
        name,
        model,
        tokenizer,
        data,
        optimizer,
        schedule,
        losses,
        batch,
        memory,
        length,
        validation,
        checkpoint,
        guard,
        seed);
  }

  private static void requireShare(double share, String key) {
    require(share >= 0 && share <= 1, key, share, "0 to 1");
  }

  private static void require(boolean holds, String key, Number found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "recipe %s: expected %s, found %s".formatted(key, expected, found));
    }
  }
}
