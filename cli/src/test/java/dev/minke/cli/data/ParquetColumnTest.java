package dev.minke.cli.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.data.Flaw;
import dev.minke.data.Source;
import dev.minke.data.SourceFormat;
import dev.minke.data.SourceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParquetColumnTest {
  @TempDir private Path folder;
  private final List<String> documents = new ArrayList<>();

  private SourceReport read(Source source) throws IOException {
    documents.clear();
    return source.read(ParquetColumn::new, (text, _) -> documents.add(text));
  }

  @ParameterizedTest
  @EnumSource(TinyParquet.Codec.class)
  void everyCodecIsReadAndBadValuesAreNamedWithTheirRow(TinyParquet.Codec codec)
      throws IOException {
    Path file = folder.resolve("a.parquet");
    byte[] long1 = "as it stands, with its space \n\n".repeat(50).getBytes(UTF_8);
    TinyParquet.write(
        file,
        codec,
        Arrays.asList(
            long1,
            null,
            "zwölf".getBytes(UTF_8),
            new byte[] {'a', (byte) 0xE9},
            new byte[] {0, 1},
            new byte[0],
            "last".getBytes(UTF_8)));
    SourceReport report = read(Source.of(file));
    assertThat(documents).containsExactly(new String(long1, UTF_8), "zwölf", "last");
    assertThat(report.counts())
        .isEqualTo(Map.of(Flaw.EMPTY, 2L, Flaw.NOT_UTF8, 1L, Flaw.BINARY, 1L));
    assertThat(String.join("\n", report.lines()))
        .contains("a.parquet, row 2 (null)", "row 4 (byte 0xE9 at byte 1 of the value)", "row 6");
  }

  /// The file's own metadata says 800 rows; its texts are paths on a grid, as `8,3:9,4`.
  @Test
  void aRealFileWithAListOfRecordsIsReadByThePathOfItsColumn() throws IOException {
    Path file = sharedParquet("train.parquet");
    SourceReport report =
        read(new Source(file, SourceFormat.AUTO, "prompt.list.element.content", "Apache-2.0"));
    assertThat(report.bad()).isZero();
    assertThat(documents).hasSize(800).allMatch(text -> text.matches("\\d,\\d:\\d,\\d"));
  }

  private static Path sharedParquet(String name) {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("mvnw"))) {
      root = root.getParent();
    }
    Path found = root.resolveSibling("shared").resolve("data/llama-bf16-random").resolve(name);
    assumeTrue(
        Files.exists(found) || "true".equals(System.getenv("CI")),
        "not run: ../shared/data is absent");
    return found;
  }

  @Test
  void aColumnThatIsNotThereIsRefusedWithThoseThatAre() throws IOException {
    Path file = folder.resolve("a.parquet");
    TinyParquet.write(file, TinyParquet.Codec.GZIP, List.of("a".getBytes(UTF_8)));
    Source source = new Source(file, SourceFormat.AUTO, "body", "unknown");
    assertThatThrownBy(() -> read(source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("named 'body', found the columns [text]");
  }

  @Test
  void aFileThatIsNoParquetOrCutShortIsAFailure() throws IOException {
    Path file = Files.writeString(folder.resolve("a.parquet"), "plain text, and long enough");
    assertThatThrownBy(() -> read(Source.of(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.parquet");
    TinyParquet.write(file, TinyParquet.Codec.ZSTD, List.of("a".repeat(5000).getBytes(UTF_8)));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 20));
    assertThatThrownBy(() -> read(Source.of(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.parquet");
  }
}
