package dev.minke.inference;

import static dev.minke.inference.TinyRequests.LONGEST;
import static dev.minke.inference.TinyRequests.STEP;
import static dev.minke.inference.TinyRequests.alone;
import static dev.minke.inference.TinyRequests.join;
import static dev.minke.inference.TinyRequests.prompt;
import static dev.minke.inference.TinyRequests.request;
import static dev.minke.inference.TinyRequests.small;
import static dev.minke.inference.TinyRequests.store;
import static dev.minke.inference.TinyRequests.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What comes from disk is held against the request alone, by [Alone].
class DiskTierTest {
  private static final long PLENTY = 1L << 30;

  private static Kernels kernels;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    kernels = new VectorKernels(2);
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  static Stream<Arguments> models() {
    return TinyRequests.models();
  }

  private EngineSettings settings(Precision precision, int tokens, long bytes) {
    return new EngineSettings(precision, tokens, LONGEST, 16, 64, STEP)
        .withModel("tiny")
        .withDisk(new DiskCache(folder, bytes));
  }

  private Engine engine(DecoderModel model) {
    return new Engine(model, kernels, settings(Precision.EXACT, 2048, PLENTY));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aRestartedEngineFindsWholeUnits(DecoderConfig config, Precision precision) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      Request request = request("", prompt(1, 150), 20);
      List<LogProbs> before;
      try (Engine engine = new Engine(model, kernels, settings(precision, 1024, PLENTY))) {
        Answer first = submit(engine, request);
        before = told(first);
        assertThat(first.ids()).isEqualTo(alone(model, kernels, precision, request));
        assertThat(engine.counts().disk().foundTokens()).isZero();
      }
      try (Engine engine = new Engine(model, kernels, settings(precision, 1024, PLENTY))) {
        Answer again = submit(engine, request);
        assertThat(again.ids()).isEqualTo(alone(model, kernels, precision, request));
        assertThat(chosen(told(again))).isEqualTo(chosen(before));
        assertThat(again.ending().cached()).isEqualTo(128);
        assertThat(engine.counts().disk().foundTokens()).isEqualTo(128);
        assertThat(engine.counts().cachedTokens()).isEqualTo(128);
        assertThat(engine.counts().promptTokens()).isEqualTo(22);
        assertThat(engine.counts().disk().damagedUnits()).isZero();
        assertThat(engine.counts().usedPages()).isZero();
        // What came from disk is in memory now.
        assertThat(submit(engine, request).ending().cached()).isEqualTo(149);
        assertThat(engine.counts().disk().foundTokens()).isEqualTo(128);
      }
    }
  }

  @Test
  void promptsThatBeginAlikeReadEachUnitOnce() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      int[] common = prompt(1, 192);
      try (Engine engine = engine(model)) {
        submit(engine, request("", common, 5)).ids();
      }
      try (Engine engine = engine(model)) {
        List<Request> requests =
            IntStream.range(0, 8)
                .mapToObj(i -> request("", join(common, prompt(i, 10 + i)), 5))
                .toList();
        List<Answer> answers = requests.stream().map(one -> submit(engine, one)).toList();
        for (int i = 0; i < answers.size(); i++) {
          assertThat(answers.get(i).ids())
              .isEqualTo(alone(model, kernels, Precision.EXACT, requests.get(i)));
          assertThat(answers.get(i).ending().cached()).isGreaterThanOrEqualTo(192);
        }
        assertThat(engine.counts().disk().foundTokens()).isEqualTo(192);
        assertThat(engine.counts().usedPages()).isZero();
      }
    }
  }

  private static List<LogProbs> told(Answer answer) {
    return answer.logProbs().stream().map(Objects::requireNonNull).toList();
  }

  private static double[] chosen(List<LogProbs> told) {
    return told.stream().mapToDouble(LogProbs::chosen).toArray();
  }

  @Test
  void answersAreFoundAfterARestart() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      Request first = request("", prompt(1, 100), 60);
      int[] ids;
      try (Engine engine = engine(model)) {
        ids = submit(engine, first).ids();
      }
      Request second = request("", join(first.prompt(), ids, prompt(2, 9)), 20);
      try (Engine engine = engine(model)) {
        Answer answer = submit(engine, second);
        assertThat(answer.ids()).isEqualTo(alone(model, kernels, Precision.EXACT, second));
        assertThat(answer.ending().cached()).isEqualTo(128);
      }
    }
  }

  @Test
  void whatMemoryHadToGiveUpComesFromDisk() throws InterruptedException {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      List<Request> requests =
          IntStream.range(0, 6).mapToObj(i -> request("", prompt(i, 200), 5)).toList();
      try (Engine engine = new Engine(model, kernels, settings(Precision.EXACT, 256, PLENTY))) {
        for (Request request : requests) {
          long written = engine.counts().disk().writtenUnits();
          assertThat(submit(engine, request).ids())
              .isEqualTo(alone(model, kernels, Precision.EXACT, request));
          awaitWritten(engine, written + 3);
        }
        Answer again = submit(engine, requests.getFirst());
        assertThat(again.ids())
            .isEqualTo(alone(model, kernels, Precision.EXACT, requests.getFirst()));
        assertThat(engine.counts().disk().foundTokens()).isEqualTo(192);
        assertThat(again.ending().cached()).isEqualTo(192);
      }
    }
  }

  private static void awaitWritten(Engine engine, long units) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (engine.counts().disk().writtenUnits() < units) {
      assertThat(System.nanoTime()).as("%s", engine.counts()).isLessThan(end);
      Thread.sleep(1);
    }
  }

  @Test
  void aUserFindsNothingOfOthers() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      int[] prompt = prompt(1, 150);
      try (Engine engine = engine(model)) {
        submit(engine, request("one", prompt, 5)).ids();
      }
      try (Engine engine = engine(model)) {
        assertThat(submit(engine, request("other", prompt, 5)).ending().cached()).isZero();
        assertThat(submit(engine, request("", prompt, 5)).ending().cached()).isZero();
        assertThat(engine.counts().disk().foundTokens()).isZero();
        assertThat(submit(engine, request("one", prompt, 5)).ending().cached()).isEqualTo(128);
      }
    }
  }

  @Test
  void anotherModelOrPrecisionFindsNothingAndLeavesAllAsItIs() throws IOException {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      Request request = request("", prompt(1, 150), 5);
      try (Engine engine = engine(model)) {
        submit(engine, request).ids();
      }
      List<Path> before = files();
      for (EngineSettings other :
          List.of(
              settings(Precision.EXACT, 1024, PLENTY).withModel("other"),
              settings(Precision.FAST, 1024, PLENTY))) {
        try (Engine engine = new Engine(model, kernels, other)) {
          assertThat(submit(engine, request).ending().cached()).isZero();
          assertThat(engine.counts().disk().damagedUnits()).isZero();
        }
      }
      assertThat(files()).containsAll(before);
      try (Engine engine = engine(model)) {
        assertThat(submit(engine, request).ending().cached()).isEqualTo(128);
      }
    }
  }

  /// Ways to damage a file of a folder.
  private interface Damage {
    void doTo(Path file) throws IOException;
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        Arguments.of("cut in its header", (Damage) file -> cut(file, 40)),
        Arguments.of("empty", (Damage) file -> cut(file, 0)),
        Arguments.of("cut at its end", (Damage) file -> cut(file, (int) Files.size(file) - 1)),
        Arguments.of(
            "longer",
            (Damage)
                file -> Files.write(file, Arrays.copyOf(read(file), (int) Files.size(file) + 1))),
        Arguments.of("of another format", (Damage) file -> flip(file, 0)),
        Arguments.of("of another version", (Damage) file -> flip(file, 8)),
        Arguments.of("of another key", (Damage) file -> flip(file, 33)),
        Arguments.of("of other tokens", (Damage) file -> flip(file, 65)),
        Arguments.of("with another checksum", (Damage) file -> flip(file, 21)),
        Arguments.of("with other rows", (Damage) file -> flip(file, 64 + 256 + 700)),
        Arguments.of(
            "with another row at its end",
            (Damage) file -> flip(file, (int) Files.size(file) - 1)));
  }

  private static byte[] read(Path file) throws IOException {
    return Files.readAllBytes(file);
  }

  private static void cut(Path file, int length) throws IOException {
    Files.write(file, Arrays.copyOf(read(file), length));
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = read(file);
    bytes[at] ^= 0x10;
    Files.write(file, bytes);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void aDamagedFileIsLeftOutDeletedAndWrittenAgain(String name, Damage damage) throws IOException {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      Request request = request("", prompt(1, 150), 20);
      try (Engine engine = engine(model)) {
        submit(engine, request).ids();
      }
      assertThat(files()).hasSize(2);
      for (Path file : files()) {
        damage.doTo(file);
      }
      try (Engine engine = engine(model)) {
        Answer answer = submit(engine, request);
        assertThat(answer.ids()).isEqualTo(alone(model, kernels, Precision.EXACT, request));
        assertThat(answer.ending().cached()).isZero();
        assertThat(engine.counts().disk().damagedUnits()).isEqualTo(1);
      }
      // The second was never looked for, since the first was not there.
      try (Engine engine = engine(model)) {
        assertThat(submit(engine, request).ending().cached()).isEqualTo(64);
        assertThat(engine.counts().disk().damagedUnits()).isEqualTo(1);
      }
      try (Engine engine = engine(model)) {
        assertThat(submit(engine, request).ending().cached()).isEqualTo(128);
        assertThat(engine.counts().disk().damagedUnits()).isZero();
      }
    }
  }

  @Test
  void aFileUnderAnothersNameIsNotUsed() throws IOException {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      Request request = request("", prompt(1, 150), 20);
      try (Engine engine = engine(model)) {
        submit(engine, request).ids();
      }
      List<Path> own = files();
      try (Engine engine =
          new Engine(model, kernels, settings(Precision.EXACT, 1024, PLENTY).withModel("other"))) {
        submit(engine, request).ids();
      }
      List<Path> others = new ArrayList<>(files());
      others.removeAll(own);
      assertThat(others).hasSize(2);
      for (int i = 0; i < 2; i++) {
        Files.copy(others.get(i), own.get(i), StandardCopyOption.REPLACE_EXISTING);
      }
      try (Engine engine = engine(model)) {
        Answer answer = submit(engine, request);
        assertThat(answer.ids()).isEqualTo(alone(model, kernels, Precision.EXACT, request));
        assertThat(answer.ending().cached()).isZero();
        assertThat(engine.counts().disk().damagedUnits()).isEqualTo(1);
      }
    }
  }

  @Test
  void theFolderKeepsItsLimitAndWhatWasUsedLast() throws IOException {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      Request first = request("", prompt(0, 150), 5);
      try (Engine engine = engine(model)) {
        submit(engine, first).ids();
      }
      long unit = Files.size(files().getFirst());
      long limit = 8 * unit + unit / 2;
      for (int i = 1; i < 8; i++) {
        try (Engine engine = new Engine(model, kernels, settings(Precision.EXACT, 1024, limit))) {
          submit(engine, request("", prompt(i, 150), 5)).ids();
          assertThat(submit(engine, first).ending().cached()).isEqualTo(128);
        }
        long sum = 0;
        for (Path file : files()) {
          sum += Files.size(file);
        }
        assertThat(sum).isLessThanOrEqualTo(limit).isGreaterThan(3 * unit);
      }
    }
  }

  @Test
  void aLimitBelowAPageIsRefused() {
    try (ParameterStore store = store()) {
      assertThatThrownBy(
              () -> new Engine(small(store), kernels, settings(Precision.EXACT, 1024, 1000)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected room for a page of")
          .hasMessageContaining("found 1000 bytes");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsRefusedAtOnce() throws IOException {
    try (ParameterStore store = store()) {
      Path file = Files.createFile(folder.resolve("file"));
      folder = file.resolve("inside");
      assertThatThrownBy(() -> engine(small(store)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith("cannot keep a cache in " + folder + ": ");
    }
  }

  @Test
  void whatIsMadeIsItsOwnersAlone() throws IOException {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    try (ParameterStore store = store()) {
      folder = folder.resolve("new").resolve("cache");
      try (Engine engine = engine(small(store))) {
        submit(engine, request("", prompt(1, 100), 5)).ids();
      }
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
          .isEqualTo("rwx------");
      assertThat(files()).hasSize(1);
    }
  }

  @Test
  void aDiskThatFailsIsToldOnceAndTheEngineGoesOn() throws IOException {
    List<String> told = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            told.add(java.text.MessageFormat.format(record.getMessage(), record.getParameters()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(DiskWriter.class.getName());
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      EngineCounts counts;
      try (Engine engine = engine(model)) {
        Files.delete(folder);
        for (int i = 0; i < 5; i++) {
          Request request = request("", prompt(i, 150), 5);
          assertThat(submit(engine, request).ids())
              .isEqualTo(alone(model, kernels, Precision.EXACT, request));
        }
        while (engine.counts().disk().failedUnits() < 10) {
          Thread.onSpinWait();
        }
        counts = engine.counts();
      }
      assertThat(told).singleElement().asString().contains("cannot write to " + folder);
      assertThat(counts.disk().writtenUnits()).isZero();
      assertThat(counts.usedPages()).isZero();
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
      Files.createDirectories(folder);
    }
  }

  @Test
  void whoWaitsForADiskHoldsNobodyElseUp() throws IOException, InterruptedException {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      Request request = request("", prompt(1, 100), 5);
      try (Engine engine = engine(model)) {
        submit(engine, request).ids();
      }
      // A pipe gives nothing until somebody writes to it.
      Path unit = files().getFirst();
      Files.delete(unit);
      assumeTrue(new ProcessBuilder("mkfifo", unit.toString()).start().waitFor() == 0);
      try (Engine engine = engine(model)) {
        Answer waiting = new Answer();
        Answer cancelled = new Answer();
        engine.submit(request, waiting);
        Generation generation = engine.submit(request, cancelled);
        for (int i = 2; i < 6; i++) {
          Request other = request("", prompt(i, 60), 20);
          assertThat(submit(engine, other).ids())
              .isEqualTo(alone(model, kernels, Precision.EXACT, other));
        }
        assertThat(waiting.isDone()).isFalse();
        generation.cancel();
        assertThat(cancelled.ending().stop()).isEqualTo(Stop.CANCELLED);
        assertThat(waiting.isDone()).isFalse();
        // Opened for reading too, so that this does not wait if nobody reads.
        new ProcessBuilder("sh", "-c", ": 1<> " + unit).start().waitFor();
        assertThat(waiting.ids()).isEqualTo(alone(model, kernels, Precision.EXACT, request));
        assertThat(engine.counts().usedPages()).isZero();
      }
    }
  }

  @Test
  void twoEnginesShareAFolder() throws IOException {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      List<Request> requests =
          IntStream.range(0, 8).mapToObj(i -> request("", prompt(i, 140 + i), 8)).toList();
      long limit = 10 * unit(model);
      try (Engine one = new Engine(model, kernels, settings(Precision.EXACT, 512, limit));
          Engine other = new Engine(model, kernels, settings(Precision.EXACT, 512, limit))) {
        Random random = new Random(3);
        List<Request> asked = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          asked.add(requests.get(random.nextInt(requests.size())));
          answers.add(submit(random.nextBoolean() ? one : other, asked.getLast()));
        }
        for (int i = 0; i < asked.size(); i++) {
          assertThat(answers.get(i).ids())
              .isEqualTo(alone(model, kernels, Precision.EXACT, asked.get(i)));
        }
        assertThat(one.counts().disk().damagedUnits()).isZero();
        assertThat(other.counts().disk().damagedUnits()).isZero();
        assertThat(one.counts().usedPages() + other.counts().usedPages()).isZero();
      }
      assertThat(files()).allMatch(file -> file.toString().endsWith(".kv"));
    }
  }

  private static long unit(DecoderModel model) {
    return 64 + 4 * 64 + 64 * model.cacheShape().bytes(Precision.EXACT.cache());
  }
}
