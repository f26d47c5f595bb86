package dev.minke.ledger;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;

/// One run of one stage while it runs: measures CPU and wall time itself, is told the rest.
///
/// A run without [#end] counts as crashed and is charged up to its last heartbeat. Belongs to one
/// thread.
public final class Account {
  private final Ledger ledger;
  private final String run;
  private final InstantSource clock;
  private final OperatingSystemMXBean process =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final long cpuBegin = process.getProcessCpuTime();
  private final long wallBegin = System.nanoTime();

  Account(Ledger ledger, String run, InstantSource clock) {
    this.ledger = ledger;
    this.run = run;
    this.clock = clock;
  }

  /// Says that the run lives.
  ///
  /// @param tokens since the start
  /// @param flops since the start
  /// @param peakBytes most memory at once
  public void heartbeat(long tokens, double flops, long peakBytes) throws IOException {
    ledger.append(new LedgerEntry.Heartbeat(run, clock.instant(), usage(tokens, flops, peakBytes)));
  }

  /// Says that the run is over.
  ///
  /// @param outcome in a word: `completed`, `stopped`, `failed`
  public void end(String outcome, long tokens, double flops, long peakBytes) throws IOException {
    ledger.append(
        new LedgerEntry.End(run, clock.instant(), outcome, usage(tokens, flops, peakBytes)));
  }

  private Usage usage(long tokens, double flops, long peakBytes) {
    double cpu = (process.getProcessCpuTime() - cpuBegin) * 1e-9;
    double wall = (System.nanoTime() - wallBegin) * 1e-9;
    return new Usage(tokens, flops, cpu, wall, peakBytes);
  }
}
