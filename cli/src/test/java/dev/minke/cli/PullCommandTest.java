package dev.minke.cli;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `minke pull` and `minke list` in processes of their own, with the environment that people set.
class PullCommandTest {
  private static final int WEIGHTS = 8 << 20;
  private static final int SIGINT = 128 + 2;

  @TempDir private Path temporary;
  private Path cache;
  private TinyHub hub;
  private byte[] weights;

  @BeforeEach
  void open() throws IOException {
    cache = temporary.resolve("cache");
    weights = new byte[WEIGHTS];
    RandomGeneratorFactory.of("L64X128MixRandom").create(1).nextBytes(weights);
    hub =
        new TinyHub()
            .with("config.json", "{}".getBytes(StandardCharsets.UTF_8))
            .with("model.safetensors", weights)
            .with("original/weights.bin", new byte[10]);
  }

  @AfterEach
  void close() {
    hub.close();
  }

  private Child minke(List<String> variables, Object... arguments) throws IOException {
    List<String> set =
        new ArrayList<>(
            List.of(
                "HF_ENDPOINT=" + hub.address(),
                "HF_HUB_CACHE=" + cache,
                "OLLAMA_MODELS=" + temporary.resolve("ollama"),
                "HF_HOME=" + temporary.resolve("home")));
    set.addAll(variables);
    return Child.minke("exec env '" + String.join("' '", set) + "' \"$@\"", arguments);
  }

  private String succeeded(Object... arguments) throws Exception {
    try (Child child = minke(List.of(), arguments)) {
      assertThat(child.code()).as(child.output()).isZero();
      return child.output();
    }
  }

  private Path blob() {
    return cache.resolve("models--org--model/blobs").resolve(TinyHub.sha256(weights));
  }

  private Path snapshot() {
    return cache.resolve("models--org--model/snapshots").resolve(TinyHub.COMMIT);
  }

  @Test
  void aModelIsPulledListedAndUsedOffline() throws Exception {
    String plan = succeeded("pull", "org/model", "--dry-run");
    assertThat(plan).contains("8.4 MB  model.safetensors", "8.4 MB  in 2 files, 0 B of it here");
    assertThat(cache).doesNotExist();

    String pulled = succeeded("pull", "org/model");
    assertThat(pulled)
        .contains("model      org/model at 0123456789ab, 2 files, 8.4 MB", "fetched    8.4 MB in")
        .doesNotContain("\r")
        .endsWith(snapshot() + "\n");
    assertThat(snapshot().resolve("model.safetensors")).hasBinaryContent(weights);
    JsonNode again = JsonMapper.shared().readTree(json(succeeded("pull", "org/model", "--json")));
    assertThat(again.path("present").asLong()).isEqualTo(WEIGHTS + 2);
    assertThat(again.path("files").size()).isEqualTo(2);
    assertThat(hub.sent("model.safetensors")).isEqualTo(WEIGHTS);

    assertThat(succeeded("list"))
        .containsPattern("NAME +KIND +SIZE +MODIFIED +WHERE")
        .containsPattern("org/model +safetensors +8.4 MB +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +/")
        .contains("8.4 MB on disk");
    JsonNode list = JsonMapper.shared().readTree(json(succeeded("list", "--json")));
    assertThat(list.path("bytes").asLong()).isEqualTo(WEIGHTS + 2);
    assertThat(list.path("models").get(0).path("name").asString()).isEqualTo("org/model");

    hub.close();
    try (Child offline = minke(List.of("HF_HUB_OFFLINE=1"), "pull", "org/model")) {
      assertThat(offline.code()).isZero();
      assertThat(offline.output()).endsWith(snapshot() + "\n");
    }
    try (Child offline = minke(List.of("HF_HUB_OFFLINE=1"), "pull", "org/model", "--json")) {
      assertThat(offline.code()).isZero();
      assertThat(JsonMapper.shared().readTree(json(offline.output())).path("path").asString())
          .isEqualTo(snapshot().toString());
    }
    try (Child offline = minke(List.of("HF_HUB_OFFLINE=1"), "pull", "org/other")) {
      assertThat(offline.code()).isEqualTo(1);
      assertThat(offline.output()).contains("minke: no model 'org/other'");
    }
  }

  private static String json(String output) {
    return output.substring(output.indexOf('{'));
  }

  @Test
  void aKilledDownloadGoesOnByTheSameCommand() throws Exception {
    hub.slow(20);
    try (Child child = minke(List.of(), "pull", "org/model")) {
      awaitHalf();
      child.signal("KILL");
      child.code();
    }
    long kept = Files.size(unfinished());
    assertThat(kept).isBetween(WEIGHTS / 4L, WEIGHTS - 1L);
    assertThat(snapshot()).doesNotExist();
    assertThat(succeeded("list"))
        .contains("Not to be used as they are:", "org/model (", "the same minke pull goes on");

    hub.slow(0);
    long before = hub.sent("model.safetensors");
    assertThat(succeeded("pull", "org/model")).contains("of it; the rest is fetched");
    assertThat(snapshot().resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(hub.sent("model.safetensors") - before).isEqualTo(WEIGHTS - kept);
  }

  private Path unfinished() {
    return blob().resolveSibling(blob().getFileName() + ".incomplete");
  }

  private void awaitHalf() throws InterruptedException {
    while (hub.sent("model.safetensors") < WEIGHTS / 2) {
      Thread.sleep(5);
    }
  }

  @Test
  void ctrlCKeepsWhatCame() throws Exception {
    hub.slow(20);
    try (Child child = minke(List.of(), "pull", "org/model")) {
      awaitHalf();
      child.signal("INT");
      assertThat(child.code()).isEqualTo(SIGINT);
      assertThat(child.output())
          .contains("interrupt  stopping; what came is kept", "stopped    the same command goes on")
          .doesNotContain("minke: ");
    }
    assertThat(Files.size(unfinished())).isBetween(WEIGHTS / 4L, WEIGHTS - 1L);
    hub.slow(0);
    succeeded("pull", "org/model");
    assertThat(blob()).hasBinaryContent(weights);
  }

  @Test
  void aRefusalIsOneLineWithTheRemedy() throws Exception {
    try (Child child = minke(List.of(), "pull", "org/missing")) {
      assertThat(child.code()).isEqualTo(1);
      List<String> lines = new ArrayList<>(child.output().lines().toList());
      lines.removeIf(line -> line.startsWith("WARNING: Using incubator modules"));
      assertThat(lines)
          .singleElement(as(InstanceOfAssertFactories.STRING))
          .startsWith(
              "minke: org/missing: " + hub.address() + " has no such model; check the name");
    }
    try (Child child = minke(List.of("HF_ENDPOINT=ftp://x"), "pull", "org/model")) {
      assertThat(child.code()).isEqualTo(1);
      assertThat(child.output()).contains("found 'ftp://x'; set HF_ENDPOINT");
    }
  }

  @Test
  void whatCannotBeMeantIsWrongUsage() {
    assertThat(Run.of("pull", "../x").failed(2)).contains("found '../x'");
    assertThat(Run.of("pull", "a/b", "--jobs", 0).failed(2)).contains("--jobs: expected 1 to 64");
    assertThat(Run.of("pull", "a/b:Q4_0", "--include", "*").failed(2)).contains("--include");
    assertThat(Run.of("list", temporary.resolve("no")).failed(2)).contains("expected a directory");
  }
}
