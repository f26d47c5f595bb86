package dev.minke.cli.doctor;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `minke doctor`.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Say what this machine has and what Minke makes of it.",
      "",
      "Java, processor, caches, cores, memory, large pages, disk, the kernels chosen, and speeds"
          + " measured in three seconds. What could be better has a remedy; the exit code is 1 if"
          + " something that is needed is missing."
    },
    footer = {"", "Examples:", "  minke doctor", "  minke doctor --json"})
public final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", description = "as JSON")
  private boolean isJson;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    List<Finding> findings = Checkup.here().findings();
    PrintWriter out = spec.commandLine().getOut();
    if (isJson) {
      out.println(
          JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json(findings)));
    } else {
      findings.forEach(finding -> print(out, finding));
    }
    return code(findings);
  }

  static int code(List<Finding> findings) {
    return findings.stream().anyMatch(one -> one.state() == Finding.State.MISSING) ? 1 : 0;
  }

  private static void print(PrintWriter out, Finding finding) {
    String mark =
        switch (finding.state()) {
          case GOOD -> " ";
          case POOR -> "!";
          case MISSING -> "✗";
        };
    out.printf("%s %-14s %s%n", mark, finding.subject(), finding.found());
    if (!finding.remedy().isEmpty()) {
      out.printf("  %-14s → %s%n", "", finding.remedy());
    }
  }

  private static List<Map<String, String>> json(List<Finding> findings) {
    return findings.stream()
        .map(finding -> {
          Map<String, String> one = new LinkedHashMap<>();
          one.put("subject", finding.subject());
          one.put("found", finding.found());
          one.put("state", finding.state().name().toLowerCase(Locale.ROOT));
          one.put("remedy", finding.remedy());
          return one;
        })
        .toList();
  }
}
