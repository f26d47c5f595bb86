package dev.minke.cli.chat;

import dev.minke.inference.AwaitedAnswer;
import dev.minke.inference.Ending;
import dev.minke.inference.Engine;
import dev.minke.inference.Generation;
import dev.minke.inference.Request;
import dev.minke.inference.Stop;
import dev.minke.inference.text.TextEnding;
import dev.minke.inference.text.TextListener;
import dev.minke.inference.text.TextStream;
import dev.minke.inference.text.Wording;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.Answer;
import dev.minke.tokenizer.chat.AnswerEvent;
import dev.minke.tokenizer.chat.AnswerParser;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A conversation with a model. Mutable; belongs to one thread, but for [#stop].
public final class Talk {
  private final Wording wording;
  private final Tokenizer tokenizer;
  private final Engine engine;
  private final Transcript transcript = new Transcript();
  private Settings settings;

  /// How often the last message was answered already.
  private int attempt;

  /// Tokens of the last prompt and its answer.
  private int used;

  private volatile boolean stopped;
  private volatile Generation underWay = () -> {};

  /// @param engine that answers nobody else: what is heard is shown on its thread, and whoever
  ///   shows it may be slow. Owned by the caller
  public Talk(Wording wording, Tokenizer tokenizer, Engine engine, Settings settings) {
    this.wording = wording;
    this.tokenizer = tokenizer;
    this.engine = engine;
    this.settings = settings;
  }

  Wording wording() {
    return wording;
  }

  public Transcript transcript() {
    return transcript;
  }

  public Settings settings() {
    return settings;
  }

  void set(Settings newSettings) {
    settings = newSettings;
  }

  /// Sets what stands before everything.
  public void setSystem(String text) {
    transcript.setSystem(text);
  }

  /// Most tokens that the conversation may have.
  public int capacity() {
    return engine.limit();
  }

  /// Tokens that the model read and wrote for the last answer, those that were there included.
  int used() {
    return used;
  }

  /// Ends the answer that is under way where it is. May be called by any thread.
  void stop() {
    stopped = true;
    underWay.cancel();
  }

  /// Says something and has it answered. If that fails, or nothing comes, it is as if nothing had
  /// been said.
  ///
  /// @throws IllegalArgumentException if it is too long for the context
  /// @throws dev.minke.tokenizer.jinja.TemplateException if the template refuses it
  public Reply say(String text, Hearer hearer) {
    attempt = 0;
    return answered(ChatMessage.of("user", text), hearer);
  }

  /// Has the last message answered anew.
  Reply retry(Hearer hearer) {
    List<ChatMessage> before = transcript.messages();
    ChatMessage message =
        transcript
            .undo()
            .orElseThrow(
                () -> new IllegalArgumentException("nothing was said yet that could be answered"));
    attempt++;
    boolean isAnswered = false;
    try {
      Reply reply = answered(message, hearer);
      isAnswered = !reply.isEmpty();
      return reply;
    } finally {
      if (!isAnswered) {
        before.subList(transcript.messages().size(), before.size()).forEach(transcript::add);
      }
    }
  }

  private Reply answered(ChatMessage message, Hearer hearer) {
    transcript.add(message);
    boolean isAnswered = false;
    try {
      Reply reply = answer(hearer);
      if (!reply.isEmpty()) {
        transcript.add(ChatMessage.of(reply.answer()));
        isAnswered = true;
      }
      return reply;
    } finally {
      if (!isAnswered) {
        transcript.undo();
      }
    }
  }

  private Reply answer(Hearer hearer) {
    stopped = false;
    Fitting fitting = fit();
    int[] prompt = fitting.worded.ids();
    // No tools were offered; but what is written as a call shall look like one.
    AnswerParser parser = new AnswerParser(wording.style(), fitting.worded.thought());
    Teller teller = new Teller(hearer);
    AwaitedAnswer answer =
        new AwaitedAnswer(new TextStream(tokenizer, prompt, List.of(), parser, teller));
    underWay = engine.submit(request(prompt), answer);
    if (stopped) {
      underWay.cancel();
    }
    Ending ending = answer.ending();
    used = ending.prompt() + ending.generated();
    return new Reply(
        Answer.of(teller.events),
        ending.stop(),
        ending.stop() == Stop.LENGTH && used >= engine.limit(),
        ending.prompt(),
        ending.prompt() - ending.cached(),
        ending.generated(),
        teller.timing,
        fitting.hidden);
  }

  private Request request(int[] prompt) {
    return new Request(
        prompt,
        settings.maxTokens() == 0 ? Integer.MAX_VALUE : settings.maxTokens(),
        tokenizer.endsOfAnswer(),
        settings.choice(attempt));
  }

  private record Fitting(Wording.Worded worded, int hidden) {}

  /// A quarter of the context is kept for the answer, or what the answer may have. Where it is not
  /// there, turns are hidden until half of the context is free.
  private Fitting fit() {
    int capacity = engine.limit();
    int quarter = Math.max(1, capacity / 4);
    int room = settings.maxTokens() == 0 ? quarter : Math.min(quarter, settings.maxTokens());
    Wording.Worded worded = word();
    int hidden = 0;
    if (worded.ids().length + room > capacity) {
      while (worded.ids().length > capacity / 2 && transcript.hideOldest()) {
        worded = word();
        hidden++;
      }
    }
    if (worded.ids().length >= capacity) {
      throw new IllegalArgumentException(
          "message: expected fewer than the %,d tokens of the context, found %,d with what stands before it; shorten it"
              .formatted(capacity, worded.ids().length));
    }
    return new Fitting(worded, hidden);
  }

  private Wording.Worded word() {
    ChatRequest request = ChatRequest.of(transcript.shown());
    Boolean thinks = settings.thinks();
    return wording.word(thinks == null ? request : request.withThinking(thinks));
  }

  /// What is heard, kept.
  private static final class Teller implements TextListener {
    private static final int NOTHING = -1;

    private final Hearer hearer;
    private final List<AnswerEvent> events = new ArrayList<>();
    private int firstDone = NOTHING;
    private TextEnding.Timing timing = new TextEnding.Timing(Duration.ZERO, Duration.ZERO);

    private Teller(Hearer hearer) {
      this.hearer = hearer;
    }

    /// Tokens that were there took no time: whoever reckons how long it takes shall not count them.
    @Override
    public void reads(int done, int all) {
      if (firstDone == NOTHING) {
        firstDone = done;
      }
      hearer.reads(done - firstDone, all - firstDone);
    }

    @Override
    public boolean says(List<AnswerEvent> more) {
      events.addAll(more);
      more.forEach(hearer::says);
      return !hearer.isGone();
    }

    @Override
    public void ended(TextEnding ending) {
      timing = ending.timing();
      hearer.ended();
    }

    @Override
    public void failed(Throwable cause) {}
  }
}
