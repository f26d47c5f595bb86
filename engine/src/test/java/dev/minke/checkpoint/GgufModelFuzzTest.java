package dev.minke.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.minke.Edits;
import dev.minke.Hostile;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// A tiny model's GGUF file, its header edited, is opened and loaded, and described, or refused; so
/// is its tokenizer.
class GgufModelFuzzTest {
  private static final Map<String, ObjectNode> MODELS = TinyGgufs.all();

  @TempDir static Path directory = Path.of("");

  @Timeout(60)
  @FuzzTest
  void isOpenedOrRefused(byte[] lines) throws IOException {
    Edits edits = new Edits(lines);
    ObjectNode root = edits.chosen(MODELS).deepCopy();
    edits.apply(root);
    Path file = directory.resolve("model.gguf");
    Files.write(file, TinyGgufs.bytes(root));
    Hostile.uses(
        file,
        () -> {
          try (StoredModel model = StoredModel.open(file)) {
            model.load(new ReferenceKernels(), model.residency(Long.MAX_VALUE), _ -> {});
          }
        });
    Hostile.uses(file, () -> ModelHeader.read(file));
    Hostile.uses(
        file,
        () -> {
          try (Gguf gguf = Gguf.open(file)) {
            Tokenizer tokenizer = GgufTokenizer.read(gguf);
            tokenizer.decode(tokenizer.encodeWithSpecials("ab abc<x> 12345 \n\u00e9"));
          }
        });
  }
}
