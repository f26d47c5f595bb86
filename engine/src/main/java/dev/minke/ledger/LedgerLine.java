package dev.minke.ledger;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Entries as lines of JSON. Keys are written out: the form of the file is not that of our classes.
final class LedgerLine {
  private static final int VERSION = 1;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private LedgerLine() {}

  static String write(LedgerEntry entry) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("version", VERSION);
    line.put("run", entry.run());
    line.put("time", entry.time().toString());
    switch (entry) {
      case LedgerEntry.Start start -> {
        line.put("entry", "start");
        line.put("stage", start.stage());
        line.put("subject", start.subject());
        line.put("system", start.machine().system());
        line.put("architecture", start.machine().architecture());
        line.put("processors", start.machine().processors());
        line.put("memoryBytes", start.machine().memoryBytes());
        line.put("java", start.machine().java());
      }
      case LedgerEntry.Heartbeat heartbeat -> {
        line.put("entry", "heartbeat");
        write(heartbeat.usage(), line);
      }
      case LedgerEntry.End end -> {
        line.put("entry", "end");
        line.put("outcome", end.outcome());
        write(end.usage(), line);
      }
    }
    return JSON.writeValueAsString(line);
  }

  private static void write(Usage usage, Map<String, Object> line) {
    line.put("tokens", usage.tokens());
    line.put("flops", usage.flops());
    line.put("cpuSeconds", usage.cpuSeconds());
    line.put("wallSeconds", usage.wallSeconds());
    line.put("peakBytes", usage.peakBytes());
  }

  /// @throws IllegalArgumentException if the line is no entry of a known version
  static LedgerEntry read(String text) {
    JsonNode line;
    try {
      line = JSON.readTree(text);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("it is torn or no JSON", e);
    }
    if (required(line, "version").asInt(0) != VERSION) {
      throw new IllegalArgumentException(
          "expected version %d, found %s".formatted(VERSION, line.get("version")));
    }
    String run = text(line, "run");
    Instant time;
    try {
      time = Instant.parse(text(line, "time"));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("its time cannot be read", e);
    }
    return switch (text(line, "entry")) {
      case "start" ->
          new LedgerEntry.Start(
              run, time, text(line, "stage"), text(line, "subject"), machine(line));
      case "heartbeat" -> new LedgerEntry.Heartbeat(run, time, usage(line));
      case "end" -> new LedgerEntry.End(run, time, text(line, "outcome"), usage(line));
      default ->
          throw new IllegalArgumentException(
              "its entry %s is unknown".formatted(line.get("entry")));
    };
  }

  private static Machine machine(JsonNode line) {
    return new Machine(
        text(line, "system"),
        text(line, "architecture"),
        required(line, "processors").asInt(0),
        required(line, "memoryBytes").asLong(0),
        text(line, "java"));
  }

  private static Usage usage(JsonNode line) {
    return new Usage(
        required(line, "tokens").asLong(0),
        required(line, "flops").asDouble(0),
        required(line, "cpuSeconds").asDouble(0),
        required(line, "wallSeconds").asDouble(0),
        required(line, "peakBytes").asLong(0));
  }

  private static String text(JsonNode line, String key) {
    return required(line, key).asString("");
  }

  private static JsonNode required(JsonNode line, String key) {
    JsonNode value = line.get(key);
    if (value == null) {
      throw new IllegalArgumentException("it has no " + key);
    }
    return value;
  }
}
