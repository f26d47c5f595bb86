package dev.minke.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/// Compares gradients from a recording with central differences, in F64 on the reference kernels.
///
/// For each parameter: some single elements, and one random direction through all of them. The
/// difference at steps h and 2h differ by three times the error at h to leading order, which gives
/// the bound; rounding of the loss adds to it. A bound that is no longer small beside the gradients
/// is a failure of its own: something jumped.
public final class GradientCheck {
  private static final double STEP = 0x1p-16;

  /// Roundings of a loss, generously; they enter its difference divided by the step.
  private static final double LOSS_ROUNDING = 64 * 0x1p-53 / STEP;

  /// The largest bound, beside the largest gradient of the parameter, at which the comparison still
  /// means something.
  private static final double SHARP = 1e-4;

  private static final int ELEMENTS = 8;

  /// A kind of recording.
  @FunctionalInterface
  interface Recording {
    RecordingOps begin(Kernels kernels, Workspace activations, Workspace gradients);
  }

  private final ReferenceKernels kernels = new ReferenceKernels();
  private final ParameterStore store;
  private final Consumer<Ops> program;
  private final long seed;
  private final Recording recording;

  /// @param store F64 parameters
  /// @param program adds losses
  public GradientCheck(ParameterStore store, long seed, Consumer<Ops> program) {
    this(
        store,
        seed,
        program,
        (kernels, activations, gradients) -> new RecordingOps(kernels, activations, Observer.NONE));
  }

  /// The same with a recording of another kind.
  GradientCheck(ParameterStore store, long seed, Consumer<Ops> program, Recording recording) {
    this.recording = recording;
    this.store = store;
    this.seed = seed;
    this.program = program;
  }

  /// Checks every parameter that is no buffer.
  public void run() {
    store.train();
    record(2);
    for (Parameter parameter : trained()) {
      check(parameter);
    }
  }

  private List<Parameter> trained() {
    return store.parameters().stream().filter(one -> !store.isBuffer(one)).toList();
  }

  /// Records the program anew in memory that the pass before has left poisoned, and requires the
  /// same bits.
  private void record(int passes) {
    List<double[]> first = null;
    try (Workspace activations = Workspace.poisoning();
        Workspace gradients = Workspace.poisoning()) {
      for (int pass = 0; pass < passes; pass++) {
        begin(pass % 2 == 1);
        RecordingOps ops = recording.begin(kernels, activations, gradients);
        program.accept(ops);
        ops.backward(gradients);
        trained().forEach(one -> one.settleGradient(kernels));
        assertThat(activations.usedBytes()).as("activations left").isZero();
        assertThat(gradients.usedBytes()).as("gradients left").isZero();
        List<double[]> found = trained().stream().map(one -> elements(gradient(one))).toList();
        first = first == null ? found : first;
        for (int i = 0; i < found.size(); i++) {
          assertThat(found.get(i))
              .as("%s, pass %d", trained().get(i), pass)
              .isEqualTo(first.get(i));
        }
      }
    }
  }

  /// @param clears gradients instead of writing zeros: what they hold must not count
  private void begin(boolean clears) {
    for (Parameter parameter : trained()) {
      kernels.fill(gradient(parameter), clears ? Float.NaN : 0);
      if (clears) {
        parameter.clearGradient();
      }
    }
  }

  private void check(Parameter parameter) {
    double[] gradient = elements(gradient(parameter));
    double largest = 0;
    for (double one : gradient) {
      largest = Math.max(largest, Math.abs(one));
    }
    RandomStream random = RandomStream.named(seed, parameter.name());
    for (int trial = 0; trial < Math.min(ELEMENTS, gradient.length); trial++) {
      double[] direction = new double[gradient.length];
      direction[gradient.length <= ELEMENTS ? trial : random.below(gradient.length, trial)] = 1;
      compare(parameter, gradient, direction, largest);
    }
    double[] direction = new double[gradient.length];
    for (int i = 0; i < direction.length; i++) {
      direction[i] = random.normal(ELEMENTS + i) / Math.sqrt(direction.length);
    }
    compare(parameter, gradient, direction, largest);
  }

  private void compare(Parameter parameter, double[] gradient, double[] direction, double largest) {
    double expected = difference(parameter, direction, STEP);
    double coarse = difference(parameter, direction, 2 * STEP);
    double found = 0;
    for (int i = 0; i < gradient.length; i++) {
      found += gradient[i] * direction[i];
    }
    double bound = Math.abs(coarse - expected) + LOSS_ROUNDING * Math.max(1, Math.abs(loss()));
    assertThat(bound)
        .as("%s: error of the differences", parameter)
        .isLessThan(SHARP * Math.max(largest, 1e-3));
    assertThat(Math.abs(found - expected))
        .as("%s: gradient %s, difference %s", parameter, found, expected)
        .isLessThan(bound);
  }

  private double difference(Parameter parameter, double[] direction, double step) {
    double[] before = elements(parameter.value());
    double above = lossAt(parameter, before, direction, step);
    double below = lossAt(parameter, before, direction, -step);
    write(parameter, before);
    return (above - below) / (2 * step);
  }

  private double lossAt(Parameter parameter, double[] at, double[] direction, double step) {
    double[] moved = at.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    write(parameter, moved);
    return loss();
  }

  /// The loss without a recording.
  private double loss() {
    try (Workspace workspace = new Workspace()) {
      EagerOps ops = new EagerOps(kernels, workspace);
      program.accept(ops);
      double sum = 0;
      for (Loss loss : ops.losses()) {
        sum += loss.factor() * loss.total();
      }
      return sum;
    }
  }

  private static Tensor gradient(Parameter parameter) {
    return Objects.requireNonNull(parameter.gradient(), parameter.name());
  }

  private static double[] elements(Tensor x) {
    List<Double> elements = new ArrayList<>();
    for (long row = 0; row < x.shape().rows(); row++) {
      for (int column = 0; column < x.shape().columns(); column++) {
        elements.add(x.get(row, column));
      }
    }
    return elements.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void write(Parameter parameter, double[] values) {
    Tensor value = parameter.value();
    int columns = value.shape().columns();
    for (int i = 0; i < values.length; i++) {
      value.set(i / columns, i % columns, values[i]);
    }
    parameter.changed();
  }
}
