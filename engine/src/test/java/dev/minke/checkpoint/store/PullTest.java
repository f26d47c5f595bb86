package dev.minke.checkpoint.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Downloads from a hub on this machine.
class PullTest {
  private static final Patience SHORT =
      new Patience(4, Duration.ofMillis(5), Duration.ofSeconds(2), Duration.ofMillis(800));

  private static final byte[] CONFIG = "{\"model_type\": \"x\"}\n".getBytes(StandardCharsets.UTF_8);
  private static final String WEIGHTS = "model.safetensors";
  private static final HubName NAME = HubName.parse(FakeHub.ID).orElseThrow();

  @TempDir private Path temporary;
  private Path cache;
  private FakeHub server;
  private byte[] weights;
  private final Heard heard = new Heard();

  /// What a listener was told.
  private static final class Heard implements PullListener {
    private final AtomicLong received = new AtomicLong();
    private final List<String> retries = new CopyOnWriteArrayList<>();
    private final List<String> waits = new CopyOnWriteArrayList<>();

    @Override
    public void received(long bytes) {
      received.addAndGet(bytes);
    }

    @Override
    public void retrying(String subject, String reason, Duration pause) {
      retries.add(subject + ": " + reason + " " + pause);
    }

    @Override
    public void waiting(String file) {
      waits.add(file);
    }
  }

  @BeforeEach
  void open() throws IOException {
    cache = temporary.resolve("hub");
    weights = random(300_000, 1);
    server = new FakeHub().small("config.json", CONFIG).large(WEIGHTS, weights);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    random.nextBytes(bytes);
    return bytes;
  }

  private StoreRoots roots() {
    return new StoreRoots(cache, List.of());
  }

  private Pull pull() {
    return pull(null);
  }

  private Pull pull(String token) {
    return pull(token, SHORT);
  }

  private Pull pull(String token, Patience patience) {
    return new Pull(roots(), new Hub(server.address(), token, false), heard, patience);
  }

  private Path fetch() throws Exception {
    return fetch(NAME, Selection.usual());
  }

  private Path fetch(HubName name, Selection selection) throws Exception {
    return fetch(pull(), name, selection);
  }

  private static Path fetch(Pull open, HubName name, Selection selection) throws Exception {
    try (Pull pull = open) {
      return pull.run(pull.plan(name, selection), 3).orElseThrow();
    }
  }

  private Path repository() {
    return cache.resolve("models--org--model");
  }

  private Path blob() {
    return repository().resolve("blobs").resolve(server.hash(WEIGHTS));
  }

  /// Every file and link of the cache, without locks: where a link leads, or how many bytes.
  private Map<String, String> tree() throws IOException {
    Map<String, String> tree = new TreeMap<>();
    if (!Files.exists(repository())) {
      return tree;
    }
    try (Stream<Path> all = Files.walk(repository())) {
      for (Path path : all.toList()) {
        String name = repository().relativize(path).toString();
        if (Files.isSymbolicLink(path)) {
          tree.put(name, "-> " + Files.readSymbolicLink(path));
        } else if (Files.isRegularFile(path)) {
          tree.put(name, Files.size(path) + " bytes");
        }
      }
    }
    return tree;
  }

