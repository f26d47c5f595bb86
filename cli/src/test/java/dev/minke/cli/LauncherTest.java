package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The script `minke` in a house of its own, where the JDK and the build are scripts that say what
/// they were asked. Where the JVM itself matters it is the one of this test.
class LauncherTest {
  @TempDir private Path temporary;
  private Path home;
  private Path launcher;
  private Path jdk;

  @BeforeEach
  void makeHouse() throws IOException {
    temporary = temporary.toRealPath();
    home = Files.createDirectories(temporary.resolve("a house"));
    launcher = home.resolve("minke");
    Files.copy(Golden.repository().resolve("minke"), launcher);
    Files.createDirectories(home.resolve("build"));
    Files.copy(Golden.repository().resolve("build/jdk.sh"), home.resolve("build/jdk.sh"));
    for (String module : List.of("engine", "cli")) {
      Files.createDirectories(home.resolve(module + "/src/main"));
      Files.writeString(home.resolve(module + "/src/main/Source.java"), "");
      Files.writeString(home.resolve(module + "/pom.xml"), "");
    }
    Files.writeString(home.resolve("pom.xml"), "");
    script(home.resolve("mvnw"), "echo built >>builds; sleep 1");
    jdk = jdk("25.0.1", "echo \"java $$: $*\"");
    Files.createDirectories(home.resolve("cli/target"));
    age(home);
    Files.writeString(home.resolve("cli/target/minke-built"), "");
  }

