package dev.minke.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Words of pre-tokenizers whose vocabularies are not at hand. Expected words were computed with
/// Hugging Face's tokenizers 0.23.3; a bar stands between them.
class PreTokenizerTest {
  /// White space, signs, digits and contractions of several scripts, and letters beyond the basic
  /// plane.
  private static final String TEXT =
      "It'S 12345 don\u2019t, HE'LL\u017F  x\r\n\r\n \t y;\n z'\u017Fa 3.14\u00A0\u3000"
          + "\u0661\u0662\u0663\u0664 e\u0301\uD83D\uDC33\uD83D\uDC33 \u9CB8\u5F88\u5927  ";

  @Test
  void llama3() {
    String regex =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    assertThat(words(TEXT, regex))
        .isEqualTo(
            "It|'S| |123|45| don|\u2019t|,| HE|'LL|\u017F| | x|\r\n\r\n| \t| y|;\n| z|'\u017F|a"
                + "| |3|.|14|\u00A0|\u3000|\u0661\u0662\u0663|\u0664| e"
                + "|\u0301\uD83D\uDC33\uD83D\uDC33| \u9CB8\u5F88\u5927|  ");
  }

  /// Its steps in order, with fewer letters.
  @Test
  void deepSeekV2() {
    assertThat(
            words(
                TEXT + "\u2028",
                "[\r\n]",
                "\\s?[A-Za-z\u00C0-\u00D6]+",
                "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+",
                "\\s+$",
                "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+",
                "\\p{N}"))
        .isEqualTo(
            "It|'|S| |1|2|3|4|5| don|\u2019|t|,| HE|'|LL|\u017F| | x|\r|\n|\r|\n| \t| y|;|\n| z|'"
                + "|\u017F|a| |3|.|1|4|\u00A0|\u3000|\u0661|\u0662|\u0663|\u0664| e"
                + "|\u0301\uD83D\uDC33\uD83D\uDC33 |\u9CB8\u5F88\u5927|  |\u2028");
  }

  @Test
  void whiteSpaceAtTheEndOfALine() {
    assertThat(words("a  \u0085", "\\s+$")).isEqualTo("a|  \u0085");
    assertThat(words("a \r", "\\s+$")).isEqualTo("a| \r");
    assertThat(words("x \u2028", "\\s+$")).isEqualTo("x| \u2028");
    assertThat(words("  \u2028x", "\\s+$")).isEqualTo("  \u2028x");
  }

  /// As a `tokenizer.json` says it.
  private static String words(String text, String... regexes) {
    ObjectNode root = JsonMapper.shared().createObjectNode().put("type", "Sequence");
    ArrayNode steps = root.putArray("pretokenizers");
    for (String regex : regexes) {
      ObjectNode step = steps.addObject().put("type", "Split").put("behavior", "Isolated");
      step.putObject("pattern").put("Regex", regex);
    }
    steps
        .addObject()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("use_regex", false);
    PreTokenizer preTokenizer = new PipelineReader(Path.of("tokenizer.json")).preTokenizer(root);
    return String.join("|", CutWords.of(preTokenizer, text));
  }
}
