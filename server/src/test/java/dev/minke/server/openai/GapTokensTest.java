package dev.minke.server.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GapTokensTest {
  /// Ids as they stand in the published `tokenizer.json` of DeepSeek-V3.
  private static final int HOLE = 128800;

  private static final int BEGIN = 128801;
  private static final int END = 128802;

  @TempDir private Path temporary;

  private static Path shared(String name) {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    Path file = directory.resolveSibling("shared").resolve(name);
    if (!Files.exists(file) && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("CI=true, but " + file + " is absent");
    }
    assumeTrue(Files.exists(file), "not run: " + file + " is absent");
    return file;
  }

  private Tokenizer deepSeek() throws IOException {
    Path unpacked = temporary.resolve("tokenizer.json");
    try (InputStream in =
        new GZIPInputStream(
            Files.newInputStream(shared("data/tokenizer-deepseek-v3/tokenizer.json.gz")))) {
      Files.copy(in, unpacked);
    }
    return Tokenizer.read(unpacked);
  }

  @Test
  void deepSeekHasThemAroundTheGap() throws IOException {
    Tokenizer tokenizer = deepSeek();
    GapTokens gap = GapTokens.of(tokenizer).orElseThrow();
    int[] ids = gap.around("def f(x):\n    return ", "\n\nprint(f(2))");
    assertThat(ids[0]).isEqualTo(BEGIN);
    assertThat(ids[ids.length - 1]).isEqualTo(END);
    assertThat(ids).containsOnlyOnce(BEGIN, HOLE, END);
    assertThat(tokenizer.decode(ids))
        .isEqualTo("<｜fim▁begin｜>def f(x):\n    return <｜fim▁hole｜>\n\nprint(f(2))<｜fim▁end｜>");
  }

  @Test
  void codeThatLooksLikeATokenIsCode() throws IOException {
    Tokenizer tokenizer = deepSeek();
    int[] ids = GapTokens.of(tokenizer).orElseThrow().around("<｜fim▁hole｜>", "<｜fim▁end｜>");
    assertThat(ids).containsOnlyOnce(BEGIN, HOLE, END);
    assertThat(ids[ids.length - 1]).isEqualTo(END);
  }

  @Test
  void othersHaveNone() throws IOException {
    assertThat(GapTokens.of(Tokenizer.read(shared("golden/deepseek-v3-tiny/tokenizer.json"))))
        .isEmpty();
  }
}
