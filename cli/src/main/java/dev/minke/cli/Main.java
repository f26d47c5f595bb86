package dev.minke.cli;

import dev.minke.backend.BackendUnavailableException;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.cli.console.RunLedger;
import dev.minke.input.EditDistance;
import dev.minke.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/// The `minke` command.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. A failure is one line on standard
/// error; `--debug` adds where it happened.
@Command(
    name = "minke",
    mixinStandardHelpOptions = true,
    version = "minke 0.1.0",
    description = {
      "The whole DeepSeek recipe for the JVM: train, ask and measure models.",
      "",
      "Start with: minke quickstart"
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "minke COMMAND -h explains a command and gives examples."})
public final class Main {
  /// Done.
  static final int OK = 0;

  /// It could not be done.
  static final int FAILED = 1;

  /// What every system of ours says of a disk that is full (ENOSPC).
  private static final String FULL_DISK = "No space left on device";

  private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "print where a failure happened, not just what it was")
  private boolean debug;

  private Main() {}

  /// Runs a command and ends the process with its exit code.
  public static void main(String[] arguments) {
    Descriptors.takeBackStandardError();
    // What the engine logs stands among the remarks and looks like one of them.
    if (System.getProperty(LOG_FORMAT) == null) {
      System.setProperty(LOG_FORMAT, "%4$-10s %5$s%6$s%n");
    }
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = execute(arguments, out, err);
    out.flush();
    System.exit(code);
  }

  /// Runs a command.
  ///
  /// @return the exit code
  static int execute(String[] given, PrintWriter out, PrintWriter err) {
    String[] arguments = Commands.withoutHelp(given);
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    Commands.add(line, arguments);
    line.setOut(out);
    line.setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((fault, _) -> {
      CommandLine command = fault.getCommandLine();
      command
          .getErr()
          .printf(
              "minke: %s; %s -h explains it%n",
              misused(fault), command.getCommandSpec().qualifiedName());
      return CommandLine.ExitCode.USAGE;
    });
    line.setExecutionExceptionHandler((fault, command, _) -> {
      if (main.debug) {
        fault.printStackTrace(command.getErr());
      }
      command.getErr().println("minke: " + describe(fault));
      return fault instanceof UsageException ? CommandLine.ExitCode.USAGE : FAILED;
    });
    if (arguments.length == 0) {
      line.usage(out);
      return OK;
    }
    return line.execute(arguments);
  }

  /// What is wrong with a command line, in words of people instead of Java.
  private static String misused(ParameterException fault) {
    if (fault instanceof UnmatchedArgumentException unmatched) {
      String found = unmatched.getUnmatched().getFirst();
      boolean top = fault.getCommandLine().getParent() == null;
      String kind = unmatched.isUnknownOption() ? "option" : top ? "command" : "argument";
      // Theirs are ordered by common pairs of letters, which turned letters do not have.
      String near =
          unmatched.getSuggestions().stream()
              .min(Comparator.comparingInt(one -> EditDistance.between(found, one)))
              .map(", did you mean %s?"::formatted)
              .orElse("");
      return "unknown %s '%s'%s".formatted(kind, found, near);
    }
    return oneLine(fault.getMessage())
        .replaceFirst(" is not an? (double|float)$", " is no number")
        .replaceFirst(" is not an? (int|long)$", " is no whole number");
  }

  private static String describe(Exception fault) {
    String text = oneLine(plain(fault));
    return text.contains(FULL_DISK)
        ? text + "; free some space, then the same command again"
        : text;
  }

  private static @Nullable String plain(Exception fault) {
    return switch (fault) {
      case BackendUnavailableException known -> known.getMessage();
      case UsageException known -> known.getMessage();
      case CheckpointException known -> known.getMessage();
      case TokenizerException known -> known.getMessage();
      case NoSuchFileException missing -> missing.getFile() + ": no such file";
      case FileSystemException file -> file.getFile() + ": " + RunLedger.reason(file);
      case IOException io -> RunLedger.reason(io);
      case UncheckedIOException io -> io.getMessage();
      case IllegalArgumentException known -> known.getMessage();
      default -> "%s; --debug shows where".formatted(fault);
    };
  }

  private static String oneLine(@Nullable String message) {
    return message == null ? "unknown failure" : message.lines().findFirst().orElse(message);
  }
}
