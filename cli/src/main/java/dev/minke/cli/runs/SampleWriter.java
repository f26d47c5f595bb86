package dev.minke.cli.runs;

import dev.minke.data.Corpus;
import dev.minke.inference.AwaitedAnswer;
import dev.minke.inference.Choice;
import dev.minke.inference.Engine;
import dev.minke.inference.EngineSettings;
import dev.minke.inference.Precision;
import dev.minke.inference.Request;
import dev.minke.inference.Sampler;
import dev.minke.kernel.Kernels;
import dev.minke.model.CausalModel;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainRecipe;
import dev.minke.train.ValidationMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// Lets the model continue the recipe's prompts after each validation: `samples.jsonl`, what
/// [Sample] reads. With the same draws each time, so that samples of different steps differ by what
/// was learned and by nothing else.
///
/// @param directory of the run
/// @param recipe with the prompts
/// @param tokenizer of the run
/// @param kernels that compute
/// @param model as it is now; there when the first validation is
public record SampleWriter(
    Path directory,
    TrainRecipe recipe,
    Tokenizer tokenizer,
    Kernels kernels,
    Supplier<? extends CausalModel> model)
    implements TrainListener {
  private record Prompt(String text, int[] ids) {}

  @Override
  public void validated(ValidationMetrics metrics) {
    List<Prompt> prompts =
        recipe.validation().prompts().stream().map(text -> new Prompt(text, ids(text))).toList();
    if (prompts.isEmpty()) {
      return;
    }
    int longest =
        prompts.stream().mapToInt(prompt -> Math.max(1, prompt.ids.length)).max().orElse(1);
    int context = Math.min(model.get().maxLength(), longest + recipe.validation().promptTokens());
    List<String> lines;
    // An engine lives as long as the parameters stay the same: it keeps what it has computed.
    try (Engine engine =
        new Engine(
            model.get(),
            kernels,
            EngineSettings.alone(Precision.EXACT, context, EngineSettings.STEP))) {
      lines =
          prompts.stream()
              .map(prompt -> line(metrics.step(), prompt.text, continuation(engine, prompt.ids)))
              .toList();
    }
    try {
      Files.write(
          directory.resolve("samples.jsonl"),
          lines,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: its samples cannot be written (%s); free space".formatted(directory, e.getMessage()),
          e);
    }
  }

  private static String line(int step, String prompt, String text) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("prompt", prompt);
    line.put("text", text);
    return JsonMapper.shared().writeValueAsString(line);
  }

  private int[] ids(String prompt) {
    int begin = recipe.data().beginOfText() ? tokenizer.beginOfText().orElse(-1) : -1;
    return new Corpus.Encoding(
            tokenizer::encode, tokenizer.identity(), tokenizer.vocab(), begin, -1)
        .encode(prompt);
  }

  /// Nothing behind a prompt without tokens, or one that leaves no room.
  private String continuation(Engine engine, int[] ids) {
    if (ids.length == 0 || ids.length >= engine.limit()) {
      return "";
    }
    Choice choice = Choice.of(new Sampler(0.8, 0, 0.95, recipe.seed()));
    AwaitedAnswer answer = new AwaitedAnswer();
    engine.submit(
        new Request(ids, recipe.validation().promptTokens(), tokenizer.endsOfAnswer(), choice),
        answer);
    return tokenizer.decode(answer.ids());
  }
}
