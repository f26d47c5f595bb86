package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What model code calls. Each method checks shapes, allocates its output in the workspace, runs
/// one kernel, and records itself if this is a [RecordingOps]: one code path for training, rollout
/// and serving.
///
/// Expert choices and hidden states leave through [#observer], terms of the loss through
/// [#addLoss]. Belongs to one thread.
public abstract sealed class Ops permits EagerOps, RecordingOps {
  /// Logits of a chunk of tokens fill at most this much: big enough for full products, small beside
  /// any model that has so large a vocabulary.
  private static final long HEAD_CHUNK_BYTES = 32L << 20;

  private final Kernels kernels;
  private final Workspace workspace;
  private final Observer observer;
  private final List<Loss> losses = new ArrayList<>();

  Ops(Kernels kernels, Workspace workspace, Observer observer) {
    this.kernels = kernels;
    this.workspace = workspace;
    this.observer = observer;
  }

  /// Remembers an operation, or does not.
  abstract void record(Op op);

  /// A weight for forward products.
  ///
  /// @param stacked whether a stack is met matrix by matrix
  abstract Prepared forward(Parameter weight, boolean stacked);

  /// Whether intermediate results that only backward reads should be kept.
  abstract boolean keepsForBackward();

  public final Kernels kernels() {
    return kernels;
  }

  public final Workspace workspace() {
    return workspace;
  }

  public final Observer observer() {
    return observer;
  }

  /// Adds `factor · share · Σ values` to what is minimised; see [Loss].
  ///
  /// @param values `[sequences]`
  public final void addLoss(String name, Tensor values, double share, float factor) {
    losses.add(new Loss(name, values, share, factor));
  }

  /// The terms added so far.
  public final List<Loss> losses() {
    return List.copyOf(losses);
  }

  /// A part of a model that may leave less than all of its activations for backward: it reads
  /// tensors that were there before, and gives some of the shapes that were announced.
  @FunctionalInterface
  public interface Segment {
    List<Tensor> run(Ops ops);
  }

  /// Runs a segment; its losses must leave as results. What stays of its insides is the recording's
  /// affair; the bits of its results are always the same.
  ///
  /// @param dtype of its results
  /// @param shapes of its results, in order
  /// @return its results
  public List<Tensor> segment(DType dtype, List<Shape> shapes, Segment segment) {
    return segment.run(this);
  }

  /// Rows of a table.
  ///
  /// @param table `[vocab, dim]`
  /// @param ids I32 `[tokens]`
  /// @return `[tokens, dim]`
  public final Tensor embedding(Parameter table, Tensor ids) {
    int vocab = table.shape().size(0);
    for (int i = 0; i < ids.shape().elements(); i++) {
      int id = ids.getInt(0, i);
      if (id < 0 || id >= vocab) {
        throw new IllegalArgumentException(
            "embedding: token id %d at position %d is outside the vocabulary of %d"
                .formatted(id, i, vocab));
      }
    }
    Shape shape = Shape.of(ids.shape().columns(), table.shape().columns());
    Tensor out;
    if (table.isStored()) {
      out = workspace.allocate(DType.F32, shape);
      kernels.embedding(table.resident(kernels), ids, out);
    } else {
      out = workspace.allocate(table.value().dtype(), shape);
      kernels.embedding(table.value(), ids, out);
    }
    record(new Op.Embedding(table, ids, out));
    return out;
  }

  /// `x Wᵀ`.
  ///
  /// @param x `[tokens, in]`
  /// @param weight `[out, in]`, or a stack that is read as one matrix
  /// @return `[tokens, out]`
  public final Tensor matmul(Tensor x, Parameter weight) {
    requireInner("matmul", x, weight);
    Tensor out = allocate(x, x.size(0), Math.toIntExact(weight.shape().rows()));
    kernels.matmul(live(x), forward(weight, false), out, false);
    record(new Op.MatMul(x, weight, out));
    return out;
  }

