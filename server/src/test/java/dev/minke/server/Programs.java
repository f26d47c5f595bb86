package dev.minke.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Programs of others that tests run, installed from the registries under `target`. Where a program
/// or the registry is absent the test is not run, with a word, `CI=true` or not; an installation
/// that fails beside a registry that answers is a failure.
final class Programs {
  private static final long INSTALL_SECONDS = 300;
  private static final long PROBE_SECONDS = 60;

  private final Path installed;
  private final Path temporary;

  /// @param installed where they are, and stay
  /// @param temporary for what they print
  Programs(Path installed, Path temporary) {
    this.installed = installed;
    this.temporary = temporary;
  }

  /// What became of a command.
  record Ran(int status, String output) {}

  Ran run(Path directory, Map<String, String> variables, long seconds, String... words)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(temporary, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(variables);
    Process process = builder.start();
    boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(output, StandardCharsets.UTF_8);
    return new Ran(ended ? process.exitValue() : -1, text);
  }

  boolean runs(String... words) throws InterruptedException {
    try {
      return run(installed, Map.of(), PROBE_SECONDS, words).status == 0;
    } catch (IOException _) {
      return false;
    }
  }

  /// Installs, unless that was done before.
  ///
  /// @param lock file with the versions
  /// @param probe a command that tells whether the registry answers
  void install(Path directory, Path lock, List<String> command, String... probe)
      throws IOException, InterruptedException {
    Path done = directory.resolve("installed." + lock.getFileName());
    if (Files.exists(done) && Files.mismatch(done, lock) == -1) {
      return;
    }
    Ran ran = run(directory, Map.of(), INSTALL_SECONDS, command.toArray(String[]::new));
    if (ran.status != 0) {
      assumeTrue(runs(probe), "not run: the registry does not answer: " + ran.output);
      throw new AssertionError("%s: %s".formatted(String.join(" ", command), ran.output));
    }
    Files.copy(lock, done, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Installs packages for Node as a lock file has them.
  ///
  /// @param scripts has `package.json` and `package-lock.json`
  /// @param name of a package in these
  /// @return where Node finds them
  Path nodeModules(Path scripts, String name) throws IOException, InterruptedException {
    assumeTrue(runs("npm", "--version") && runs("node", "--version"), "not run: npm is absent");
    Path modules = installed.resolve("node");
    Files.createDirectories(modules);
    for (String file : List.of("package.json", "package-lock.json")) {
      Files.copy(scripts.resolve(file), modules.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> npm = List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
    install(modules, scripts.resolve("package-lock.json"), npm, "npm", "view", name, "version");
    return modules;
  }
}
