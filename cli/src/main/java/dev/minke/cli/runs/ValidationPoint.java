package dev.minke.cli.runs;

import tools.jackson.databind.JsonNode;

/// What is known of a validation; a number that was not written is NaN.
///
/// @param step the number of steps done
/// @param loss mean negative log-probability of the next token, in nats
/// @param bitsPerByte of the held-out text
/// @param averageBitsPerByte the same of the moving average of the weights; NaN without one
public record ValidationPoint(
    int step, double loss, double bitsPerByte, double averageBitsPerByte) {
  static ValidationPoint read(JsonNode line) {
    return new ValidationPoint(
        line.path("step").asInt(0),
        Json.number(line, "validationLoss"),
        Json.number(line, "bitsPerByte"),
        Json.number(line, "averageBitsPerByte"));
  }
}
