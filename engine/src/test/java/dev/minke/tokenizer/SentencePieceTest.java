package dev.minke.tokenizer;

import static dev.minke.Shared.shared;
import static dev.minke.tokenizer.StoriesPieces.tokenizer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The vocabulary of 512 pieces of a trained Llama, as GGUF holds it and as `tokenizer.json` does.
/// Expected ids and texts were computed with SentencePiece 0.2.3 and with Hugging Face's tokenizers
/// 0.23.3, which agree wherever one list stands here.
class SentencePieceTest {

  @TempDir Path directory;

  private static List<GgufTokenizerFacts.Piece> pieces = List.of();

  @BeforeAll
  static void readPieces() throws IOException {
    pieces = StoriesPieces.pieces();
  }

  /// The same vocabulary with merges: all ways to make a piece of two, the best piece first.
  private ObjectNode json(String normalizer, String preTokenizer) {
    JsonMapper mapper = JsonMapper.shared();
    ObjectNode root = mapper.createObjectNode();
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode model = root.putObject("model").put("type", "BPE").put("byte_fallback", true);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < pieces.size(); id++) {
      vocabulary.put(pieces.get(id).text(), id);
      if (id < 3) {
        added.addObject().put("id", id).put("content", pieces.get(id).text()).put("special", true);
      }
    }
    ArrayNode merges = model.putArray("merges");
    for (int id = StoriesPieces.FIRST_PIECE; id < pieces.size(); id++) {
      String text = pieces.get(id).text();
      for (int cut = 1; cut < text.length(); cut++) {
        if (vocabulary.has(text.substring(0, cut)) && vocabulary.has(text.substring(cut))) {
          merges.addArray().add(text.substring(0, cut)).add(text.substring(cut));
        }
      }
    }
    root.set("normalizer", mapper.readTree(normalizer));
    root.set("pre_tokenizer", mapper.readTree(preTokenizer));
    root.set(
        "decoder",
        mapper.readTree(
            """
            {"type":"Sequence","decoders":[
              {"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
              {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}\
            """));
    return root;
  }

  private ObjectNode prepending() {
    return json(
        """
        {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
          {"type":"Replace","pattern":{"String":" "},"content":"▁"}]}\
        """,
        "null");
  }

  private ObjectNode metaspace(String scheme) {
    return json(
        "null",
        """
        {"type":"Metaspace","replacement":"▁","prepend_scheme":"%s","split":false}\
        """
            .formatted(scheme));
  }

  private Tokenizer read(ObjectNode root) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(file, root.toString());
    return Tokenizer.read(file);
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of("", new int[] {}),
        Arguments.of("x", new int[] {410, 444}),
        Arguments.of("Once upon a time", new int[] {403, 407, 261, 378}),
        Arguments.of(
            "The little dog was very happy.", new int[] {291, 376, 400, 428, 286, 399, 393, 426}),
        Arguments.of(
            "  two spaces  and more   ",
            new int[] {
              410, 410, 259, 424, 414, 262, 427, 412, 331, 419, 410, 269, 284, 414, 276, 410, 410,
              410
            }),
        Arguments.of(
            "\n\nHello\tworld\n",
            new int[] {410, 13, 13, 440, 411, 306, 414, 12, 424, 304, 341, 13}),
        Arguments.of(
            "Caf\u00e9 na\u00efve \u9cb8\u9c7c \uD83D\uDC0B!",
            new int[] {
              410, 457, 412, 431, 485, 297, 412, 198, 178, 360, 410, 236, 181, 187, 236, 180, 191,
              410, 243, 162, 147, 142, 443
            }),
        Arguments.of("a\u2581b \u2581 c", new int[] {261, 268, 410, 410, 280}),
        Arguments.of("aaaaaaaaa", new int[] {261, 412, 412, 412, 412, 412, 412, 412, 412}),
        Arguments.of(
            "123 4567, \u201cquoted\u201d \u2014 it's",
            new int[] {
              410, 475, 479, 472, 410, 484, 480, 490, 491, 432, 410, 465, 456, 425, 309, 266, 466,
              410, 481, 312, 439, 419
            }),
        Arguments.of("said said\nsaid", new int[] {336, 336, 13, 419, 412, 292}),
        Arguments.of("\u00a0\u200b\ufeff", new int[] {410, 498, 229, 131, 142, 242, 190, 194}));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void idsOfSentencePieceAndOfHuggingFace(String text, int[] ids) throws IOException {
    for (Tokenizer tokenizer : List.of(tokenizer(pieces, true), read(prepending()))) {
      assertThat(tokenizer.encode(text)).isEqualTo(ids);
      assertThat(tokenizer.encodeWithSpecials(text)).isEqualTo(ids);
      assertThat(tokenizer.decode(ids)).isEqualTo(text.replace('\u2581', ' '));
    }
  }

  @Test
  void idsOfAWholeBook() throws Exception {
    String text;
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(shared("data/books-en/wizard-of-oz.txt.gz")))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (Tokenizer tokenizer : List.of(tokenizer(pieces, true), read(prepending()))) {
      int[] ids = tokenizer.encode(text);
      ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asIntBuffer().put(ids);
      assertThat(ids).hasSize(139391);
      assertThat(
              HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array())))
          .isEqualTo("bfd186a91a00fa2097d4b5f28e6fe21324c6888046fcd8ece09283b0882ad94b");
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
    }
  }

  @Test
  void promptsAndAnswersOfTheTrainedModel() {
    Tokenizer tokenizer = tokenizer(pieces, true);
    JsonNode golden =
        JsonMapper.shared().readTree(shared("data/stories260K/golden_dev.json").toFile());
    for (JsonNode run : golden.path("greedy")) {
      int[] prompt = ids(run.path("prompt_ids"));
      int[] answer = ids(run.path("output_ids"));
      assertThat(tokenizer.encodeWithSpecials("<s>" + run.path("prompt").asString()))
          .isEqualTo(prompt);
      assertThat(tokenizer.decode(answer)).startsWith("<s>" + run.path("text").asString());
    }
    assertThat(golden.path("greedy")).isNotEmpty();
  }

  private static int[] ids(JsonNode ids) {
    return ids.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  /// Hugging Face's ids: a space behind a special where the scheme says so, none where one is.
  @Test
  void spacesStandWhereTheSchemePutsThem() throws IOException {
    String turn = "Hi<s> there</s>you";
    assertThat(read(prepending()).encodeWithSpecials(turn))
        .containsExactly(320, 417, 1, 410, 383, 2, 364);
    assertThat(tokenizer(pieces, true).encodeWithSpecials(turn))
        .containsExactly(320, 417, 1, 410, 383, 2, 364);
    assertThat(read(metaspace("always")).encodeWithSpecials(turn))
        .containsExactly(320, 417, 1, 383, 2, 364);
    assertThat(read(metaspace("first")).encodeWithSpecials(turn))
        .containsExactly(320, 417, 1, 383, 2, 422, 277);
    assertThat(read(metaspace("first")).encodeWithSpecials("<s>Hello"))
        .containsExactly(1, 440, 411, 306, 414);
    assertThat(read(metaspace("first")).encode("  two"))
        .isEqualTo(read(metaspace("never")).encode("  two"))
        .startsWith(410, 259);
  }

  @Test
  void withoutASpaceTextIsAsItIs() {
    Tokenizer tokenizer = tokenizer(pieces, false);
    assertThat(tokenizer.encode("said")).containsExactly(419, 412, 292);
    assertThat(tokenizer.decode(tokenizer.encode(" said"))).isEqualTo(" said");
  }

  @Test
  void textOfAUserStaysText() throws IOException {
    int[] ids = {410, 504, 379, 433, 505, 269, 410, 504, 477, 444, 484, 475, 505};
    for (Tokenizer tokenizer : List.of(tokenizer(pieces, true), read(prepending()))) {
      assertThat(tokenizer.encode("<unk> and <0x41>")).isEqualTo(ids);
      assertThat(tokenizer.encode("</s>")).doesNotContain(2);
      assertThat(tokenizer.encodeWithSpecials("a</s>")).containsExactly(261, 2);
      assertThat(tokenizer.isSpecial(2)).isTrue();
      assertThat(tokenizer.id(" the")).hasValue(265);
      assertThat(tokenizer.bytes(13)).containsExactly('\n');
      assertThat(tokenizer.beginOfText()).hasValue(1);
      assertThat(tokenizer.endsOfAnswer()).containsExactly(2);
    }
  }

  @Test
  void whatADecoderGivesJoinedIsTheText() {
    Tokenizer tokenizer = tokenizer(pieces, true);
    String text = "<s>Hi \uD83D\uDC0B</s>you";
    int[] ids = tokenizer.encodeWithSpecials(text);
    Decoder decoder = tokenizer.decoder();
    for (int round = 0; round < 2; round++) {
      StringBuilder joined = new StringBuilder();
      for (int id : ids) {
        joined.append(decoder.accept(id));
      }
      assertThat(joined.append(decoder.finish()).toString())
          .isEqualTo(text)
          .isEqualTo(tokenizer.decode(ids));
    }
    decoder.accept(ids[0]);
    decoder.accept(tokenizer.encode("Once")[0]);
    assertThat(decoder.accept(tokenizer.encode("upon")[0])).isEqualTo(" upon");
  }

  /// The rule, word for word: the best piece of all neighbours, the leftmost of equals.
  @Test
  void mergesAsTheRuleSays() {
    List<GgufTokenizerFacts.Piece> few =
        new ArrayList<>(pieces.subList(0, StoriesPieces.FIRST_PIECE));
    String[] texts = {
      "a", "b", "aa", "ab", "ba", "aab", "abab", "bb", "baa", "\u2581a", "cd", "\u2581"
    };
    float[] scores = {0, -1, 3, 3, 2, 5, 3, Float.NEGATIVE_INFINITY, 7, -0.0f, 0.0f, -9};
    for (int i = 0; i < texts.length; i++) {
      few.add(new GgufTokenizerFacts.Piece(texts[i], 1, scores[i]));
    }
    Tokenizer tokenizer = tokenizer(few, true);
    for (int number = 0; number < 2000; number++) {
      StringBuilder text = new StringBuilder();
      for (int rest = number; rest > 0; rest /= 4) {
        text.append("abcd".charAt(rest % 4));
      }
      assertThat(tokenizer.encode(text.toString()))
          .as(text.toString())
          .isEqualTo(text.isEmpty() ? new int[0] : slowly(few, "\u2581" + text));
    }
  }

  private static int[] slowly(List<GgufTokenizerFacts.Piece> few, String text) {
    List<String> symbols = new ArrayList<>(List.of(text.split("")));
    while (true) {
      int best = -1;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int union = find(few, symbols.get(i) + symbols.get(i + 1));
        if (union >= 0
            && (best < 0
                || few.get(union).score()
                    > few.get(find(few, symbols.get(best) + symbols.get(best + 1))).score())) {
          best = i;
        }
      }
      if (best < 0) {
        break;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
    List<Integer> ids = new ArrayList<>();
    for (String symbol : symbols) {
      if (find(few, symbol) >= 0) {
        ids.add(find(few, symbol));
      } else {
        for (byte value : symbol.getBytes(StandardCharsets.UTF_8)) {
          ids.add(3 + (value & 0xFF));
        }
      }
    }
    return ids.stream().mapToInt(id -> id).toArray();
  }

  private static int find(List<GgufTokenizerFacts.Piece> few, String text) {
    for (int id = StoriesPieces.FIRST_PIECE; id < few.size(); id++) {
      if (few.get(id).text().equals(text)) {
        return id;
      }
    }
    return -1;
  }

  /// Four times the text takes about four times the time, also where pieces are long.
  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "\uD83D\uDC0B", "said "})
  void hostileTextTakesNoSquareOfItsLength(String letters) {
    List<GgufTokenizerFacts.Piece> longer = new ArrayList<>(pieces);
    for (int length = 2; length <= 1024; length++) {
      longer.add(new GgufTokenizerFacts.Piece("a".repeat(length), 1, length));
    }
    Tokenizer tokenizer = tokenizer(longer, true);
    String one = letters.repeat((1 << 18) / letters.length());
    String four = one.repeat(4);
    double ratio = Double.MAX_VALUE;
    for (int i = 0; i < 3 && ratio >= 10; i++) {
      ratio = nanos(tokenizer, four) / nanos(tokenizer, one);
    }
    assertThat(ratio).isLessThan(10);
  }

  private static double nanos(Tokenizer tokenizer, String text) {
    long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    assertThat(tokenizer.encode(text)).isNotEmpty();
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin;
  }

  static Stream<Arguments> unsupported() {
    return Stream.of(
        Arguments.of("pre_tokenizer", "{\"type\":\"Whitespace\"}", "Whitespace"),
        Arguments.of("pre_tokenizer", "{\"type\":\"Metaspace\",\"replacement\":\"▁\"}", "split"),
        Arguments.of("normalizer", "{\"type\":\"Lowercase\"}", "Lowercase"),
        Arguments.of("normalizer", "null", "Replace"),
        Arguments.of("decoder", "{\"type\":\"WordPiece\"}", "WordPiece"));
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void whatIsNotImplementedIsRefusedByName(String component, String value, String named) {
    ObjectNode root = prepending();
    root.set(component, JsonMapper.shared().readTree(value));
    assertThatThrownBy(() -> read(root))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContainingAll(component, named, "expected")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aVocabularyWithoutAByteIsRefused() {
    List<GgufTokenizerFacts.Piece> less = new ArrayList<>(pieces);
    less.set(3 + 0x41, new GgufTokenizerFacts.Piece("other", 1, 0));
    assertThatThrownBy(() -> tokenizer(less, true))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContainingAll("tok512", "<0x41>");
  }

  @Test
  void itIsNotWrittenAsSomethingElse() {
    Tokenizer tokenizer = tokenizer(pieces, true);
    assertThatThrownBy(() -> tokenizer.write(directory.resolve("t.json")))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("SentencePiece");
    assertThat(directory).isEmptyDirectory();
  }
}
