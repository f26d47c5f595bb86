package dev.minke.autograd;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.kernel.KvView;
import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every operation's two backward halves against central differences in double.
class OpGradientTest {
  private static final long SEED = 20;

  /// Parameters and constants of one case.
  private static final class Case implements AutoCloseable {
    private final ParameterStore store;
    private final Arena arena = Arena.ofConfined();

    Case(DType dtype) {
      this.store = new ParameterStore(dtype, SEED, 0.7);
    }

    Parameter weight(String name, int... sizes) {
      return store.weight(name, Shape.of(sizes));
    }

    Tensor ints(int... values) {
      return Tensor.of(arena, Shape.of(values.length), values);
    }

    /// An activation whose elements are a parameter's.
    Tensor leaf(Ops ops, Parameter parameter) {
      int[] rows = new int[parameter.shape().size(0)];
      for (int row = 0; row < rows.length; row++) {
        rows[row] = row;
      }
      return ops.embedding(parameter, ints(rows));
    }

    /// Adds a loss that every element of `x` enters with a weight of its own.
    void weigh(Ops ops, String name, Tensor x) {
      int count = Math.toIntExact(x.shape().elements());
      Tensor weights = Tensor.allocate(arena, DType.F64, Shape.of(count));
      RandomStream random = RandomStream.named(SEED, name);
      for (int i = 0; i < count; i++) {
        weights.set(0, i, random.normal(i));
      }
      List<KvView.Sequence> whole = KvView.packedSequences(count);
      ops.addLoss(name, ops.sequenceSums(x.reshape(count), weights, whole), 0.75, 1);
    }

    void check(Consumer<Ops> program) {
      new GradientCheck(store, SEED, program).run();
    }

    @Override
    public void close() {
      store.close();
      arena.close();
    }
  }

  /// The case of each kind of operation.
  private static final Map<Class<?>, Consumer<Case>> CASES =
      Map.ofEntries(
          entry(Op.Embedding.class, OpGradientTest::embedding),
          entry(Op.MatMul.class, OpGradientTest::matmul),
          entry(Op.FeedForward.class, OpGradientTest::feedForward),
          entry(Op.Add.class, OpGradientTest::add),
          entry(Op.Concat.class, OpGradientTest::concat),
          entry(Op.RmsNorm.class, OpGradientTest::rmsNorm),
          entry(Op.AddBias.class, OpGradientTest::addBias),
          entry(Op.Rotate.class, OpGradientTest::rotate),
          entry(Op.JoinKeys.class, OpGradientTest::joinKeys),
          entry(Op.Attention.class, OpGradientTest::attention),
          entry(Op.Route.class, c -> routed(c, OpGradientTest::routeWeights)),
          entry(Op.GatherSlots.class, c -> routed(c, OpGradientTest::gathered)),
          entry(Op.Combine.class, c -> routed(c, OpGradientTest::combined)),
          entry(Op.BalanceLoss.class, c -> routed(c, OpGradientTest::balance)),
          entry(Op.HeadLogProbs.class, OpGradientTest::headLogProbs),
          entry(Op.SequenceSums.class, OpGradientTest::sequenceSums),
          entry(Op.Recomputed.class, OpGradientTest::recomputed),
          entry(Op.Stored.class, OpGradientTest::stored));

