package dev.minke;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The smallest tokenizers of each kind, as the files have them.
public final class TinyTokenizers {
  private TinyTokenizers() {}

  /// The letters of the bytes in byte-level vocabularies, in the order of the bytes.
  public static List<String> byteLetters() {
    List<String> letters = new ArrayList<>();
    int shifted = 0x100;
    for (int value = 0; value < 256; value++) {
      boolean visible = (value > 0x20 && value < 0x7F) || (value > 0xA0 && value != 0xAD);
      letters.add(Character.toString(visible ? value : shifted++));
    }
    return letters;
  }

  /// The pieces of a SentencePiece vocabulary: an unknown one, bytes, a space, three texts.
  public static List<String> pieces() {
    List<String> pieces = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int value = 0; value < 256; value++) {
      pieces.add("<0x%02X>".formatted(value));
    }
    pieces.addAll(List.of("\u2581", "a", "b", "ab"));
    return pieces;
  }

  /// Directories with a `tokenizer.json` and what may lie beside it, by name.
  public static Map<String, ObjectNode> directories() {
    Map<String, ObjectNode> all = new TreeMap<>();
    all.put("byte-level", directory(byteLevel()));
    all.put("pieces", directory(piecewise()));
    return all;
  }

  private static ObjectNode directory(ObjectNode tokenizer) {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    root.set("tokenizer.json", tokenizer);
    root.putObject("tokenizer_config.json")
        .put("bos_token", "<s>")
        .put("add_bos_token", true)
        .putObject("eos_token")
        .put("content", "</s>");
    root.putObject("generation_config.json").putArray("eos_token_id").add(1);
    return root;
  }

  private static void addToken(ObjectNode tokenizer, int id, String content) {
    tokenizer
        .withArray("added_tokens")
        .addObject()
        .put("id", id)
        .put("content", content)
        .put("special", true)
        .put("normalized", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("single_word", false);
  }

  private static ObjectNode byteLevel() {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    addToken(root, 258, "<s>");
    addToken(root, 259, "</s>");
    ObjectNode model = root.putObject("model").put("type", "BPE").put("ignore_merges", false);
    ObjectNode vocabulary = model.putObject("vocab");
    byteLetters().forEach(letter -> vocabulary.put(letter, vocabulary.size()));
    vocabulary.put("ab", 256).put("abc", 257);
    model.putArray("merges").add("a b").addArray().add("ab").add("c");
    ObjectNode cuts = root.putObject("pre_tokenizer").put("type", "Sequence");
    ObjectNode split = cuts.putArray("pretokenizers").addObject();
    split.put("type", "Split").put("behavior", "Isolated").put("invert", false);
    split.putObject("pattern").put("Regex", "\\p{N}{1,3}| ?\\p{L}+|\\s+(?!\\S)|\\s+");
    cuts.withArray("pretokenizers")
        .addObject()
        .put("type", "Digits")
        .put("individual_digits", true);
    cuts.withArray("pretokenizers")
        .addObject()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("use_regex", false);
    root.putObject("normalizer")
        .put("type", "Sequence")
        .putArray("normalizers")
        .addObject()
        .put("type", "NFC");
    root.putObject("decoder").put("type", "ByteLevel");
    root.putObject("post_processor")
        .put("type", "TemplateProcessing")
        .putArray("single")
        .addObject()
        .putObject("SpecialToken")
        .put("id", "<s>");
    return root;
  }

  private static ObjectNode piecewise() {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    addToken(root, 1, "<s>");
    addToken(root, 2, "</s>");
    ObjectNode model = root.putObject("model").put("type", "BPE").put("byte_fallback", true);
    ObjectNode vocabulary = model.putObject("vocab");
    pieces().forEach(piece -> vocabulary.put(piece, vocabulary.size()));
    model.putArray("merges").add("a b");
    ObjectNode normalizer = root.putObject("normalizer").put("type", "Sequence");
    normalizer.putArray("normalizers").addObject().put("type", "Prepend").put("prepend", "\u2581");
    ObjectNode replace = normalizer.withArray("normalizers").addObject().put("type", "Replace");
    replace.put("content", "\u2581").putObject("pattern").put("String", " ");
    root.putNull("pre_tokenizer");
    return root;
  }
}
