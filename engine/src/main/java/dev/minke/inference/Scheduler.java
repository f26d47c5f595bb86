package dev.minke.inference;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who is answered, and what passes the model next.
///
/// A step holds one token of every sequence that generates, with the drafts of those behind it,
/// and, when it is their turn, as many prompt tokens as its time allows: a quarter for the prompt
/// that waits longest, the rest for the shortest ones, so that short questions are not behind long
/// documents and these end nevertheless. Where pages run out, what is kept of ended requests goes
/// first; then the youngest sequence gives up its own and waits to be computed again. Guarded by
/// the engine's lock.
final class Scheduler {
  /// Tokens of prompts take so many times what looking back takes.
  private static final int LOOKING_BACK = 3;

  private final Kernels kernels;
  private final EngineSettings settings;
  private final EngineCache cache;
  private final PagePool pool;
  private final PrefixTree tree;
  private final @Nullable DiskTier disk;
  private final WaitingLine line = new WaitingLine();
  private final ReadingPace pace;
  private final ReadingTurns turns;

  /// In the order of arrival.
  private final List<ActiveSequence> active = new ArrayList<>();

  private long interruptions;

  Scheduler(Kernels kernels, EngineSettings settings, EngineCache cache) {
    this.kernels = kernels;
    this.settings = settings;
    this.pace = new ReadingPace(settings.step());
    this.turns = new ReadingTurns(settings.step());
    this.cache = cache;
    this.pool = cache.pool();
    this.tree = cache.tree();
    this.disk = cache.disk();
  }

  WaitingLine line() {
    return line;
  }

  List<ActiveSequence> active() {
    return active;
  }

  boolean isIdle() {
    return active.isEmpty() && line.size() == 0;
  }

  long interruptions() {
    return interruptions;
  }

  ReadingPace pace() {
    return pace;
  }

  ReadingTurns turns() {
    return turns;
  }

  /// Chooses what passes next. At least one token does if anybody is there.
  StepPlan plan() {
    admit();
    List<StepPlan.Part> parts = new ArrayList<>();
    do {
      generating(parts);
      reading(parts);
    } while (parts.isEmpty() && !isFetching() && interruptYoungest());
    return StepPlan.of(parts, settings.precision());
  }

  /// A sequence that will never go on: sessions hold the pages that it needs. Null if there is
  /// none.
  ///
  /// @param plan of the next step
  @Nullable ActiveSequence starving(StepPlan plan) {
    boolean waits = isFetching() || cache.isBusy();
    return plan.parts().isEmpty() && !waits && !active.isEmpty() ? active.getFirst() : null;
  }

  /// Whether any sequence waits for what is on disk.
  private boolean isFetching() {
    return disk != null && disk.isFetching();
  }

  // ---- admission

  private void admit() {
    while (active.size() < settings.active() && line.size() > 0) {
      ActiveSequence next = line.next();
      if (!active.isEmpty() && !hasRoom(next)) {
        return;
      }
      line.take();
      next.admitted();
      takeOver(next);
      if (disk == null) {
        lookUp(next);
      } else if (isWhole(next)) {
        PrefixTree.Match _ = tree.lend(next);
        boolean _ = disk.fetch(next);
      }
      active.add(next);
      active.sort(Comparator.comparingLong(ActiveSequence::arrival));
    }
  }

  /// Whether there are pages for all its tokens, and for what the others write meanwhile. Those
  /// that it finds in use need no room; those that are kept are among the ones that could be had.
  private boolean hasRoom(ActiveSequence sequence) {
    int room = pool.free() + tree.keptPages();
    if (!sequence.readsAll()) {
      for (int page : find(sequence).pages()) {
        room += pool.heldOnce(page) ? 0 : 1;
      }
    }
    return sequence.pagesFor(sequence.left()) + active.size() <= room;
  }

  private PrefixTree.Match find(ActiveSequence sequence) {
    return tree.find(sequence.user(), sequence.tokens(), sequence.length() - 1);
  }

