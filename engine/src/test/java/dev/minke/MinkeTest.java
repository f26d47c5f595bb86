package dev.minke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.StoredModel;
import dev.minke.inference.Alone;
import dev.minke.inference.Choice;
import dev.minke.inference.DiskCache;
import dev.minke.inference.EngineSession;
import dev.minke.inference.Precision;
import dev.minke.inference.Request;
import dev.minke.inference.grammar.GrammarException;
import dev.minke.inference.text.Finish;
import dev.minke.kernel.Kernels;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MinkeTest {
  private static final String PROMPT = "The whale";
  private static final Options GREEDY = Options.GREEDY.withMaxTokens(24);

  /// Room for all that every token meets, and for some experts.
  private static final long SOME_EXPERTS = 1_800_000;

  @TempDir private static Path temporary;

  private static Path files;
  private static Minke minke;

  @BeforeAll
  static void open() throws IOException {
    Path golden = Shared.shared("golden/deepseek-v3-tiny");
    files = Files.createDirectory(temporary.resolve("model"));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(golden.resolve(name), files.resolve(name));
    }
    Files.writeString(
        files.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>");
    minke = Minke.open(files);
  }

  @AfterAll
  static void close() {
    if (minke != null) {
      minke.close();
    }
  }

  /// The text that follows, token after token.
  private static String expected(int[] prompt, int most) {
    try (StoredModel stored = StoredModel.open(files);
        Kernels kernels = Backends.open(2)) {
      int[] ids =
          new Alone(stored.model(), kernels, Precision.FAST)
              .answer(new Request(prompt, most, Set.of(), Choice.GREEDY));
      return minke.tokenizer().decode(ids);
    }
  }

  @Test
  void draftsChangeNoWord() {
    Completion completion = new Completion(minke.idsOf(PROMPT), GREEDY);
    try (Minke drafting = Minke.open(files, OpenOptions.DEFAULT.withDrafts(2))) {
      assertThat(drafting.complete(completion).text()).isEqualTo(minke.complete(completion).text());
      assertThat(drafting.counts().draftedTokens()).isPositive();
    }
    assertThat(minke.counts().draftedTokens()).isZero();
  }

  @Test
  void draftsAreRefusedByNameWhereTheyCannotBe() {
    assertThatThrownBy(
            () -> Minke.open(Shared.shared("golden/qwen3-tiny"), OpenOptions.DEFAULT.withDrafts(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("drafts: expected 0, as the model has no predictor");
    OpenOptions little = OpenOptions.DEFAULT.withDrafts(1).withMemory(SOME_EXPERTS);
    assertThatThrownBy(() -> Minke.open(files, little))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("drafts: expected 0 where experts are read as they are wanted");
  }

  private static Reply complete(Options options) {
    return minke.complete(new Completion(minke.idsOf(PROMPT), options));
  }

  @Test
  void aCompletionIsTheTextOfItsTokens() {
    Reply reply = complete(GREEDY);
    assertThat(reply.text()).isEqualTo(expected(minke.idsOf(PROMPT), 24)).isNotBlank();
    assertThat(reply.ending().finish()).isEqualTo(Finish.LENGTH);
    assertThat(reply.ending().usage().answerTokens()).isEqualTo(24);
    assertThat(reply.ending().usage().promptTokens()).isEqualTo(minke.idsOf(PROMPT).length);
  }

  @Test
  void aChatIsWordedByTheTemplate() {
    Chat chat = Chat.system("Be brief.").user("Hello").withOptions(GREEDY);
    int[] prompt = minke.tokenizer().encodeWithSpecials("<system>Be brief.<user>Hello<assistant>");
    Reply reply = minke.answer(chat);
    assertThat(reply.text()).isEqualTo(expected(prompt, 24));
    assertThat(chat.with(reply).request().messages().getLast().content()).contains(reply.text());
  }

  @Test
  void aStreamSaysPieceByPieceWhatTheReplySaysAtOnce() {
    StringBuilder text = new StringBuilder();
    int pieces = 0;
    try (ReplyStream stream = minke.stream(Chat.of("Hello").withOptions(GREEDY))) {
      for (AnswerEvent event : stream) {
        text.append(((AnswerEvent.Content) event).text());
        pieces++;
      }
      assertThat(stream.reply().text()).isEqualTo(text.toString());
    }
    assertThat(pieces).isGreaterThan(1);
    assertThat(text.toString())
        .isEqualTo(minke.answer(Chat.of("Hello").withOptions(GREEDY)).text());
  }

  @Test
  void aStopStringEndsTheAnswerAndIsNoPartOfIt() {
    String whole = complete(GREEDY).text();
    String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
    Reply reply = complete(GREEDY.withStops(List.of("no such text", stop)));
    assertThat(reply.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    assertThat(reply.ending().finish()).isEqualTo(Finish.STOP_STRING);
    assertThat(reply.ending().stopString()).isEqualTo(stop);
  }

  @Test
  void theSameSeedGivesTheSameAnswerAmongOthers() {
    Options warm = Options.DEFAULT.withTemperature(1.0).withSeed(5L).withMaxTokens(20);
    String alone = complete(warm).text();
    List<ReplyStream> streams = new ArrayList<>();
    for (long seed = 0; seed < 8; seed++) {
      streams.add(minke.stream(new Completion(minke.idsOf(PROMPT), warm.withSeed(seed))));
    }
    assertThat(streams.get(5).reply().text()).isEqualTo(alone);
    assertThat(streams.get(4).reply().text()).isNotEqualTo(alone);
    streams.forEach(ReplyStream::close);
  }

  private static String in(EngineSession session, Chat chat) {
    try (ReplyStream stream = minke.stream(chat, session)) {
      return stream.reply().text();
    }
  }

  @Test
  void aSessionGoesOnForksAndIsRestored() {
    Path file = temporary.resolve("session");
    Chat first = Chat.of("Hello").withOptions(GREEDY);
    try (EngineSession session = minke.session()) {
      String answer = in(session, first);
      assertThat(answer).isEqualTo(minke.answer(first).text());
      session.save(file);
      Chat next = first.assistant(answer).user("And?");
      try (EngineSession fork = session.fork();
          EngineSession restored = minke.restore(file)) {
        String later = in(fork, next);
        assertThat(later).isNotBlank();
        assertThat(in(restored, next)).isEqualTo(later);
        assertThat(in(session, next)).isEqualTo(later);
      }
    }
    assertThat(minke.counts().usedPages()).isZero();
  }

  @Test
  void aModelThatIsOpenedAgainFindsItsPrefixesOnDisk() throws IOException {
    OpenOptions options =
        OpenOptions.DEFAULT.withDisk(new DiskCache(temporary.resolve("cache"), 1L << 30));
    Completion completion = new Completion(minke.idsOf("so ".repeat(80)), GREEDY);
    String expected = minke.complete(completion).text();
    Path weights = files.resolve("model.safetensors");
    FileTime time = Files.getLastModifiedTime(weights);
    int whole = (completion.ids().length - 1) / 64 * 64;
    for (int cached : new int[] {0, whole}) {
      try (Minke again = Minke.open(files, options)) {
        Reply reply = again.complete(completion);
        assertThat(reply.text()).isEqualTo(expected);
        assertThat(reply.ending().usage().cachedTokens()).isEqualTo(cached);
      }
    }
    Files.setLastModifiedTime(weights, FileTime.fromMillis(time.toMillis() + 5000));
    try (Minke changed = Minke.open(files, options)) {
      assertThat(changed.complete(completion).ending().usage().cachedTokens()).isZero();
    } finally {
      Files.setLastModifiedTime(weights, time);
    }
    assertThat(whole).isPositive();
  }

  @Test
  void whoeverClosesAStreamCancelsTheRest() throws InterruptedException {
    ReplyStream stream =
        minke.stream(new Completion(minke.idsOf(PROMPT), Options.GREEDY.withMaxTokens(100_000)));
    stream.iterator().next();
    stream.close();
    assertThat(stream.reply().ending().finish()).isIn(Finish.CANCELLED, Finish.LENGTH);
  }

  record Whale(boolean great) {}

  @Test
  void anAnswerIsARecord() {
    Options options = Options.DEFAULT.withTemperature(1.0).withSeed(3L);
    Chat chat = Chat.of("A whale?").withOptions(options);
    Whale whale = minke.answer(chat, Whale.class);
    assertThat(minke.answer(chat, Whale.class)).isEqualTo(whale);
    Reply reply = minke.answer(chat.answeredAs(Whale.class));
    assertThat(JsonMapper.shared().readTree(reply.text()).path("great").booleanValue())
        .isEqualTo(whale.great());
    assertThatThrownBy(() -> minke.answer(chat.withOptions(options.withMaxTokens(2)), Whale.class))
        .isInstanceOf(AnswerException.class)
        .hasMessageStartingWith("answer: expected JSON of Whale, found only its first 2 tokens");
  }

  @Test
  void anAnswerHasTheFormThatWasAskedFor() {
    JsonNode schema =
        JsonMapper.shared()
            .readTree(
                """
                {"type": "object", "additionalProperties": false, "required": ["name", "legs"],
                 "properties": {"name": {"type": "string", "maxLength": 8},
                                "legs": {"type": "integer", "minimum": 0, "maximum": 99}}}
                """);
    for (long seed = 0; seed < 5; seed++) {
      Options options = Options.DEFAULT.withTemperature(1.0).withSeed(seed).withMaxTokens(200);
      Reply reply =
          minke.answer(
              Chat.of("Hello").withOptions(options.withFormat(new Format.JsonSchema(schema))));
      JsonNode json = JsonMapper.shared().readTree(reply.text());
      assertThat(reply.ending().finish()).as(reply.text()).isEqualTo(Finish.END);
      assertThat(json.path("name").isString()).isTrue();
      assertThat(json.path("legs").intValue()).isBetween(0, 99);
      assertThat(complete(options.withFormat(new Format.Regex("(yes|no), [a-c]{3}"))).text())
          .matches("(yes|no), [a-c]{3}");
      assertThat(
              complete(options.withFormat(new Format.Gbnf("root ::= \"a\" [0-9]+ \"z\""))).text())
          .matches("a[0-9]+z?");
    }
    assertThatThrownBy(() -> complete(GREEDY.withFormat(new Format.Regex("(a"))))
        .isInstanceOf(GrammarException.class);
  }

  @Test
  void anEmbeddingHasLengthOneAndDependsOnTheText() {
    float[] one = minke.embed("The whale");
    double squares = 0;
    for (float number : one) {
      squares += number * number;
    }
    assertThat(squares).isCloseTo(1, within(1e-6));
    assertThat(minke.embed("The whale")).isEqualTo(one);
    assertThat(minke.embed("A whale")).isNotEqualTo(one);
  }

  @Test
  void manyTextsAreEmbeddedAsEachAlone() {
    // More than are under way at a time.
    List<int[]> texts =
        IntStream.range(0, 20).mapToObj(i -> minke.idsOf("Whale number " + i)).toList();
    List<float[]> vectors = minke.embed(texts, "");
    assertThat(vectors).hasSameSizeAs(texts);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(vectors.get(i)).isEqualTo(minke.embed(texts.get(i), "").join());
    }
  }

  @Test
  void whoeverHasNoPatienceIsTold() {
    Reply reply = complete(GREEDY.withPatience(Duration.ofNanos(1)));
    assertThat(reply.ending().finish()).isEqualTo(Finish.DEADLINE);
    assertThat(reply.text()).isEmpty();
  }

  @Test
  void badRequestsAreRefusedInWords() {
    assertThatThrownBy(() -> GREEDY.withMaxTokens(0))
        .hasMessage("max tokens: expected 1 or more, found 0");
    assertThatThrownBy(() -> GREEDY.withStops(List.of("")))
        .hasMessage("stop: expected a text, found an empty one");
    assertThatThrownBy(() -> complete(GREEDY.withTemperature(-1.0)))
        .hasMessageContaining("temperature: expected 0 or more");
    assertThatThrownBy(() -> minke.complete(new Completion(new int[0], GREEDY)))
        .hasMessageContaining("expected a prompt");
    assertThatThrownBy(() -> Minke.open(temporary.resolve("nothing")))
        .isInstanceOf(CheckpointException.class);
  }
}
