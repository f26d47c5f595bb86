package dev.minke.cli;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.cli.console.Meter;
import dev.minke.cli.measure.DivergenceReport;
import dev.minke.cli.measure.MeasuredText;
import dev.minke.cli.measure.PerplexityReport;
import dev.minke.eval.Divergence;
import dev.minke.eval.Perplexity;
import dev.minke.eval.Progress;
import dev.minke.eval.ReferenceFile;
import dev.minke.eval.Subject;
import dev.minke.eval.Window;
import dev.minke.inference.Precision;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Measures a model on a text.
@Command(
    name = "perplexity",
    mixinStandardHelpOptions = true,
    description = {
      "Measure how well a model expects a text.",
      "",
      "As llama-perplexity does it: the text is cut into windows of N tokens, what is left over is"
          + " dropped; where the model expects begin-of-text, it replaces the first token of each"
          + " window; the second half of each window is scored, so that each scored token has at"
          + " least half a window before it. With --full every token but the first is scored once,"
          + " in windows that overlap and replace nothing, as transformers documents it.",
      "",
      "Bits per byte count the bytes of the scored tokens. Errors are one standard error of the"
          + " mean.",
      "",
      "Or measure how far it is from another: --kl-base writes the distribution at every scored"
          + " token to a file, --kl holds a model against such a file, on the text that is in it:"
          + " from a model in F32 to the same in 4 bits, say. The file is that of llama-perplexity"
          + " --kl-divergence-base, from there or to there."
    },
    footer = {
      "",
      "Examples:",
      "  minke perplexity MODEL wiki.test.raw",
      "  minke perplexity MODEL book.txt.gz --full --context 1024 --json",
      "  minke perplexity model.f16.gguf wiki.txt --chunks 20 --kl-base base.kld",
      "  minke perplexity model.q4_0.gguf --kl base.kld"
    })
final class PerplexityCommand implements Callable<Integer> {
  private static final int USUAL_CONTEXT = 512;

