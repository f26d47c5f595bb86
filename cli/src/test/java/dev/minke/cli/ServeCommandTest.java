package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/// What the options of `serve` set, what of them is refused.
class ServeCommandTest {
  @TempDir private Path temporary;

  private static ServerSettings settings(String... options) throws IOException {
    ServeCommand command = new ServeCommand();
    CommandLine line = new CommandLine(command);
    String[] all = new String[options.length + 1];
    all[0] = "model.gguf";
    System.arraycopy(options, 0, all, 1, options.length);
    line.parseArgs(all);
    return command.settings();
  }

  @Test
  void withoutOptionsThisServersPageAloneMayAsk() throws IOException {
    assertThat(settings().origins()).isEmpty();
    assertThat(settings().limits()).isEqualTo(ServerSettings.Limits.DEFAULT);
  }

  @Test
  void originsAndTimeAreSet() throws IOException {
    assertThat(settings("--origins", "https://a.org,http://localhost:3000").origins())
        .containsExactlyInAnyOrder("https://a.org", "http://localhost:3000");
    assertThat(settings("--origins", "*").origins()).containsExactly("*");
    assertThat(settings("--timeout", "7").limits().answer()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings("-to", "8").limits().answer()).isEqualTo(Duration.ofSeconds(8));
    assertThat(settings("-to", "8").limits().arrival())
        .isEqualTo(ServerSettings.Limits.DEFAULT.arrival());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--origins | https://a.org/ | --origins: expected * or origins such as",
        "--origins | a.org | --origins: expected * or origins such as",
        "--origins | http://localhost:* | --origins: expected * or origins such as",
        "--timeout | 0 | --timeout: expected 1 or more, found 0",
        "-np | 0 | --parallel: expected 1 or more, found 0",
        "--queue | -1 | --queue: expected 0 or more, found -1",
        "--draft-max | -1 | --draft: expected 0 or more, found -1",
      })
  void aValueThatCannotBeIsRefusedInOneLine(String option, String value, String message) {
    assertThat(Run.of("serve", temporary.resolve("none.gguf"), option, value).failed(2))
        .startsWith("minke: " + message);
  }

  @Test
  void aCacheThatCannotBeKeptIsRefusedBeforeAnythingIsRead() throws IOException {
    Path inFile = Files.createTempFile(temporary, "no", "folder").resolve("sub");
    assertThat(Run.of("serve", Golden.model(), "--cache-dir", inFile).failed(1))
        .startsWith("minke: cannot keep a cache in " + inFile)
        .doesNotContain("loading");
    assertThat(
            Run.of("serve", Golden.model(), "--cache-dir", temporary, "--cache-disk", "much")
                .failed(2))
        .startsWith("minke: --cache-disk: expected a size such as 12g or 900m, found 'much'");
  }

  @Test
  void helpNamesTheVariables() {
    assertThat(Run.of("serve", "--help").succeeded())
        .contains("--cache-dir", "MINKE_CACHE_DIR", "--cache-disk", "MINKE_CACHE_DISK")
        .contains("--origins", "OLLAMA_ORIGINS", "-to, --timeout", "LLAMA_ARG_TIMEOUT")
        .contains("-np, --parallel", "LLAMA_ARG_N_PARALLEL")
        .contains("--draft, --draft-max", "LLAMA_ARG_DRAFT_MAX");
  }

  @Test
  void variablesOfTheEnvironmentSetThemToo() throws Exception {
    String script = "OLLAMA_ORIGINS=https://a.org LLAMA_ARG_N_PARALLEL=3 exec \"$@\"";
    try (Child child = Child.minke(script, "serve", Golden.model(), "--port", 0)) {
      Matcher port =
          Pattern.compile("listening  http://127.0.0.1:(\\d+)")
              .matcher(child.await("listening").output());
      assertThat(port.find()).isTrue();
      assertThat(child.output()).contains("3 requests at a time");
      try (HttpClient client = HttpClient.newHttpClient()) {
        for (String origin : new String[] {"https://a.org", "https://b.org"}) {
          HttpResponse<String> response =
              client.send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:%s/v1/models".formatted(port.group(1))))
                      .header("Origin", origin)
                      .build(),
                  BodyHandlers.ofString());
          assertThat(response.headers().firstValue("Access-Control-Allow-Origin").isPresent())
              .as(origin)
              .isEqualTo(origin.equals("https://a.org"));
        }
      }
      child.signal("TERM");
      assertThat(child.code()).isEqualTo(128 + 15);
    }
  }

  /// What a container asks whether its server is ready, and the flags that it starts it with.
  @Test
  void theContainersCheckFindsAServerThatIsReady() throws Exception {
    String file = Files.readString(Golden.repository().resolve("deploy/Dockerfile"));
    try (Child child = Child.minke("exec \"$@\"", "serve", Golden.model(), "--port", 0)) {
      Matcher port =
          Pattern.compile("listening  http://127.0.0.1:(\\d+)")
              .matcher(child.await("listening").output());
      assertThat(port.find()).isTrue();
      assertThat(check(file, port.group(1))).as("ready").isZero();
      child.signal("TERM");
      assertThat(child.code()).isEqualTo(128 + 15);
      assertThat(check(file, port.group(1))).as("gone").isNotZero();
    }
    String launcher = Files.readString(Golden.repository().resolve("minke"));
    Matcher flags = Pattern.compile("vector='(--add-modules[^']*)'").matcher(launcher);
    assertThat(flags.find()).isTrue();
    for (String flag : flags.group(1).split(" ")) {
      assertThat(file).contains('"' + flag + '"');
    }
  }

  private static int check(String file, String port) throws Exception {
    Matcher words = Pattern.compile("HEALTHCHECK .*CMD (\\[.*])").matcher(file);
    assertThat(words.find()).isTrue();
    String[] command =
        JsonMapper.shared().readValue(words.group(1).replace("8080", port), String[].class);
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }
}
