package dev.minke.bench.serve;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;

/// What some clients saw of a server.
///
/// @param outputTokens in all answers
/// @param promptTokens of a question, the mean
/// @param cachedTokens of these, what the server says it had, the mean
/// @param seconds from the first question to the last answer
/// @param firstMillis time to the first token of each answer
/// @param gapMillis times from token to token, as far as they came apart
record Load(
    @JsonProperty("output_tokens") long outputTokens,
    @JsonProperty("prompt_tokens") double promptTokens,
    @JsonProperty("cached_tokens") double cachedTokens,
    double seconds,
    @JsonProperty("first_ms") List<Double> firstMillis,
    @JsonProperty("gap_ms") List<Double> gapMillis) {
  Load {
    firstMillis = List.copyOf(firstMillis);
    gapMillis = List.copyOf(gapMillis);
  }

  /// An answer, as its client saw it.
  ///
  /// @param asked [System#nanoTime] of the question
  /// @param pieces the same of each piece of text
  record Answer(
      long asked, List<Long> pieces, long promptTokens, long outputTokens, long cachedTokens) {
    Answer {
      pieces = List.copyOf(pieces);
    }
  }

  static Load of(List<Answer> answers, double seconds) {
    List<Double> first = new ArrayList<>();
    List<Double> gaps = new ArrayList<>();
    long output = 0;
    long prompt = 0;
    long cached = 0;
    for (Answer answer : answers) {
      output += answer.outputTokens;
      prompt += answer.promptTokens;
      cached += answer.cachedTokens;
      first.add((answer.pieces.getFirst() - answer.asked) * 1e-6);
      for (int i = 1; i < answer.pieces.size(); i++) {
        gaps.add((answer.pieces.get(i) - answer.pieces.get(i - 1)) * 1e-6);
      }
    }
    return new Load(
        output,
        (double) prompt / answers.size(),
        (double) cached / answers.size(),
        seconds,
        first,
        gaps);
  }

  double tokensPerSecond() {
    return outputTokens / seconds;
  }

  /// The value below which a share of all lies.
  ///
  /// @param percent from 0 to 100
  static double quantile(List<Double> values, int percent) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.isEmpty()
        ? 0
        : sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }
}
