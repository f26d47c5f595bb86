package dev.minke.inference;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// A request to an engine, from its arrival to its end, for the flight recorder. It tells no text,
/// no token and no user.
@Name("dev.minke.Request")
@Label("Request")
@Category({"Minke", "Engine"})
@Description("A request from its arrival to its end, waiting included")
@StackTrace(false)
final class RequestEvent extends Event {
  /// The recorder's word for a time span that there was not.
  static final long NEVER = Long.MIN_VALUE;

  @Label("Purpose")
  @Description("answer or embedding")
  @Nullable String purpose;

  @Label("Waiting Time")
  @Description("From its arrival until there was room for it")
  @Timespan(Timespan.NANOSECONDS)
  long waitingTime = NEVER;

  @Label("Time to First Token")
  @Description("From its arrival until its first token was drawn")
  @Timespan(Timespan.NANOSECONDS)
  long timeToFirstToken = NEVER;

  @Label("Prompt Tokens")
  @Description("Tokens of the prompt, those that were dropped before it was read not counted")
  int promptTokens;

  @Label("Cached Tokens")
  @Description("Of the prompt tokens, those that were there from earlier requests")
  int cachedTokens;

  @Label("Cached Tokens from Disk")
  @Description("Of the cached tokens, those that were read from disk")
  int diskTokens;

  @Label("Generated Tokens")
  @Description("Tokens of the answer")
  int generatedTokens;

  @Label("Dropped Tokens")
  @Description("Tokens that the context had no room for")
  int droppedTokens;

  @Label("Drafted Tokens")
  @Description("Tokens that the predictor guessed and the model judged")
  int draftedTokens;

  @Label("Accepted Tokens")
  @Description("Of the drafted tokens, those that were then drawn: so many steps were saved")
  int acceptedTokens;

  @Label("End")
  @Description("END_OF_TEXT, LENGTH, CANCELLED, DEADLINE or FAILED")
  @Nullable String end;

  @Label("Failure")
  @Description("Class of the exception that ended it")
  @Nullable Class<?> failure;
}
