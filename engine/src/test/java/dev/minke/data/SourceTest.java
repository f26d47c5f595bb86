package dev.minke.data;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class SourceTest {
  @TempDir private Path folder;
  private final List<String> documents = new ArrayList<>();

  private SourceReport read(Source source) throws IOException {
    documents.clear();
    return source.read(
        column -> {
          throw new AssertionError("not asked for: " + column);
        },
        (text, bytes) -> {
          assertThat(bytes).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
          documents.add(text);
        });
  }

  private SourceReport read(Path path) throws IOException {
    return read(Source.of(path));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Path file(String name, byte[]... parts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.write(part);
    }
    return Files.write(folder.resolve(name), all.toByteArray());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String unzipped(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "books-en/frankenstein.txt.gz",
        "books-en/war-and-peace.txt.gz",
        "books-en/wizard-of-oz.txt.gz",
        "web-text/wiki_demo.txt.gz",
        "wikitext2/valid.txt.gz"
      })
  void realTextIsReadAsTheDefinitionSays(String name) throws IOException {
    Path file = shared("data/" + name);
    SourceReport report = read(file);
    List<String> expected =
        Arrays.stream(unzipped(file).split("\\n[ \\t\\r\\f]*\\n"))
            .filter(piece -> !piece.isBlank())
            .map(piece -> piece.strip() + "\n")
            .toList();
    assertThat(documents).isEqualTo(expected);
    assertThat(report.documents()).isEqualTo(expected.size());
    assertThat(report.bytes())
        .isEqualTo(String.join("", expected).getBytes(StandardCharsets.UTF_8).length);
    assertThat(report.bad()).isZero();
  }

  @Test
  void realJsonLinesAreReadAsAnotherParserReadsThem() throws IOException {
    Path file = shared("data/web-text/c4_demo.jsonl.gz");
    SourceReport report = read(file);
    List<String> expected =
        unzipped(file)
            .lines()
            .map(line -> JsonMapper.shared().readTree(line).path("text").stringValue())
            .toList();
    assertThat(documents).isEqualTo(expected).hasSizeGreaterThan(100);
    assertThat(report.bad()).isZero();
  }

  @Test
  void windowsLineEndsAndByteOrderMarksAreNoText() throws IOException {
    read(file("a.txt", "\uFEFFone\r\nline\r\n\r\n\r\ntwo\r\n"));
    assertThat(documents).containsExactly("one\r\nline\n", "two\n");
  }

  @Test
  void aFolderIsReadInTheOrderOfItsPathsByTheNamesOfItsFiles() throws IOException {
    file("b.txt", "b");
    file("a.jsonl", "{\"text\": \"a\"}\n");
    file("c.md", "c");
    Files.createDirectories(folder.resolve("b"));
    file("b/z.txt", "z");
    try (var out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("d.txt.gz")))) {
      out.write(ascii("d"));
    }
    SourceReport report = read(folder);
    assertThat(documents).containsExactly("a", "b\n", "z\n", "d\n");
    assertThat(report.lines()).singleElement().asString().contains("1 files not read", "c.md");
    assertThat(report.bad()).isZero();
  }

  @Test
  void anotherFieldIsReadByItsName() throws IOException {
    Path file = file("a.jsonl", "{\"text\": 1, \"x\": {\"body\": \"no\"}, \"body\": \"yes\"}\n\n");
    read(new Source(file, SourceFormat.JSONL, "body", "unknown"));
    assertThat(documents).containsExactly("yes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"text\": \"open | NOT_JSON",
        "just text | NOT_JSON",
        "[\"text\"] | NOT_JSON",
        "{\"text\": \"a\"} {} | NOT_JSON",
        "{\"body\": \"a\"} | NO_FIELD",
        "{\"text\": 5} | NO_FIELD",
        "{\"text\": null} | NO_FIELD",
        "{\"text\": \"\"} | EMPTY",
        "{\"text\": \" \\n \"} | EMPTY",
        "{\"text\": \"a\\u0000b\"} | BINARY",
        "{\"text\": \"a\\ud800b\"} | NOT_UTF8"
      })
  void aBadLineIsCountedAndNamedAndTheOthersAreRead(String line, Flaw flaw) throws IOException {
    Path file = file("a.jsonl", "{\"text\": \"one\"}\n" + line + "\n{\"text\": \"two\"}\n");
    SourceReport report = read(file);
    assertThat(documents).containsExactly("one", "two");
    assertThat(report.counts()).isEqualTo(Map.of(flaw, 1L));
    assertThat(report.lines().getFirst()).contains("1 left out", flaw.words(), "a.jsonl, line 2");
  }

  @Test
  void aWrongEncodingIsFoundWithItsLineAndByte() throws IOException {
    // Latin-1: é is the byte E9, which is the 15th of the file, counted from 0.
    Path file = file("a.txt", ascii("first\n\nsecond "), new byte[] {'x', (byte) 0xE9}, ascii("!"));
    SourceReport report = read(file);
    assertThat(documents).containsExactly("first\n");
    assertThat(report.lines())
        .singleElement()
        .asString()
        .contains("not UTF-8", "line 3", "byte 0xE9 at byte 15 of the file");
  }

  @Test
  void controlBytesAreNoText() throws IOException {
    SourceReport report = read(file("a.txt", "one\n\nt\u0000wo\n\nthree\u001B[0m\n\n\tfour\f\n"));
    assertThat(documents).containsExactly("one\n", "four\n");
    assertThat(report.counts()).isEqualTo(Map.of(Flaw.BINARY, 2L));
  }

  @Test
  void aDocumentOfExactlyTheLimitIsReadAndAByteMoreIsNot() throws IOException {
    byte[] most = new byte[DocumentCheck.LONGEST - 1];
    Arrays.fill(most, (byte) 'a');
    file("a.txt", most, ascii("\n\nnext"));
    file("b.txt", most, ascii("aa\n\nnext"));
    SourceReport report = read(folder);
    assertThat(documents).hasSize(3);
    assertThat(documents.getFirst()).hasSize(DocumentCheck.LONGEST);
    assertThat(report.counts()).isEqualTo(Map.of(Flaw.TOO_LONG, 1L));
    assertThat(report.lines().getFirst()).contains("b.txt, line 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.txt", "a.jsonl"})
  void aLineOf50MegabytesIsNamed(String name) throws IOException {
    byte[] line = new byte[50_000_000];
    Arrays.fill(line, (byte) 'a');
    String good = name.endsWith("l") ? "{\"text\": \"good\"}\n" : "good\n\n";
    Path file = file(name, ascii(good), line, ascii("\n\n"), ascii(good));
    SourceReport report = read(file);
    assertThat(documents).hasSize(2);
    assertThat(report.counts()).isEqualTo(Map.of(Flaw.TOO_LONG, 1L));
    assertThat(report.lines().getFirst()).contains("too long", "50,000,00");
  }

  @Test
  void aDamagedArchiveIsAFailureAndNotTheEndOfTheText() throws IOException {
    Path whole = folder.resolve("a.txt.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(whole))) {
      for (int i = 0; i < 20000; i++) {
        out.write(ascii(i * 7919 + "\n\n"));
      }
    }
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> read(whole))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.txt.gz: expected a whole gzip file");
  }

  @Test
  void tooManyBadDocumentsAreAnError() throws IOException {
    Path file = file("a.jsonl", "{\"text\": \"one\"}\n".repeat(9) + "{\n");
    SourceReport report = read(file);
    assertThat(report.badShare()).isEqualTo(0.1);
    report.requireUsable(0.1);
    assertThatThrownBy(() -> report.requireUsable(0.09))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.jsonl")
        .hasMessageContaining("at most 9 %")
        .hasMessageContaining("found 10.00 % (1 of 10)")
        .hasMessageContaining("line 10");
  }

  @Test
  void nothingToLearnFromIsAnError() throws IOException {
    SourceReport empty = read(file("a.txt", "\n \n"));
    assertThatThrownBy(() -> empty.requireUsable(1)).hasMessageContaining("found none");
    Path none = folder.resolve("none.txt");
    assertThatThrownBy(() -> read(none)).hasMessageContaining("none.txt: expected a file");
    Files.createDirectories(folder.resolve("hollow"));
    assertThatThrownBy(() -> read(folder.resolve("hollow"))).hasMessageContaining("hollow");
    Path json = file("a.json", "{}");
    assertThatThrownBy(() -> read(json)).hasMessageContaining("one object a line");
  }
}
