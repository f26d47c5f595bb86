package dev.minke.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.backend.Hardware;
import dev.minke.cli.doctor.Finding.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckupTest {
  @TempDir private Path directory;

  private Finding find(Checkup checkup, String subject) throws IOException {
    return checkup.findings().stream()
        .filter(finding -> finding.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  private Checkup checkup(Hardware hardware, int java, boolean isReady) {
    return new Checkup(hardware, java, isReady, isReady, directory);
  }

  private static Hardware hardware(int usable, long memory, String pages) {
    return new Hardware(
        "a processor", List.of("AVX2"), 8, usable, List.of("L2 2048K"), memory, 1, pages);
  }

  @Test
  void aGoodMachineNeedsNothingAndIsMeasured() throws IOException {
    List<Finding> findings = checkup(hardware(8, 64L << 30, "madvise"), 25, true).findings();
    assertThat(findings)
        .filteredOn(finding -> !finding.subject().equals("disk"))
        .allMatch(finding -> finding.state() == State.GOOD && finding.remedy().isEmpty());
    assertThat(DoctorCommand.code(findings)).isZero();
    assertThat(findings)
        .extracting(Finding::subject)
        .contains("backend", "multiply-adds", "products", "memory speed");
    assertThat(findings)
        .filteredOn(finding -> finding.found().contains("/s"))
        .hasSize(3)
        .noneMatch(finding -> finding.found().startsWith("0 "));
  }

  @Test
  void whatIsPoorHasARemedyAndIsNoFailure() throws IOException {
    Checkup poor = checkup(hardware(2, 1L << 30, "never"), 25, true);
    for (String subject : List.of("cores", "memory", "large pages")) {
      Finding finding = find(poor, subject);
      assertThat(finding.state()).as(subject).isEqualTo(State.POOR);
      assertThat(finding.remedy()).as(subject).isNotEmpty();
    }
    assertThat(DoctorCommand.code(poor.findings())).isZero();
  }

  @Test
  void whatIsMissingIsAFailureWithARemedy() throws IOException {
    Checkup old = checkup(hardware(8, 64L << 30, "always"), 24, false);
    assertThat(find(old, "java").remedy()).contains("JDK 25");
    assertThat(find(old, "native access").remedy()).contains("--enable-native-access");
    assertThat(DoctorCommand.code(old.findings())).isEqualTo(1);
  }
}
