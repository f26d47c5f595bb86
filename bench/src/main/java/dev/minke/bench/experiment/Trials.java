package dev.minke.bench.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// Results on disk, one a line: an experiment that was interrupted goes on where it was.
///
/// @param file of the results
record Trials(Path file) {
  List<Trial> all() throws IOException {
    List<Trial> trials = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        trials.add(JsonMapper.shared().readValue(line, Trial.class));
      }
    }
    return trials;
  }

  Optional<Trial> find(String arm, long seed) throws IOException {
    return all().stream().filter(one -> one.arm().equals(arm) && one.seed() == seed).findFirst();
  }

  void add(Trial trial) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file,
        JsonMapper.shared().writeValueAsString(trial) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /// `1.234 ± 0.005`, mean and standard deviation over seeds.
  static String spread(List<Trial> trials, ToDoubleFunction<Trial> value) {
    double[] values = trials.stream().mapToDouble(value).toArray();
    return String.format(Locale.ROOT, "%.4f ± %.4f", mean(values), deviation(values));
  }

  static double mean(double... values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /// Of a sample.
  static double deviation(double... values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return values.length < 2 ? 0 : Math.sqrt(sum / (values.length - 1));
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path one : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
