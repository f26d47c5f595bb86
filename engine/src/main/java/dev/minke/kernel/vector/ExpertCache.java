package dev.minke.kernel.vector;

import dev.minke.kernel.CachedExperts;
import dev.minke.kernel.Resident;
import dev.minke.kernel.StoredExperts;
import dev.minke.kernel.cache.ExpertPolicy;
import dev.minke.kernel.cache.ExpertRead;
import dev.minke.kernel.vector.SectionReader.Piece;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Slots for experts, filled as [ExpertPolicy] says.
///
/// What a router wants and no slot has is read by all threads of the gang, which have nothing else
/// to do then. While they compute, a thread of its own reads ahead, one expert at a time. A read
/// ahead that failed is as if it had not been; who wants its expert reads again, and hears why not.
///
/// The lock guards the policy and the states of slots. An expert is in a layer's list of sections
/// while its slot has it whole.
final class ExpertCache implements CachedExperts {
  /// Tokens that must be expected to want an expert for it to be read ahead, where a read takes no
  /// longer than a layer, and where it takes twice as long or more ([ExpertPolicy#ahead]).
  private static final double LIKELY_ENOUGH = 0.15;

  private static final double MORE_LIKELY = 0.4;

  /// How far the newest time of a layer or a read moves the expected one.
  private static final double RENEWAL = 0.1;

  private final List<CachedLayer> layers = new ArrayList<>();
  private final Gang gang;
  private final SectionReader reader;
  private final ExpertPolicy policy;
  private final @Nullable ExpertSlot[] slots;
  private final long slotBytes;
  private final Thread ahead;

  /// Whether a layer computes, so that the disk is free.
  private boolean computing;

  private boolean closed;
  private long readBytes;
  private long waitedNanos;
  private long computedSince;
  private double layerNanos;
  private double readNanos;

  ExpertCache(
      List<StoredExperts> stored,
      int activeExperts,
      int slotCount,
      MatrixProducts products,
      Gang gang,
      SectionReader reader) {
    int experts = stored.getFirst().count();
    if (slotCount < experts) {
      throw new IllegalArgumentException(
          "expert cache: expected slots for the %d experts of a layer, found %d"
              .formatted(experts, slotCount));
    }
    this.gang = gang;
    this.reader = reader;
    long largest = 0;
    for (StoredExperts layer : stored) {
      CachedLayer cached = new CachedLayer(this, layers.size(), layer, products);
      layers.add(cached);
      largest = Math.max(largest, cached.bytes());
    }
    slotBytes = largest;
    slots = new ExpertSlot[Math.min(slotCount, stored.size() * experts)];
    policy = ExpertPolicy.learning(stored.size(), experts, activeExperts, slots.length);
    ahead = Thread.ofPlatform().name("minke-experts").daemon().start(this::readAhead);
  }

  @Override
  public Resident gateUp(int layer) {
    return layers.get(layer).gateUp();
  }

  @Override
  public Resident down(int layer) {
    return layers.get(layer).down();
  }

  /// See [Resident#expect].
  void expect(int layer, Tensor chosen) {
    long begin = System.nanoTime();
    List<ExpertSlot> missing = decide(layer, chosen, begin);
    List<Piece> pieces = missing.stream().flatMap(slot -> slot.pieces().stream()).toList();
    gang.run(pieces.size(), i -> reader.read(pieces.get(i)));
    synchronized (this) {
      missing.forEach(this::filled);
      computedSince = System.nanoTime();
      waitedNanos += computedSince - begin;
      computing = true;
      notifyAll();
    }
  }

  /// @return the slots of wanted experts that are to be read
  private synchronized List<ExpertSlot> decide(int layer, Tensor chosen, long now) {
    if (closed) {
      throw new IllegalStateException("expert cache: it is closed");
    }
    computing = false;
    // Before the first layer a user may have thought for minutes.
    if (layer > 0) {
      layerNanos += RENEWAL * (now - computedSince - layerNanos);
    }
    int tokens = (int) chosen.shape().rows();
    int active = chosen.shape().columns();
    int[] experts = new int[tokens * active];
    for (int i = 0; i < experts.length; i++) {
      experts[i] = chosen.getInt(i / active, i % active);
    }
    policy.decide(layer, experts, tokens);
    List<ExpertSlot> missing = new ArrayList<>();
    for (int expert : experts) {
      ExpertSlot slot = slot(policy.slot(layer, expert));
      awaitReadAhead(slot);
      slot.become(layers.get(layer), expert);
      if (!slot.isWhole() && !missing.contains(slot)) {
        missing.add(slot);
      }
    }
    return missing;
  }

  private ExpertSlot slot(int index) {
    ExpertSlot slot = slots[index];
    if (slot == null) {
      slot = new ExpertSlot(slotBytes);
      slots[index] = slot;
    }
    return slot;
  }

  private synchronized void awaitReadAhead(ExpertSlot slot) {
    boolean interrupted = false;
    while (slot.isBusy()) {
      try {
        wait();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void filled(ExpertSlot slot) {
    slot.fill();
    readBytes += slot.pieces().stream().mapToLong(Piece::bytes).sum();
  }

  private void readAhead() {
    for (ExpertSlot slot = nextAhead(); slot != null; slot = nextAhead()) {
      long begin = System.nanoTime();
      boolean whole = false;
      try {
        for (Piece piece : slot.pieces()) {
          reader.read(piece);
        }
        whole = true;
      } catch (RuntimeException _) {
        // Who wants the expert reads it again, and hears why that cannot be.
      } finally {
        endAhead(slot, whole, System.nanoTime() - begin);
      }
    }
  }

  /// Waits until something is worth reading ahead.
  ///
  /// @return null when the cache is closed
  private synchronized @Nullable ExpertSlot nextAhead() {
    ExpertRead read = null;
    while (!closed && (!computing || (read = policy.ahead(likelyEnough())) == null)) {
      try {
        wait();
      } catch (InterruptedException _) {
        return null;
      }
    }
    if (read == null || closed) {
      return null;
    }
    ExpertSlot slot = slot(read.slot());
    slot.become(layers.get(read.layer()), read.expert());
    slot.isBusy(true);
    return slot;
  }

  private synchronized void endAhead(ExpertSlot slot, boolean whole, long nanos) {
    if (whole) {
      filled(slot);
      readNanos += RENEWAL * (nanos - readNanos);
    }
    slot.isBusy(false);
    notifyAll();
  }

  private float likelyEnough() {
    double layersOfRead = layerNanos == 0 ? 1 : readNanos / layerNanos;
    double between = LIKELY_ENOUGH + (MORE_LIKELY - LIKELY_ENOUGH) * (layersOfRead - 1);
    return (float) Math.clamp(between, LIKELY_ENOUGH, MORE_LIKELY);
  }

  @Override
  public synchronized Account account() {
    int experts = layers.size() * layers.getFirst().experts();
    return new Account(policy.counts(), slots.length, experts, slotBytes, readBytes, waitedNanos);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    boolean interrupted = false;
    while (ahead.isAlive()) {
      try {
        ahead.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    for (ExpertSlot slot : slots) {
      if (slot != null) {
        slot.close();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
