package dev.minke.tokenizer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// Text to token ids and back, by byte-level BPE or SentencePiece's BPE.
///
/// Immutable and safe for many threads; a cache of recent words is the only memory; it is bounded
/// and never changes an answer. In text, half of a surrogate pair counts as U+FFFD.
public final class Tokenizer {
  /// Natural texts have about so many letters a token, or more.
  private static final int LETTERS_A_TOKEN = 3;

  private final TokenizerParts parts;
  private final SectionEncoder sections;
  private final AddedTokens beforeNormalization;
  private final AddedTokens afterNormalization;
  private final Map<String, AddedToken> addedByContent = new HashMap<>();
  private final Map<Integer, byte[]> addedBytes = new HashMap<>();
  private final Set<Integer> specials = new HashSet<>();
  private final String identity;

  Tokenizer(TokenizerParts parts) {
    this.parts = parts;
    sections = parts.model().encoder(parts.vocabulary());
    for (AddedToken token : parts.addedTokens()) {
      addedByContent.put(token.content(), token);
      if (token.special()) {
        specials.add(token.id());
      }
      addedBytes.put(token.id(), token.content().getBytes(StandardCharsets.UTF_8));
    }
    beforeNormalization = added(false, content -> content);
    afterNormalization = added(true, parts.normalization()::apply);
    identity = Identity.of(parts);
  }

  /// Reads a Hugging Face `tokenizer.json`, and from `tokenizer_config.json` and
  /// `generation_config.json` beside it which tokens start and end a text.
  ///
  /// @throws TokenizerException where the file is damaged, or would tokenize in a way that is not
  ///   implemented here
  public static Tokenizer read(Path tokenizerJson) throws IOException {
    return new TokenizerReader(tokenizerJson).read();
  }

  /// Reads GPT-2's older pair of files.
  ///
  /// @param vocabularyJson token to id
  /// @param mergesText one merge a line, in order of rank
  public static Tokenizer readGpt2(Path vocabularyJson, Path mergesText) throws IOException {
    return TokenizerReader.gpt2(vocabularyJson, mergesText);
  }

  /// The tokenizer that a GGUF file describes.
  ///
  /// @throws TokenizerException where the facts contradict each other, or describe a tokenizer that
  ///   is not implemented here
  public static Tokenizer of(GgufTokenizerFacts facts) {
    return new GgufTokenizerReader(facts).read();
  }

  /// Writes a `tokenizer.json`, and which tokens start and end a text into the
  /// `tokenizer_config.json` beside it; what else that file says stays. Each file is written whole
  /// or not at all.
  public void write(Path tokenizerJson) throws IOException {
    new TokenizerWriter(parts).write(tokenizerJson);
  }

  /// Number of ids, added tokens included: one past the highest.
  public int vocab() {
    return parts.vocab();
  }

  /// The ids of a text. What looks like an added token in it is text: use this for everything that
  /// a user wrote.
  public int[] encode(String text) {
    IntList ids = new IntList(text.length() / LETTERS_A_TOKEN);
    encodeSection(parts.normalization().apply(Normalization.wellFormed(text)), ids);
    return ids.toArray();
  }

  /// The ids of a text that nothing stands before: begin-of-text first, where the model expects it.
  public int[] encodeBegun(String text) {
    IntStream ids = IntStream.of(encode(text));
    return addsBeginOfText()
        ? IntStream.concat(beginOfText().stream(), ids).toArray()
        : ids.toArray();
  }

  /// The ids of many texts, as [#encode(String)] gives them, in their order; the same for any
  /// number of threads. The threads end with the call.
  ///
  /// @param threads how many, this one included
  /// @throws java.util.concurrent.CancellationException if this thread is interrupted; it stays so
  public List<int[]> encode(List<String> texts, int threads) {
    List<String> taken = List.copyOf(texts);
    int[][] ids = new int[taken.size()][];
    AtomicInteger next = new AtomicInteger();
    Crew.run(
        "encoding",
        threads,
        () ->
            () -> {
              int index = next.getAndIncrement();
              if (index < ids.length) {
                ids[index] = encode(taken.get(index));
              }
              return index < ids.length;
            });
    return List.of(ids);
  }

