package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final long RUN_SECONDS = 120;

  @TempDir private static Path temporary;

  private static Path scripts;
  private static Path installed;
  private static Programs programs;
  private static ScriptedServer server;

  @BeforeAll
  static void start() throws IOException, URISyntaxException {
    Path classes =
        Path.of(ClientsTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    scripts = Path.of(ClientsTest.class.getResource("clients").toURI());
    installed = classes.resolveSibling("clients");
    Files.createDirectories(installed);
    programs = new Programs(installed, temporary);
    server = new ScriptedServer(temporary, ServerSettings.DEFAULT.withApiKeys(Set.of(KEY)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void passes(Map<String, String> variables, String... words)
      throws IOException, InterruptedException {
    long before = server.model().counts().generatedTokens();
    Map<String, String> all = new HashMap<>(variables);
    all.put("MINKE_URL", "http://127.0.0.1:" + server.port());
    all.put("MINKE_KEY", KEY);
    Programs.Ran ran = programs.run(installed, all, RUN_SECONDS, words);
    assertThat(ran.status()).as(ran.output()).isZero();
    assertThat(ran.output()).contains("ok chat", "ok tools", "ok errors", "ok cancel");
    assertThat(server.isIdleSoon()).isTrue();
    assertThat(server.model().counts().generatedTokens() - before).isLessThan(60_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"anthropic", "ollama", "openai"})
  void python(String client) throws Exception {
    assumeTrue(
        programs.runs("python3", "-m", "venv", "--help"), "not run: python3 with venv is absent");
    Path environment = installed.resolve("python");
    String python = environment.resolve("bin/python").toString();
    if (!Files.exists(environment)) {
      Programs.Ran made =
          programs.run(installed, Map.of(), RUN_SECONDS, "python3", "-m", "venv", "python");
      assertThat(made.status()).as(made.output()).isZero();
    }
    List<String> pip = new ArrayList<>(List.of(python, "-m", "pip", "install", "--quiet"));
    pip.addAll(List.of("--require-hashes", "--only-binary", ":all:", "-r"));
    pip.add(scripts.resolve("requirements.txt").toString());
    Path lock = scripts.resolve("requirements.txt");
    programs.install(environment, lock, pip, python, "-m", "pip", "index", "versions", client);
    passes(Map.of(), python, scripts.resolve(client + "_client.py").toString());
  }

  @Test
  void javaScript() throws Exception {
    Path modules = programs.nodeModules(scripts, "openai");
    passes(
        Map.of("MINKE_MODULES", modules.toString()),
        "node",
        scripts.resolve("openai_client.mjs").toString());
  }
}
