package dev.minke.cli.runs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What is known of a step; a number that was not written is NaN.
///
/// @param step from 1
/// @param loss mean negative log-probability of the next token, in nats
/// @param gradientNorm before clipping
/// @param rate learning rate
/// @param tokens trained on
/// @param seconds that the step took
/// @param peakShare share of the measured peak of matrix products
/// @param worstLoad highest load of an expert, as a multiple of the mean; NaN without experts
/// @param secondsLeft what the trainer itself expects
/// @param residentBytes of the process
/// @param time when it was written; null if that is not known
public record StepPoint(
    int step,
    double loss,
    double gradientNorm,
    double rate,
    double tokens,
    double seconds,
    double peakShare,
    double worstLoad,
    double secondsLeft,
    double residentBytes,
    @Nullable Instant time) {
  static StepPoint read(JsonNode line) {
    // 0 is written where there are no experts.
    double violation = Json.number(line, "maxViolation");
    return new StepPoint(
        line.path("step").asInt(0),
        Json.number(line, "loss"),
        Json.number(line, "gradientNorm"),
        Json.number(line, "rate"),
        Json.number(line, "tokens"),
        Json.number(line, "seconds"),
        Json.number(line, "peakShare"),
        violation == 0 ? Double.NaN : violation + 1,
        Json.number(line, "secondsLeft"),
        Json.number(line, "residentBytes"),
        Json.time(line, "time"));
  }

  /// Tokens a second, the whole step's time counted.
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
