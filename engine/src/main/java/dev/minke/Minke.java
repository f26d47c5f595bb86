package dev.minke;

import dev.minke.backend.Backends;
import dev.minke.backend.Hardware;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.ModelHeader;
import dev.minke.checkpoint.Residency;
import dev.minke.checkpoint.StoredModel;
import dev.minke.inference.Advice;
import dev.minke.inference.Choice;
import dev.minke.inference.Engine;
import dev.minke.inference.EngineCounts;
import dev.minke.inference.EngineSession;
import dev.minke.inference.EngineSettings;
import dev.minke.inference.Generation;
import dev.minke.inference.Overflow;
import dev.minke.inference.Pooling;
import dev.minke.inference.Request;
import dev.minke.inference.Sampler;
import dev.minke.inference.text.TextListener;
import dev.minke.inference.text.TextStream;
import dev.minke.inference.text.Wording;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.model.CausalModel;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.AnswerParser;
import dev.minke.tokenizer.chat.AnswerStyle;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import dev.minke.tokenizer.chat.ThoughtStart;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A model that answers, in this process: any number of requests at a time, from any threads.
///
/// Closing it ends what is under way and frees its memory.
public final class Minke implements AutoCloseable {
  /// Left to intermediate results and to Java.
  private static final long RESERVE = 1L << 30;

  private static final int TEXTS_AT_A_TIME = 16;

  private static final AnswerStyle PLAIN = new AnswerStyle(false, ToolCallForm.NONE);

  private final StoredModel stored;
  private final Kernels kernels;
  private final Tokenizer tokenizer;
  private final Wording wording;
  private final Engine engine;
  private final Advice advice;
  private final Formats formats;

  private Minke(
      StoredModel stored,
      Kernels kernels,
      Tokenizer tokenizer,
      Wording wording,
      Engine engine,
      Advice advice) {
    this.stored = stored;
    this.kernels = kernels;
    this.tokenizer = tokenizer;
    this.wording = wording;
    this.engine = engine;
    this.advice = advice;
    formats = new Formats(tokenizer, wording.style().calls());
  }

  /// Opens a model as [OpenOptions#DEFAULT] says.
  ///
  /// @see #open(Path, OpenOptions)
  public static Minke open(Path model) {
    return open(model, OpenOptions.DEFAULT);
  }

  /// Opens a model and reads its weights.
  ///
  /// @param model a directory with `config.json`, or a GGUF file, of a split one any part
  /// @throws CheckpointException if a file is missing, damaged or of an unknown architecture
  /// @throws IllegalArgumentException if the options ask for what this model does not have
  /// @throws dev.minke.backend.BackendUnavailableException if java was started without the Vector
  ///   API; the message has the flag
  public static Minke open(Path model, OpenOptions options) {
    Kernels kernels = Backends.openDefault();
    try {
      return open(StoredModel.open(model), kernels, options);
    } catch (RuntimeException e) {
      kernels.close();
      throw e;
    }
  }

