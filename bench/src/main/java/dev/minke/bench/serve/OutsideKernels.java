package dev.minke.bench.serve;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.StoredModel;
import dev.minke.inference.AwaitedAnswer;
import dev.minke.inference.Choice;
import dev.minke.inference.Engine;
import dev.minke.inference.EngineCounts;
import dev.minke.inference.EngineSettings;
import dev.minke.inference.Precision;
import dev.minke.inference.Request;
import dev.minke.kernel.Kernels;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// How much of an engine's step is not in kernels, while some requests generate at once.
///
/// Every call of a kernel is timed by a proxy, whose own time counts as outside.
record OutsideKernels(double share, double shareOutsideModel, double tokensPerSecond) {
  private static final int WARM_TOKENS = 96;
  private static final int TOKENS = 192;

  private static final class Timed {
    private long nanos;

    Kernels around(Kernels kernels) {
      return (Kernels)
          Proxy.newProxyInstance(
              Kernels.class.getClassLoader(),
              new Class<?>[] {Kernels.class},
              (_, method, arguments) -> {
                long begin = System.nanoTime();
                try {
                  return method.invoke(kernels, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                } finally {
                  nanos += System.nanoTime() - begin;
                }
              });
    }
  }

  /// @param streams requests at once, with prompts of two tokens, greedy
  static OutsideKernels of(Path path, int streams) {
    Timed timed = new Timed();
    try (Kernels kernels = Backends.openDefault();
        StoredModel stored = StoredModel.open(path)) {
      Kernels outer = timed.around(kernels);
      stored.load(outer, stored.residency(Long.MAX_VALUE), _ -> {});
      EngineSettings settings =
          new EngineSettings(Precision.FAST, streams * 1024, 1024, streams, 0, EngineSettings.STEP);
      try (Engine engine = new Engine(stored.model(), outer, settings)) {
        generate(engine, streams, WARM_TOKENS);
        EngineCounts before = engine.counts();
        long inKernels = timed.nanos;
        generate(engine, streams, TOKENS);
        EngineCounts after = engine.counts();
        double steps = after.inSteps().minus(before.inSteps()).toNanos();
        double model = after.inModel().minus(before.inModel()).toNanos();
        long tokens = after.generatedTokens() - before.generatedTokens();
        return new OutsideKernels(
            1 - (timed.nanos - inKernels) / steps, 1 - model / steps, tokens / (steps * 1e-9));
      }
    }
  }

  private static void generate(Engine engine, int streams, int tokens) {
    List<AwaitedAnswer> answers = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      AwaitedAnswer answer = new AwaitedAnswer();
      answers.add(answer);
      int[] prompt = {1_000 + i, 2_000 + i};
      engine.submit(new Request(prompt, tokens, Set.of(), Choice.GREEDY), answer);
    }
    answers.forEach(AwaitedAnswer::ending);
  }
}
