package dev.minke.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));

  @TempDir Path directory;

  /// One run that ended after a heartbeat, one that never did.
  private void twoRuns() throws IOException {
    try (Ledger ledger = Ledger.open(directory, CLOCK)) {
      Account first = ledger.start("pretrain", "tiny");
      first.heartbeat(100, 1e9, 5000);
      first.end("completed", 300, 3e9, 6000);
      Account second = ledger.start("pretrain", "tiny");
      second.heartbeat(40, 4e8, 9000);
      second.heartbeat(50, 5e8, 9000);
    }
  }

  @Test
  void entriesReadAsTheyWereWritten() throws IOException {
    twoRuns();
    Ledger.Contents contents = Ledger.read(directory);
    assertThat(contents.ignored()).isEmpty();
    assertThat(contents.entries()).hasSize(6);
    assertThat(contents.entries().getFirst())
        .isInstanceOfSatisfying(
            LedgerEntry.Start.class,
            start -> {
              assertThat(start.time()).isEqualTo(CLOCK.instant());
              assertThat(start.machine()).isEqualTo(Machine.here());
            });
  }

  @Test
  void aRunWithoutAnEndIsChargedUpToItsLastHeartbeat() throws IOException {
    twoRuns();
    List<Charge> charges = Charge.all(Ledger.read(directory).entries());
    assertThat(charges).extracting(Charge::outcome).containsExactly("completed", Charge.CRASHED);
    assertThat(charges.get(1).usage().tokens()).isEqualTo(50);
    assertThat(charges.get(1).usage().flops()).isEqualTo(5e8);
  }

  @Test
  void sumsCountCrashedRunsAndTakeTheHighestPeak() throws IOException {
    twoRuns();
    CostTable table = CostTable.of(Charge.all(Ledger.read(directory).entries()));
    CostTable.Row total = table.rows().getLast();
    assertThat(total.runs()).isEqualTo(2);
    assertThat(total.crashed()).isEqualTo(1);
    assertThat(total.usage().tokens()).isEqualTo(350);
    assertThat(total.usage().flops()).isEqualTo(3.5e9);
    assertThat(total.usage().peakBytes()).isEqualTo(9000);
    assertThat(table.lines().getLast()).startsWith("total").contains("350", "3.5G", "9.0kB");
  }

  @Test
  void aTornLastLineIsIgnoredReportedAndClosedOff() throws IOException {
    twoRuns();
    Path file = directory.resolve(Ledger.NAME);
    byte[] whole = Files.readAllBytes(file);
    List<LedgerEntry> entries = Ledger.read(directory).entries();
    int lastLine = 1 + new String(whole, 0, whole.length - 1, "UTF-8").lastIndexOf('\n');
    for (int length = lastLine + 1; length < whole.length - 1; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      Ledger.Contents torn = Ledger.read(directory);
      assertThat(torn.entries()).isEqualTo(entries.subList(0, 5));
      assertThat(torn.ignored()).singleElement().asString().contains("line 6", "torn");
    }
    try (Ledger ledger = Ledger.open(directory, CLOCK)) {
      ledger.start("eval", "tiny");
    }
    Ledger.Contents after = Ledger.read(directory);
    assertThat(after.entries())
        .hasSize(6)
        .startsWith(entries.subList(0, 5).toArray(new LedgerEntry[0]));
    assertThat(after.ignored()).hasSize(1);
  }

  @Test
  void linesOfALaterReleaseAreReportedNotGuessed() throws IOException {
    Files.writeString(directory.resolve(Ledger.NAME), "{\"version\":2,\"run\":\"a\"}\n");
    assertThat(Ledger.read(directory).ignored())
        .singleElement()
        .asString()
        .contains("expected version 1, found 2");
  }

  @Test
  void aDirectoryWithoutALedgerHasCostNothing() throws IOException {
    assertThat(CostTable.of(Charge.all(Ledger.read(directory).entries())).rows())
        .containsExactly(new CostTable.Row("total", 0, 0, Usage.NONE));
  }

  @Test
  void cpuAndWallTimeAreMeasured() throws IOException {
    try (Ledger ledger = Ledger.open(directory, CLOCK)) {
      Account account = ledger.start("pretrain", "tiny");
      long until = System.nanoTime() + 50_000_000;
      long spun = 0;
      while (System.nanoTime() < until) {
        spun++;
      }
      account.end("completed", spun, 0, 0);
    }
    Usage usage = Charge.all(Ledger.read(directory).entries()).getFirst().usage();
    assertThat(usage.wallSeconds()).isGreaterThanOrEqualTo(0.05);
    assertThat(usage.cpuSeconds()).isGreaterThan(0);
  }
}
