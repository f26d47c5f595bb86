package dev.minke.cli.runs;

import tools.jackson.databind.JsonNode;

/// What is known of a validation; a number that was not written is NaN.
///
/// @param step the number of steps done
/// @param loss mean negative log-probability of the next token, in nats
/// @param bitsPerByte of the held-out text
public record ValidationPoint(int step, double loss, double bitsPerByte) {
  static ValidationPoint read(JsonNode line) {
    return new ValidationPoint(
        line.path("step").asInt(0),
        Json.number(line, "validationLoss"),
        Json.number(line, "bitsPerByte"));
  }
}
