package dev.minke.inference;

import dev.minke.kernel.Kernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CausalModel;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A conversation's sequence: of a new prompt only those tokens pass the model that come behind
/// what it has in common with the tokens already there. Memory grows with the sequence.
///
/// What is there of earlier answers was computed as generated tokens are: with [Precision#EXACT] a
/// reused prefix has the bits of one that is computed anew, otherwise it is equal but for rounding.
/// Belongs to one thread; closing it frees the cache.
public final class PrefixSession implements AutoCloseable {
  /// Prompt tokens between two looks at the listener: few at first, then as many as take about half
  /// a second.
  private static final int FIRST_PART = 32;

  private static final long PART_NANOS = 500_000_000L;

  private final Precision precision;
  private final int capacity;
  private final Session session;
  private final int vocab;
  private final Draw draw = new Draw();

  /// Its tokens, and room for more.
  private int[] seen = new int[1];

  /// @param capacity most tokens that prompt and answer may have together
  public PrefixSession(CausalModel model, Kernels kernels, Precision precision, int capacity) {
    if (capacity < 1 || capacity > model.maxLength()) {
      throw new IllegalArgumentException(
          "context: expected 1 to %d tokens, the model's longest, found %d"
              .formatted(model.maxLength(), capacity));
    }
    this.precision = precision;
    this.capacity = capacity;
    this.vocab = model.vocab();
    this.session = new Session(model, kernels, precision.arithmetic(), precision.cache(), 1);
  }

  /// Hears how an answer comes about, and may end it.
  public interface Listener {
    /// Prompt tokens are read.
    ///
    /// @param done how many of those that have to be
    /// @param all how many have to be
    /// @return false to end here
    boolean reads(int done, int all);

    /// @return false to end behind this token
    boolean writes(int id);
  }

  /// Most tokens that prompt and answer may have together.
  public int capacity() {
    return capacity;
  }

  /// Tokens that are there.
  public int length() {
    return session.length();
  }

  /// Continues a prompt until one of `ends` comes or there is no room.
  ///
  /// @param prompt one token or more, fewer than [#capacity]
  /// @param most tokens to generate
  /// @param choice of each token
  public Generator.Continuation generate(
      int[] prompt, int most, Set<Integer> ends, Choice choice, Listener listener) {
    if (prompt.length < 1 || prompt.length >= capacity) {
      throw new IllegalArgumentException(
          "prompt: expected 1 to %d tokens, found %d".formatted(capacity - 1, prompt.length));
    }
    Chooser chooser = new Chooser(choice, vocab, prompt, ends, draw);
    float[] logits = read(prompt, listener);
    int room = Math.min(most, capacity - prompt.length);
    IntStream.Builder answer = IntStream.builder();
    Stop stop = logits == null ? Stop.CANCELLED : Stop.LENGTH;
    for (int count = 1; logits != null && count <= room; count++) {
      int next = chooser.next(logits, session.length());
      if (ends.contains(next)) {
        stop = Stop.END_OF_TEXT;
        break;
      }
      answer.add(next);
      if (!listener.writes(next)) {
        stop = Stop.CANCELLED;
        break;
      }
      if (chooser.isComplete()) {
        stop = Stop.END_OF_TEXT;
        break;
      }
      logits = count == room ? null : append(new int[] {next}, precision.generated());
    }
    return new Generator.Continuation(answer.build().toArray(), stop);
  }

  /// The last token always passes: what follows it is asked for.
  ///
  /// @return logits of the token that follows; null if the listener ended it
  private float @Nullable [] read(int[] prompt, Listener listener) {
    int common = 0;
    int longest = Math.min(session.length(), prompt.length - 1);
    while (common < longest && seen[common] == prompt[common]) {
      common++;
    }
    session.rewind(common);
    int part = FIRST_PART;
    float[] logits = null;
    while (session.length() < prompt.length) {
      int from = session.length();
      if (!listener.reads(from - common, prompt.length - common)) {
        return null;
      }
      long begin = System.nanoTime();
      int to = Math.min(prompt.length, from + part);
      logits = append(Arrays.copyOfRange(prompt, from, to), AttentionForm.EXPANDED);
      long nanosEach = Math.max(1, (System.nanoTime() - begin) / (to - from));
      part = (int) Math.clamp(PART_NANOS / nanosEach, 1, Math.min(Session.CHUNK, 2L * part));
    }
    return listener.reads(prompt.length - common, prompt.length - common) ? logits : null;
  }

  private float[] append(int[] ids, AttentionForm form) {
    int length = session.length() + ids.length;
    if (length > seen.length) {
      int room = (int) Math.min(capacity, Math.max(length, 2L * seen.length));
      session.grow(room);
      seen = Arrays.copyOf(seen, room);
    }
    System.arraycopy(ids, 0, seen, session.length(), ids.length);
    return session.append(ids, form);
  }

  @Override
  public void close() {
    session.close();
  }
}
