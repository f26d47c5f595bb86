package dev.minke.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.minke.Edits;
import dev.minke.Hostile;
import dev.minke.TinyTokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A tiny tokenizer's files, edited or of any bytes, are read and used or refused.
class TokenizerFuzzTest {
  private static final Map<String, ObjectNode> TOKENIZERS = TinyTokenizers.directories();

  /// What makes careless patterns slow.
  private static final String LONG = "a".repeat(3000) + " " + "ab1 ".repeat(100) + "!";

  @TempDir static Path directory = Path.of("");

  @Timeout(60)
  @FuzzTest
  void isReadOrRefused(byte[] bytes) throws IOException {
    Edits edits = new Edits(bytes);
    ObjectNode root = edits.chosen(TOKENIZERS).deepCopy();
    edits.apply(root);
    for (String name : TOKENIZERS.values().iterator().next().propertyNames()) {
      JsonNode file = root.path(name);
      if (file.isMissingNode()) {
        Files.deleteIfExists(directory.resolve(name));
      } else {
        Files.writeString(directory.resolve(name), file.toString());
      }
    }
    Path file = directory.resolve("tokenizer.json");
    if (bytes.length > 0 && bytes[0] == '{') {
      Files.write(file, bytes);
    }
    if (Files.exists(file)) {
      List<Tokenizer> read = new ArrayList<>();
      Hostile.uses(directory, () -> read.add(Tokenizer.read(file)));
      for (Tokenizer tokenizer : read) {
        Hostile.uses(Path.of("pre-tokenizer"), () -> use(tokenizer));
      }
    }
  }

  private static void use(Tokenizer tokenizer) {
    for (String text : new String[] {"", "abc ab<s>a\u0301\ud83d\ude00\n 12345"}) {
      tokenizer.decode(tokenizer.encodeWithSpecials(text));
      tokenizer.encode(text);
    }
    tokenizer.encode(LONG);
    tokenizer.endsOfAnswer().forEach(tokenizer::display);
    tokenizer.beginOfText();
  }
}
