package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;

import dev.minke.checkpoint.Safetensors;
import dev.minke.ledger.Ledger;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandsTest {
  /// The bound of the golden's own documentation.
  private static final double LOGIT_BOUND = 1e-4;

  @TempDir private Path temporary;

  @Test
  void logitsAreTheGoldensWithThePredictors() {
    Path expected = Golden.model().resolve("expected");
    Path out = temporary.resolve("logits.safetensors");
    try (Arena arena = Arena.ofConfined();
        Safetensors logits = Safetensors.open(expected.resolve("logits.safetensors"));
        Safetensors after = Safetensors.open(expected.resolve("mtp_logits.safetensors"))) {
      String ids =
          Arrays.stream(read(arena, logits, "ids.33").toIntArray())
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(","));
      Run.of("logits", Golden.model(), "--ids", ids, "--out", out, "--mtp").succeeded();
      try (Safetensors found = Safetensors.open(out)) {
        assertThat(found.entries()).containsOnlyKeys("logits", "mtp_logits");
        compare(arena, found, "logits", logits, "33");
        compare(arena, found, "mtp_logits", after, "33");
      }
    }
  }

  private static void compare(
      Arena arena, Safetensors found, String name, Safetensors golden, String length) {
    Tensor ours = read(arena, found, name);
    Tensor expected = read(arena, golden, name + "." + length);
    int[] positions = read(arena, golden, "positions." + length).toIntArray();
    for (int i = 0; i < positions.length; i++) {
      assertThat(ours.rows(positions[i], positions[i] + 1).toFloatArray())
          .as(name + " at " + positions[i])
          .containsExactly(expected.rows(i, i + 1).toFloatArray(), within((float) LOGIT_BOUND));
    }
  }

  private static Tensor read(Arena arena, Safetensors file, String name) {
    Safetensors.Entry entry = file.entries().get(name);
    int[] sizes = entry.shape().stream().mapToInt(Long::intValue).toArray();
    DType dtype = entry.dtype().equals("I32") ? DType.I32 : DType.F32;
    Tensor into = Tensor.allocate(arena, dtype, Shape.of(sizes));
    file.read(name, into);
    return into;
  }

  @Test
  void predictionsAreSortedProbabilities() {
    String text = Run.of("predict", Golden.model(), "The quick", "-k", 5, "--json").succeeded();
    JsonNode array = JsonMapper.shared().readTree(text);
    assertThat(array.size()).isEqualTo(5);
    double last = 1;
    for (JsonNode one : array) {
      assertThat(one.propertyNames()).containsExactly("token", "id", "probability");
      assertThat(one.path("probability").doubleValue()).isBetween(0.0, last);
      last = one.path("probability").doubleValue();
    }
    String bars = Run.of("predict", Golden.model(), "The quick", "-k", 5).succeeded();
    assertThat(bars.lines()).hasSize(5).allMatch(line -> line.contains("%"));
  }

  @Test
  void generationIsAFunctionOfTheSeed() {
    Object[] sampled = {
      "generate", Golden.model(), "--prompt", "The", "-n", 12, "--temp", 1, "--seed", 5, "--json"
    };
    String once = Run.of(sampled).succeeded();
    assertThat(Run.of(sampled).succeeded()).isEqualTo(once);
    JsonNode object = JsonMapper.shared().readTree(once);
    assertThat(object.path("ids").size()).isBetween(0, 12);
    sampled[9] = 6;
    assertThat(Run.of(sampled).succeeded()).isNotEqualTo(once);
  }

  @Test
  void generatedTextFollowsThePrompt() {
    String json =
        Run.of("generate", Golden.model(), "--prompt", "The", "-n", 8, "--json").succeeded();
    String text = JsonMapper.shared().readTree(json).path("text").asString();
    String plain = Run.of("generate", Golden.model(), "--prompt", "The", "-n", 8).succeeded();
    assertThat(plain).isEqualTo("The" + text + System.lineSeparator());
  }

  @Test
  void costAddsUpTheLedger() throws Exception {
    try (Ledger ledger = Ledger.open(temporary, InstantSource.system())) {
      ledger.start("pretrain", "test").end("completed", 1000, 2e9, 3000);
      ledger.start("pretrain", "test").heartbeat(500, 1e9, 9000);
    }
    String table = Run.of("cost", temporary).succeeded();
    assertThat(table.lines()).hasSize(3);
    assertThat(table.lines().toList().getLast()).contains("total", "1.5k", "3.0G", "9.0kB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "train",
        "run",
        "predict",
        "generate",
        "logits",
        "perplexity",
        "bench",
        "cost",
        "watch",
        "report",
        "show",
        "compare",
        "pull",
        "list",
        "doctor",
        "data"
      })
  void everyCommandExplainsItselfWithAnExample(String command) {
    String help = Run.of(command, "-h").succeeded();
    assertThat(help).contains("Usage:", "Example", "  minke " + command);
    assertThat(Run.of("help", command).succeeded()).isEqualTo(help);
  }

  @Test
  void theCommandExplainsItself() {
    String usage = Run.of().succeeded();
    assertThat(usage)
        .contains(
            "quickstart",
            "train",
            "predict",
            "generate",
            "logits",
            "perplexity",
            "bench",
            "cost",
            "watch",
            "report",
            "show",
            "pull",
            "list",
            "data");
    assertThat(usage.lines()).allMatch(line -> line.length() <= 80);
    int commands = usage.indexOf("Commands:");
    assertThat(usage.substring(commands).lines().skip(1).takeWhile(line -> !line.isBlank()))
        .hasSize(18)
        .allMatch(line -> line.endsWith("."));
    assertThat(Run.of("--version").succeeded()).startsWith("minke ");
  }

  /// Picocli prints what it cannot format as it stands, and a warning beside it.
  @Test
  void everyTextOfHelpCanBeFormatted() {
    CommandLine all = new CommandLine(CommandSpec.create());
    Commands.add(all, new String[0]);
    assertThat(all.getSubcommands()).hasSize(18);
    texts(all)
        .forEach(
            text -> assertThatCode(() -> String.format(text)).as(text).doesNotThrowAnyException());
  }

  private static Stream<String> texts(CommandLine line) {
    CommandSpec spec = line.getCommandSpec();
    Stream<String> own =
        Stream.concat(
            spec.args().stream().flatMap(argument -> Arrays.stream(argument.description())),
            Stream.of(spec.usageMessage().description(), spec.usageMessage().footer())
                .flatMap(Arrays::stream));
    return Stream.concat(own, line.getSubcommands().values().stream().flatMap(CommandsTest::texts));
  }

  @Test
  void wrongUsageIsOneLineAndExitCodeTwo() {
    assertThat(Run.of("predcit").failed(2))
        .contains("unknown command 'predcit', did you mean predict?");
    assertThat(Run.of("tarin").failed(2)).contains("unknown command 'tarin', did you mean train?");
    assertThat(Run.of("generate", temporary, "--prompt", "a", "--temperature", 1).failed(2))
        .contains("unknown option '--temperature'");
    assertThat(Run.of("cost", temporary, "b").failed(2)).contains("unknown argument 'b'");
    assertThat(Run.of("generate", temporary, "--prompt", "a", "--temp", "hot").failed(2))
        .contains("'hot' is no number");
    assertThat(Run.of("quickstart", "--threads", 0).failed(2)).contains("--threads: expected 1");
    Run.of("predict").failed(2);
    Run.of("generate", temporary, "--prompt", "a", "-n", "many").failed(2);
    Run.of("generate", temporary, "--prompt", "a", "--temperatur", "1").failed(2);
    Run.of("logits", temporary, "--ids", "1,x", "--out", "f").failed(2);
  }

  @Test
  void settingsOutOfRangeAreRefusedByName() {
    assertThat(Run.of("generate", Golden.model(), "--prompt", "a", "--temp", -1).failed(2))
        .contains("temp");
    assertThat(Run.of("generate", Golden.model(), "--prompt", "a", "--top-p", 2).failed(2))
        .contains("top-p");
    assertThat(Run.of("generate", Golden.model(), "--prompt", "a", "-n", 0).failed(2))
        .contains("-n");
    assertThat(Run.of("predict", Golden.model(), "a", "-k", 0).failed(2)).contains("-k");
    Path out = temporary.resolve("out");
    assertThat(Run.of("logits", Golden.model(), "--ids", "1,999999", "--out", out).failed(1))
        .contains("999999");
    assertThat(Files.exists(out)).isFalse();
  }
}
