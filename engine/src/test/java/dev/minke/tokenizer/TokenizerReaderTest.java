package dev.minke.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
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

/// What a `tokenizer.json` may say, and what is refused by name. Expected pieces were computed with
/// Hugging Face's tokenizers 0.23.3.
class TokenizerReaderTest {
  private static final String BYTES =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}";

  @TempDir Path directory;

  static Stream<Arguments> behaviours() {
    return Stream.of(
        Arguments.of("Removed", false, List.of("u", "v", "w", "x")),
        Arguments.of("Isolated", false, List.of("u", "-", "-", "v", "-", "w", "-", "-", "x", "-")),
        Arguments.of("MergedWithPrevious", false, List.of("u-", "-", "v-", "w-", "-", "x-")),
        Arguments.of("MergedWithNext", false, List.of("u", "-", "-v", "-w", "-", "-x", "-")),
        Arguments.of("Contiguous", false, List.of("u", "--", "v", "-", "w", "--", "x", "-")),
        Arguments.of("Removed", true, List.of("-", "-", "-", "-", "-", "-")),
        Arguments.of("MergedWithNext", true, List.of("u-", "-", "v-", "w-", "-", "x-")));
  }

  @ParameterizedTest
  @MethodSource("behaviours")
  void splitsAsTheBehaviourSays(String behaviour, boolean invert, List<String> expected)
      throws IOException {
    for (String pattern : List.of("{\"Regex\":\"-\"}", "{\"String\":\"-\"}")) {
      PreTokenizer preTokenizer =
          new PipelineReader(directory)
              .preTokenizer(
                  JsonMapper.shared()
                      .readTree(
                          sequence(
                              "{\"type\":\"Split\",\"pattern\":%s,\"behavior\":\"%s\",\"invert\":%s}"
                                  .formatted(pattern, behaviour, invert))));
      assertThat(CutWords.of(preTokenizer, "u--v-w--x-")).isEqualTo(expected);
    }
  }

  @Test
  void digitsAreSplitOneByOneOrTogether() throws IOException {
    for (boolean individual : new boolean[] {true, false}) {
      PreTokenizer preTokenizer =
          new PipelineReader(directory)
              .preTokenizer(
                  JsonMapper.shared()
                      .readTree(
                          sequence(
                              "{\"type\":\"Digits\",\"individual_digits\":%s}"
                                  .formatted(individual))));
      assertThat(CutWords.of(preTokenizer, "ab12\u0663c"))
          .isEqualTo(
              individual ? List.of("ab", "1", "2", "\u0663", "c") : List.of("ab", "12\u0663", "c"));
    }
  }

  @Test
  void aSpaceIsPutBeforeAPieceThatHasNone() {
    PreTokenizer preTokenizer =
        new PreTokenizer(List.of(Split.isolated("\\p{N}{1,3}")), true, true);
    assertThat(CutWords.of(preTokenizer, "ab 1234 cd"))
        .isEqualTo(List.of(" ab", " ", " 123", " 4", " cd"));
  }

  @Test
  void classesOfPatternsAreUnicodes() {
    String spaces = "\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u200A\u2028\u2029\u202F\u205F\u3000";
    assertThat(CutWords.of(new PreTokenizer(List.of(Split.isolated("\\s+")), false, false), spaces))
        .isEqualTo(List.of(spaces));
    String others = "\u180E\u200B\u2060\uFEFF\u001C\u001F";
    assertThat(CutWords.of(new PreTokenizer(List.of(Split.isolated("\\S+")), false, false), others))
        .isEqualTo(List.of(others));
    Split folded = Split.isolated("(?i:'s)");
    assertThat(CutWords.of(new PreTokenizer(List.of(folded), false, false), "a'S'\u017F"))
        .isEqualTo(List.of("a", "'S", "'\u017F"));
    Split han = Split.isolated("[\\p{Han}&&[^鲸]]+");
    assertThat(CutWords.of(new PreTokenizer(List.of(han), false, false), "a大鱼鲸"))
        .isEqualTo(List.of("a", "大鱼", "鲸"));
  }

  @Test
  void addedTokensTakeSpacesAndRespectWordsAsTheirFlagsSay() throws IOException {
    ObjectNode root = small();
    added(root, 300, "<left>").put("lstrip", true);
    added(root, 301, "<right>").put("rstrip", true);
    added(root, 302, "word").put("single_word", true);
    added(root, 303, "<left><right>");
    Tokenizer tokenizer = read(root);
    assertThat(pieces(tokenizer, "a  <left> b")).containsExactly("a", "<left>", " ", "b");
    assertThat(pieces(tokenizer, "a <right> \n b")).containsExactly("a", " ", "<right>", "b");
    assertThat(pieces(tokenizer, "word")).containsExactly("word");
    assertThat(pieces(tokenizer, "words")).hasSize(5);
    assertThat(pieces(tokenizer, "<left><right>")).containsExactly("<left><right>");
    assertThat(tokenizer.vocab()).isEqualTo(304);
    assertThat(tokenizer.encode("word<right>")).hasSize(11);
  }

  @Test
  void normalizedTokensAreFoundAfterNormalization() throws IOException {
    ObjectNode root = small();
    root.putObject("normalizer").put("type", "NFC");
    added(root, 300, "caf\u00E9").put("normalized", true);
    added(root, 301, "th\u00E9").put("normalized", false);
    Tokenizer tokenizer = read(root);
    assertThat(tokenizer.encodeWithSpecials("cafe\u0301")).containsExactly(300);
    assertThat(tokenizer.encodeWithSpecials("th\u00E9")).containsExactly(301);
    assertThat(tokenizer.encodeWithSpecials("the\u0301")).doesNotContain(301);
    assertThat(tokenizer.encode("e\u0301")).isEqualTo(tokenizer.encode("\u00E9"));
  }

  @Test
  void aWordThatIsATokenIsTakenWholeWhereMergesAreIgnored() throws IOException {
    ObjectNode root = small();
    ((ObjectNode) root.path("model").path("vocab")).put("xyz", 256);
    assertThat(read(root).encode("xyz")).hasSize(3);
    ((ObjectNode) root.path("model")).put("ignore_merges", true);
    assertThat(read(root).encode("xyz")).containsExactly(256);
  }

  @Test
  void bothSpellingsOfMergesAreRead() throws IOException {
    ObjectNode root = small();
    ObjectNode model = (ObjectNode) root.path("model");
    ((ObjectNode) model.path("vocab")).put("\u0120a", 256);
    model.putArray("merges").add("\u0120 a");
    Tokenizer text = read(root);
    model.putArray("merges").addArray().add("\u0120").add("a");
    Tokenizer pair = read(root);
    assertThat(text.encode(" a")).containsExactly(256);
    assertThat(pair.identity()).isEqualTo(text.identity());
  }

  static Stream<Arguments> unsupported() {
    return Stream.of(
        Arguments.of("normalizer", "{\"type\":\"Lowercase\"}", "Lowercase"),
        Arguments.of("pre_tokenizer", "{\"type\":\"Metaspace\"}", "Metaspace"),
        Arguments.of("pre_tokenizer", "null", "ByteLevel"),
        Arguments.of("pre_tokenizer", sequence("{\"type\":\"Punctuation\"}"), "Punctuation"),
        Arguments.of(
            "pre_tokenizer",
            sequence(
                "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\"}"),
            "cannot use the pattern ("),
        Arguments.of(
            "pre_tokenizer",
            sequence("{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a\"},\"behavior\":\"Maybe\"}"),
            "Maybe"),
        Arguments.of("decoder", "{\"type\":\"WordPiece\"}", "WordPiece"),
        Arguments.of("post_processor", "{\"type\":\"BertProcessing\"}", "BertProcessing"),
        Arguments.of("truncation", "{\"max_length\":512}", "truncation"),
        Arguments.of("model", "{\"type\":\"Unigram\"}", "Unigram"),
        Arguments.of("model", "{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}", "byte 0x00"),
        Arguments.of(
            "model", "{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}", "\"a\" is -1"),
        Arguments.of(
            "model", "{\"type\":\"BPE\",\"vocab\":{\"a\":1,\"b\":1},\"merges\":[]}", "id 1"),
        Arguments.of("model", "{\"type\":\"BPE\",\"dropout\":0.1}", "dropout"),
        Arguments.of("added_tokens", "[{\"id\":1}]", "added_tokens"));
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void whatIsNotImplementedIsRefusedByName(String component, String value, String named)
      throws IOException {
    ObjectNode root = small();
    root.set(component, JsonMapper.shared().readTree(value));
    assertThatThrownBy(() -> read(root))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(named)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aMergeOfUnknownTokensIsRefused() throws IOException {
    ObjectNode root = small();
    ((ObjectNode) root.path("model")).putArray("merges").add("a b");
    assertThatThrownBy(() -> read(root)).hasMessageContaining("merge 0 is \"a b\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"model\":", "nonsense"})
  void damagedFilesAreNamed(String content) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(file, content);
    assertThatThrownBy(() -> Tokenizer.read(file))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(file.toString())
        .hasMessageNotContaining("\n");
  }

  @Test
  void configurationBesideNamesTheEdges() throws IOException {
    ObjectNode root = small();
    added(root, 300, "<s>");
    added(root, 301, "<stop>");
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"bos_token\":null,\"eos_token\":{\"content\":\"<stop>\"}}");
    Tokenizer tokenizer = read(root);
    assertThat(tokenizer.beginOfText()).isEmpty();
    assertThat(tokenizer.endOfText()).hasValue(301);
  }

  @Test
  void generationConfigurationNamesWhatEndsAnAnswer() throws IOException {
    ObjectNode root = small();
    added(root, 300, "<s>");
    added(root, 301, "</s>");
    assertThat(read(root).endsOfAnswer()).containsExactly(301);
    Path file = directory.resolve("generation_config.json");
    Files.writeString(file, "{\"eos_token_id\":7}");
    assertThat(read(root).endsOfAnswer()).containsExactly(7, 301);
    Files.writeString(file, "{\"eos_token_id\":[9, 7]}");
    assertThat(read(root).endsOfAnswer()).containsExactly(7, 9, 301);
    Files.writeString(file, "{\"eos_token_id\":\"</s>\"}");
    assertThatThrownBy(() -> read(root)).hasMessageContaining("eos_token_id is \"</s>\"");
  }

  @Test
  void whetherTheBeginIsAddedIsSaidByTheConfigurationOrTheTemplate() throws IOException {
    ObjectNode root = small();
    added(root, 300, "<s>");
    assertThat(read(root).addsBeginOfText()).isFalse();
    root.set(
        "post_processor",
        JsonMapper.shared()
            .readTree(
                """
                {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},
                  {"Sequence":{"id":"A","type_id":0}}]}\
                """));
    assertThat(read(root).addsBeginOfText()).isTrue();
    Path config = directory.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"add_bos_token\":false}");
    assertThat(read(root).addsBeginOfText()).isFalse();
    Files.writeString(config, "{\"add_bos_token\":true,\"bos_token\":null}");
    assertThat(read(root).addsBeginOfText()).isFalse();
    root.putNull("post_processor");
    Files.writeString(config, "{\"add_bos_token\":true}");
    Tokenizer tokenizer = read(root);
    assertThat(tokenizer.addsBeginOfText()).isTrue();
    Files.delete(config);
    tokenizer.write(directory.resolve("tokenizer.json"));
    assertThat(read(root).addsBeginOfText()).isTrue();
  }

  @Test
  void writingKeepsWhatElseTheConfigurationSays() throws IOException {
    ObjectNode root = small();
    added(root, 300, "<stop>");
    Path config = directory.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"chat_template\":\"{{x}}\",\"eos_token\":\"<stop>\"}");
    read(root).write(directory.resolve("tokenizer.json"));
    JsonNode written = JsonMapper.shared().readTree(Files.readAllBytes(config));
    assertThat(written.path("chat_template").asString()).isEqualTo("{{x}}");
    assertThat(written.path("eos_token").asString()).isEqualTo("<stop>");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  private static String sequence(String step) {
    return "{\"type\":\"Sequence\",\"pretokenizers\":[%s,%s]}".formatted(step, BYTES);
  }

  /// The 256 bytes and nothing else.
  private static ObjectNode small() {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    root.putArray("added_tokens");
    root.set("pre_tokenizer", JsonMapper.shared().readTree(BYTES));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode tokens = model.putObject("vocab");
    for (byte value : ByteLetters.inLetterOrder()) {
      tokens.put(ByteLetters.spell(new byte[] {value}), tokens.size());
    }
    model.putArray("merges");
    return root;
  }

  private static ObjectNode added(ObjectNode root, int id, String content) {
    return ((ArrayNode) root.path("added_tokens"))
        .addObject()
        .put("id", id)
        .put("content", content);
  }

  private Tokenizer read(JsonNode root) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(file, root.toString());
    return Tokenizer.read(file);
  }

  private static List<String> pieces(Tokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encodeWithSpecials(text)).mapToObj(tokenizer::decode).toList();
  }
}
