import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Holds every Java file to google-java-format: `java -cp <formatter> build/Format.java check|fix
// DIRECTORY…`.
/// A program of its own because the formatter needs a JDK 25, while Maven may run on an older one.
final class Format {
  private Format() {}

  public static void main(String[] arguments) throws IOException {
    boolean fix = arguments[0].equals("fix");
    List<Path> files;
    try (Stream<Path> roots = Stream.of(arguments).skip(1).map(Path::of)) {
      files = roots.flatMap(Format::javaFiles).toList();
    }
    List<Path> unformatted = files.parallelStream().filter(file -> differs(file, fix)).toList();
    if (!fix && !unformatted.isEmpty()) {
      unformatted.forEach(file -> System.err.println("not formatted: " + file));
      System.err.println("remedy: ./mvnw -N -P format validate");
      System.exit(1);
    }
  }

  private static Stream<Path> javaFiles(Path root) {
    if (!Files.isDirectory(root)) {
      return Stream.empty();
    }
    try {
      return Files.walk(root)
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean differs(Path file, boolean fix) {
    try {
      String source = Files.readString(file);
      String formatted =
          new Formatter()
              .formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(source));
      if (formatted.equals(source)) {
        return false;
      }
      if (fix) {
        Files.writeString(file, formatted);
      }
      return true;
    } catch (Exception e) {
      throw new IllegalStateException("cannot format " + file + ": " + e.getMessage(), e);
    }
  }
}
