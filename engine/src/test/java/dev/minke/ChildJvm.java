package dev.minke;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command that runs a class of the tests in a JVM of its own, with the flags that every JVM of
/// ours has (`minke.jvm` in the root `pom.xml`).
public final class ChildJvm {
  private ChildJvm() {}

  /// @param main has a `main` method
  /// @param options of the JVM
  public static List<String> command(Class<?> main, List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "-XX:MaxTrivialSize=24",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