  private static Path script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path jdk(String version, String text) throws IOException {
    Path made = Files.createDirectories(temporary.resolve("jdk-" + version));
    Files.writeString(made.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    script(made.resolve("bin/javac"), "exit 1");
    script(made.resolve("bin/java"), text);
    return made;
  }

  /// Makes everything older than what is written from now on.
  private static void age(Path directory) throws IOException {
    FileTime hourAgo = FileTime.from(Instant.now().minusSeconds(3600));
    try (var files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, hourAgo);
      }
    }
  }

  private Child launch(String shell, Path script, Map<String, String> environment, String... more)
      throws IOException {
    var builder = new ProcessBuilder(shell, script.toString());
    builder.command().addAll(List.of(more));
    builder.directory(temporary.toFile());
    builder.environment().remove("MINKE_JAVA_OPTIONS");
    builder.environment().put("MINKE_JAVA_HOME", jdk.toString());
    builder.environment().putAll(environment);
    return Child.start(builder);
  }

  private static void requireShell(String shell) {
    assumeTrue(
        Arrays.stream(System.getenv("PATH").split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, shell))),
        "not run: this system has no " + shell);
  }

  /// The program as this test sees it, in the place where the build would put it.
  private void useRealProgram() throws IOException {
    jdk = Path.of(System.getProperty("java.home"));
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    Path jar = home.resolve("cli/target/cli-0.1.0-SNAPSHOT.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.finish();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "dash", "bash"})
  void throughLinksFromAnotherDirectoryWithItsArguments(String shell) throws Exception {
    requireShell(shell);
    Path near = Files.createSymbolicLink(home.resolve("near"), Path.of("minke"));
    Path far = Files.createSymbolicLink(temporary.resolve("far"), near);
    Path relative =
        Files.createSymbolicLink(
            Files.createDirectories(temporary.resolve("bin")).resolve("minke"), Path.of("../far"));
    for (Path started : List.of(launcher, near, far, relative)) {
      try (Child child = launch(shell, started, Map.of(), "cost", "two words", "*")) {
        assertThat(child.code()).as(child.output()).isZero();
        assertThat(child.output())
            .contains("-Dminke.home=" + home + " ")
            .endsWith("dev.minke.cli.Main cost two words *\n");
      }
    }
  }

  @Test
  void theProgramTakesTheProcessOfTheScriptSoSignalsReachIt() throws Exception {
    for (String command : List.of("cost", "predict")) {
      try (Child child = launch("sh", launcher, Map.of(), command)) {
        assertThat(child.code()).as(child.output()).isZero();
        assertThat(child.output()).contains("java " + child.pid() + ":");
      }
    }
  }

  /// The Vector API's commands load a module that a cache can't hold.
  @Test
  void whatWasLoadedOnceIsKeptForShortCommands() throws Exception {
    try (Child child = launch("sh", launcher, Map.of(), "show")) {
      assertThat(child.code()).as(child.output()).isZero();
      assertThat(child.output()).doesNotContain("AOTCache");
    }
    Path cache = Files.writeString(home.resolve("cli/target/minke.aot"), "");
    try (Child child = launch("sh", launcher, Map.of(), "show")) {
      assertThat(child.code()).as(child.output()).isZero();
      assertThat(child.output()).contains("-XX:AOTCache=" + cache + " ");
    }
    try (Child child = launch("sh", launcher, Map.of(), "predict")) {
      assertThat(child.code()).as(child.output()).isZero();
      assertThat(child.output()).doesNotContain("AOTCache");
    }
  }

  @Test
  void aDamagedCacheIsIgnoredWithoutAWord() throws Exception {
    useRealProgram();
    Files.writeString(home.resolve("cli/target/minke.aot"), "damaged");
    try (Child child = launch("sh", launcher, Map.of(), "--version")) {
      assertThat(child.code()).as(child.output()).isZero();
      assertThat(child.output().lines()).hasSize(1);
    }
  }

  @Test
  void exitCodesAreThoseOfTheProgram() throws Exception {
    jdk = jdk("25.0.2", "exit 42");
    for (String command : List.of("cost", "predict")) {
      try (Child child = launch("sh", launcher, Map.of(), command)) {
        assertThat(child.code()).as(child.output()).isEqualTo(42);
      }
    }
  }

  @Test
  void withoutAJdk25ItSaysWhatItFoundAndWhatToInstall() throws Exception {
    Path search = home.resolve("build/jdk.sh");
    String text = Files.readString(search);
    String alone = text.replace(" && on_path && installed;", " && on_path;");
    assertThat(alone).isNotEqualTo(text);
    Files.writeString(search, alone);
    Path old = jdk("17.0.9", "exit 1");
    Path tools = Files.createDirectories(temporary.resolve("tools"));
    for (String tool : List.of("sh", "dirname", "readlink", "sed")) {
      Path found =
          Arrays.stream(System.getenv("PATH").split(":", -1))
              .map(folder -> Path.of(folder, tool))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      script(tools.resolve(tool), "exec " + found + " \"$@\"");
    }
    Map<String, String> environment =
        Map.of("PATH", tools.toString(), "MINKE_JAVA_HOME", "", "JAVA_HOME", old.toString());
    try (Child child = launch("sh", launcher, environment, "cost")) {
      assertThat(child.code()).as(child.output()).isEqualTo(1);
      assertThat(child.output().lines()).hasSize(1);
      assertThat(child.output())
          .startsWith("minke: expected a JDK 25, found 17.0.9 in " + old)
          .contains("https://adoptium.net", "set JAVA_HOME");
    }
    Map<String, String> none =
        Map.of("PATH", tools.toString(), "MINKE_JAVA_HOME", "", "JAVA_HOME", "");
    try (Child child = launch("sh", launcher, none, "cost")) {
      assertThat(child.code()).as(child.output()).isEqualTo(1);
      assertThat(child.output()).startsWith("minke: expected a JDK 25, found none; install");
    }
    Map<String, String> onPath =
        Map.of(
            "PATH", jdk.resolve("bin") + ":" + tools, "MINKE_JAVA_HOME", "", "JAVA_HOME", "/none");
    try (Child child = launch("sh", launcher, onPath, "cost")) {
      assertThat(child.code()).as(child.output()).isZero();
    }
  }

  private long builds() throws IOException {
    Path file = home.resolve("builds");
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "dash", "bash"})
  void launchesAtOnceBuildOnceAndOnlyWhenSourcesChanged(String shell) throws Exception {
    requireShell(shell);
    try (Child child = launch(shell, launcher, Map.of(), "cost")) {
      assertThat(child.code()).as(child.output()).isZero();
    }
    assertThat(builds()).isZero();
    Files.delete(home.resolve("cli/target/minke-built"));
    try (Child first = launch(shell, launcher, Map.of(), "cost");
        Child second = launch(shell, launcher, Map.of(), "cost");
        Child third = launch(shell, launcher, Map.of(), "cost")) {
      for (Child child : List.of(first, second, third)) {
        assertThat(child.code()).as(child.output()).isZero();
        assertThat(child.output()).contains("dev.minke.cli.Main cost");
      }
    }
    assertThat(builds()).isEqualTo(1);
    Files.delete(home.resolve("engine/src/main/Source.java"));
    try (Child child = launch(shell, launcher, Map.of(), "cost")) {
      assertThat(child.code()).as(child.output()).isZero();
    }
    assertThat(builds()).isEqualTo(2);
    assertThat(home.resolve("cli/target/minke-lock")).doesNotExist();
  }

  @Test
  void aLockThatAKilledProcessLeftIsTakenOver() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.createSymbolicLink(
        home.resolve("cli/target/minke-lock"), Path.of(Long.toString(gone.pid())));
    Files.delete(home.resolve("cli/target/minke-built"));
    try (Child first = launch("sh", launcher, Map.of(), "cost");
        Child second = launch("sh", launcher, Map.of(), "cost")) {
      assertThat(first.code()).as(first.output()).isZero();
      assertThat(second.code()).as(second.output()).isZero();
    }
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aBuildThatFailsShowsItsLogAndIsTriedAgain() throws Exception {
    script(home.resolve("mvnw"), "echo built >>builds; echo 'no network'; exit 1");
    Files.delete(home.resolve("cli/target/minke-built"));
    for (int trial = 1; trial <= 2; trial++) {
      try (Child child = launch("sh", launcher, Map.of(), "cost")) {
        assertThat(child.code()).as(child.output()).isEqualTo(1);
        assertThat(child.output())
            .contains("no network\n", "minke: the build failed; its log is " + home);
      }
      assertThat(builds()).isEqualTo(trial);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "dash", "bash"})
  void aJvmThatDoesNotStartSaysWhy(String shell) throws Exception {
    requireShell(shell);
    useRealProgram();
    Map<String, String> nonsense = Map.of("MINKE_JAVA_OPTIONS", "-XX:Nonsense=1");
    try (Child child = launch(shell, launcher, nonsense, "predict", "absent", "text")) {
      assertThat(child.code()).as(child.output()).isEqualTo(1);
      assertThat(child.output()).contains("Nonsense");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "dash", "bash"})
  void theWarningOfTheVectorModuleIsHiddenAndNothingElse(String shell) throws Exception {
    requireShell(shell);
    useRealProgram();
    try (Child child = launch(shell, launcher, Map.of(), "predict", "absent", "text")) {
      assertThat(child.code()).as(child.output()).isEqualTo(1);
      assertThat(child.output().lines()).hasSize(1);
      assertThat(child.output()).startsWith("minke: no model 'absent'");
    }
  }

  @Test
  void errorsOfTwoCommandsInOneFileStandBehindEachOther() throws Exception {
    useRealProgram();
    String both = "{ sh \"$1\" predict one text; sh \"$1\" predict two text; echo end >&2; } 2>log";
    var builder = new ProcessBuilder("sh", "-c", both, "sh", launcher.toString());
    builder.directory(temporary.toFile());
    builder.environment().put("MINKE_JAVA_HOME", jdk.toString());
    try (Child child = Child.start(builder)) {
      assertThat(child.code()).as(child.output()).isZero();
    }
    List<String> lines = Files.readAllLines(temporary.resolve("log"));
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("minke: no model 'one'");
    assertThat(lines.get(1)).startsWith("minke: no model 'two'");
    assertThat(lines.get(2)).isEqualTo("end");
  }

  @Test
  void whoeverReadsOnlyTheFirstLineHearsNoComplaint() throws Exception {
    useRealProgram();
    String piped = "sh \"$1\" predict -h | head -n 1";
    var builder = new ProcessBuilder("sh", "-c", piped, "sh", launcher.toString());
    builder.environment().put("MINKE_JAVA_HOME", jdk.toString());
    try (Child child = Child.start(builder)) {
      assertThat(child.code()).as(child.output()).isZero();
      assertThat(child.output().lines()).hasSize(1);
      assertThat(child.output()).startsWith("Usage: minke predict");
    }
  }
}
