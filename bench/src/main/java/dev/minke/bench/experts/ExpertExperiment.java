package dev.minke.bench.experts;

import static dev.minke.bench.experts.RouterDecisions.ACTIVE;
import static dev.minke.bench.experts.RouterDecisions.EXPERTS;
import static dev.minke.bench.experts.RouterDecisions.EXPERT_BYTES;
import static dev.minke.bench.experts.RouterDecisions.LAYERS;

import dev.minke.bench.experts.Simulation.Disk;
import dev.minke.bench.experts.Simulation.Outcome;
import dev.minke.kernel.cache.CacheCounts;
import dev.minke.kernel.cache.ExpertPolicy;
import dev.minke.kernel.cache.ExpertWorth;
import dev.minke.kernel.cache.LearnedWorth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Policies of the expert cache on two tasks, at four capacities, for one sequence after the other
/// and for four side by side.
public final class ExpertExperiment {
  private static final List<String> TASKS = List.of("intent", "law");

  /// Of all experts of all layers.
  private static final double[] SHARES = {0.25, 0.375, 0.5, 0.75};

  /// An NVMe disk of 3 GB/s beside two cores that stream weights at 20 GB/s: 1.6 ms an expert, 2.4
  /// ms a layer.
  private static final Disk USUAL = new Disk(2 / 3.0, 0.15f);

  private static final Disk FAST = new Disk(1 / 4.0, 0.15f);
  private static final Disk SLOW = new Disk(2, 0.3f);

  /// Tokens of an answer or two.
  private static final int BEGINNING = 300;

  private static final String HEADER =
      """
      | policy | hit rate | MB read a token | read ahead a token | of these used | waits a token, in layers |
      |---|---|---|---|---|---|\
      """;

  /// What is kept.
  private enum Keeping {
    RECENT("LRU"),
    RECENT_OF_LAYER("LRU, as many slots a layer"),
    FREQUENT("LFU"),
    FREQUENT_OF_LATE("LFU, halved in 10 tokens"),
    LEARNED("learned"),
    FOREKNOWN("Belady (knows the future)");

    private final String title;

    Keeping(String title) {
      this.title = title;
    }
  }

  /// One way to run a cache.
  ///
  /// @param ahead whether experts are read ahead
  /// @param warm whether the other task went through before
  private record Policy(Keeping keeping, boolean ahead, boolean warm) {
    String name() {
      return keeping.title + (ahead ? ", reads ahead" : "") + (warm ? ", other task before" : "");
    }
  }

  private static final List<Policy> POLICIES =
      List.of(
          new Policy(Keeping.RECENT, false, false),
          new Policy(Keeping.RECENT_OF_LAYER, false, false),
          new Policy(Keeping.FREQUENT, false, false),
          new Policy(Keeping.FREQUENT_OF_LATE, false, false),
          new Policy(Keeping.LEARNED, false, false),
          new Policy(Keeping.LEARNED, false, true),
          new Policy(Keeping.FOREKNOWN, false, false),
          new Policy(Keeping.RECENT, true, false),
          new Policy(Keeping.LEARNED, true, false),
          new Policy(Keeping.LEARNED, true, true));

  private ExpertExperiment() {}

  /// Prints the tables.
  ///
  /// @param data a folder laid out like `../shared/data`
  /// @throws IllegalStateException where the decisions are missing
  public static void run(Path data) throws IOException {
    RouterDecisions[] tasks = new RouterDecisions[TASKS.size()];
    for (int i = 0; i < tasks.length; i++) {
      tasks[i] = RouterDecisions.read(data.resolve("moe-routing").resolve(TASKS.get(i)));
      System.out.printf(
          "%s: %,d tokens, %d sequences%n",
          TASKS.get(i), tasks[i].tokens(), tasks[i].lengths().length);
    }
    for (int sideBySide : new int[] {1, 4}) {
      for (int task = 0; task < tasks.length; task++) {
        for (double share : SHARES) {
          Case here = new Case(tasks[task], tasks[1 - task], sideBySide, capacity(share));
          System.out.printf(
              "%n%s, %d at a time, %.1f %% of the experts%n%n%s%n",
              TASKS.get(task), sideBySide, 100 * share, HEADER);
          for (Policy policy : POLICIES) {
            System.out.println(line(policy, here.outcome(policy, USUAL)));
          }
        }
      }
    }
    printPrompts(tasks);
    printBeginnings(tasks);
    printDisks(tasks);
  }

  /// Where the first half of each text is a prompt, one batch, and the second one an answer.
  private static void printPrompts(RouterDecisions[] tasks) {
    System.out.printf(
        "%nHit rates of prompts, the first half of each text, and of answers%n%n| task | experts |"
            + " policy | prompts | answers |%n|---|---|---|---|---|%n");
    for (int task = 0; task < tasks.length; task++) {
      for (double share : SHARES) {
        Case here = new Case(tasks[task], tasks[1 - task], 1, capacity(share));
        for (Keeping keeping : List.of(Keeping.RECENT, Keeping.FREQUENT, Keeping.LEARNED)) {
          CacheCounts[] halves = here.halves(new Policy(keeping, false, false));
          System.out.printf(
              Locale.ROOT,
              "| %s | %.1f %% | %s | %.1f %% | %.1f %% |%n",
              TASKS.get(task),
              100 * share,
              keeping.title,
              100 * halves[0].hitRate(),
              100 * halves[1].hitRate());
        }
      }
    }
  }

