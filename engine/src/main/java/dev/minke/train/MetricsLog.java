package dev.minke.train;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// `metrics.jsonl`: one object a line, for each step and each validation; the loads of experts with
/// every tenth step and the last.
///
/// A run that goes on from a checkpoint first drops the lines of steps that it will do again, so
/// the file reads like that of an undisturbed run. The owner closes it.
final class MetricsLog implements AutoCloseable {
  static final String NAME = "metrics.jsonl";

  /// Loads are as large as all else together; they move slowly.
  private static final int LOADS_EVERY = 10;

  private final JsonMapper json = JsonMapper.builder().build();
  private final BufferedWriter out;

  /// @param doneSteps steps whose lines are kept
  MetricsLog(Path directory, int doneSteps) throws IOException {
    Path file = directory.resolve(NAME);
    List<String> kept = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        if (isOf(line, doneSteps)) {
          kept.add(line);
        }
      }
    }
    Path partial = directory.resolve(NAME + ".partial");
    Files.write(partial, kept);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    out = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
  }

  private boolean isOf(String line, int doneSteps) {
    try {
      return json.readTree(line).path("step").asInt(Integer.MAX_VALUE) <= doneSteps;
    } catch (JacksonException torn) {
      return false;
    }
  }

  void step(StepMetrics metrics) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", metrics.step());
    line.put("loss", metrics.loss());
    line.put("predictionLoss", metrics.predictionLoss());
    line.put("balanceLoss", metrics.balanceLoss());
    line.put("gradientNorm", metrics.gradientNorm());
    line.put("rate", metrics.rate());
    line.put("tokens", metrics.tokens());
    line.put("maxViolation", metrics.maxViolation());
    line.put("flops", metrics.flops());
    line.put("seconds", metrics.times().total());
    line.put("dataSeconds", metrics.times().data());
    line.put("forwardSeconds", metrics.times().forward());
    line.put("backwardSeconds", metrics.times().backward());
    line.put("updateSeconds", metrics.times().update());
    line.put("peakShare", metrics.peakShare());
    line.put("secondsLeft", metrics.secondsLeft());
    line.put("residentBytes", metrics.residentBytes());
    line.put("time", Instant.now().toString());
    if (metrics.step() == metrics.steps() || metrics.step() % LOADS_EVERY == 0) {
      line.put("expertLayers", metrics.experts().stream().map(ExpertLoad::layer).toList());
      line.put("expertLoad", metrics.experts().stream().map(MetricsLog::rounded).toList());
    }
    write(line);
  }

  void validated(ValidationMetrics metrics) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", metrics.step());
    line.put("validationLoss", metrics.loss());
    line.put("bitsPerByte", metrics.bitsPerByte());
    if (!Double.isNaN(metrics.averageBitsPerByte())) {
      line.put("averageBitsPerByte", metrics.averageBitsPerByte());
    }
    line.put("validationTokens", metrics.tokens());
    line.put("validationBytes", metrics.bytes());
    line.put("seconds", metrics.seconds());
    write(line);
  }

  /// Three digits: there may be thousands of experts.
  private static List<Double> rounded(ExpertLoad layer) {
    return layer.loads().stream().map(load -> Math.round(load * 1e3) / 1e3).toList();
  }

  private void write(Map<String, Object> line) throws IOException {
    out.write(json.writeValueAsString(line));
    out.write('\n');
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
