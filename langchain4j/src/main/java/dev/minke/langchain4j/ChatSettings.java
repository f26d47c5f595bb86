package dev.minke.langchain4j;

import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.inference.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a chat model was built with.
///
/// @param model owned by the caller
/// @param modelName it is asked by
/// @param options how answers are drawn where no parameter says so
/// @param thinks whether it shall think; null for what its template does by itself
/// @param parameters of requests that have none of their own
record ChatSettings(
    Minke model,
    String modelName,
    Options options,
    @Nullable Boolean thinks,
    ChatRequestParameters parameters,
    List<ChatModelListener> listeners) {
  ChatSettings {
    listeners = List.copyOf(listeners);
    if (options.logProbs() != Request.NO_LOG_PROBS) {
      throw new IllegalArgumentException(
          "options: expected no log-probabilities, since a ChatResponse has no place for them");
    }
    if (thinks != null) {
      requireThinking(model, thinks);
    }
  }

  private static void requireThinking(Minke model, boolean thinks) {
    boolean can = model.wording().style().thoughts();
    if (thinks && !can) {
      throw new IllegalArgumentException("think: this model does not think; leave it out");
    }
    if (!thinks && can && !model.knowsThinking()) {
      throw new IllegalArgumentException("think: this model thinks always; leave it out");
    }
  }

  /// The name of a model that was given none: its file's.
  static String nameOf(Minke model) {
    return String.valueOf(model.path().getFileName());
  }

  /// Refuses a request for another model.
  ///
  /// @param asked null for whichever is there
  static void requireName(String name, @Nullable String asked) {
    if (asked != null && !asked.equals(name)) {
      throw new ModelNotFoundException("modelName: expected %s, found %s".formatted(name, asked));
    }
  }
}