  private static Minke open(StoredModel stored, Kernels kernels, OpenOptions options) {
    try {
      Tokenizer tokenizer = stored.tokenizer();
      if (tokenizer.vocab() > stored.model().vocab()) {
        throw new CheckpointException(
            "%s: expected at most the %d tokens of the model in its tokenizer, found %d; it belongs to another model"
                .formatted(stored.path(), stored.model().vocab(), tokenizer.vocab()));
      }
      Wording wording =
          stored
              .chatTemplate(Clock.systemDefaultZone())
              .<Wording>map(template -> new Wording.ByTemplate(template, tokenizer))
              .orElseGet(() -> new Wording.Plain(tokenizer));
      if (options.disk() != null) {
        options.disk().requireWritable();
      }
      long free = Hardware.availableBytes() - RESERVE;
      CausalModel.CacheShape kept = EngineSettings.cacheShape(stored.model(), options.drafts());
      Residency residency =
          stored.residency(options.memory() == 0 ? Math.max(0, free) : options.memory());
      requireResident(residency, options.drafts());
      double all = Math.max(1, residency.readAtOnce());
      stored.load(kernels, residency, done -> options.progress().accept(done / all));
      Advice advice = new Advice(ModelHeader.read(stored.path()).notes().generation());
      EngineSettings settings =
          settings(stored.model(), kept, options)
              .withModel(stored.identity())
              .withDisk(options.disk());
      Engine engine = new Engine(stored.model(), kernels, settings);
      return new Minke(stored, kernels, tokenizer, wording, engine, advice);
    } catch (IOException e) {
      stored.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  /// The predictor's experts are not among those that are read as they are wanted.
  private static void requireResident(Residency residency, int drafts) {
    if (drafts > 0 && !residency.isWhole()) {
      throw new IllegalArgumentException(
          "drafts: expected 0 where experts are read as they are wanted, or memory for all weights,"
              + " found "
              + drafts);
    }
  }

  private static EngineSettings settings(
      CausalModel model, CausalModel.CacheShape kept, OpenOptions options) {
    long position = kept.bytes(options.precision().cache());
    long free = Math.max(0, Hardware.availableBytes() - RESERVE / 2);
    long memory = options.cacheMemory() == 0 ? free / 4 : options.cacheMemory();
    int context = options.context() == 0 ? model.maxLength() : options.context();
    if (context < 1 || context > model.maxLength()) {
      throw new IllegalArgumentException(
          "context: expected 1 to %d tokens, the model's longest, found %d"
              .formatted(model.maxLength(), context));
    }
    long most = (long) options.active() * context;
    long tokens = Math.clamp(memory / position, KvView.TILE, most);
    return new EngineSettings(
            options.precision(),
            (int) Math.min(Integer.MAX_VALUE, tokens),
            context,
            options.active(),
            options.waiting(),
            EngineSettings.STEP)
        .withDrafts(options.drafts());
  }

  // ---- what it is

  /// Where it lies.
  public Path path() {
    return stored.path();
  }

  /// Most tokens that a prompt and its answer may have together.
  public int context() {
    return engine.limit();
  }

  /// Whether it can be told to think or not.
  public boolean knowsThinking() {
    return wording.knowsThinking();
  }

  /// How it words a conversation, and marks thoughts and tool calls.
  public Wording wording() {
    return wording;
  }

  /// Its vocabulary.
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /// What its engine does and has done.
  public EngineCounts counts() {
    return engine.counts();
  }

  // ---- asking

  /// Answers one message.
  public String answer(String message) {
    return answer(Chat.of(message)).text();
  }

  /// Answers a conversation.
  ///
  /// @throws IllegalArgumentException if it is too long, or the template refuses it
  /// @throws dev.minke.inference.BusyException if too many requests wait
  /// @throws AnswerException if the answer could not be completed
  public Reply answer(Chat chat) {
    try (ReplyStream stream = stream(chat)) {
      return stream.reply();
    }
  }

  /// Answers one message with a record, or what else [Chat#answeredAs] knows.
  public <T> T answer(String message, Class<T> type) {
    return answer(Chat.of(message), type);
  }

  /// Answers a conversation with a record, or what else [Chat#answeredAs] knows.
  ///
  /// ```
  /// record Person(String name, int age) {}
  ///
  /// Person person = model.answer("Jane is 54 years old.", Person.class);
  /// ```
  ///
  /// @throws AnswerException if the answer could not be completed, as when it has too few tokens
  /// @throws IllegalArgumentException if the type, or a component of it, has no form in JSON here
  public <T> T answer(Chat chat, Class<T> type) {
    return answer(chat.answeredAs(type)).as(type);
  }

  /// Answers a conversation, word by word.
  public ReplyStream stream(Chat chat) {
    return new ReplyStream(listener -> submit(chat, listener));
  }

  /// Continues a text.
  public String complete(String text) {
    return complete(new Completion(idsOf(text), Options.DEFAULT)).text();
  }

  public Reply complete(Completion completion) {
    try (ReplyStream stream = stream(completion)) {
      return stream.reply();
    }
  }

  public ReplyStream stream(Completion completion) {
    return new ReplyStream(listener -> submit(completion, listener));
  }

  /// Answers a conversation in a session: of its prompt, only what the session does not begin with
  /// is read.
  public ReplyStream stream(Chat chat, EngineSession session) {
    return new ReplyStream(listener -> {
      Wording.Worded worded = wording.word(chat.request());
      Request request = request(worded.ids(), worded.start(), keepingSystem(chat, worded.ids()));
      return session.submit(
          request, stream(worded.ids(), worded.parser(), chat.options(), listener));
    });
  }

  /// Has a conversation answered to a listener, on the engine's thread.
  public Generation submit(Chat chat, TextListener listener) {
    Wording.Worded worded = wording.word(chat.request());
    Options options = keepingSystem(chat, worded.ids());
    return submit(worded.ids(), worded.parser(), worded.start(), options, listener);
  }

  /// Options by which what stands before the first words of a user stays.
  ///
  /// @param ids of the conversation
  private Options keepingSystem(Chat chat, int[] ids) {
    if (!(chat.options().overflow() instanceof Overflow.DropMiddle drop)) {
      return chat.options();
    }
    int keep = Math.max(drop.keep(), systemTokens(chat.request(), ids));
    return chat.options().withOverflow(new Overflow.DropMiddle(keep));
  }

  /// As many tokens as a conversation has in common with another one after the same system message.
  private int systemTokens(ChatRequest request, int[] ids) {
    List<ChatMessage> other = new ArrayList<>();
    for (ChatMessage message : request.messages()) {
      if (!message.role().equals("system")) {
        break;
      }
      other.add(message);
    }
    other.add(ChatMessage.of("user", "…"));
    ChatRequest another =
        new ChatRequest(other, request.tools(), ChatRequest.Ending.ANSWER, request.variables());
    int differs = Arrays.mismatch(ids, wording.word(another).ids());
    return Math.max(0, differs);
  }

  /// Has a text continued to a listener, on the engine's thread.
  public Generation submit(Completion completion, TextListener listener) {
    AnswerParser parser = new AnswerParser(PLAIN, ThoughtStart.OVER);
    return submit(completion.ids(), parser, ThoughtStart.OVER, completion.options(), listener);
  }

  /// Has what a model reads continued to a listener, on the engine's thread.
  ///
  /// @param prompt ids, one or more; not to be changed
  /// @param parser takes the answer apart: a new one, or one that has heard the beginning of the
  ///   answer where the prompt ends with that
  /// @param thought whether what comes begins inside a thought
  public Generation submit(
      int[] prompt,
      AnswerParser parser,
      ThoughtStart thought,
      Options options,
      TextListener listener) {
    return engine.submit(
        request(prompt, thought, options), stream(prompt, parser, options, listener));
  }

  private Request request(int[] prompt, ThoughtStart thought, Options options) {
    Integer most = options.maxTokens();
    Overflow overflow = options.overflow();
    if (most == null) {
      // One that drops what it has no room for might never end; of one that asks for nothing in
      // particular, only the prompt can have too little room.
      most = overflow instanceof Overflow.DropMiddle ? engine.limit() : Integer.MAX_VALUE;
      overflow = overflow instanceof Overflow.Refuse ? Overflow.END : overflow;
    }
    return new Request(
        prompt,
        most,
        tokenizer.endsOfAnswer(),
        new Choice(sampler(options), options.rules(), formats.masks(options.format(), thought)),
        options.logProbs(),
        new Request.Terms(options.user(), options.patience(), overflow));
  }

  private TextStream stream(
      int[] prompt, AnswerParser parser, Options options, TextListener listener) {
    return new TextStream(tokenizer, prompt, options.stops(), parser, listener);
  }

  private Sampler sampler(Options options) {
    Long seed = options.seed();
    return new Sampler(
        or(options.temperature(), advice.temperature(1)),
        (int) or(options.topK(), advice.topK(0)),
        or(options.topP(), advice.topP(1)),
        or(options.minP(), advice.minP()),
        seed == null ? RandomGenerator.getDefault().nextLong() : seed);
  }

  private static double or(@Nullable Number asked, double otherwise) {
    return asked == null ? otherwise : asked.doubleValue();
  }

  /// Ids of a text as the model expects it: begin-of-text first, where it expects that.
  public int[] idsOf(String text) {
    return tokenizer.encodeBegun(text);
  }

  /// Embeds a text.
  ///
  /// @return `[dim]`, of length 1: the mean of its tokens' hidden states
  public float[] embed(String text) {
    return embed(idsOf(text), "").join();
  }

  /// Embeds tokens.
  ///
  /// @param ids one or more; not to be changed
  /// @param user on whose account
  /// @return `[dim]`, of length 1; cancelling it ends the work
  public CompletableFuture<float[]> embed(int[] ids, String user) {
    CompletableFuture<float[]> raw = engine.embed(ids, Pooling.MEAN, new Request.Terms(user, null));
    CompletableFuture<float[]> normalized = raw.thenApply(Minke::normalized);
    normalized.whenComplete((_, _) -> raw.cancel(false));
    return normalized;
  }

  /// Embeds many texts. Some are under way at a time, so that they do not fill the line of those
  /// who wait.
  ///
  /// @param texts their ids, one or more each; not to be changed
  /// @param user on whose account
  /// @return one `[dim]`, of length 1, for each
  /// @throws AnswerException if one could not be completed
  public List<float[]> embed(List<int[]> texts, String user) {
    Deque<CompletableFuture<float[]>> underWay = new ArrayDeque<>();
    List<float[]> vectors = new ArrayList<>();
    try {
      for (int[] ids : texts) {
        if (underWay.size() == TEXTS_AT_A_TIME) {
          vectors.add(underWay.remove().join());
        }
        underWay.add(embed(ids, user));
      }
      while (!underWay.isEmpty()) {
        vectors.add(underWay.remove().join());
      }
      return vectors;
    } catch (CompletionException e) {
      throw new AnswerException(e.getCause() == null ? e : e.getCause());
    } finally {
      underWay.forEach(future -> future.cancel(false));
    }
  }

  private static float[] normalized(float[] vector) {
    double squares = 0;
    for (float number : vector) {
      squares += (double) number * number;
    }
    double length = squares == 0 ? 1 : Math.sqrt(squares);
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] / length);
    }
    return unit;
  }

  // ---- sessions

  /// A conversation whose memory stays until it is closed. It can fork, be taken back and be saved.
  public EngineSession session() {
    return engine.session();
  }

  /// A session as it was saved.
  ///
  /// @throws CheckpointException if the file is no session, damaged, or of another model or
  ///   precision
  public EngineSession restore(Path file) {
    return engine.restore(file);
  }

  // ---- the end

  /// Takes no more requests and waits until all are answered.
  ///
  /// @return false if the time was over before
  public boolean drain(Duration most) throws InterruptedException {
    return engine.drain(most);
  }

  @Override
  public void close() {
    engine.close();
    stored.close();
    kernels.close();
  }
}
