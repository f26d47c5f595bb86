package dev.minke.cli;

import dev.minke.backend.Backends;
import dev.minke.backend.Hardware;
import dev.minke.checkpoint.StoredModel;
import dev.minke.cli.console.Meter;
import dev.minke.cli.measure.BenchPrinter;
import dev.minke.cli.measure.BenchRow;
import dev.minke.cli.runs.Checkout;
import dev.minke.eval.Speed;
import dev.minke.eval.SpeedMeter;
import dev.minke.eval.SpeedTest;
import dev.minke.inference.Precision;
import dev.minke.inference.Session;
import dev.minke.model.decoder.DecoderSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Times models.
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Time prompts and generated tokens, by the tests of llama-bench.",
      "",
      "pp512 is a prompt of 512 tokens, tg128 is 128 tokens one by one, @ d4096 means after 4096"
          + " tokens that are in the cache already. Tokens are random, nothing is sampled. Figures"
          + " are means and deviations of the repetitions, in tokens a second.",
      "",
      "Before each test it runs untimed, in spells of two seconds or one run, until in one of them"
          + " Java compiled for less than 2 %% of the time and no run was faster by 2 %% than all"
          + " before; after a minute none begins. So what is timed is compiled code."
    },
    footer = {
      "",
      "Examples:",
      "  minke bench MODEL -t 1,2",
      "  minke bench a.gguf b.gguf -p 512 -n 128 -d 0,4096 -r 3 -o json"
    })
final class BenchCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", arity = "1..*", description = ModelPath.HELP)
  private List<String> models = List.of();

  @Option(
      names = {"-p", "--n-prompt"},
      split = ",",
      paramLabel = "N",
      defaultValue = "512",
      description = "tokens of a prompt; 0 for no such test (default: ${DEFAULT-VALUE})")
  private int[] prompts = {};

  @Option(
      names = {"-n", "--n-gen"},
      split = ",",
      paramLabel = "N",
      defaultValue = "128",
      description = "tokens to generate; 0 for no such test (default: ${DEFAULT-VALUE})")
  private int[] generated = {};

  @Option(
      names = "-pg",
      paramLabel = "PP,TG",
      description = "a prompt and what is generated behind it, timed together; several times")
  private List<String> pairs = List.of();

  @Option(
      names = {"-d", "--n-depth"},
      split = ",",
      paramLabel = "N",
      defaultValue = "0",
      description = "tokens that are in the cache already (default: ${DEFAULT-VALUE})")
  private int[] depths = {};

  @Option(
      names = {"-t", "--threads"},
      split = ",",
      paramLabel = "N",
      description = "threads that compute (default: every core)")
  private int[] threads = {Runtime.getRuntime().availableProcessors()};

  @Option(
      names = {"-r", "--repetitions"},
      paramLabel = "N",
      defaultValue = "5",
      description = "timed runs of each test (default: ${DEFAULT-VALUE})")
  private int repetitions;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "md",
      description = "md, json, jsonl or csv (default: ${DEFAULT-VALUE})")
  private BenchPrinter.Form form = BenchPrinter.Form.MD;

  @Option(names = "--no-warmup", description = "time the first runs, too")
  private boolean isCold;

  @Mixin private PrecisionOption precision = new PrecisionOption();

  @Mixin private MemoryOption memory = new MemoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    List<SpeedTest> tests = tests();
    if (tests.isEmpty() || repetitions < 1 || Arrays.stream(threads).anyMatch(one -> one < 1)) {
      throw new UsageException(
          "bench: expected a test, repetitions and threads from 1, found %d tests, -r %d, -t %s"
              .formatted(tests.size(), repetitions, Arrays.toString(threads)));
    }
    BenchPrinter printer = new BenchPrinter(spec.commandLine().getOut(), form);
    for (String model : models) {
      for (int count : threads) {
        run(model, count, tests, printer);
      }
    }
    printer.end();
    return Main.OK;
  }

  /// In llama-bench's order.
  private List<SpeedTest> tests() {
    List<SpeedTest> tests = new ArrayList<>();
    for (int depth : depths) {
      try {
        for (int prompt : prompts) {
          if (prompt != 0) {
            tests.add(new SpeedTest(prompt, 0, depth));
          }
        }
        for (int count : generated) {
          if (count != 0) {
            tests.add(new SpeedTest(0, count, depth));
          }
        }
        for (String pair : pairs) {
          tests.add(pair(pair, depth));
        }
      } catch (IllegalArgumentException e) {
        throw new UsageException(String.valueOf(e.getMessage()), e);
      }
    }
    return tests;
  }

  private static SpeedTest pair(String pair, int depth) {
    String[] two = pair.split(",", -1);
    try {
      if (two.length == 2) {
        return new SpeedTest(Integer.parseInt(two[0]), Integer.parseInt(two[1]), depth);
      }
    } catch (NumberFormatException _) {
      // Said below, with what is no pair.
    }
    throw new UsageException("-pg: expected two numbers like 512,128, found " + pair);
  }

  private void run(String model, int count, List<SpeedTest> tests, BenchPrinter printer)
      throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    try (LoadedModel loaded =
        LoadedModel.open(model, memory.bytes(), () -> Backends.open(count), err)) {
      requireRoom(model, loaded.model().maxLength(), tests);
      BenchRow.Setup setup = setup(model, loaded.stored());
      SpeedMeter meter =
          new SpeedMeter(loaded.model(), loaded.kernels(), precision.or(Precision.FAST));
      for (SpeedTest test : tests) {
        Instant begin = Instant.now();
        try (Meter shown = Meter.on(err, "bench")) {
          Speed speed =
              meter.time(
                  test,
                  repetitions,
                  !isCold,
                  (done, all) ->
                      shown.show(() ->
                          "%s, %s, %d threads: %d of %d runs"
                              .formatted(model, test, count, done, all)));
          printer.print(new BenchRow(setup, count, Session.CHUNK, begin, speed));
        }
      }
    }
  }

  private static void requireRoom(String model, int longest, List<SpeedTest> tests) {
    for (SpeedTest test : tests) {
      if (test.length() > longest) {
        throw new UsageException(
            "%s: expected tests of at most the %d tokens that the model has room for, found %s; give -p, -n and -d"
                .formatted(model, longest, test));
      }
    }
  }

  private static BenchRow.Setup setup(String model, StoredModel stored) {
    long parameters = new DecoderSize(stored.config()).parts().total();
    Map<String, Long> bytes = stored.bytesByFormat();
    String architecture = stored.config().architecture().ggufName();
    return new BenchRow.Setup(
        Checkout.commit(),
        Hardware.probe().processor(),
        model,
        BenchRow.type(architecture, parameters, bytes),
        bytes.values().stream().mapToLong(Long::longValue).sum(),
        parameters);
  }
}