  /// The tree is the one that hf_hub_download of huggingface_hub 2.4.0 made of these files from
  /// this server, but for its CACHEDIR.TAG.
  @Test
  void theCacheIsLaidOutAsHuggingFaceLaysItOut() throws Exception {
    server
        .small("README.md", "x".getBytes(StandardCharsets.UTF_8))
        .small("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8))
        .small("pictures/a.png", random(100, 2))
        .large("onnx/model.onnx", random(100, 3));
    Path directory = fetch();
    String commit = FakeHub.COMMIT;
    assertThat(directory).isEqualTo(repository().resolve("snapshots").resolve(commit));
    String snapshot = "snapshots/" + commit + "/";
    String sha256 = FakeHub.sha256(weights);
    assertThat(tree())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "refs/main",
                "40 bytes",
                "blobs/" + sha256,
                "300000 bytes",
                "blobs/f891060d5b6dcb5fc89976e6cb12aed4f98ea8f2",
                "20 bytes",
                "blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b",
                "2 bytes",
                "blobs/c1b0730e0133447badcfd47fd144e254807b06e1",
                "1 bytes",
                snapshot + "config.json",
                "-> ../../blobs/f891060d5b6dcb5fc89976e6cb12aed4f98ea8f2",
                snapshot + "tokenizer.json",
                "-> ../../blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b",
                snapshot + "README.md",
                "-> ../../blobs/c1b0730e0133447badcfd47fd144e254807b06e1",
                snapshot + WEIGHTS,
                "-> ../../blobs/" + sha256));
    assertThat(repository().resolve("refs/main")).hasContent(commit);
    assertThat(directory.resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(heard.received).hasValue(300_000 + 20 + 2 + 1);
    assertThat(new ModelStore(roots()).find(FakeHub.ID))
        .isEqualTo(new ModelFiles.HuggingFaceDirectory(directory));
  }

  @Test
  void whatIsHereIsNotFetchedAgain() throws Exception {
    fetch();
    int before = server.downloads().size();
    fetch();
    assertThat(server.downloads()).hasSize(before);
  }

  @Test
  void aCutConnectionGoesOnWhereItWas() throws Exception {
    server.next(WEIGHTS, FakeHub.cutAfter(100_000));
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(heard.retries).hasSize(1);
    List<FakeHub.Asked> large =
        server.downloads().stream().filter(one -> one.path().contains(WEIGHTS)).toList();
    assertThat(large).hasSize(2);
    assertThat(large.getLast().header("Range")).matches("bytes=[1-9]\\d*-");
    assertThat(heard.received).hasValue(300_000 + CONFIG.length);
  }

