package dev.minke.cli.runs;

import dev.minke.data.Corpus;
import dev.minke.inference.Choice;
import dev.minke.inference.Generator;
import dev.minke.inference.Precision;
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
  @Override
  public void validated(ValidationMetrics metrics) {
    List<String> lines =
        recipe.validation().prompts().stream().map(prompt -> line(metrics.step(), prompt)).toList();
    if (lines.isEmpty()) {
      return;
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

  private String line(int step, String prompt) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("prompt", prompt);
    line.put("text", continued(prompt));
    return JsonMapper.shared().writeValueAsString(line);
  }

  private String continued(String prompt) {
    int begin = recipe.data().beginOfText() ? tokenizer.beginOfText().orElse(-1) : -1;
    int[] ids =
        new Corpus.Encoding(tokenizer::encode, tokenizer.identity(), tokenizer.vocab(), begin, -1)
            .encode(prompt);
    int room = model.get().maxLength() - ids.length;
    if (ids.length == 0 || room < 1) {
      return "";
    }
    return tokenizer.decode(
        new Generator(model.get(), kernels, Precision.EXACT)
            .generate(
                ids,
                Math.min(recipe.validation().promptTokens(), room),
                tokenizer.endsOfAnswer(),
                Choice.of(new Sampler(0.8, 0, 0.95, recipe.seed())),
                _ -> true)
            .ids());
  }
}
