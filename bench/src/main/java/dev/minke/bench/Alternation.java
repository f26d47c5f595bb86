package dev.minke.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Rounds of ours and of a peer's in turn: while one side works the other sleeps. A round in which
/// anybody else, the side that should sleep included, took processors is repeated.
final class Alternation {
  private static final int MOST_ROUNDS = 40;

  private final int threads;
  private final Quiet quiet;
  private final boolean provisional;

  /// Work of ours.
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /// The same work of a peer, which takes its own time.
  @FunctionalInterface
  interface Peer {
    TokenizerPeer.Answer run() throws IOException;
  }

  /// How much is done.
  ///
  /// @param ours in a round, in the unit of the row times seconds
  /// @param theirs in a round
  /// @param rounds that count
  record Amount(double ours, double theirs, int rounds) {}

  /// Speeds of a round, by the clock and by processor time.
  private record Round(
      double ours, double theirs, double oursCpu, double theirsCpu, double taken) {}

  /// @param peer its process
  /// @param provisional whether to accept rounds that others disturbed
  Alternation(int threads, ProcessHandle peer, boolean provisional) {
    this.threads = threads;
    this.provisional = provisional;
    quiet = new Quiet(ProcessHandle.current(), peer);
  }

  /// Measures until enough rounds were quiet.
  Row row(String name, String peer, Amount amount, Work ours, Peer theirs) throws IOException {
    List<Round> rounds = new ArrayList<>();
    for (int done = 0; rounds.size() < amount.rounds; done++) {
      if (done == MOST_ROUNDS) {
        throw new IllegalStateException(
            "bench: the machine did not stay quiet, %d of %d rounds were disturbed; try again later"
                .formatted(done - rounds.size(), done));
      }
      Round round = round(amount, ours, theirs);
      if (provisional || !Quiet.isTooMuch(round.taken)) {
        rounds.add(round);
      }
    }
    System.err.printf(
        "%s, threads %d: lowest to highest %.1f to %.1f, %s %.1f to %.1f; a CPU second %.1f, %.1f,"
            + " ratio %.2f; others took up to %.2f CPUs%n",
        name,
        threads,
        sorted(rounds, Round::ours)[0],
        sorted(rounds, Round::ours)[rounds.size() - 1],
        peer,
        sorted(rounds, Round::theirs)[0],
        sorted(rounds, Round::theirs)[rounds.size() - 1],
        median(rounds, Round::oursCpu),
        median(rounds, Round::theirsCpu),
        median(rounds, round -> round.oursCpu / round.theirsCpu),
        sorted(rounds, Round::taken)[rounds.size() - 1]);
    return new Row(
        name,
        threads,
        "Java " + Runtime.version().feature(),
        peer,
        median(rounds, Round::ours),
        median(rounds, Round::theirs),
        median(rounds, round -> round.ours / round.theirs),
        null);
  }

  private Round round(Amount amount, Work ours, Peer theirs) throws IOException {
    quiet.begin();
    double cpu = Quiet.cpuSeconds(ProcessHandle.current());
    long began = System.nanoTime();
    ours.run();
    double seconds = (System.nanoTime() - began) * 1e-9;
    double cpuSeconds = Quiet.cpuSeconds(ProcessHandle.current()) - cpu;
    double taken = quiet.taken();
    quiet.begin();
    TokenizerPeer.Answer answer = theirs.run();
    return new Round(
        amount.ours / seconds,
        amount.theirs / answer.seconds(),
        amount.ours / cpuSeconds,
        amount.theirs / answer.cpuSeconds(),
        Math.max(taken, quiet.taken()));
  }

  private static double[] sorted(List<Round> rounds, ToDoubleFunction<Round> value) {
    double[] values = rounds.stream().mapToDouble(value).toArray();
    Arrays.sort(values);
    return values;
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    return sorted(rounds, value)[rounds.size() / 2];
  }
}