  @Test
  void progressCountsFailuresAnew() throws Exception {
    for (int i = 1; i <= 9; i++) {
      server.next(
          WEIGHTS,
          (exchange, content) -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            exchange
                .getResponseHeaders()
                .set("Content-Range", "bytes %d-%d/*".formatted(from, content.length - 1));
            exchange.sendResponseHeaders(from == 0 ? 200 : 206, content.length - from);
            exchange.getResponseBody().write(content, from, 20_000);
            exchange.getResponseBody().flush();
          });
    }
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(heard.retries).hasSizeBetween(5, 9);
  }

  @Test
  void aServerWithoutRangesIsReadFromTheBeginning() throws Exception {
    server.next(
        WEIGHTS,
        FakeHub.cutAfter(100_000),
        (exchange, content) -> FakeHub.send(exchange, 200, content));
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(heard.received).hasValue(300_000 + CONFIG.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes 5-299999/300000", "bytes 100000-299999/299999", "", "bytes x"})
  void anotherPartThanWasAskedForIsNotTaken(String range) throws Exception {
    Files.createDirectories(blob().getParent());
    Files.write(unfinished(), Arrays.copyOf(weights, 100_000));
    server.next(WEIGHTS, FakeHub.status(206, "Content-Range", range));
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
  }

  @Test
  void aRangeThatIsRefusedStartsOver() throws Exception {
    Files.createDirectories(blob().getParent());
    Files.write(unfinished(), Arrays.copyOf(weights, 100_000));
    server.next(WEIGHTS, FakeHub.status(416));
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
  }

  private Path unfinished() {
    return blob().resolveSibling(blob().getFileName() + ".incomplete");
  }

  @Test
  void whatAnotherProgramLeftIsTakenUp() throws Exception {
    Files.createDirectories(blob().getParent());
    Files.write(unfinished(), Arrays.copyOf(weights, 299_000));
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(heard.received).hasValue(1000 + CONFIG.length);
    assertThat(unfinished()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 300_000, 300_001})
  void whatDoesNotFitIsFetchedAnew(int length) throws Exception {
    Files.createDirectories(blob().getParent());
    Files.write(unfinished(), random(length, 9));
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", WEIGHTS})
  void damagedBytesNeverHaveAName(String path) throws Exception {
    server.next(
        path,
        (exchange, content) -> {
          byte[] damaged = content.clone();
          damaged[content.length / 2] ^= 1;
          FakeHub.send(exchange, 200, damaged);
        });
    assertThatThrownBy(this::fetch)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(path + ": expected bytes with hash " + server.hash(path));
    assertThat(tree()).allSatisfy((name, _) -> assertThat(name).startsWith("blobs/"));
    assertThat(tree()).doesNotContainKey("blobs/" + server.hash(path));
    assertThat(fetch().resolve(path)).exists();
  }

  @Test
  void moreBytesThanPromisedAreRefused() {
    server.next(
        WEIGHTS,
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(content);
            out.write(content);
          }
        });
    assertThatThrownBy(this::fetch).hasMessageContaining("expected 300,000 bytes, found more");
  }

  @Test
  void theTokenGoesToTheHubAlone() throws Exception {
    try (Pull pull = pull("hf_secret")) {
      pull.run(pull.plan(NAME, Selection.usual()), 2);
    }
    assertThat(server.asked).filteredOn(one -> one.server().equals("hub")).isNotEmpty();
    assertThat(server.asked).filteredOn(one -> one.server().equals("other")).isNotEmpty();
    assertThat(server.asked)
        .allSatisfy(one ->
            assertThat(one.header("Authorization"))
                .isEqualTo(one.server().equals("hub") ? "Bearer hf_secret" : null));
    assertThat(new Hub(server.address(), "hf_secret", false).toString()).doesNotContain("secret");
  }

  @Test
  void redirectionsLeadNowhereElse() {
    server.next("config.json", FakeHub.status(302, "Location", "file:///etc/passwd"));
    assertThatThrownBy(this::fetch).hasMessageContaining("found one to 'file:///etc/passwd'");
    server.next("list", FakeHub.status(307, "Location", "/api/models/org/model/revision/main"));
    server.next("list", FakeHub.status(307, "Location", "/api/models/org/model/revision/main"));
    assertThat(plannedFiles()).hasSize(2);
    for (int i = 0; i < 9; i++) {
      server.next("list", FakeHub.status(307, "Location", "/api/models/org/model/revision/main"));
    }
    assertThatThrownBy(this::plannedFiles).hasMessageContaining("redirections");
  }

  private List<RemoteFile> plannedFiles() {
    try (Pull pull = pull()) {
      return pull.plan(NAME, Selection.usual()).files();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusalsSayTheRemedy() {
    server.next("list", FakeHub.status(401));
    assertThatThrownBy(this::fetch).hasMessageContaining("check the name, or set HF_TOKEN");
    server.next("list", FakeHub.status(403, "X-Error-Code", "GatedRepo"));
    assertThatThrownBy(this::fetch)
        .hasMessageContaining("agree at " + server.address() + "/org/model, then set HF_TOKEN");
    server.next("list", FakeHub.status(404, "X-Error-Code", "RevisionNotFound"));
    assertThatThrownBy(() -> fetch(new HubName(FakeHub.ID, "v9", null), Selection.usual()))
        .hasMessageContaining("org/model@v9: expected revision 'v9'");
    server.next("list", FakeHub.status(404, "X-Error-Code", "RepoNotFound"));
    assertThatThrownBy(this::fetch).hasMessageContaining("no such model; check the name");
    server.next(WEIGHTS, FakeHub.status(200));
    assertThat(heard.retries).isEmpty();
  }

  @Test
  void aBusyServerIsAskedAgainWhenItSays() throws Exception {
    server.next("list", FakeHub.status(429, "Retry-After", "1"), FakeHub.status(503));
    server.next(WEIGHTS, FakeHub.status(500), FakeHub.status(403));
    long begin = System.nanoTime();
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(System.nanoTime() - begin).isGreaterThan(Duration.ofSeconds(1).toNanos());
    assertThat(heard.retries)
        .hasSize(4)
        .anySatisfy(text -> assertThat(text).contains("answered 429 PT1S"));
    server.next("list", FakeHub.status(429, "Retry-After", "3600"));
    assertThatThrownBy(this::fetch).hasMessageContaining("asks to wait 3600 s");
  }

  @Test
  void aServerThatStaysBusyIsGivenUp() {
    for (int i = 0; i < 4; i++) {
      server.next("list", FakeHub.status(503));
    }
    assertThatThrownBy(this::fetch)
        .hasMessageContaining("gave up after 4 attempts, for the server answered 503");
    server.close();
    assertThatThrownBy(this::fetch).hasMessageContaining("the connection was refused");
  }

  @Test
  void aSilentServerIsAskedAgain() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    server.next(
        WEIGHTS,
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 100_000);
          exchange.getResponseBody().flush();
          await(end);
        });
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
    end.countDown();
    assertThat(heard.retries).anySatisfy(text -> assertThat(text).contains("nothing came"));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "/etc/x",
        "a/../../x",
        "a//b",
        "",
        ".",
        "..",
        "a\\\\..\\\\x",
        "a\\u0000b",
        "a\\u001b[2J"
      })
  void namesThatLeadElsewhereAreRefused(String path) throws Exception {
    server.list =
        """
        {"sha": "%s", "siblings": [{"rfilename": "%s", "size": 1, "blobId": "%s"}]}
        """
            .formatted(FakeHub.COMMIT, path, FakeHub.git(CONFIG));
    assertThatThrownBy(() -> fetch(NAME, new Selection(List.of("*"), List.of())))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected names of files below it");
    assertThat(cache).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../x", "", "abc", "0123456789ABCDEF0123456789abcdef01234567"})
  void hashesAndCommitsThatAreNoneAreRefused(String hash) {
    server.list =
        """
        {"sha": "%s", "siblings": [{"rfilename": "config.json", "size": 1,
         "lfs": {"size": 1, "sha256": "%s"}}]}
        """
            .formatted(FakeHub.COMMIT, hash.isEmpty() ? "x" : hash);
    assertThatThrownBy(() -> fetch(NAME, new Selection(List.of("*"), List.of())))
        .isInstanceOf(CheckpointException.class);
    server.list = "{\"sha\": \"%s\", \"siblings\": []}".formatted(hash);
    assertThatThrownBy(this::fetch).hasMessageContaining("expected a commit");
    assertThat(cache).doesNotExist();
  }

  @Test
  void aFileIsNoFolder() {
    server.small("a", CONFIG).small("a/b", CONFIG);
    assertThatThrownBy(() -> fetch(NAME, new Selection(List.of("a*"), List.of())))
        .hasMessageContaining("expected 'a' to be a file, found 'a/b' in it");
  }

  @Test
  void nothingIsWrittenThroughALink() throws Exception {
    server.small("sub/config.json", CONFIG);
    Path outside = Files.createDirectories(temporary.resolve("outside"));
    Path snapshot = Files.createDirectories(repository().resolve("snapshots/" + FakeHub.COMMIT));
    Files.createSymbolicLink(snapshot.resolve("sub"), outside);
    assertThatThrownBy(() -> fetch(NAME, new Selection(List.of("sub/*"), List.of())))
        .hasMessageContaining("expected a directory, found a link");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void revisionsShareTheirBlobs() throws Exception {
    server.small("tokenizer.json", CONFIG);
    fetch();
    server.commit = "f".repeat(40);
    server.small("config.json", "{}".getBytes(StandardCharsets.UTF_8));
    int before = server.downloads().size();
    fetch(new HubName(FakeHub.ID, "refs/pr/1", null), Selection.usual());
    assertThat(server.downloads()).hasSize(before + 1);
    assertThat(repository().resolve("refs/refs/pr/1")).hasContent(server.commit);
    try (Stream<Path> blobs = Files.list(blob().getParent())) {
      assertThat(blobs).hasSize(3);
    }
    ModelStore.Listing listing = new ModelStore(roots()).list(List.of());
    assertThat(listing.models()).hasSize(2).allMatch(model -> model.bytes() >= 300_000);
    assertThat(listing.bytes()).isEqualTo(300_000 + CONFIG.length + 2);
  }

  @Test
  void twoPullsFetchABlobOnce() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    server.next(
        WEIGHTS,
        (exchange, content) -> {
          begun.countDown();
          await(second);
          FakeHub.sendRange(exchange, content);
        });
    Thread first = Thread.ofPlatform().start(() -> assertThat(patientRun()).exists());
    begun.await();
    Thread other = Thread.ofPlatform().start(() -> assertThat(patientRun()).exists());
    while (!heard.waits.contains(WEIGHTS)) {
      Thread.sleep(5);
    }
    second.countDown();
    first.join();
    other.join();
    assertThat(server.downloads()).filteredOn(one -> one.path().contains(WEIGHTS)).hasSize(1);
  }

  /// However long the other one takes to come.
  private Path patientRun() {
    try {
      return fetch(pull(null, Patience.USUAL), NAME, Selection.usual());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStopKeepsWhatCame() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (Pull pull = pull()) {
      server.next(
          WEIGHTS,
          (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 200_000);
            exchange.getResponseBody().flush();
            while (heard.received.get() < 150_000) {
              Thread.onSpinWait();
            }
            pull.stop();
            await(end);
          });
      assertThat(pull.run(pull.plan(NAME, Selection.usual()), 2)).isEmpty();
    }
    end.countDown();
    assertThat(Files.size(unfinished())).isGreaterThanOrEqualTo(150_000);
    assertThat(tree()).allSatisfy((name, _) -> assertThat(name).startsWith("blobs/"));
    assertThat(new ModelStore(roots()).list(List.of()).models())
        .singleElement()
        .satisfies(model -> assertThat(model.fault()).contains("the same minke pull goes on"));
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
  }

  @Test
  void aHubThatDescribesNothingIsAskedFileByFile() throws Exception {
    server.describes = false;
    assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(server.asked).filteredOn(one -> one.method().equals("HEAD")).hasSize(2);
    assertThat(blob()).exists();
  }

  @Test
  void aContentThatChangedMeanwhileIsNoticed() throws Exception {
    try (Pull pull = pull()) {
      PullPlan plan = pull.plan(NAME, Selection.usual());
      server.small("config.json", "{}".getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> pull.run(plan, 1)).hasMessageContaining("changed meanwhile");
    }
  }

  @Test
  void aDiskThatIsTooSmallIsFoundBefore() throws Exception {
    server.list =
        """
        {"sha": "%s", "siblings": [{"rfilename": "model.safetensors",
         "lfs": {"size": 900000000000000000, "sha256": "%s"}}]}
        """
            .formatted(FakeHub.COMMIT, server.hash(WEIGHTS));
    assertThatThrownBy(this::fetch).hasMessageContaining("of free space for org/model");
    assertThat(server.downloads()).isEmpty();
  }

  @Test
  void offlineNothingIsAsked() throws Exception {
    Hub hub = new Hub(server.address(), null, true);
    try (Pull pull = new Pull(roots(), hub, heard, SHORT)) {
      assertThatThrownBy(() -> pull.plan(NAME, Selection.usual()))
          .hasMessageContaining("HF_HUB_OFFLINE");
    }
    assertThat(server.asked).isEmpty();
  }

  @Test
  void aPlanChangesNothing() throws Exception {
    try (Pull pull = pull()) {
      PullPlan plan = pull.plan(NAME, Selection.usual());
      assertThat(plan.bytes()).isEqualTo(300_000 + CONFIG.length);
      assertThat(plan.present()).isZero();
    }
    assertThat(cache).doesNotExist();
    assertThat(server.downloads()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SYMBOLIC", "HARD", "COPY"})
  void aFileStandsForItsBlobInEachWay(String way) throws Exception {
    Path blob = Files.write(temporary.resolve("blob"), CONFIG);
    Path file = Files.createDirectories(temporary.resolve("a/b")).resolve("file");
    Files.writeString(file, "older");
    Linking.valueOf(way).place(file, blob, file.resolveSibling(".tmp"));
    assertThat(file).hasBinaryContent(CONFIG);
    assertThat(Files.isSymbolicLink(file)).isEqualTo(way.equals("SYMBOLIC"));
    assertThat(file.resolveSibling(".tmp")).doesNotExist();
  }
}
