package dev.minke.server.dialog;

import dev.minke.AnswerException;
import dev.minke.Minke;
import dev.minke.server.wire.ApiException;
import java.util.List;

/// Texts to vectors of length 1.
public final class Vectors {
  private Vectors() {}

  /// The ids of a text that is to become a vector.
  ///
  /// @param field that has it
  /// @throws ApiException if it has no tokens, or more than the model has room for
  public static int[] ids(Minke model, String field, String text) {
    int[] ids = model.idsOf(text);
    require(model, field, ids);
    return ids;
  }

  /// @throws ApiException if there are no tokens, or more than the model has room for
  public static void require(Minke model, String field, int[] ids) {
    if (ids.length == 0) {
      throw ApiException.badField(field, "expected at least one token, found none");
    }
    if (ids.length >= model.context()) {
      throw ApiException.badField(
          field,
          "expected fewer tokens than the context has, %d, found %d"
              .formatted(model.context(), ids.length));
    }
  }

  /// @param texts their ids, one or more each
  /// @param user on whose account
  public static List<float[]> of(Minke model, List<int[]> texts, String user) {
    try {
      return model.embed(texts, user);
    } catch (AnswerException e) {
      throw ApiException.failed("the embedding failed: " + e.getCause());
    }
  }
}
