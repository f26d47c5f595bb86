package dev.minke.inference;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// A step of an engine, for the flight recorder. One object is used again and again, by the
/// engine's thread: a step makes none, recorded or not.
@Name("dev.minke.Step")
@Label("Step")
@Category({"Minke", "Engine"})
@Description("Tokens of all requests under way pass the model together")
@StackTrace(false)
final class StepEvent extends Event {
  @Label("Model Time")
  @Description("Of the step, what the model took; the rest is drawing and listeners")
  @Timespan(Timespan.NANOSECONDS)
  long modelTime;

  @Label("Generating")
  @Description("Requests of which tokens behind the prompt passed")
  int generating;

  @Label("Reading")
  @Description("Requests whose prompt, or a part of it, passed")
  int reading;

  @Label("Waiting")
  @Description("Requests in line at the end of the step")
  int waiting;

  @Label("Prompt Tokens")
  @Description("Tokens of prompts that passed")
  int promptTokens;

  @Label("Generated Tokens")
  @Description("Tokens of answers that were drawn")
  int generatedTokens;

  @Label("Drafted Tokens")
  @Description("Guesses of the predictor that passed to be judged")
  int draftedTokens;

  @Label("Accepted Tokens")
  @Description("Of the generated tokens, those that had been guessed")
  int acceptedTokens;

  @Label("Used Pages")
  @Description(
      "Pages of the cache that requests under way and sessions hold, at the end of the step")
  int usedPages;

  @Label("Kept Pages")
  @Description("Pages of the cache with beginnings of ended requests, which go when room is needed")
  int keptPages;

  @Label("Pages")
  @Description("Pages that the cache has")
  int pages;

  /// Tells of a step that has passed and of which nobody was let go yet. The caller holds the
  /// engine's lock.
  ///
  /// @param modelNanos what the model took
  void commit(
      StepPlan plan, Answering answering, Scheduler scheduler, EngineCache cache, long modelNanos) {
    end();
    if (!shouldCommit()) {
      return;
    }
    modelTime = modelNanos;
    reading = plan.prompts();
    generating = plan.parts().size() - reading;
    waiting = scheduler.line().size();
    promptTokens = plan.promptTokens();
    generatedTokens = answering.drawn();
    draftedTokens = plan.drafts();
    acceptedTokens = answering.guessed();
    PagePool pool = cache.pool();
    keptPages = cache.tree().keptPages();
    usedPages = pool.pages() - pool.free() - keptPages;
    pages = pool.pages();
    commit();
  }
}
