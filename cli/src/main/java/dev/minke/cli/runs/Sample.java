package dev.minke.cli.runs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What the model wrote after some steps.
///
/// @param step the number of steps done
/// @param prompt what it was given; may be empty
/// @param text what it wrote
public record Sample(int step, String prompt, String text) {
  static List<Sample> all(Path directory) throws IOException {
    String lines = Json.read(directory.resolve("samples.jsonl"));
    List<Sample> samples = new ArrayList<>();
    for (String text : lines == null ? new String[0] : lines.split("\n", -1)) {
      JsonNode line = Json.line(text);
      if (line != null && line.path("text").isString()) {
        int step = line.path("step").asInt(0);
        samples.removeIf(sample -> sample.step > step);
        Sample read =
            new Sample(step, line.path("prompt").asString(""), line.path("text").stringValue());
        samples.removeIf(read::isRepeatedBy);
        samples.add(read);
      }
    }
    return samples;
  }

  private boolean isRepeatedBy(Sample other) {
    return other.step == step && other.prompt.equals(prompt);
  }
}
