package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that are full or may not be written: one line that says so, nothing half-written, and the
/// same command goes on when there is room. Each test mounts a small disk that only its own process
/// sees.
class DiskTest {
  @TempDir private Path temporary;
  private Path disk;
  private Path run;

  @BeforeEach
  void requireMounts() throws Exception {
    disk = Files.createDirectory(temporary.resolve("disk"));
    run = disk.resolve("run");
    boolean possible;
    try {
      Process trial =
          new ProcessBuilder("unshare", "-rm", "mount", "-t", "tmpfs", "none", disk.toString())
              .start();
      possible = trial.waitFor(10, TimeUnit.SECONDS) && trial.exitValue() == 0;
    } catch (IOException absent) {
      possible = false;
    }
    assumeTrue(possible, "not run: this system lets its users mount nothing (unshare -rm)");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      text.append("Document %d counts to %d.\n\n".formatted(i, i + i));
    }
    Files.writeString(temporary.resolve("input.txt"), text);
  }

  /// Runs `minke` on a disk, lists what is there afterwards, then does the rest of the script.
  private Child on(String size, String rest, Object... command) throws IOException {
    String inside =
        "mount -t tmpfs -o size=%s none '%s' || exit 99; ".formatted(size, disk)
            + "\"$@\"; echo \"code $?\"; find '%s' -type f | sort; ".formatted(disk)
            + rest.replace("DISK", disk.toString());
    return Child.minke(
        "exec unshare -rm sh -c '" + inside.replace("'", "'\\''") + "' sh \"$@\"", command);
  }

  private Object[] train(Object... more) {
    List<Object> command =
        new ArrayList<>(List.of("train", Golden.repository().resolve("recipes/tiny.yaml")));
    command.addAll(List.of("--out", run, "-o", "text=" + temporary.resolve("input.txt")));
    command.addAll(List.of("-o", "tokenizer.vocab=300", "-o", "length.steps=3"));
    command.addAll(Arrays.asList(more));
    return command.toArray();
  }

  private static final String AGAIN_WITH_ROOM =
      "mount -o remount,size=500m DISK; echo ==; \"$@\"; echo \"code $?\"";

  /// What a command left on a disk that was too small, once it said so and ended with 1.
  private List<String> leftAfterNoSpace(String output) {
    assertThat(output).contains("code 1").doesNotContain("Exception");
    assertThat(output.lines().filter(line -> line.startsWith("minke: ")))
        .singleElement()
        .asString()
        .contains("No space left on device; free some space", "the same command");
    List<String> files = output.lines().filter(line -> line.startsWith(disk.toString())).toList();
    assertThat(files).isNotEmpty().noneMatch(file -> file.contains("/."));
    return files;
  }

  @Test
  void trainingOnADiskThatFillsUpKeepsItsCheckpointAndGoesOn() throws Exception {
    // A checkpoint has 23 MB: the first fits, the second does not.
    try (Child child = on("30m", AGAIN_WITH_ROOM, train("-o", "checkpoint.everySeconds=0"))) {
      assertThat(child.code()).as(child.output()).isZero();
      String[] parts = child.output().split("\n==\n", 2);
      assertThat(leftAfterNoSpace(parts[0]).stream().filter(file -> file.contains("/step-")))
          .singleElement()
          .asString()
          .endsWith("/step-00000000.safetensors");
      assertThat(parts[1]).contains("stopped    all steps done", "code 0");
    }
  }

  @Test
  void trainingOnAFullDiskIsRefusedBeforeTheWork() throws Exception {
    try (Child child = on("1m", AGAIN_WITH_ROOM, train())) {
      assertThat(child.code()).as(child.output()).isZero();
      String[] parts = child.output().split("\n==\n", 2);
      assertThat(leftAfterNoSpace(parts[0])).noneMatch(file -> file.contains("/step-"));
      assertThat(parts[0]).doesNotContain("step       1/3");
      assertThat(parts[1]).contains("stopped    all steps done", "code 0");
    }
  }

  @Test
  void aQuickstartThatRunsOutOfSpaceGoesOnWithTheSameCommand() throws Exception {
    // Two checkpoints of 21 MB fit, the model of 7 MB does not.
    Object[] command = {"quickstart", "--budget", "1s", "--out", run};
    try (Child child = on("44m", AGAIN_WITH_ROOM, command)) {
      assertThat(child.code()).as(child.output()).isZero();
      String[] parts = child.output().split("\n==\n", 2);
      assertThat(leftAfterNoSpace(parts[0]))
          .anyMatch(file -> file.endsWith("/step-00000002.safetensors"))
          .noneMatch(file -> file.contains("/model/"));
      assertThat(parts[1]).contains("was discovered by Albert →", "code 0");
    }
  }

  @Test
  void aDirectoryThatMayNotBeWrittenIsRefusedByName() throws Exception {
    Path model = Golden.copy(temporary.resolve("model"));
    Path out = disk.resolve("logits.safetensors");
    Object[] quickstart = {"quickstart", "--budget", "1s", "--out", run};
    Object[] logits = {"logits", model, "--ids", "1,2", "--out", out};
    for (Object[] command : List.of(train(), quickstart, logits)) {
      try (Child child = on("20m,ro", "", command)) {
        assertThat(child.code()).as(child.output()).isZero();
        assertThat(child.output()).contains("code 1").doesNotContain("Exception");
        assertThat(child.output().lines().filter(line -> line.startsWith("minke: ")))
            .singleElement()
            .asString()
            .contains(disk.toString())
            .containsIgnoringCase("read-only file system");
      }
    }
  }
}
