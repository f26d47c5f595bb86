package dev.minke.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A process of `train_peer.py`: PyTorch, which takes steps when asked and sleeps meanwhile.
final class TorchPeer implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final Writer requests;
  private final JsonNode loaded;
  private final Form form;

  /// A round of steps.
  ///
  /// @param seconds of all steps
  /// @param cpuSeconds of all its threads
  /// @param losses one for each step
  record Round(double seconds, double cpuSeconds, List<Double> losses) {}

  /// How the peer computes.
  ///
  /// @param patient whether its threads sleep instead of spinning for each other: on a busy machine
  ///   spinning threads hold each other up, on a quiet one they are quicker
  record Settings(Form form, int threads, boolean patient) {}

  /// Ways to take the same step in PyTorch.
  enum Form {
    /// A model written for speed, as it is.
    EAGER,
    /// The same through torch.compile.
    COMPILED,
    /// The model of the library.
    TRANSFORMERS
  }

  /// @param files the directory with the model, the batches and the recipe
  TorchPeer(Path python, Path script, TrainFiles files, Settings settings) throws IOException {
    List<String> command =
        List.of(
            python.toString(),
            script.toString(),
            files.model().toString(),
            files.batches().toString(),
            files.recipe().toString(),
            Integer.toString(settings.threads),
            settings.form.name().toLowerCase(Locale.ROOT));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(name -> name.startsWith("OMP_"));
    if (settings.patient) {
      builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
    }
    process = builder.start();
    answers = process.inputReader(StandardCharsets.UTF_8);
    requests = process.outputWriter(StandardCharsets.UTF_8);
    form = settings.form;
    loaded = answer();
  }

  long parameters() {
    return loaded.get("parameters").longValue();
  }

  /// What is compared with: `PyTorch 2.15.0 eager`.
  String name() {
    String version = loaded.get("torch").stringValue().split("\\+", -1)[0];
    return "PyTorch " + version + " " + form.name().toLowerCase(Locale.ROOT);
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /// Takes steps.
  Round run(int steps) throws IOException {
    requests.write(steps + "\n");
    requests.flush();
    JsonNode answer = answer();
    return new Round(
        answer.get("seconds").doubleValue(),
        answer.get("cpuSeconds").doubleValue(),
        answer.get("losses").valueStream().map(JsonNode::doubleValue).toList());
  }

  private JsonNode answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the peer: expected an answer, found that it ended; see its errors");
    }
    return JsonMapper.shared().readTree(line);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
