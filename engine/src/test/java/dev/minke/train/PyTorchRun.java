package dev.minke.train;

import dev.minke.Shared;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs of `deepseek_v3_losses.py` on one directory. What was computed for the same script, files
/// and options before is read again.
final class PyTorchRun {
  private static final String SCRIPT = "deepseek_v3_losses.py";
  private static final String VERSIONS = "bench/peers.txt";

  private final Path script;
  private final Path results;
  private final Path run;

  private PyTorchRun(Path script, Path results, Path run) {
    this.script = script;
    this.results = results;
    this.run = run;
  }

  /// @param run holds `model/`, `recipe.json` and `tokens.bin`
  static PyTorchRun of(Path run) throws IOException {
    Path script = script();
    MessageDigest digest = sha256();
    digest.update(Files.readAllBytes(script));
    digest.update(Files.readAllBytes(Shared.root().resolve(VERSIONS)));
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        digest.update(run.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
    }
    String key = HexFormat.of().formatHex(digest.digest(), 0, 8);
    Path results =
        Files.createDirectories(Shared.root().resolve("target/pytorch-losses").resolve(key));
    return new PyTorchRun(script, results, run);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: every Java platform has it", e);
    }
  }

  private static Path script() {
    try {
      return Path.of(PyTorchRun.class.getResource(SCRIPT).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(SCRIPT, e);
    }
  }

  /// The losses of a run with some options, one for each step.
  double[] losses(List<String> options) throws IOException, InterruptedException {
    String name = options.isEmpty() ? "plain" : String.join("", options).substring(2);
    Path result = results.resolve(name + ".json");
    if (!Files.exists(result)) {
      compute(options, result);
    }
    JsonNode losses = JsonMapper.shared().readTree(Files.readString(result)).get("losses");
    return losses.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
  }

  private void compute(List<String> options, Path result) throws IOException, InterruptedException {
    String python =
        output(Shared.root().resolve("bench/peers").toString(), "torch", "transformers", "numpy");
    List<String> command =
        new ArrayList<>(List.of(python, script.toString(), run.toString(), result.toString()));
    command.addAll(options);
    output(command.toArray(String[]::new));
  }

  /// What a command prints; its errors go to ours.
  private static String output(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException("%s: status %d".formatted(String.join(" ", command), status));
    }
    return text.strip();
  }
}
