package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The makers' own clients, installed from the registries under `target`: chats, streams, tools,
/// errors, and an endless answer that is left. Where a program or the registry is absent it is not
/// run, with a word, `CI=true` or not; an installation that fails beside a registry that answers is
/// a failure.
@Tag("long")
class ClientsTest {
  private static final String KEY = "secret";
  private static final long INSTALL_SECONDS = 300;
  private static final long RUN_SECONDS = 120;

  @TempDir private static Path temporary;

  private static Path scripts;
  private static Path installed;
  private static ScriptedServer server;

  @BeforeAll
  static void start() throws IOException, URISyntaxException {
    Path classes =
        Path.of(ClientsTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    scripts = Path.of(ClientsTest.class.getResource("clients").toURI());
    installed = classes.resolveSibling("clients");
    Files.createDirectories(installed);
    server = new ScriptedServer(temporary, ServerSettings.DEFAULT.withApiKeys(Set.of(KEY)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /// What became of a command.
  private record Ran(int status, String output) {}

  private static Ran run(
      Path directory, Map<String, String> variables, long seconds, String... words)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(temporary, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(variables);
    Process process = builder.start();
    boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(output, StandardCharsets.UTF_8);
    return new Ran(ended ? process.exitValue() : -1, text);
  }

  private static boolean runs(String... words) throws InterruptedException {
    try {
      return run(installed, Map.of(), RUN_SECONDS, words).status == 0;
    } catch (IOException _) {
      return false;
    }
  }

  /// Installs, unless that was done before.
  ///
  /// @param lock file with the versions
  /// @param probe a command that tells whether the registry answers
  private static void install(Path directory, String lock, List<String> command, String... probe)
      throws IOException, InterruptedException {
    Path done = directory.resolve("installed." + lock);
    if (Files.exists(done) && Files.mismatch(done, scripts.resolve(lock)) == -1) {
      return;
    }
    Ran ran = run(directory, Map.of(), INSTALL_SECONDS, command.toArray(String[]::new));
    if (ran.status != 0) {
      assumeTrue(runs(probe), "not run: the registry does not answer: " + ran.output);
      throw new AssertionError("%s: %s".formatted(String.join(" ", command), ran.output));
    }
    Files.copy(scripts.resolve(lock), done, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void passes(Map<String, String> variables, String... words)
      throws IOException, InterruptedException {
    long before = server.model().counts().generatedTokens();
    Map<String, String> all = new HashMap<>(variables);
    all.put("MINKE_URL", "http://127.0.0.1:" + server.port());
    all.put("MINKE_KEY", KEY);
    Ran ran = run(installed, all, RUN_SECONDS, words);
    assertThat(ran.status).as(ran.output).isZero();
    assertThat(ran.output).contains("ok chat", "ok tools", "ok errors", "ok cancel");
    assertThat(server.isIdleSoon()).isTrue();
    assertThat(server.model().counts().generatedTokens() - before).isLessThan(60_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"anthropic", "ollama", "openai"})
  void python(String client) throws Exception {
    assumeTrue(runs("python3", "-m", "venv", "--help"), "not run: python3 with venv is absent");
    Path environment = installed.resolve("python");
    String python = environment.resolve("bin/python").toString();
    if (!Files.exists(environment)) {
      Ran made = run(installed, Map.of(), INSTALL_SECONDS, "python3", "-m", "venv", "python");
      assertThat(made.status).as(made.output).isZero();
    }
    List<String> pip = new ArrayList<>(List.of(python, "-m", "pip", "install", "--quiet"));
    pip.addAll(List.of("--require-hashes", "--only-binary", ":all:", "-r"));
    pip.add(scripts.resolve("requirements.txt").toString());
    install(environment, "requirements.txt", pip, python, "-m", "pip", "index", "versions", client);
    passes(Map.of(), python, scripts.resolve(client + "_client.py").toString());
  }

  @Test
  void javaScript() throws Exception {
    assumeTrue(runs("npm", "--version") && runs("node", "--version"), "not run: npm is absent");
    Path modules = installed.resolve("node");
    Files.createDirectories(modules);
    for (String name : List.of("package.json", "package-lock.json")) {
      Files.copy(scripts.resolve(name), modules.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> npm = List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
    install(modules, "package-lock.json", npm, "npm", "view", "openai", "version");
    passes(
        Map.of("MINKE_MODULES", modules.toString()),
        "node",
        scripts.resolve("openai_client.mjs").toString());
  }
}
