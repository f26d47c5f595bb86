package dev.minke.inference;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Requests that wait: users take turns, each user's requests in the order they came. Whoever has
/// given up pages for others is before all. Guarded by the engine's lock.
final class WaitingLine {
  private final Deque<ActiveSequence> interrupted = new ArrayDeque<>();

  /// In the order of turns.
  private final Map<String, Deque<ActiveSequence>> users = new LinkedHashMap<>();

  private int size;

  int size() {
    return size;
  }

  void add(ActiveSequence sequence) {
    users.computeIfAbsent(sequence.user(), _ -> new ArrayDeque<>()).add(sequence);
    size++;
  }

  void addInterrupted(ActiveSequence sequence) {
    interrupted.addFirst(sequence);
    size++;
  }

  /// Whose turn it is.
  ///
  /// @throws java.util.NoSuchElementException if nobody waits
  ActiveSequence next() {
    return interrupted.isEmpty()
        ? users.values().iterator().next().element()
        : interrupted.element();
  }

  /// The one of [#next] goes; its user's next turn is behind those of all others.
  void take() {
    size--;
    if (!interrupted.isEmpty()) {
      interrupted.remove();
      return;
    }
    Map.Entry<String, Deque<ActiveSequence>> first = users.entrySet().iterator().next();
    users.remove(first.getKey());
    first.getValue().remove();
    if (!first.getValue().isEmpty()) {
      users.put(first.getKey(), first.getValue());
    }
  }

  /// Takes out all that meet a condition.
  List<ActiveSequence> takeIf(Predicate<ActiveSequence> condition) {
    List<ActiveSequence> taken = new ArrayList<>();
    take(interrupted, condition, taken);
    users
        .values()
        .removeIf(line -> {
          take(line, condition, taken);
          return line.isEmpty();
        });
    size -= taken.size();
    return taken;
  }

  private static void take(
      Deque<ActiveSequence> line, Predicate<ActiveSequence> condition, List<ActiveSequence> taken) {
    line.removeIf(one -> condition.test(one) && taken.add(one));
  }
}