  /// Adds a bias to every row **in place**. Nobody may have read `x` before.
  ///
  /// @param x `[tokens, out]`
  /// @param bias `[out]`
  public final void addBias(Tensor x, Parameter bias) {
    requireInner("bias", x, bias);
    kernels.addRow(live(x), bias.value());
    record(new Op.AddBias(x, bias));
  }

  /// A gated feed-forward layer, `down(silu(gate x) · up x)`.
  ///
  /// @param x `[tokens, dim]`
  /// @param gateUp `[2 · hidden, dim]`: gate rows, then up rows
  /// @param down `[dim, hidden]`
  /// @return `[tokens, dim]`
  public final Tensor feedForward(Tensor x, Parameter gateUp, Parameter down) {
    return feedForward(x, gateUp, down, null);
  }

  /// Says which experts the layers to come will meet, where not all of them are in memory. Must be
  /// said before [#groupedFeedForward].
  ///
  /// @param gateUp of these experts
  public final void expect(Parameter gateUp, Routing routing) {
    if (gateUp.isStored()) {
      gateUp.resident(kernels).expect(live(routing.chosen()));
    }
  }

  /// One such layer per expert.
  ///
  /// @param x `[rows, dim]`, sorted by expert
  /// @param gateUp `[experts, 2 · hidden, dim]`: gate rows, then up rows of each expert
  /// @param down `[experts, dim, hidden]`
  /// @param offsets I32 `[experts + 1]`
  /// @return `[rows, dim]`
  public final Tensor groupedFeedForward(
      Tensor x, Parameter gateUp, Parameter down, Tensor offsets) {
    return feedForward(x, gateUp, down, offsets);
  }

  private Tensor feedForward(Tensor x, Parameter gateUp, Parameter down, @Nullable Tensor offsets) {
    requireInner("feed-forward", x, gateUp);
    int hidden = down.shape().columns();
    if (gateUp.shape().size(-2) != 2 * hidden) {
      throw new IllegalArgumentException(
          "feed-forward: expected twice as many gate and up rows as down has columns, found %s and %s"
              .formatted(gateUp, down));
    }
    Tensor gates = allocate(x, x.size(0), 2 * hidden);
    Tensor activated = allocate(x, x.size(0), hidden);
    Tensor out = allocate(x, x.size(0), down.shape().size(-2));
    Op.FeedForward op = new Op.FeedForward(live(x), gateUp, down, offsets, gates, activated, out);
    kernels.feedForward(
        x,
        forward(gateUp, offsets != null),
        forward(down, offsets != null),
        offsets,
        gates,
        activated,
        out);
    record(op);
    return out;
  }

  /// `a + b`, same shapes.
  public final Tensor add(Tensor a, Tensor b) {
    if (!a.shape().equals(b.shape())) {
      throw new IllegalArgumentException("add: shapes differ, " + a.shape() + " and " + b.shape());
    }
    Tensor out = workspace.allocate(a.dtype(), a.shape());
    kernels.add(live(a), live(b), out);
    record(new Op.Add(a, b, out));
    return out;
  }

  /// `[left ; right]` along the columns.
  ///
  /// @param left `[tokens, a]`
  /// @param right `[tokens, b]`
  /// @return `[tokens, a + b]`
  public final Tensor concat(Tensor left, Tensor right) {
    int split = left.shape().columns();
    int width = split + right.shape().columns();
    Tensor out = allocate(left, left.size(0), width);
    kernels.copy(live(left), out.columns(0, split));
    kernels.copy(live(right), out.columns(split, width));
    record(new Op.Concat(left, right, out));
    return out;
  }

  /// `x · gain / sqrt(mean(x²) + epsilon)` for each row.
  ///
  /// @param x `[tokens, dim]`
  /// @param gain `[dim]`
  /// @return `[tokens, dim]`
  public final Tensor rmsNorm(Tensor x, Parameter gain, float epsilon) {
    requireInner("rms norm", x, gain);
    Tensor out = workspace.allocate(x.dtype(), x.shape());
    Tensor inverseRms = allocate(x, Math.toIntExact(x.shape().rows()));
    kernels.rmsNorm(live(x), gain.value(), epsilon, out, inverseRms);
    record(new Op.RmsNorm(x, gain, inverseRms, out));
    return out;
  }

