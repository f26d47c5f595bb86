package dev.minke.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Tokens that a model reads at once, and which of them it is asked to have expected.
///
/// @param ids what it reads
/// @param firstTarget from this one on it is asked for all; 1 or more, since nothing is expected of
///   the first
public record Window(int[] ids, int firstTarget) {
  /// Shorter ones have no second half of which a token is asked for.
  public static final int SHORTEST = 3;

  public Window {
    if (firstTarget < 1 || firstTarget >= ids.length) {
      throw new IllegalArgumentException(
          "window: expected a first target from 1 to %d, found %d"
              .formatted(ids.length - 1, firstTarget));
    }
  }

  /// How many tokens are asked for.
  public int targets() {
    return ids.length - firstTarget;
  }

  /// Windows behind each other, of which the second half is asked for, so that every token has half
  /// a window before it: the convention of llama.cpp's `llama-perplexity`, whose scored tokens are
  /// these to the one. What does not fill a window is left out.
  ///
  /// @param ids of the text
  /// @param context tokens of a window
  /// @param beginOfText id that takes the place of each window's first token; negative for none
  /// @throws IllegalArgumentException if not one window is filled
  public static List<Window> halves(int[] ids, int context, int beginOfText) {
    if (context < SHORTEST || ids.length < context) {
      throw new IllegalArgumentException(
          "text: expected %d tokens or more for windows of %d, found %d; take shorter windows"
              .formatted(Math.max(SHORTEST, context), context, ids.length));
    }
    List<Window> windows = new ArrayList<>();
    for (int from = 0; from + context <= ids.length; from += context) {
      int[] part = Arrays.copyOfRange(ids, from, from + context);
      if (beginOfText >= 0) {
        part[0] = beginOfText;
      }
      windows.add(new Window(part, context / 2 + 1));
    }
    return windows;
  }

  /// Windows that overlap, so that every token but the first is asked for once and has as much
  /// before it as there is, or at least `context - stride` tokens.
  ///
  /// @param ids of the text, begin-of-text included where the model expects it
  /// @param context most tokens of a window
  /// @param stride tokens from window to window, fewer than `context`
  /// @throws IllegalArgumentException if there are not two tokens
  public static List<Window> sliding(int[] ids, int context, int stride) {
    if (stride < 1 || stride >= context) {
      throw new IllegalArgumentException(
          "stride: expected 1 to %d, found %d".formatted(context - 1, stride));
    }
    if (ids.length < 2) {
      throw new IllegalArgumentException(
          "text: expected 2 tokens or more, found " + ids.length + "; name a longer one");
    }
    List<Window> windows = new ArrayList<>();
    int done = 1;
    for (int from = 0; done < ids.length; from += stride) {
      int to = Math.min(ids.length, from + context);
      windows.add(new Window(Arrays.copyOfRange(ids, from, to), done - from));
      done = to;
    }
    return windows;
  }
}
