package dev.minke.cli.chat;

import dev.minke.inference.Generator;
import dev.minke.inference.PrefixSession;
import dev.minke.inference.Stop;
import dev.minke.inference.text.Wording;
import dev.minke.tokenizer.Decoder;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.Answer;
import dev.minke.tokenizer.chat.AnswerEvent;
import dev.minke.tokenizer.chat.AnswerParser;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import java.util.ArrayList;
import java.util.List;

/// A conversation with a model. Mutable; belongs to one thread.
public final class Talk {
  private final Wording wording;
  private final Tokenizer tokenizer;
  private final PrefixSession session;
  private final Transcript transcript = new Transcript();
  private Settings settings;

  /// How often the last message was answered already.
  private int attempt;

  /// @param session owned by the caller
  public Talk(Wording wording, Tokenizer tokenizer, PrefixSession session, Settings settings) {
    this.wording = wording;
    this.tokenizer = tokenizer;
    this.session = session;
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
    return session.capacity();
  }

  /// Tokens that the model has read or written.
  int used() {
    return session.length();
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
    Fitting fitting = fit();
    int[] prompt = fitting.worded.ids();
    // No tools were offered; but what is written as a call shall look like one.
    AnswerParser parser = new AnswerParser(wording.style(), fitting.worded.thought());
    Writer writer = new Writer(parser, tokenizer.decoder(), hearer);
    for (int id : prompt) {
      writer.decoder.accept(id);
    }
    int most = settings.maxTokens() == 0 ? Integer.MAX_VALUE : settings.maxTokens();
    Generator.Continuation found =
        session.generate(prompt, most, tokenizer.endsOfAnswer(), settings.choice(attempt), writer);
    writer.finish();
    boolean isFull =
        found.stop() == Stop.LENGTH && prompt.length + found.ids().length >= session.capacity();
    return new Reply(
        Answer.of(writer.events),
        found.stop(),
        isFull,
        prompt.length,
        writer.toRead,
        found.ids().length,
        writer.readNanos,
        writer.writeNanos,
        fitting.hidden);
  }

  private record Fitting(Wording.Worded worded, int hidden) {}

  /// A quarter of the context is kept for the answer, or what the answer may have. Where it is not
  /// there, turns are hidden until half of the context is free.
  private Fitting fit() {
    int capacity = session.capacity();
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

  /// Tokens to events, and the clock beside it.
  private static final class Writer implements PrefixSession.Listener {
    private final AnswerParser parser;
    private final Decoder decoder;
    private final Hearer hearer;
    private final List<AnswerEvent> events = new ArrayList<>();
    private long sinceNanos = System.nanoTime();
    private long readNanos;
    private long writeNanos;
    private int toRead;

    private Writer(AnswerParser parser, Decoder decoder, Hearer hearer) {
      this.parser = parser;
      this.decoder = decoder;
      this.hearer = hearer;
    }

    @Override
    public boolean reads(int done, int all) {
      hearer.reads(done, all);
      toRead = all;
      readNanos = System.nanoTime() - sinceNanos;
      return !hearer.isStopped();
    }

    @Override
    public boolean writes(int id) {
      tell(parser.accept(decoder.accept(id)));
      writeNanos = System.nanoTime() - sinceNanos - readNanos;
      return !hearer.isStopped();
    }

    private void finish() {
      tell(parser.accept(decoder.finish()));
      tell(parser.finish());
      hearer.ended();
    }

    private void tell(List<AnswerEvent> more) {
      events.addAll(more);
      more.forEach(hearer::says);
    }
  }
}