  static Stream<Class<?>> kinds() {
    return Stream.of(Op.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void gradientEqualsCentralDifference(Class<?> kind) {
    Consumer<Case> one = CASES.get(kind);
    assertThat(one).as("case of %s", kind).isNotNull();
    try (Case c = new Case(DType.F64)) {
      Objects.requireNonNull(one).accept(c);
    }
  }

  /// Two results, of which one is read twice; the input is read outside, too.
  private static void recomputed(Case c) {
    Parameter x = c.weight("x", 3, 5);
    Parameter first = c.weight("first", 4, 5);
    Parameter second = c.weight("second", 6, 4);
    Parameter gateUp = c.weight("gateUp", 4, 6);
    Parameter down = c.weight("down", 3, 2);
    Consumer<Ops> program =
        ops -> {
          Tensor leaf = c.leaf(ops, x);
          List<Tensor> results =
              ops.segment(
                  DType.F64,
                  List.of(Shape.of(3, 4), Shape.of(3, 3)),
                  part -> {
                    Tensor once = part.matmul(leaf, first);
                    return List.of(
                        part.add(once, once),
                        part.feedForward(part.matmul(once, second), gateUp, down));
                  });
          c.weigh(ops, "first", ops.add(results.getFirst(), results.getFirst()));
          c.weigh(ops, "second", results.getLast());
          c.weigh(ops, "outside", ops.matmul(leaf, first));
        };
    c.check(program);
    new GradientCheck(
            c.store,
            SEED,
            program,
            (kernels, activations, gradients) ->
                RecordingOps.recomputing(kernels, activations, Observer.NONE))
        .run();
  }

  /// A segment of which backward reads nothing that may be rounded, so that its gradients are the
  /// exact ones: views, an operation in place, indices, logits. One result is read twice.
  private static void stored(Case c) {
    Parameter x = c.weight("x", 4, 5);
    Parameter first = c.weight("first", 6, 5);
    Parameter second = c.weight("second", 3, 5);
    Rotation rotation = new Rotation(new float[] {1, 0.3f}, 1.25f);
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, 2, 1, 1, true, true, 1.5f);
    Tensor positions = c.ints(0, 7, 2, 1);
    Tensor bias = Tensor.of(c.arena, Shape.of(3), 0, 0.1f, -0.2f);
    Consumer<Ops> program =
        ops -> {
          Tensor leaf = c.leaf(ops, x);
          List<Tensor> results =
              ops.segment(
                  DType.F64,
                  List.of(Shape.of(8, 6), Shape.of(4, 2), Shape.of(4, 10)),
                  part -> {
                    Tensor turned = part.matmul(leaf, first);
                    part.rotate(turned.columns(1, 5), positions, rotation);
                    Routing routing = part.route(part.matmul(leaf, second), bias, rule);
                    Tensor sorted = part.gatherSlots(part.add(turned, turned), routing);
                    Tensor joined = part.concat(turned.columns(2, 6), turned);
                    return List.of(sorted, routing.weights(), joined);
                  });
          c.weigh(ops, "sorted", ops.add(results.get(0), results.get(0)));
          c.weigh(ops, "weights", results.get(1));
          c.weigh(ops, "joined", results.get(2));
          c.weigh(ops, "outside", ops.matmul(leaf, first));
        };
    c.check(program);
    new GradientCheck(
            c.store,
            SEED,
            program,
            (kernels, activations, gradients) ->
                RecordingOps.storingBf16(kernels, activations, Observer.NONE, gradients))
        .run();
  }

  private static void embedding(Case c) {
    Parameter table = c.weight("table", 5, 3);
    Tensor ids = c.ints(4, 0, 4, 4, 2);
    c.check(ops -> c.weigh(ops, "out", ops.embedding(table, ids)));
  }

  private static void matmul(Case c) {
    Parameter x = c.weight("x", 3, 5);
    Parameter weight = c.weight("weight", 4, 5);
    Parameter stack = c.weight("stack", 2, 3, 4);
    c.check(ops -> {
      Tensor leaf = c.leaf(ops, x);
      Tensor once = ops.matmul(leaf, weight);
      c.weigh(ops, "stacked", ops.matmul(once, stack));
      c.weigh(ops, "again", ops.matmul(leaf, weight));
    });
  }

  /// One layer, and one per expert, of inputs that are read twice.
  private static void feedForward(Case c) {
    Parameter x = c.weight("x", 5, 3);
    Parameter gateUp = c.weight("gateUp", 4, 3);
    Parameter down = c.weight("down", 6, 2);
    Parameter gateUps = c.weight("gateUps", 4, 4, 3);
    Parameter downs = c.weight("downs", 4, 6, 2);
    Tensor offsets = c.ints(0, 2, 2, 5, 5);
    c.check(ops -> {
      Tensor leaf = c.leaf(ops, x);
      c.weigh(ops, "one", ops.feedForward(leaf, gateUp, down));
      c.weigh(ops, "each", ops.groupedFeedForward(leaf, gateUps, downs, offsets));
      c.weigh(ops, "view", ops.feedForward(ops.concat(leaf, leaf).columns(2, 5), gateUp, down));
    });
  }

  private static void add(Case c) {
    Parameter a = c.weight("a", 3, 4);
    Parameter b = c.weight("b", 3, 4);
    Parameter gain = c.weight("gain", 4);
    c.check(ops -> {
      Tensor left = c.leaf(ops, a);
      Tensor sum = ops.add(left, c.leaf(ops, b));
      c.weigh(ops, "out", ops.rmsNorm(ops.add(ops.add(sum, left), sum), gain, 1e-3f));
    });
  }

  private static void concat(Case c) {
    Parameter a = c.weight("a", 3, 4);
    Parameter b = c.weight("b", 3, 2);
    Parameter gain = c.weight("gain", 8);
    c.check(ops -> {
      Tensor left = c.leaf(ops, a);
      Tensor joined = ops.concat(left.columns(1, 3), ops.concat(c.leaf(ops, b), left));
      c.weigh(ops, "out", ops.rmsNorm(joined, gain, 1e-3f));
    });
  }

  private static void rmsNorm(Case c) {
    Parameter x = c.weight("x", 3, 21);
    Parameter gain = c.weight("gain", 19);
    c.check(ops -> {
      Tensor leaf = c.leaf(ops, x);
      c.weigh(ops, "view", ops.rmsNorm(leaf.columns(1, 20), gain, 1e-3f));
      c.weigh(ops, "again", ops.rmsNorm(leaf.columns(2, 21), gain, 1e-3f));
    });
  }

  private static void addBias(Case c) {
    Parameter x = c.weight("x", 3, 2 * 5);
    Parameter bias = c.weight("bias", 10);
    c.check(ops -> {
      Tensor leaf = c.leaf(ops, x);
      ops.addBias(leaf, bias);
      c.weigh(ops, "out", leaf.reshape(3, 2, 5));
    });
  }

  private static void rotate(Case c) {
    Parameter x = c.weight("x", 3, 2 * 5);
    Rotation rotation = new Rotation(new float[] {1, 0.3f}, 1.25f);
    Tensor positions = c.ints(0, 7, 2);
    c.check(ops -> {
      Tensor heads = c.leaf(ops, x).reshape(3, 2, 5);
      ops.rotate(heads.columns(1, 5), positions, rotation);
      c.weigh(ops, "out", heads);
    });
  }

  private static void joinKeys(Case c) {
    Parameter own = c.weight("own", 3, 2 * 4);
    Parameter shared = c.weight("shared", 3, 3);
    c.check(ops -> {
      Tensor heads = c.leaf(ops, own).reshape(3, 2, 4);
      c.weigh(ops, "out", ops.joinKeys(heads, c.leaf(ops, shared).columns(1, 3)));
    });
  }

  /// Packed sequences, one longer than a tile; two query heads to a key head.
  private static void attention(Case c) {
    int[] lengths = {3, 67, 1};
    int tokens = 71;
    Parameter query = c.weight("query", tokens, 4 * 3);
    Parameter keys = c.weight("keys", tokens, 2 * 3);
    Parameter values = c.weight("values", tokens, 2 * 2);
    c.check(ops -> {
      KvView view =
          KvView.packed(
              c.leaf(ops, keys).reshape(tokens, 2, 3),
              c.leaf(ops, values).reshape(tokens, 2, 2),
              lengths);
      Tensor heads = c.leaf(ops, query).reshape(tokens, 4, 3);
      c.weigh(ops, "out", ops.attention(heads, view, 0.6f));
    });
  }

  /// Keys and values may be columns of one tensor.
  @ParameterizedTest
  @CsvSource({
    "keys and then values,0,3,3,4",
    "values and then keys,1,4,0,1",
    "columns between,0,2,3,4"
  })
  void attentionOverColumnsOfOneTensor(
      String layout, int keysFrom, int keysTo, int valuesFrom, int valuesTo) {
    attentionOverColumns(keysFrom, keysTo, valuesFrom, valuesTo);
  }

  @Test
  void attentionWhoseKeysAreAlsoValuesHasNoGradient() {
    assertThatThrownBy(() -> attentionOverColumns(0, 2, 1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("share no columns");
  }

  /// Two heads that attend to columns of one tensor, over two sequences.
  private static void attentionOverColumns(int keysFrom, int keysTo, int valuesFrom, int valuesTo) {
    try (Case c = new Case(DType.F64)) {
      Parameter query = c.weight("query", 5, 2 * (keysTo - keysFrom));
      Parameter both = c.weight("both", 5, 4);
      c.check(ops -> {
        Tensor rows = c.leaf(ops, both).reshape(5, 1, 4);
        Tensor keys = rows.columns(keysFrom, keysTo);
        KvView view = KvView.packed(keys, rows.columns(valuesFrom, valuesTo), 4, 1);
        Tensor heads = c.leaf(ops, query).reshape(5, 2, keysTo - keysFrom);
        c.weigh(ops, "out", ops.attention(heads, view, 0.6f));
      });
    }
  }

  /// What a case does with a choice of experts.
  private interface Routed {
    void add(Case c, Ops ops, Routing routing, Parameter rows);
  }

  private static void routed(Case unused, Routed use) {
    for (ScoreFunction score : ScoreFunction.values()) {
      for (boolean normalise : new boolean[] {false, true}) {
        RouterRule rule = new RouterRule(score, 2, 3, 2, normalise, normalise, 1.5f);
        try (Case c = new Case(DType.F64)) {
          Parameter logits = c.weight("logits", 5, 6);
          Parameter rows = c.weight("rows", 10, 3);
          Tensor bias = Tensor.of(c.arena, Shape.of(6), 0, 0.1f, 0, -0.2f, 0, 0.3f);
          c.check(ops -> use.add(c, ops, ops.route(c.leaf(ops, logits), bias, rule), rows));
        }
      }
    }
  }

  private static void routeWeights(Case c, Ops ops, Routing routing, Parameter rows) {
    c.weigh(ops, "weights", routing.weights());
  }

  private static void gathered(Case c, Ops ops, Routing routing, Parameter rows) {
    Tensor x = c.leaf(ops, rows).rows(1, 6);
    c.weigh(ops, "gathered", ops.gatherSlots(x, routing));
  }

  private static void combined(Case c, Ops ops, Routing routing, Parameter rows) {
    c.weigh(ops, "combined", ops.combine(c.leaf(ops, rows), routing));
  }

  private static void balance(Case c, Ops ops, Routing routing, Parameter rows) {
    Tensor losses = ops.balanceLoss(routing, KvView.packedSequences(2, 3));
    ops.addLoss("balance", losses, 0.25, 2);
    // Each sequence's loss has a weight of its own.
    c.weigh(ops, "balances", losses);
  }

  private static void headLogProbs(Case c) {
    Parameter hidden = c.weight("hidden", 4, 3);
    Parameter head = c.weight("head", 18, 3);
    Tensor targets = c.ints(17, -1, 0, 5);
    c.check(ops -> c.weigh(ops, "out", ops.headLogProbs(c.leaf(ops, hidden), head, targets)));
  }

  private static void sequenceSums(Case c) {
    Parameter x = c.weight("x", 1, 40);
    Tensor weights = Tensor.allocate(c.arena, DType.F64, Shape.of(40));
    for (int i = 0; i < 40; i++) {
      weights.set(0, i, 0.1 * i - 1);
    }
    c.check(ops -> {
      Tensor values = c.leaf(ops, x).reshape(40);
      c.weigh(ops, "sums", ops.sequenceSums(values, weights, KvView.packedSequences(1, 22, 17)));
      c.weigh(ops, "part", values.columns(3, 21));
    });
  }

  /// A vocabulary so large that logits are not kept: the same bits as in parts that keep them.
  @Test
  void headInChunksEqualsHeadInParts() {
    int tokens = 70;
    try (Case c = new Case(DType.F32)) {
      Parameter hidden = c.weight("hidden", tokens, 2);
      Parameter head = c.weight("head", 1 << 17, 2);
      c.store.train();
      assertThat(Ops.headChunk(head)).isBetween(40, tokens - 1);
      List<float[]> whole = headGradients(c, hidden, head, 0, tokens);
      List<float[]> parts = headGradients(c, hidden, head, 0, 40, tokens);
      assertThat(whole.get(0)).isEqualTo(parts.get(0));
      assertThat(whole.get(1)).isEqualTo(parts.get(1)).doesNotContain(Float.NaN);
    }
  }

  /// What a sum was made of holds the sum's gradient; more comes to one of them, not to both.
  @Test
  void whatIsAddedToOneTermDoesNotReachTheOther() {
    try (Case c = new Case(DType.F64)) {
      Parameter a = c.weight("a", 3, 4);
      Parameter b = c.weight("b", 3, 4);
      Parameter gain = c.weight("gain", 4);
      Rotation rotation = new Rotation(new float[] {1}, 1);
      Tensor positions = c.ints(3, 1, 2);
      c.check(ops -> {
        Tensor left = c.leaf(ops, a);
        Tensor right = c.leaf(ops, b);
        c.weigh(ops, "left", ops.rmsNorm(left, gain, 1e-3f));
        ops.rotate(right.columns(1, 3), positions, rotation);
        Tensor sum = ops.add(left, right);
        Tensor parts = ops.add(sum.columns(1, 3), right.columns(0, 2));
        c.weigh(ops, "sum", ops.rmsNorm(sum, gain, 1e-3f));
        c.weigh(ops, "parts", parts);
        c.weigh(ops, "twice", ops.add(sum, sum));
      });
    }
  }

  /// Gradients of hidden states and head where the loss is computed in parts. The last part is
  /// recorded first, so that going back adds over tokens in ascending order.
  private static List<float[]> headGradients(
      Case c, Parameter hidden, Parameter head, int... bounds) {
    ReferenceKernels kernels = new ReferenceKernels();
    try (Workspace activations = new Workspace();
        Workspace gradients = Workspace.poisoning()) {
      RecordingOps ops = new RecordingOps(kernels, activations, Observer.NONE);
      Tensor leaf = c.leaf(ops, hidden);
      Tensor targets = activations.allocate(DType.I32, Shape.of(leaf.size(0)));
      Tensor weights = activations.allocate(leaf.size(0));
      for (int token = 0; token < leaf.size(0); token++) {
        targets.setInt(0, token, token == 3 ? -1 : token * 1001);
        weights.set(0, token, 1.0 / (1 + token));
      }
      for (int i = bounds.length - 1; i > 0; i--) {
        int from = bounds[i - 1];
        int to = bounds[i];
        Tensor logProbs = ops.headLogProbs(leaf.rows(from, to), head, targets.columns(from, to));
        Tensor part = weights.columns(from, to);
        List<KvView.Sequence> whole = KvView.packedSequences(to - from);
        ops.addLoss("part " + i, ops.sequenceSums(logProbs, part, whole), -1, 1);
      }
      List<Tensor> found = List.of(gradient(hidden), gradient(head));
      found.forEach(one -> kernels.fill(one, Float.NaN));
      hidden.clearGradient();
      head.clearGradient();
      ops.backward(gradients);
      return found.stream().map(Tensor::toFloatArray).toList();
    }
  }

  private static Tensor gradient(Parameter parameter) {
    return Objects.requireNonNull(parameter.gradient(), parameter.name());
  }
}
