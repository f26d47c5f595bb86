package dev.minke.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// What both sides of the suite `tokenizer` begin with.
///
/// @param directory where they lie
record TokenizerFiles(Path directory) implements AutoCloseable {
  /// Bytes of the text that tokenizers are trained on.
  private static final int CORPUS = 100_000_000;

  /// English and Chinese books, an encyclopedia, pages of the web.
  private static final List<String> TEXTS =
      List.of(
          "books-en/war-and-peace.txt.gz",
          "books-en/frankenstein.txt.gz",
          "books-en/wizard-of-oz.txt.gz",
          "tinyshakespeare/input.txt.gz",
          "wikitext2/valid.txt.gz",
          "web-text/c4_demo.jsonl.gz",
          "web-text/wiki_demo.txt.gz",
          "chinese-classics/hongloumeng.txt.gz",
          "chinese-classics/shuihuzhuan.txt.gz",
          "chinese-classics/xiyouji.txt.gz");

  private static final List<String> VOCABULARIES =
      List.of("gpt2/vocab.json", "gpt2/merges.txt", "deepseek-v3/tokenizer.json");

  /// Unpacks vocabularies and texts.
  ///
  /// @param data a folder laid out like `../shared/data`
  /// @throws IllegalStateException where something is missing there
  static TokenizerFiles unpack(Path data) throws IOException {
    TokenizerFiles files = new TokenizerFiles(Files.createTempDirectory("minke-bench"));
    try {
      files.fill(data);
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
    return files;
  }

  private void fill(Path data) throws IOException {
    for (String name : VOCABULARIES) {
      Path target = directory.resolve(name);
      Files.createDirectories(target.getParent());
      Files.write(target, unpacked(data, "tokenizer-" + name + ".gz"));
    }
    Files.write(book(), unpacked(data, TEXTS.getFirst()));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(corpus()))) {
      writeCorpus(data, out);
    }
  }

  /// Removes them.
  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /// Texts one after the other, from the beginning again, until there are enough; whole lines.
  private void writeCorpus(Path data, OutputStream out) throws IOException {
    List<byte[]> texts = new ArrayList<>();
    for (String name : TEXTS) {
      texts.add(unpacked(data, name));
    }
    int left = CORPUS;
    for (int i = 0; left > 0; i = (i + 1) % texts.size()) {
      byte[] text = texts.get(i);
      int length = Math.min(text.length, left);
      left -= length;
      while (length < text.length && text[length - 1] != '\n') {
        length--;
      }
      out.write(text, 0, length);
    }
  }

  private static byte[] unpacked(Path data, String name) throws IOException {
    Path file = data.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(
          "bench tokenizer: expected %s, found nothing; name a folder with it in MINKE_DATA"
              .formatted(file));
    }
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return in.readAllBytes();
    }
  }

  /// A file of a vocabulary: `gpt2/vocab.json`.
  Path vocabulary(String name) {
    return directory.resolve(name);
  }

  Path book() {
    return directory.resolve("book.txt");
  }

  Path corpus() {
    return directory.resolve("corpus.txt");
  }

  /// The book in documents.
  ///
  /// @param characters of each, but for the last; 0 for one that is the whole book
  List<String> documents(int characters) throws IOException {
    String text = Files.readString(book(), StandardCharsets.UTF_8);
    int length = characters == 0 ? text.length() : characters;
    List<String> documents = new ArrayList<>();
    for (int from = 0; from < text.length(); from += length) {
      documents.add(text.substring(from, Math.min(from + length, text.length())));
    }
    return documents;
  }
}