  @Parameters(index = "0", paramLabel = "MODEL", description = ModelPath.HELP)
  private String model = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "text in UTF-8, or .gz of it; not with --kl")
  private @Nullable Path file;

  @Option(names = "--ids", description = "FILE has token ids, with space or commas between them")
  private boolean isIds;

  @Option(
      names = {"-c", "--context"},
      paramLabel = "N",
      description = "tokens of a window (default: 512, or what the model has room for)")
  private int context;

  @Option(names = "--full", description = "score every token")
  private boolean full;

  @Option(
      names = "--stride",
      paramLabel = "N",
      description = "with --full: tokens from window to window (default: half a window)")
  private int stride;

  @Option(names = "--chunks", paramLabel = "N", description = "most windows (default: all)")
  private int chunks;

  @Option(
      names = "--kl-base",
      paramLabel = "OUT",
      description = "also write the distributions, for --kl")
  private @Nullable Path written;

  @Option(
      names = "--kl",
      paramLabel = "BASE",
      description = "compare with the distributions in a file")
  private @Nullable Path base;

  @Option(names = "--json", description = "as one JSON object, nothing rounded")
  private boolean json;

  @Mixin private PrecisionOption precision = new PrecisionOption();

  @Mixin private MemoryOption memory = new MemoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    requireSense();
    try (LoadedModel loaded = LoadedModel.open(model, memory.bytes(), spec.commandLine().getErr());
        Meter meter = Meter.on(spec.commandLine().getErr(), "windows")) {
      Tokenizer tokenizer = tokenizer(loaded);
      Subject subject =
          new Subject(
              loaded.model(),
              loaded.kernels(),
              precision.or(Precision.EXACT).arithmetic(),
              token ->
                  tokenizer == null || tokenizer.isSpecial(token)
                      ? 0
                      : tokenizer.bytes(token).length);
      Progress progress = (done, all) -> meter.show(() -> meter.share(done, all));
      if (base != null) {
        compare(base, subject, begin(tokenizer), progress);
      } else {
        measure(subject, tokenizer, progress);
      }
    }
    return Main.OK;
  }

  private void requireSense() {
    for (String option : List.of("--context", "--stride", "--chunks")) {
      int found =
          option.equals("--context") ? context : option.equals("--stride") ? stride : chunks;
      if (found < 0 || (found == 0 && given(option))) {
        throw new UsageException("%s: expected 1 or more, found %d".formatted(option, found));
      }
    }
    if ((base == null) == (file == null)) {
      throw new UsageException(
          base == null
              ? "FILE: expected a text to measure on, found none; name one"
              : "FILE: expected none with --kl, which has its text in its file, found one");
    }
    for (String option :
        List.of("--context", "--stride", "--chunks", "--full", "--ids", "--kl-base")) {
      if (base != null && given(option)) {
        throw new UsageException(
            option + ": --kl takes its text and its windows from its file; leave it out");
      }
    }
    if (full && written != null) {
      throw new UsageException(
          "--full: files of --kl-base hold the second halves of windows alone; leave one out");
    }
    if (stride > 0 && !full) {
      throw new UsageException("--stride: it goes with --full; add that, or leave it out");
    }
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /// Null where ids need none and there is none that can be read.
  private @Nullable Tokenizer tokenizer(LoadedModel loaded) throws IOException {
    try {
      return loaded.tokenizer();
    } catch (CheckpointException | TokenizerException e) {
      if (!isIds && base == null) {
        throw e;
      }
      spec.commandLine()
          .getErr()
          .println("tokenizer  none, so no bits per byte and no begin-of-text: " + e.getMessage());
      return null;
    }
  }

  /// Id of the token at the start of every window; negative for none.
  private static int begin(@Nullable Tokenizer tokenizer) {
    return tokenizer != null && tokenizer.addsBeginOfText()
        ? tokenizer.beginOfText().orElse(-1)
        : -1;
  }

  private void compare(Path reference, Subject subject, int begin, Progress progress)
      throws IOException {
    try (ReferenceFile opened = ReferenceFile.open(reference)) {
      Divergence found = Divergence.of(subject, opened, begin, progress);
      DivergenceReport report = new DivergenceReport(found);
      print(report.json(), report.lines());
    }
  }

  private void measure(Subject subject, @Nullable Tokenizer tokenizer, Progress progress)
      throws IOException {
    MeasuredText text = new MeasuredText(Objects.requireNonNull(file));
    int[] ids =
        isIds || tokenizer == null
            ? text.ids(subject.model().vocab())
            : LoadedModel.withBegin(tokenizer, text.text());
    int length = context > 0 ? context : Math.min(USUAL_CONTEXT, subject.model().maxLength());
    PerplexityReport report =
        full
            ? sliding(subject, ids, length, progress)
            : halves(subject, ids, length, begin(tokenizer), progress);
    print(report.json(), report.lines());
  }

  private PerplexityReport halves(
      Subject subject, int[] ids, int length, int begin, Progress progress) {
    int[] some =
        chunks > 0 ? Arrays.copyOf(ids, (int) Math.min(ids.length, (long) chunks * length)) : ids;
    List<Window> windows = Window.halves(some, length, begin);
    Perplexity found =
        written == null
            ? Perplexity.of(subject, windows, progress)
            : ReferenceFile.write(written, subject, some, length, begin, progress);
    return new PerplexityReport(
        found, words("the second half of each of %,d windows of %,d", windows.size(), length));
  }

  private PerplexityReport sliding(Subject subject, int[] ids, int length, Progress progress) {
    int step = stride > 0 ? stride : Math.max(1, length / 2);
    List<Window> windows = Window.sliding(ids, length, step);
    List<Window> some = chunks > 0 ? windows.subList(0, Math.min(chunks, windows.size())) : windows;
    Perplexity found = Perplexity.of(subject, some, progress);
    return new PerplexityReport(
        found,
        words("all but the first, in %,d windows of %,d, %,d apart", some.size(), length, step));
  }

  private static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private void print(ObjectNode object, List<String> lines) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(object));
    } else {
      lines.forEach(out::println);
    }
  }
}