  /// Turns pairs of columns **in place** by the positions of their tokens. Nobody may have read `x`
  /// before.
  ///
  /// @param x `[tokens, ropeDim]` or `[tokens, heads, ropeDim]`, usually a view of columns
  /// @param positions I32 `[tokens]`
  public final void rotate(Tensor x, Tensor positions, Rotation rotation) {
    if (x.shape().columns() != rotation.ropeDim() || x.size(0) != positions.shape().columns()) {
      throw new IllegalArgumentException(
          "rotate: expected [%d, …, %d], found %s"
              .formatted(positions.shape().columns(), rotation.ropeDim(), x.shape()));
    }
    kernels.rotate(live(x), positions, rotation, false);
    record(new Op.Rotate(x, positions, rotation));
  }

  /// Keys from a part for each head and a part that heads share.
  ///
  /// @param own `[tokens, heads, nopeDim]`
  /// @param shared `[tokens, ropeDim]`
  /// @return `[tokens, heads, nopeDim + ropeDim]`
  public final Tensor joinKeys(Tensor own, Tensor shared) {
    int width = own.shape().columns() + shared.shape().columns();
    Tensor out = workspace.allocate(own.dtype(), own.shape().withColumns(width));
    kernels.joinKeys(live(own), live(shared), out);
    record(new Op.JoinKeys(own, shared, out));
    return out;
  }

  /// Causal attention; see [Kernels#attention].
  ///
  /// @param query `[tokens, heads, keyDim]`
  /// @return `[tokens, heads, valueDim]`
  public final Tensor attention(Tensor query, KvView view, float scale) {
    if (query.shape().columns() != view.source().keyDim()) {
      throw new IllegalArgumentException(
          "attention: query %s and keys of width %d differ in their innermost size"
              .formatted(query.shape(), view.source().keyDim()));
    }
    int valueDim = view.source().valueDim();
    Tensor out = workspace.allocate(query.dtype(), query.shape().withColumns(valueDim));
    Tensor logSumExp = allocate(query, query.size(0), query.size(1));
    kernels.attention(live(query), view, scale, out, logSumExp);
    record(new Op.Attention(query, view, scale, logSumExp, out));
    return out;
  }

  /// Chooses experts and sorts the tokens by them.
  ///
  /// @param logits `[tokens, experts]`
  /// @param bias `[experts]`, for selection only
  public final Routing route(Tensor logits, Tensor bias, RouterRule rule) {
    int tokens = logits.size(0);
    int experts = logits.shape().columns();
    int active = rule.activeExperts();
    if (active > experts || experts % rule.groups() != 0) {
      throw new IllegalArgumentException(
          "route: %d experts do not allow %d active ones in %d groups"
              .formatted(experts, active, rule.groups()));
    }
    Tensor chosen = workspace.allocate(DType.I32, Shape.of(tokens, active));
    Tensor weights = allocate(logits, tokens, active);
    kernels.route(live(logits), bias, rule, chosen, weights);
    Tensor slots = workspace.allocate(DType.I32, Shape.of(tokens * active));
    Tensor places = workspace.allocate(DType.I32, Shape.of(tokens * active));
    Tensor offsets = workspace.allocate(DType.I32, Shape.of(experts + 1));
    kernels.dispatch(chosen, slots, places, offsets);
    record(new Op.Route(logits, chosen, rule, weights));
    return new Routing(rule, logits, chosen, weights, slots, places, offsets);
  }

  /// Copies each token to the places of its experts.
  ///
  /// @param x `[tokens, dim]`
  /// @return `[tokens · activeExperts, dim]`, sorted by expert
  public final Tensor gatherSlots(Tensor x, Routing routing) {
    int rows = routing.slots().shape().columns();
    Tensor out = allocate(x, rows, x.shape().columns());
    kernels.gatherSlots(live(x), routing.slots(), routing.rule().activeExperts(), out);
    record(new Op.GatherSlots(x, routing, out));
    return out;
  }

