package dev.minke.bench.agreement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// Results on disk, one a line: what was compared is not compared again.
///
/// @param file of the results
record Agreements(Path file) {
  List<Agreement> all() throws IOException {
    List<Agreement> all = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        all.add(JsonMapper.shared().readValue(line, Agreement.class));
      }
    }
    return all;
  }

  Optional<Agreement> find(Kind kind, QuantType type) throws IOException {
    return all().stream()
        .filter(one -> one.kind() == kind && one.type().equals(type.name()))
        .findFirst();
  }

  void add(Agreement agreement) throws IOException {
    Files.writeString(
        file,
        JsonMapper.shared().writeValueAsString(agreement) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