  /// Takes over what its session has of a sequence, unless the tree has more.
  private void takeOver(ActiveSequence sequence) {
    EngineSession session = sequence.purpose().session();
    if (session == null) {
      return;
    }
    int common = session.common(sequence.tokens(), sequence.length() - 1);
    if (common <= find(sequence).tokens()) {
      return;
    }
    int[] whole = new int[common / KvView.TILE];
    for (int tile = 0; tile < whole.length; tile++) {
      whole[tile] = session.page(tile);
      pool.hold(whole[tile]);
    }
    sequence.adopt(whole);
    int positions = common % KvView.TILE;
    if (positions > 0) {
      adoptCopy(sequence, session.page(whole.length), positions);
    }
  }

  /// Whether pages can be shared with a sequence behind those that it has.
  private static boolean isWhole(ActiveSequence sequence) {
    return !sequence.readsAll() && sequence.computed() == sequence.pageCount() * KvView.TILE;
  }

  /// Takes over what the tree has behind the whole pages of a sequence.
  private void lookUp(ActiveSequence sequence) {
    if (!isWhole(sequence)) {
      return;
    }
    PrefixTree.Match match = tree.lend(sequence);
    if (match.tokens() > sequence.computed()) {
      adoptCopy(sequence, match.partial(), match.positions());
    }
  }

  /// The first positions of a page that others hold, in a page of its own.
  private void adoptCopy(ActiveSequence sequence, int page, int positions) {
    pool.hold(page);
    int copy = tree.take();
    if (copy != PagePool.NONE) {
      pool.copy(kernels, page, copy, positions);
      sequence.adopt(copy, positions);
    }
    pool.release(page);
  }

  /// Whether a sequence waits for what is on disk.
  private boolean isFetching(ActiveSequence sequence) {
    return disk != null && disk.isFetching(sequence);
  }

  // ---- pages

  /// Pages for the next tokens of a sequence.
  ///
  /// @return for how many of them there are pages
  private int pages(ActiveSequence sequence, int count) {
    for (int missing = sequence.pagesFor(count); missing > 0; missing--) {
      int page = tree.take();
      if (page == PagePool.NONE) {
        break;
      }
      sequence.addPage(page);
    }
    return Math.min(count, sequence.pageCount() * KvView.TILE - sequence.computed());
  }

  /// The youngest sequence gives up its pages, unless it is the only one.
  private boolean interruptYoungest() {
    if (active.size() < 2) {
      return false;
    }
    ActiveSequence youngest = active.removeLast();
    leave(youngest);
    youngest.purpose().restart();
    line.addInterrupted(youngest);
    interruptions++;
    return true;
  }

  /// Tells its session, if it has one, that a sequence is over.
  static void leaveSession(ActiveSequence sequence, boolean sound) {
    EngineSession session = sequence.purpose().session();
    if (session != null) {
      session.ended(sequence, sound);
    }
  }

  /// Keeps what was computed of a sequence, which gives up its pages.
  void leave(ActiveSequence sequence) {
    int count = sequence.complete(settings.ahead());
    tree.keep(sequence.user(), sequence.tokens(), sequence.pages(), count);
    if (disk != null) {
      disk.forget(sequence);
      disk.keep(sequence);
    }
    sequence.release(pool);
  }

  // ---- a step

  private void generating(List<StepPlan.Part> parts) {
    for (int i = 0; i < active.size(); i++) {
      ActiveSequence sequence = active.get(i);
      if (!sequence.generates() || isFetching(sequence)) {
        continue;
      }
      boolean room = pages(sequence, 1) > 0;
      while (!room && active.getLast() != sequence) {
        interruptYoungest();
        room = pages(sequence, 1) > 0;
      }
      if (room) {
        int count = pages(sequence, 1 + sequence.drafts());
        sequence.keepDrafts(count - 1);
        parts.add(StepPlan.Part.next(sequence, count));
      }
    }
  }

