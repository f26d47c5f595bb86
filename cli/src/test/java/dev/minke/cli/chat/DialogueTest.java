package dev.minke.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.StoredModel;
import dev.minke.cli.GoldenModel;
import dev.minke.inference.Engine;
import dev.minke.inference.EngineSettings;
import dev.minke.inference.LogitRules;
import dev.minke.inference.Precision;
import dev.minke.inference.Sampler;
import dev.minke.inference.text.Wording;
import dev.minke.kernel.Kernels;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Dialogues in a terminal without a screen, with a small random model that has a template.
class DialogueTest {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final long PATIENCE_NANOS = 1_000_000 * PATIENCE_MILLIS;

  @TempDir private Path temporary;
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private Kernels kernels;
  private StoredModel model;
  private Engine engine;
  private LineDisciplineTerminal terminal;
  private Talk talk;

  @BeforeEach
  void openModel() throws Exception {
    Path copy = GoldenModel.copy(temporary.resolve("model"));
    Files.writeString(
        copy.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>");
    kernels = Backends.open(2);
    model = StoredModel.open(copy);
    Tokenizer tokenizer = model.tokenizer();
    Wording wording =
        new Wording.ByTemplate(model.chatTemplate(Clock.systemUTC()).orElseThrow(), tokenizer);
    engine =
        new Engine(
            model.model(),
            kernels,
            EngineSettings.alone(Precision.FAST, model.model().maxLength(), EngineSettings.STEP));
    talk =
        new Talk(
            wording,
            tokenizer,
            engine,
            new Settings(new Sampler(1, 0, 1, 7), LogitRules.NONE, 8, null));
    terminal = new LineDisciplineTerminal("test", "dumb", screen, StandardCharsets.UTF_8);
  }

  @AfterEach
  void close() throws Exception {
    terminal.close();
    engine.close();
    model.close();
    kernels.close();
  }

  private Dialogue dialogue() {
    return new Dialogue(
        terminal,
        talk,
        new Dialogue.Setup(
            "tiny", List.of("model      tiny"), temporary.resolve("history"), true, false),
        new Look(false));
  }

  private String screen() {
    return screen.toString(StandardCharsets.UTF_8);
  }

  private void type(String text) throws IOException {
    terminal.processInputBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Holds a dialogue whose user types all this.
  private String after(String... lines) throws Exception {
    Dialogue dialogue = dialogue();
    // The terminal echoes what comes before the prompt, in the middle of what is printed.
    dialogue.greet();
    Thread typing =
        Thread.ofPlatform()
            .start(() -> {
              try {
                type(String.join("\n", lines) + "\n/bye\n");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    dialogue.hold();
    typing.join(PATIENCE_MILLIS);
    return screen();
  }

  private void await(String text) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!screen().contains(text)) {
      if (System.nanoTime() > end) {
        fail("expected '%s', found:%n%s", text, screen());
      }
      Thread.sleep(5);
    }
  }

  @Test
  void whatIsSaidIsAnsweredAndRemembered() throws Exception {
    assertThat(after("hello", "once more"))
        .contains("model      tiny", "/help lists commands")
        .contains("cut off after 8 tokens; /set max-tokens changes that")
        .contains("answer 8 tokens");
    assertThat(talk.transcript().messages())
        .extracting(message -> message.role())
        .containsExactly("user", "assistant", "user", "assistant");
    assertThat(Files.readString(temporary.resolve("history"))).contains("hello", "once more");
  }

  @Test
  void linesBelongTogetherUntilTheyEnd() throws Exception {
    after("\"\"\"one", "two\"\"\"", "three \\", "four");
    assertThat(talk.transcript().messages())
        .filteredOn(message -> message.role().equals("user"))
        .extracting(message -> message.content().orElseThrow())
        .containsExactly("one\ntwo", "three \nfour");
  }

  @Test
  void ordersAreObeyedAndWrongOnesSayWhatIsRight() throws Exception {
    Path file = temporary.resolve("talk.json");
    assertThat(
            after(
                "/system Be brief.",
                "hello",
                "/save " + file,
                "/undo",
                "/undo",
                "/load " + file,
                "/show",
                "/set temperature 0.5",
                "/set temperature warm",
                "/set heat 1",
                "/think on",
                "/hepl",
                "/load " + temporary.resolve("none.json"),
                "/clear"))
        .contains("system: Be brief.")
        .contains("saved to " + file)
        .contains("taken back: hello")
        .contains("nothing was said that could be taken back")
        .contains("2 messages from " + file)
        .contains("temperature 0.5, top-p 1.0")
        .contains("temperature: expected a number, found 'warm'")
        .contains("heat: expected one of temperature, top-p")
        .contains("this model's template has no switch for it")
        .contains("/hepl: unknown, did you mean /help?")
        .contains("none.json: no such file")
        .contains("what was said is forgotten");
    assertThat(Files.readString(file)).contains("Be brief.", "hello", "\"model\" : \"tiny\"");
    assertThat(talk.transcript().isEmpty()).isTrue();
  }

  @Test
  void anotherAnswerTakesThePlaceOfTheLast() throws Exception {
    after("hello");
    String first = talk.transcript().messages().getLast().content().orElseThrow();
    talk.retry(new Silent());
    assertThat(talk.transcript().messages()).hasSize(2);
    assertThat(talk.transcript().messages().getLast().content().orElseThrow()).isNotEqualTo(first);
  }

  @Test
  void anInterruptStopsTheAnswerAndNotTheProgram() throws Exception {
    talk.set(talk.settings().with("max-tokens", "0"));
    Dialogue dialogue = dialogue();
    Thread thread = Thread.ofPlatform().start(dialogue::hold);
    type("hello\n");
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (engine.counts().generatedTokens() < 4 && System.nanoTime() < end) {
      Thread.sleep(2);
    }
    terminal.raise(Terminal.Signal.INT);
    await("stopped");
    type("/show\n");
    await("settings ");
    type("/bye\n");
    thread.join(PATIENCE_MILLIS);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void aFullContextLosesItsOldestTurnsAndSaysSo() throws Exception {
    talk.set(talk.settings().with("max-tokens", "30"));
    String[] lines = new String[1 + talk.capacity() / 30];
    Arrays.fill(lines, "tell me more and more of it");
    assertThat(after(lines)).contains("the context is full: the model no longer sees the oldest");
    assertThat(talk.used()).isLessThanOrEqualTo(talk.capacity());
  }

  @Test
  void aMessageLongerThanTheContextIsRefusedAndForgotten() throws Exception {
    assertThat(after("word ".repeat(2 * talk.capacity())))
        .contains("not answered: message: expected fewer than the");
    assertThat(talk.transcript().isEmpty()).isTrue();
  }

  /// Hears nothing.
  private static final class Silent implements Hearer {
    @Override
    public void reads(int done, int all) {}

    @Override
    public void says(AnswerEvent event) {}

    @Override
    public void ended() {}

    @Override
    public boolean isGone() {
      return false;
    }
  }
}
