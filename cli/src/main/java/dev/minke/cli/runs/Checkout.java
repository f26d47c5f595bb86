package dev.minke.cli.runs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The program's own sources, where it is run from them.
public final class Checkout {
  private static final long GIT_SECONDS = 5;

  private Checkout() {}

  /// The hash of the sources' commit; a `+` says that they were changed since. `unknown` where the
  /// program is not run from a checkout.
  public static String commit() {
    Path home = Path.of(System.getProperty("minke.home", ""));
    if (!Files.exists(home.resolve(".git"))) {
      return "unknown";
    }
    try {
      Process head = git(home, "rev-parse", "HEAD");
      String hash =
          new String(head.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (head.exitValue() != 0 || hash.isEmpty()) {
        return "unknown";
      }
      return hash + (git(home, "diff", "--quiet", "HEAD").exitValue() == 0 ? "" : "+");
    } catch (IOException noGit) {
      return "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }

  /// A command of git that prints little, when it has ended.
  ///
  /// @throws IOException if git is not there, or does not end
  private static Process git(Path home, String... command)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("git", "-C", home.toString()));
    line.addAll(List.of(command));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    if (!process.waitFor(GIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("git: it does not end");
    }
    return process;
  }
}
