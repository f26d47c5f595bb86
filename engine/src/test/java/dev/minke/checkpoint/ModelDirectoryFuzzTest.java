package dev.minke.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.minke.Edits;
import dev.minke.Hostile;
import dev.minke.kernel.reference.ReferenceKernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// A tiny model's directory, its files edited, is opened and loaded, and described, or refused.
class ModelDirectoryFuzzTest {
  private static final Map<String, ObjectNode> MODELS = TinyDirectories.all();

  @TempDir static Path directory = Path.of("");

  @Timeout(60)
  @FuzzTest
  void isOpenedOrRefused(byte[] lines) throws IOException {
    Edits edits = new Edits(lines);
    ObjectNode root = edits.chosen(MODELS).deepCopy();
    edits.apply(root);
    TinyDirectories.write(root, directory);
    Hostile.uses(
        directory,
        () -> {
          try (StoredModel model = StoredModel.open(directory)) {
            model.load(new ReferenceKernels(), model.residency(Long.MAX_VALUE), _ -> {});
          }
        });
    Hostile.uses(directory, () -> ModelDirectory.open(directory).close());
    Hostile.uses(directory, () -> ModelHeader.read(directory));
  }
}
