package dev.minke.inference;

import dev.minke.inference.grammar.Constraint;
import dev.minke.inference.grammar.TokenMasks;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Chooses the tokens of one sequence, one after the other, as a [Choice] says. Belongs to one
/// sequence.
final class Chooser {
  private final Sampler sampler;
  private final SeenTokens seen;
  private final Draw draw;
  private final Set<Integer> ends;
  private final @Nullable Constraint constraint;
  private final long[] mask;

  /// @param vocab ids are below it
  /// @param prompt tokens that are there already
  /// @param ends tokens that end the answer
  /// @param draw lends its arrays, also to other sequences of the same thread
  Chooser(Choice choice, int vocab, int[] prompt, Set<Integer> ends, Draw draw) {
    this(choice, vocab, prompt, ends, draw, begin(choice.masks()));
  }

  private Chooser(
      Choice choice,
      int vocab,
      int[] prompt,
      Set<Integer> ends,
      Draw draw,
      @Nullable Constraint constraint) {
    this.sampler = choice.sampler();
    this.seen = new SeenTokens(choice.rules(), vocab, prompt);
    this.ends = ends;
    this.draw = draw;
    this.constraint = constraint;
    mask = constraint == null ? new long[0] : new long[constraint.words()];
  }

  private static @Nullable Constraint begin(@Nullable TokenMasks masks) {
    return masks == null ? null : masks.begin();
  }

  /// One for the same answer behind another prompt: what was generated is part of that now, and
  /// only the grammar goes on where it was.
  Chooser behind(Choice choice, int vocab, int[] prompt) {
    return new Chooser(choice, vocab, prompt, ends, draw, constraint);
  }

  private Chooser(Chooser other) {
    sampler = other.sampler;
    seen = other.seen.copy();
    ends = other.ends;
    draw = other.draw;
    constraint = other.constraint == null ? null : other.constraint.copy();
    mask = other.mask.clone();
  }

  /// One that goes on from here by itself: it chooses what this one would.
  Chooser copy() {
    return new Chooser(this);
  }

  /// Whether a token ends the answer.
  boolean isEnd(int id) {
    return ends.contains(id);
  }

  /// Chooses the next token, which then belongs to the sequence.
  ///
  /// @param logits `[vocab]`, finite or -∞; the rules change them
  /// @param position of the token
  /// @throws IllegalStateException if the grammar leaves nothing that this vocabulary can spell
  int next(float[] logits, long position) {
    seen.apply(logits);
    if (constraint != null) {
      restrict(constraint, logits);
    }
    int id = draw.draw(sampler, logits, position);
    seen.accept(id);
    if (constraint != null && !isEnd(id)) {
      constraint.accept(id);
    }
    return id;
  }

  /// Leaves out what the grammar does not allow. An id that ends the answer is never text.
  private void restrict(Constraint grammar, float[] logits) {
    grammar.allowed(mask);
    boolean canEnd = grammar.canEnd();
    for (int id : ends) {
      if (id >>> 6 < mask.length) {
        mask[id >>> 6] &= ~(1L << id);
        mask[id >>> 6] |= canEnd ? 1L << id : 0;
      }
    }
    long some = 0;
    for (int word = 0; word << 6 < logits.length; word++) {
      long allowed = word < mask.length ? mask[word] : 0;
      some |= allowed;
      int last = Math.min(logits.length, (word + 1) << 6);
      for (int id = word << 6; id < last && allowed != -1; id++) {
        if ((allowed >>> id & 1) == 0) {
          logits[id] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    if (some == 0) {
      throw new IllegalStateException(
          "grammar: what has to follow cannot be spelled in this model's vocabulary");
    }
  }

  /// Whether nothing may follow.
  boolean isComplete() {
    return constraint != null && constraint.isComplete();
  }
}
