package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/papers.md` names classes and methods that are there.
class PapersTest {
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+)(?:#(\\w+))?`");

  @Test
  void everyClassThatAPaperIsFoundInExists() throws IOException {
    Path root = Golden.repository();
    String table = Files.readString(root.resolve("docs/papers.md")).split("\n## ", 2)[0];
    List<MatchResult> named = NAMED.matcher(table).results().toList();
    assertThat(named).hasSizeGreaterThan(20);
    List<Path> sources;
    try (Stream<Path> files = Files.walk(root.resolve("engine/src/main"))) {
      sources = files.toList();
    }
    for (MatchResult one : named) {
      assertThat(sources)
          .filteredOn(file -> file.endsWith(one.group(1) + ".java"))
          .as(one.group())
          .singleElement()
          .satisfies(file -> {
            if (one.group(2) != null) {
              assertThat(Files.readString(file)).as(one.group()).contains(" " + one.group(2) + "(");
            }
          });
    }
  }
}