  /// The ids of a text in which added tokens stand for themselves: use this for templates.
  public int[] encodeWithSpecials(String text) {
    IntList ids = new IntList(text.length() / LETTERS_A_TOKEN);
    beforeNormalization.scan(
        Normalization.wellFormed(text),
        between ->
            afterNormalization.scan(
                parts.normalization().apply(between), rest -> encodeSection(rest, ids), ids::add),
        ids::add);
    return ids.toArray();
  }

  /// The text of ids, special tokens included. Bytes that are no UTF-8 become U+FFFD.
  public String decode(int... ids) {
    Decoder decoder = decoder();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.accept(id));
    }
    return text.append(decoder.finish()).toString();
  }

  /// A decoder for one stream of tokens.
  public Decoder decoder() {
    return new Decoder(this);
  }

  /// The bytes of one token: a copy; empty for an id that no token has, such as the padding of a
  /// model's vocabulary.
  public byte[] bytes(int id) {
    return sharedBytes(id).clone();
  }

  /// The bytes of one token, not a copy: nobody writes to them.
  byte[] sharedBytes(int id) {
    byte[] added = addedBytes.get(id);
    return added == null ? parts.vocabulary().bytes(id) : added;
  }

  /// Whether the text at the start has a space that its tokens alone do not say.
  boolean addsSpaceAtStart() {
    return parts.model().prefix() != SpacePrefix.NONE;
  }

  /// Whether the text behind a token has one.
  boolean addsSpaceBehind(int id) {
    return addedBytes.containsKey(id) && parts.model().prefix().followsAddedTokens();
  }

  /// One token for people: its text, with control characters and lone bytes escaped (`\n`, `\xE6`),
  /// or `<unused 7>`.
  public String display(int id) {
    byte[] bytes = sharedBytes(id);
    return bytes.length == 0 ? "<unused " + id + ">" : TokenDisplay.of(bytes);
  }

  /// The token that stands for exactly this text, if there is one: `" the"`, `"<|endoftext|>"`.
  public OptionalInt id(String token) {
    AddedToken added = addedByContent.get(token);
    int id =
        added == null
            ? parts.vocabulary().find(token.getBytes(StandardCharsets.UTF_8))
            : added.id();
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /// The token that starts a text.
  public OptionalInt beginOfText() {
    String name = parts.edges().beginOfText();
    return name == null ? OptionalInt.empty() : id(name);
  }

  /// The token that ends a text.
  public OptionalInt endOfText() {
    String name = parts.edges().endOfText();
    return name == null ? OptionalInt.empty() : id(name);
  }

  /// Whether the model expects [#beginOfText] before every text. The methods here never add it.
  public boolean addsBeginOfText() {
    return parts.edges().addsBegin() && beginOfText().isPresent();
  }

  /// The tokens that end an answer, ascending: [#endOfText], and what a chat model says where its
  /// turn is over.
  public Set<Integer> endsOfAnswer() {
    Set<Integer> ends = new TreeSet<>(parts.edges().answerEnds());
    endOfText().ifPresent(ends::add);
    return Collections.unmodifiableSet(ends);
  }

  /// Whether an id is a control token, which no text of a user contains.
  public boolean isSpecial(int id) {
    return specials.contains(id);
  }

  /// SHA-256 in hexadecimal of vocabulary, merges, added tokens, normalization and pre-tokenizer:
  /// equal exactly where every text gets equal ids for the same reasons, however the file is
  /// written.
  public String identity() {
    return identity;
  }

  private AddedTokens added(boolean normalized, UnaryOperator<String> spelling) {
    List<AddedToken> tokens = new ArrayList<>(parts.addedTokens());
    tokens.removeIf(token -> token.normalized() != normalized);
    return new AddedTokens(tokens, spelling);
  }

  private void encodeSection(String text, IntList ids) {
    if (!text.isEmpty()) {
      sections.encode(text, ids);
    }
  }
}
