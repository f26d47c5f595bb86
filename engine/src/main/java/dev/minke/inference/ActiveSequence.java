package dev.minke.inference;

import dev.minke.kernel.KvView;
import dev.minke.model.AttentionForm;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A request with what has come of it: its tokens, and the pages of those that passed the model.
///
/// Belongs to the engine's thread, but for what is asked of it through [Generation].
final class ActiveSequence implements Generation {
  private final Request.Terms terms;
  private final int asked;
  private int promptLength;
  private Purpose purpose;
  private int limit;
  private final long arrival;
  private final long deadline;
  private final long began = System.nanoTime();
  private final RequestEvent event = new RequestEvent();
  private volatile boolean cancelled;

  private int[] tokens;
  private int length;

  /// Tokens of the answer that have become part of the prompt.
  private int told;

  private int dropped;
  private int drafts;
  private int drafted;
  private int accepted;
  private int computed;
  private int reached;
  private int cached;
  private int fromDisk;
  private int[] pages = new int[8];
  private int pageCount;

  /// @param limit most tokens of prompt and answer
  /// @param arrival its number in the order of arrival
  /// @param deadline [System#nanoTime] at which it ends; without meaning where there is no patience
  ActiveSequence(
      int[] prompt, Request.Terms terms, Purpose purpose, int limit, long arrival, long deadline) {
    this.terms = terms;
    this.purpose = purpose;
    this.limit = limit;
    this.arrival = arrival;
    this.deadline = deadline;
    asked = prompt.length;
    promptLength = prompt.length;
    tokens = Arrays.copyOf(prompt, promptLength + 16);
    length = promptLength;
    event.begin();
  }

  Purpose purpose() {
    return purpose;
  }

  /// Whether every token has to pass, also those that are there already: a mean is over all.
  boolean readsAll() {
    return purpose instanceof Purpose.Embedding embedding && embedding.pooling() == Pooling.MEAN;
  }

  /// Whether it is over when its prompt has passed.
  boolean isComplete() {
    return purpose instanceof Purpose.Embedding && computed == promptLength;
  }

  /// [System#nanoTime] at which it came.
  long began() {
    return began;
  }

  /// There is room for it, perhaps again.
  void admitted() {
    if (event.waitingTime == RequestEvent.NEVER) {
      event.waitingTime = System.nanoTime() - began;
    }
  }

  /// Lower for those that came earlier.
  long arrival() {
    return arrival;
  }

  String user() {
    return terms.user();
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  /// Why it has to end before anything more is done for it; null if it may go on.
  @Nullable Stop interrupted(long now) {
    if (cancelled || purpose.isAbandoned()) {
      return Stop.CANCELLED;
    }
    return terms.patience() != null && now - deadline >= 0 ? Stop.DEADLINE : null;
  }

  // ---- tokens

  int[] tokens() {
    return tokens;
  }

  /// Tokens of prompt and answer so far.
  int length() {
    return length;
  }

  int promptLength() {
    return promptLength;
  }

  /// Tokens of the answer.
  int generated() {
    return told + length - promptLength();
  }

  /// Goes on as if it had been sent with another prompt, which its tokens so far have become; all
  /// has to pass again. Its pages are given up already.
  ///
  /// @param newPurpose behind that prompt
  /// @param newLimit most tokens of that prompt and the rest of the answer
  void restart(int[] prompt, Purpose newPurpose, int newLimit) {
    told = generated();
    dropped(length - prompt.length);
    promptLength = prompt.length;
    tokens = Arrays.copyOf(prompt, promptLength + 16);
    length = promptLength;
    purpose = newPurpose;
    limit = newLimit;
  }

  /// Tokens were dropped, of the prompt before it came here or of it all.
  void dropped(int count) {
    dropped += count;
  }

  /// Whether no token fits behind those that are there.
  boolean isFull() {
    return length >= limit;
  }

  /// A token was drawn. Where it is the next draft, which passed already, it has passed, too, and
  /// the one behind it can be drawn; where it is not, the drafts are void.
  void append(int id) {
    if (event.timeToFirstToken == RequestEvent.NEVER) {
      event.timeToFirstToken = System.nanoTime() - began;
    }
    makeRoom();
    boolean guessed = drafts > 0 && tokens[length] == id;
    tokens[length++] = id;
    if (guessed) {
      drafts--;
      accepted++;
      passed(1);
    } else {
      drafts = 0;
    }
  }

  private void makeRoom() {
    if (length + drafts == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * tokens.length);
    }
  }

