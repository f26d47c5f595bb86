package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.OpenOptions;
import dev.minke.server.host.ServerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The chat page in a real Chromium, driven by Playwright: the cases are in `browser/page.mjs`.
/// Pictures of the page in light, dark and on a phone are in `target/page` afterwards.
@Tag("long")
class PageTest {
  private static final String KEY = "secret";
  private static final long RUN_SECONDS = 300;

  /// Of Debian's package.
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  @TempDir private static Path temporary;

  /// What one case printed.
  private record Case(String name, boolean holds, String failure) {}

  @TestFactory
  Stream<DynamicTest> page() throws Exception {
    assumeTrue(
        Files.isExecutable(CHROMIUM),
        "not run: Chromium is absent; apt-get install -y chromium puts it at " + CHROMIUM);
    Path classes =
        Path.of(PageTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path scripts = Path.of(PageTest.class.getResource("browser").toURI());
    Path pictures = Files.createDirectories(classes.resolveSibling("page"));
    Path installed = Files.createDirectories(classes.resolveSibling("browser"));
    Programs programs = new Programs(installed, temporary);
    Path modules = programs.nodeModules(scripts, "playwright-core");
    OpenOptions oneAtATime = OpenOptions.DEFAULT.withRequests(1, 0);
    try (ScriptedServer roomy =
            new ScriptedServer(temporary.resolve("roomy"), ServerSettings.DEFAULT);
        ScriptedServer small =
            new ScriptedServer(
                temporary.resolve("small"),
                ServerSettings.DEFAULT.withApiKeys(Set.of(KEY)),
                oneAtATime)) {
      Map<String, String> variables =
          Map.of(
              "MINKE_URL",
              "http://127.0.0.1:" + roomy.port(),
              "MINKE_SMALL_URL",
              "http://127.0.0.1:" + small.port(),
              "MINKE_KEY",
              KEY,
              "MINKE_CHROMIUM",
              CHROMIUM.toString(),
              "MINKE_MODULES",
              modules.toString(),
              "MINKE_PICTURES",
              pictures.toString());
      String script = scripts.resolve("page.mjs").toString();
      Programs.Ran ran = programs.run(installed, variables, RUN_SECONDS, "node", script);
      List<Case> cases = cases(ran.output());
      assertThat(cases).as(ran.output()).isNotEmpty();
      assertThat(ran.status() == 0)
          .as(ran.output())
          .isEqualTo(cases.stream().allMatch(Case::holds));
      return cases.stream()
          .map(one ->
              DynamicTest.dynamicTest(
                  one.name, () -> assertThat(one.holds).as(one.failure).isTrue()));
    }
  }

  /// Of lines `ok NAME`, and `not ok NAME` with lines behind them that begin with `#`.
  private static List<Case> cases(String output) {
    List<Case> cases = new ArrayList<>();
    for (String line : output.lines().toList()) {
      if (line.startsWith("ok ")) {
        cases.add(new Case(line.substring(3), true, ""));
      } else if (line.startsWith("not ok ")) {
        cases.add(new Case(line.substring(7), false, ""));
      } else if (!cases.isEmpty()) {
        Case last = cases.removeLast();
        cases.add(new Case(last.name, last.holds, last.failure + line + "\n"));
      }
    }
    return cases;
  }
}