  /// What is gained at once from having learned on another task. Its experts lie in the cache, too.
  private static void printBeginnings(RouterDecisions[] tasks) {
    System.out.printf(
        "%nHit rates of the first %d tokens, 50 %% of the experts%n%n| task | policy | empty cache"
            + " | other task before |%n|---|---|---|---|%n",
        BEGINNING);
    for (int task = 0; task < tasks.length; task++) {
      Case here = new Case(tasks[task].first(BEGINNING), tasks[1 - task], 1, capacity(0.5));
      for (Keeping keeping : List.of(Keeping.RECENT, Keeping.FREQUENT, Keeping.LEARNED)) {
        System.out.printf(
            Locale.ROOT,
            "| %s | %s | %.1f %% | %.1f %% |%n",
            TASKS.get(task),
            keeping.title,
            100 * here.outcome(new Policy(keeping, false, false), USUAL).hitRate(),
            100 * here.outcome(new Policy(keeping, false, true), USUAL).hitRate());
      }
    }
  }

  /// What reading ahead is worth beside other disks.
  private static void printDisks(RouterDecisions[] tasks) {
    System.out.printf(
        "%nWaits a token, in layers%n%n| task | experts | a read takes | LRU | learned | learned,"
            + " reads ahead |%n|---|---|---|---|---|---|%n");
    for (int task = 0; task < tasks.length; task++) {
      for (double share : SHARES) {
        Case here = new Case(tasks[task], tasks[1 - task], 1, capacity(share));
        for (Disk disk : List.of(FAST, USUAL, SLOW)) {
          System.out.printf(
              Locale.ROOT,
              "| %s | %.1f %% | %.2f | %.1f | %.1f | %.1f |%n",
              TASKS.get(task),
              100 * share,
              disk.read(),
              here.waits(Keeping.RECENT, false, disk),
              here.waits(Keeping.LEARNED, false, disk),
              here.waits(Keeping.LEARNED, true, disk));
        }
      }
    }
  }

  private static int capacity(double share) {
    return (int) Math.round(share * LAYERS * EXPERTS);
  }

  private static String line(Policy policy, Outcome outcome) {
    double ahead = outcome.counts().ahead() / (double) outcome.tokens();
    String used =
        ahead == 0
            ? ""
            : "%.0f %%".formatted(100.0 * outcome.counts().aheadUsed() / outcome.counts().ahead());
    return String.format(
        Locale.ROOT,
        "| %s | %.1f %% | %.0f | %.1f | %s | %.1f |",
        policy.name(),
        100 * outcome.hitRate(),
        outcome.readsPerToken() * EXPERT_BYTES / 1e6,
        ahead,
        used,
        outcome.waitedPerToken());
  }

  /// What all policies of a table have in common.
  private record Case(RouterDecisions task, RouterDecisions other, int sideBySide, int capacity) {
    double waits(Keeping keeping, boolean ahead, Disk disk) {
      return outcome(new Policy(keeping, ahead, false), disk).waitedPerToken();
    }

    Outcome outcome(Policy policy, Disk disk) {
      Simulation simulation = simulation(policy, disk);
      if (policy.warm()) {
        simulation.run(other, other.passes(sideBySide));
      }
      return simulation.run(task, task.passes(sideBySide));
    }

    /// Of all first halves of texts, a batch each, and of all second ones, token by token.
    CacheCounts[] halves(Policy policy) {
      Simulation simulation = simulation(policy, USUAL);
      CacheCounts nothing = new CacheCounts(0, 0, 0, 0, 0);
      CacheCounts[] halves = {nothing, nothing};
      int begin = 0;
      for (int length : task.lengths()) {
        int middle = begin + length / 2;
        int end = begin + length;
        List<int[]> answer =
            IntStream.range(middle, end).mapToObj(token -> new int[] {token}).toList();
        int[] prompt = IntStream.range(begin, middle).toArray();
        halves[0] = halves[0].plus(simulation.run(task, List.of(prompt)).counts());
        halves[1] = halves[1].plus(simulation.run(task, answer).counts());
        begin = end;
      }
      return halves;
    }

    private Simulation simulation(Policy policy, Disk disk) {
      ExpertWorth worth =
          switch (policy.keeping()) {
            case RECENT -> new LeastRecent(LAYERS, EXPERTS, ACTIVE);
            case RECENT_OF_LAYER -> new LeastRecentOfLayer(LAYERS, EXPERTS, ACTIVE);
            case FREQUENT -> new LeastFrequent(LAYERS, EXPERTS, ACTIVE, 1);
            case FREQUENT_OF_LATE -> new LeastFrequent(LAYERS, EXPERTS, ACTIVE, Math.pow(0.5, 0.1));
            case LEARNED -> new LearnedWorth(LAYERS, EXPERTS, ACTIVE);
            case FOREKNOWN -> new Foreknown(task, task.passes(sideBySide));
          };
      return new Simulation(
          new ExpertPolicy(LAYERS, EXPERTS, ACTIVE, capacity, worth),
          capacity,
          policy.ahead() ? disk : disk.demandOnly());
    }
  }
}