  private void reading(List<StepPlan.Part> parts) {
    List<ActiveSequence> reading = new ArrayList<>();
    for (ActiveSequence sequence : active) {
      if (!sequence.generates() && !isFetching(sequence)) {
        lookUp(sequence);
        if (!follows(sequence, reading)) {
          reading.add(sequence);
        }
      }
    }
    if (reading.isEmpty()) {
      return;
    }
    boolean waits = !parts.isEmpty();
    if (waits && turns.answersGoOn()) {
      return;
    }
    ActiveSequence oldest = reading.getFirst();
    double looking = pace.nanos(0, oldest.computed());
    double passing = passingNanos(looking, waits);
    double nanos =
        Math.max(waits ? turns.nanos() : 2.0 * settings.step().toNanos(), looking + passing);
    reading.sort(Comparator.comparingInt(Scheduler::lengthClass));
    double reserved = Math.min(pace.nanos(oldest.nextInOneForm(), oldest.computed()), nanos / 4);
    double left = nanos - reserved;
    int reservedRoom = Math.min(oldest.nextInOneForm(), pace.most() / 4);
    int room = pace.most() - reservedRoom;
    LookedBack looked = new LookedBack();
    for (ActiveSequence sequence : reading) {
      boolean isOldest = sequence == oldest;
      left += isOldest ? reserved : 0;
      room += isOldest ? reservedRoom : 0;
      int back = looked.more(sequence, sequence.computed());
      int fit = Math.min(room, pace.tokens(left, back, isOldest ? passing : 0));
      int count = whole(sequence, Math.min(sequence.nextInOneForm(), fit));
      count = count == 0 ? 0 : pages(sequence, count);
      if (count > 0) {
        left -= pace.nanos(count, back);
        looked.add(sequence, sequence.computed());
        room -= count;
        parts.add(StepPlan.Part.next(sequence, count));
      }
    }
  }

  /// Lengths that differ by less than twice are alike: whoever came first is read first, or of many
  /// prompts of about one length the longest would wait for all the others.
  private static int lengthClass(ActiveSequence sequence) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(sequence.nextInOneForm());
  }

  /// Time for tokens that look back for so long: as long at least, or looking back would be most of
  /// what is done.
  private double passingNanos(double looking, boolean waits) {
    double wanted = LOOKING_BACK * looking;
    double most = 2.0 * settings.step().toNanos();
    return Math.max(1, waits ? Math.max(looking, Math.min(wanted, most)) : wanted);
  }

  /// Whether another one is about to compute the next page of a sequence, which had better wait for
  /// it.
  private boolean follows(ActiveSequence sequence, List<ActiveSequence> others) {
    int needed = (sequence.computed() / KvView.TILE + 1) * KvView.TILE;
    if (sequence.readsAll() || needed >= sequence.length()) {
      return false;
    }
    int alike = needed + settings.ahead();
    for (ActiveSequence other : others) {
      if (other.user().equals(sequence.user())
          && other.length() >= alike
          && other.computed() < needed
          && Arrays.equals(sequence.tokens(), 0, alike, other.tokens(), 0, alike)) {
        return true;
      }
    }
    return false;
  }

  /// Ends parts at whole pages, which others can share.
  private static int whole(ActiveSequence sequence, int count) {
    if (count == sequence.nextInOneForm()) {
      return count;
    }
    int end = (sequence.computed() + count) / KvView.TILE * KvView.TILE;
    return end > sequence.computed() ? end - sequence.computed() : count;
  }

  /// Learns from a step for the plans to come.
  ///
  /// @param prompts tokens of prompts that passed
  /// @param nanos that it took
  void took(StepPlan plan, int prompts, long nanos) {
    int answers = plan.tokens() - prompts;
    pace.took(prompts, plan.back(), answers, nanos);
    turns.took(prompts, answers, nanos);
  }

  /// Shares what a step computed of prompts.
  void passed(StepPlan plan) {
    for (StepPlan.Part part : plan.parts()) {
      ActiveSequence sequence = part.sequence();
      if (part.own() > 1) {
        int whole = sequence.complete(settings.ahead()) / KvView.TILE * KvView.TILE;
        tree.keep(sequence.user(), sequence.tokens(), sequence.pages(), whole);
      }
    }
  }

  /// A sequence is no longer answered.
  ///
  /// @param sound whether what was computed of it may be kept
  void end(ActiveSequence sequence, boolean sound) {
    active.remove(sequence);
    leaveSession(sequence, sound);
    if (sound) {
      leave(sequence);
    } else {
      sequence.release(pool);
    }
  }
}
