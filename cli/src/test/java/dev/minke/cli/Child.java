package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// A command in a process of its own, for what only a process can show: signals, exit codes, limits
/// of the system. Killed when closed.
final class Child implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private Child(Process process) {
    this.process = process;
    this.reader =
        Thread.ofPlatform()
            .start(() -> {
              try (var said = process.inputReader(StandardCharsets.UTF_8)) {
                said.lines().forEach(lines::add);
              } catch (IOException e) {
                lines.add(e.toString());
              }
            });
  }

  /// Starts a command of the system; its output and errors are read together.
  static Child start(ProcessBuilder builder) throws IOException {
    return new Child(builder.redirectErrorStream(true).start());
  }

  /// Starts `minke` below a script that ends with `exec "$@"`.
  static Child minke(String script, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "-XX:MaxTrivialSize=24",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path", ""),
            Main.class.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return start(new ProcessBuilder(command));
  }

  /// Waits until a line says something.
  Child await(String text) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!output().contains(text)) {
      if (!reader.isAlive() || System.nanoTime() > end) {
        fail("expected '%s', found:%n%s", text, output());
      }
      Thread.sleep(2);
    }
    return this;
  }

  long pid() {
    return process.pid();
  }

  /// Sends a signal by name.
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /// Waits for the end.
  int code() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(output()).isTrue();
    reader.join();
    return process.exitValue();
  }

  /// What was said so far.
  String output() {
    return String.join("\n", lines) + "\n";
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