  /// Weighted sum of the outputs of each token's experts.
  ///
  /// @param y `[tokens · activeExperts, dim]`
  /// @return `[tokens, dim]`
  public final Tensor combine(Tensor y, Routing routing) {
    Tensor out = allocate(y, routing.chosen().size(0), y.shape().columns());
    kernels.combine(live(y), routing.places(), routing.weights(), out);
    record(new Op.Combine(y, routing, out));
    return out;
  }

  /// The sequence-wise balance loss without its factor; see [Kernels#balanceLoss].
  ///
  /// @return `[sequences]`
  public final Tensor balanceLoss(Routing routing, List<KvView.Sequence> sequences) {
    Tensor out = allocate(routing.logits(), sequences.size());
    kernels.balanceLoss(routing.logits(), routing.chosen(), sequences, routing.rule(), out);
    record(new Op.BalanceLoss(routing.logits(), routing.chosen(), sequences, routing.rule(), out));
    return out;
  }

  /// Log-probability of each target under the softmax of the head, in chunks of tokens.
  ///
  /// @param hidden `[tokens, dim]`
  /// @param head `[vocab, dim]`
  /// @param targets I32 `[tokens]`; negative = no target, gives 0
  /// @return `[tokens]`
  public final Tensor headLogProbs(Tensor hidden, Parameter head, Tensor targets) {
    requireInner("head", hidden, head);
    int tokens = hidden.size(0);
    int chunk = headChunk(head);
    Tensor out = allocate(hidden, tokens);
    Tensor logSumExp = allocate(hidden, tokens);
    boolean keep = keepsForBackward() && tokens <= chunk;
    @Nullable Tensor kept = keep ? allocate(hidden, tokens, head.shape().size(0)) : null;
    Workspace.Mark mark = workspace.mark();
    for (int from = 0; from < tokens; from += chunk) {
      int to = Math.min(tokens, from + chunk);
      Tensor logits = kept != null ? kept : allocate(hidden, to - from, head.shape().size(0));
      kernels.matmul(live(hidden).rows(from, to), forward(head, false), logits, false);
      kernels.logProbs(
          logits, targets.columns(from, to), out.columns(from, to), logSumExp.columns(from, to));
      workspace.release(mark);
    }
    record(new Op.HeadLogProbs(hidden, head, targets, logSumExp, kept, out));
    return out;
  }

  /// Tokens whose logits are computed at once.
  static int headChunk(Parameter head) {
    long rowBytes = head.shape().size(0) * (long) Float.BYTES;
    return (int) Math.max(1, HEAD_CHUNK_BYTES / rowBytes);
  }

  /// `Σ values · weights` over the rows of each sequence.
  ///
  /// @param values `[tokens]`
  /// @param weights `[tokens]`, constants
  /// @return `[sequences]`
  public final Tensor sequenceSums(Tensor values, Tensor weights, List<KvView.Sequence> sequences) {
    if (!values.shape().equals(weights.shape())) {
      throw new IllegalArgumentException(
          "sequence sums: shapes differ, values %s and weights %s"
              .formatted(values.shape(), weights.shape()));
    }
    Tensor out = allocate(values, sequences.size());
    kernels.sequenceSums(live(values), weights, sequences, out);
    record(new Op.SequenceSums(values, weights, sequences, out));
    return out;
  }

  /// An uninitialised tensor of `like`'s type in the workspace.
  final Tensor allocate(Tensor like, int... sizes) {
    return workspace.allocate(like.dtype(), Shape.of(sizes));
  }

  static Tensor live(Tensor x) {
    if (!x.isLive()) {
      throw new IllegalStateException(
          "tensor " + x + ": its memory was released before this operation read it");
    }
    return x;
  }

  private static void requireInner(String subject, Tensor x, Parameter weight) {
    if (x.shape().columns() != weight.shape().columns()) {
      throw new IllegalArgumentException(
          "%s: inner sizes differ, x is %s, %s".formatted(subject, x.shape(), weight));
    }
  }
}
