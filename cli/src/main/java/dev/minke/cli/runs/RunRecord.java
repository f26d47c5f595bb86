package dev.minke.cli.runs;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.AtomicFile;
import dev.minke.kernel.Kernels;
import dev.minke.train.RunFacts;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainRecipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Writes down what a run is when it starts: `recipe.yaml` as resolved, and `run.json` with
/// machine, program and sizes; what [RunCard] reads.
///
/// @param directory of the run
/// @param name of the recipe
/// @param recipe as resolved, in YAML
/// @param later phases of the training, by their folders in this directory
/// @param kernels that compute
public record RunRecord(
    Path directory, String name, String recipe, List<String> later, Kernels kernels)
    implements TrainListener {
  public RunRecord {
    later = List.copyOf(later);
  }

  /// Of a run whose recipe is the program's own: without the keys that name a text.
  public static RunRecord of(Path directory, TrainRecipe recipe, Kernels kernels) {
    String yaml = YAMLMapper.shared().writeValueAsString(recipe);
    return new RunRecord(directory, recipe.name(), yaml, List.of(), kernels);
  }

  @Override
  public void started(RunFacts facts) {
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("name", name);
    if (!later.isEmpty()) {
      card.put("later", later);
    }
    card.put("started", Instant.now().toString());
    card.put("steps", facts.steps());
    card.put("tokensPerStep", facts.rowsTokens());
    card.put("parameters", facts.parameters());
    card.put("activeParameters", facts.activeParameters());
    card.put("peakFlops", facts.peakFlops());
    card.put("backend", Backends.explain(kernels));
    card.put("gitHash", Checkout.commit());
    card.put("machine", machine());
    String json = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(card);
    write("recipe.yaml", recipe);
    write("run.json", json + "\n");
  }

  private void write(String file, String text) {
    AtomicFile.write(directory.resolve(file), text.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, String> machine() {
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    machine.put("java", Runtime.version().toString());
    return machine;
  }
}
