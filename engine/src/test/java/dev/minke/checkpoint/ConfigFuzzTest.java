package dev.minke.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.minke.Edits;
import dev.minke.Hostile;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// A configuration alone, edited or of any bytes, gives sizes that can be counted, or is refused.
class ConfigFuzzTest {
  private static final Map<String, ObjectNode> CONFIGURATIONS = configurations();

  @TempDir static Path directory = Path.of("");

  private static Map<String, ObjectNode> configurations() {
    Map<String, ObjectNode> all = new TreeMap<>();
    TinyDirectories.all()
        .forEach((name, files) -> all.put(name, (ObjectNode) files.get("config.json")));
    return all;
  }

  @Timeout(60)
  @FuzzTest
  void isUnderstoodOrRefused(byte[] bytes) throws IOException {
    Path file = directory.resolve("config.json");
    if (bytes.length > 0 && (bytes[0] == '{' || bytes[0] == '[')) {
      Files.write(file, bytes);
    } else {
      Edits edits = new Edits(bytes);
      ObjectNode root = edits.chosen(CONFIGURATIONS).deepCopy();
      edits.apply(root);
      Files.writeString(file, root.toString());
    }
    Hostile.uses(file, () -> count(ModelDirectory.sizes(file)));
    Hostile.uses(file, () -> ConfigFile.read(file));
    Hostile.uses(file, () -> ModelHeader.read(file));
  }

  private static void count(DecoderConfig config) {
    DecoderSize size = new DecoderSize(config);
    size.parts().total();
    size.cacheNumbers();
    size.forwardFlops(config.positions().maxLength());
  }
}