  // ---- drafts: guesses of the tokens that follow, behind those that are there

  int drafts() {
    return drafts;
  }

  /// Whether another guess may save a step: a token fits behind it.
  boolean hasRoomToGuess() {
    return length + drafts + 1 < limit;
  }

  /// Guesses one more token.
  void draft(int id) {
    makeRoom();
    tokens[length + drafts++] = id;
  }

  /// Gives up guesses, the last ones first.
  void keepDrafts(int most) {
    drafts = Math.min(drafts, most);
  }

  /// Drafts are judged: they pass behind the newest token.
  void judged(int count) {
    drafted += count;
  }

  // ---- what passed the model

  /// Tokens whose rows are in the cache.
  int computed() {
    return computed;
  }

  /// Tokens that have to pass before the next can be drawn.
  int left() {
    return length - computed;
  }

  /// Whether only its newest token has to pass.
  boolean generates() {
    return left() == 1 && computed >= promptLength();
  }

  /// Tokens that may pass next in one form: those of the prompt, or those behind it.
  int nextInOneForm() {
    return computed < promptLength() ? promptLength() - computed : left();
  }

  AttentionForm nextForm(Precision precision) {
    return computed < promptLength() ? AttentionForm.EXPANDED : precision.generated();
  }

  void passed(int count) {
    computed += count;
    reached = Math.max(reached, computed);
  }

  /// Prompt tokens that were there from other requests. What is there of its own, after an
  /// interruption, does not count.
  int cached() {
    return cached;
  }

  /// Of these, tokens that were read from disk.
  int fromDisk() {
    return fromDisk;
  }

  /// Tokens of which all that is kept is there.
  ///
  /// @param ahead tokens behind a position on which what is kept of it depends
  int complete(int ahead) {
    return Math.min(computed, length - ahead);
  }

  // ---- pages

  /// The page of a tile.
  int page(int tile) {
    return pages[tile];
  }

  int pageCount() {
    return pageCount;
  }

  int[] pages() {
    return pages;
  }

  /// Pages that `more` tokens need beyond those it has.
  int pagesFor(int more) {
    return Math.max(0, (computed + more + KvView.TILE - 1) / KvView.TILE - pageCount);
  }

  void addPage(int page) {
    if (pageCount == pages.length) {
      pages = Arrays.copyOf(pages, 2 * pageCount);
    }
    pages[pageCount++] = page;
  }

  /// Takes over what is there of its tokens, held by the caller for it.
  ///
  /// @param more whole pages behind those it has
  void adopt(int[] more) {
    for (int page : more) {
      addPage(page);
    }
    found(pageCount * KvView.TILE);
  }

  /// The same for the first positions of a page of its own.
  void adopt(int page, int positions) {
    addPage(page);
    found(computed + positions);
  }

  /// The same for a whole page that was read from disk.
  void adoptRead(int page) {
    int before = cached;
    adopt(new int[] {page});
    fromDisk += cached - before;
  }

  private void found(int now) {
    cached += Math.max(0, Math.min(now, promptLength()) - Math.max(computed, reached));
    computed = now;
  }

  /// Gives up all pages: everything has to pass again.
  void release(PagePool pool) {
    for (int i = 0; i < pageCount; i++) {
      pool.release(pages[i]);
    }
    pageCount = 0;
    computed = 0;
    drafts = 0;
    if (reached == 0) {
      cached = 0;
      fromDisk = 0;
    }
  }

  KvView.Location location() {
    return new KvView.Location.Pages(Arrays.copyOf(pages, pageCount));
  }

  Ending ending(Stop stop) {
    return new Ending(stop, asked, cached, generated(), dropped, drafted, accepted);
  }

  /// Tells the flight recorder that it is over.
  ///
  /// @param failure that ended it; null for none
  void record(String end, @Nullable Throwable failure) {
    event.end();
    if (event.shouldCommit()) {
      event.purpose =
          switch (purpose) {
            case Purpose.Continuing _ -> "answer";
            case Purpose.Embedding _ -> "embedding";
          };
      event.promptTokens = asked;
      event.cachedTokens = cached;
      event.diskTokens = fromDisk;
      event.generatedTokens = generated();
      event.droppedTokens = dropped;
      event.draftedTokens = drafted;
      event.acceptedTokens = accepted;
      event.end = end;
      event.failure = failure == null ? null : failure.getClass();
      event.commit();
    }
  }
}
