package dev.minke.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.cli.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");
  private static final Pattern TAG = Pattern.compile("<(/?)([a-z1-6]+)([^<>]*)>");

  @TempDir private Path directory;

  private RunFolder folder() {
    return new RunFolder(directory.resolve("r"));
  }

  private String report() throws IOException {
    return Files.readString(RunReport.write(directory.resolve("r")));
  }

  /// Every element that is opened is closed, in order.
  private static void requireBalanced(String html) {
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAG.matcher(html.replaceAll("(?s)<style>.*?</style>", ""));
    while (tag.find()) {
      if (!tag.group(1).isEmpty()) {
        assertThat(open.pop()).as("at " + tag.start()).isEqualTo(tag.group(2));
      } else if (!tag.group(3).endsWith("/") && !tag.group(2).equals("meta")) {
        open.push(tag.group(2));
      }
    }
    assertThat(open).isEmpty();
  }

  private static void requireSelfContained(String html) {
    assertThat(html)
        .doesNotContainIgnoringCase(
            "<script", "http://", "https://", "src=", "href=", "@import", "url(")
        .doesNotContain("NaN", "Infinity");
  }

  @Test
  void holdsTheWholeRunAndNeedsNothingElse() throws IOException {
    folder().steps(40).card(40).account("pretrain", BEGIN, "completed");
    folder()
        .line(
            "{\"step\":41,\"loss\":0.2,\"tokens\":2000,\"seconds\":0.5,\"expertLayers\":[1,2],\"expertLoad\":[[0.5,1.5],[1,1]],\"maxViolation\":0.5,\"residentBytes\":536870912}")
        .append(
            "samples.jsonl",
            "{\"step\":20,\"prompt\":\"A & B\",\"text\":\" <script>alert(1)</script>\"}\n");
    String html = report();
    requireBalanced(html);
    requireSelfContained(html.replace("&lt;script&gt;", ""));
    assertThat(html)
        .contains("made up", "finished", "loss, nats a token", "held-out bits per byte")
        .contains("layer 2, expert 1", "A &amp; B", "&lt;script&gt;alert(1)", "Cost by stage")
        .contains("pretrain", "0123abc", "vector: 512 bits", "seed: 1", "best");
  }

  @Test
  void theBestValidationIsTheOneWithTheLowestLoss() throws IOException {
    folder().steps(30).line("{\"step\":31,\"loss\":0.2}");
    folder().line("{\"step\":31,\"validationLoss\":5.0,\"bitsPerByte\":2.0}");
    assertThat(report()).containsPattern("<td>30</td><td>0.300</td><td>0.100</td><td>best</td>");
  }

  @Test
  void theMovingAverageStandsBesideTheWeights() throws IOException {
    folder().steps(20);
    assertThat(report()).doesNotContain("moving average");
    folder()
        .line(
            "{\"step\":30,\"validationLoss\":0.3,\"bitsPerByte\":0.1,\"averageBitsPerByte\":0.09}");
    assertThat(report())
        .contains("<th>of the moving average</th>")
        .containsPattern("<td>30</td><td>0.300</td><td>0.100</td><td>0.090</td><td>best</td>")
        .contains("moving average");
  }

  @Test
  void whatIsMissingIsLeftOut() throws IOException {
    folder().account("tokenizer", Instant.now(), "");
    assertThat(report()).contains("prepares (tokenizer)").doesNotContain("Recipe", "Evaluation");
    folder().step(1, 7.5);
    requireBalanced(report());
    requireSelfContained(report());
  }

  @Test
  void aLossThatIsNoNumberBreaksNoPage() throws IOException {
    folder()
        .step(1, 3)
        .line(
            "{\"step\":2,\"loss\":\"NaN\",\"gradientNorm\":\"Infinity\",\"tokens\":5,\"seconds\":0}");
    String html = report();
    requireBalanced(html);
    requireSelfContained(html);
  }

  @Test
  void aDirectoryWithoutARunIsRefusedAndNothingIsWritten() throws IOException {
    Files.createDirectories(directory.resolve("empty"));
    assertThatThrownBy(() -> RunReport.write(directory.resolve("empty")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected the directory of a run");
    assertThat(directory.resolve("empty")).isEmptyDirectory();
  }
}
