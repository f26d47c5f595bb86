package dev.minke.ledger;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// Where a run took place.
///
/// @param system operating system and version
/// @param architecture of the processor
/// @param processors that the process may use
/// @param memoryBytes of the machine, or of the container
/// @param java version of the runtime
public record Machine(
    String system, String architecture, int processors, long memoryBytes, String java) {
  /// This machine.
  public static Machine here() {
    OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(
        bean.getName() + " " + bean.getVersion(),
        bean.getArch(),
        bean.getAvailableProcessors(),
        bean.getTotalMemorySize(),
        Runtime.version().toString());
  }
}
