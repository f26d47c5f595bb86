package dev.minke.inference;

import org.jspecify.annotations.Nullable;

/// Hears how the answer to a request comes about.
///
/// Called on the engine's thread, between two steps of all requests: unless nobody else is
/// answered, it must be quick and must not wait. What it throws ends its own request.
public interface TokenListener {
  /// Prompt tokens were read.
  ///
  /// @param done how many of the prompt are there, those from earlier requests included
  /// @param all how many the prompt has
  default void reads(int done, int all) {}

  /// A token was drawn.
  ///
  /// @param logProbs of the model, before rules and cuts; null if none were asked for
  /// @return false to end behind it
  boolean writes(int id, @Nullable LogProbs logProbs);

  /// The last call: the answer is complete.
  void ended(Ending ending);

  /// The last call: it could not be completed.
  ///
  /// @param cause what a step or this listener threw
  void failed(Throwable cause);
}
