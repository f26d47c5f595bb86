package dev.minke.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class QuickstartCommandTest {
  private record Result(int code, String text) {}

  private static Result run(String... arguments) {
    var text = new StringWriter();
    var line =
        new CommandLine(new QuickstartCommand())
            .setOut(new PrintWriter(text))
            .setErr(new PrintWriter(text));
    return new Result(line.execute(arguments), text.toString());
  }

  @Test
  void tinyBudgetTellsTheWholeStoryAndKeepsAFinishedRun(@TempDir Path directory)
      throws IOException {
    Path out = directory.resolve("run");
    Result first = run("--out", out.toString(), "--budget", "17s", "--threads", "2");
    assertThat(first.text())
        .contains(
            "was discovered by Albert →", "Load of the experts", "The model writes:", "FLOPs");
    assertThat(first.code()).isZero();
    assertThat(out.resolve("loss.svg")).content().contains("<polyline");
    Path weights = out.resolve("model/model.safetensors");
    byte[] before = Files.readAllBytes(weights);
    assertThat(out.resolve("model/tokenizer.json")).exists();

    Result second = run("--out", out.toString(), "--budget", "17s", "--threads", "1");
    assertThat(second.text()).contains("holds a whole run", "accuracy");
    assertThat(Files.readAllBytes(weights)).isEqualTo(before);

    Path again = directory.resolve("again");
    run("--out", again.toString(), "--budget", "17s", "--threads", "1");
    assertThat(Files.readAllBytes(again.resolve("model/model.safetensors"))).isEqualTo(before);
  }

  @Test
  void budgetDecidesTheStepsBeforeTheRun() {
    int full = Plan.of(Plan.FULL_BUDGET).steps();
    assertThat(Plan.of(Plan.FULL_BUDGET.multipliedBy(10)).steps()).isEqualTo(full);
    assertThat(Plan.of(Duration.ofSeconds(60)).steps()).isBetween(full / 10, full / 5);
  }

  @Test
  void wrongBudgetIsAUsageError() {
    Result result = run("--budget", "soon");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.text()).contains("expected a time above 0 such as 90s or 6m, found 'soon'");
  }
}
