package dev.minke.bench.experiment;

import dev.minke.data.TokenShard;
import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerRecipe;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/// War and Peace and Frankenstein to learn from; the Wizard of Oz and a part of wikitext-2, of
/// which nothing was seen, to be judged by.
///
/// Texts are cut into documents of one row each, neighbours sharing a token, so that every token
/// but a text's first is predicted exactly once, and a row is one sequence for whoever trains.
///
/// @param tokenizer trained on the two books
/// @param training rows to learn from
/// @param judges rows to be judged by, by name
public record Books(Tokenizer tokenizer, TokenShard training, Map<String, Judge> judges) {
  static final int ROW_TOKENS = 256;
  private static final int VOCAB = 4096;

  private static final List<String> TRAINING =
      List.of("books-en/war-and-peace.txt.gz", "books-en/frankenstein.txt.gz");

  /// A held-out text.
  ///
  /// @param rows in order
  /// @param bytes of the text
  record Judge(TokenShard rows, long bytes) {}

  public Books {
    judges = Map.copyOf(judges);
  }

  /// Reads the texts and trains the tokenizer.
  ///
  /// @param data a folder laid out like `../shared/data`
  /// @throws IllegalStateException where a text is missing
  static Books read(Path data) throws IOException {
    BpeTrainer bpe = new BpeTrainer(TokenizerRecipe.deepSeekV3(VOCAB, false));
    StringBuilder books = new StringBuilder();
    for (String name : TRAINING) {
      books.append(text(data.resolve(name)));
    }
    bpe.accept(books.toString());
    Tokenizer tokenizer = bpe.train();
    Map<String, Judge> judges = new LinkedHashMap<>();
    judges.put("oz", judge(tokenizer, text(data.resolve("books-en/wizard-of-oz.txt.gz"))));
    judges.put("wikitext2", judge(tokenizer, text(data.resolve("wikitext2/valid.txt.gz"))));
    return new Books(tokenizer, rows(tokenizer, books.toString()), judges);
  }

  private static Judge judge(Tokenizer tokenizer, String text) {
    return new Judge(rows(tokenizer, text), text.getBytes(StandardCharsets.UTF_8).length);
  }

  private static String text(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(
          "%s: expected a text to learn from, found none; name the data with MINKE_DATA"
              .formatted(file));
    }
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static TokenShard rows(Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    TokenShard.Builder rows = TokenShard.builder(tokenizer.identity(), tokenizer.vocab());
    for (int from = 0; from + 1 < ids.length; from += ROW_TOKENS) {
      int to = Math.min(ids.length, from + ROW_TOKENS + 1);
      rows.add(Arrays.copyOfRange(ids, from, to), 0);
    }
    return rows.build();
  }

  /// What a trainer reads. The last, shorter row is left out: peers want them all alike.
  TrainingData data() {
    TokenShard.Builder whole = TokenShard.builder(training.tokenizer(), training.vocab());
    for (int row = 0; row < training.documents(); row++) {
      if (training.length(row) == ROW_TOKENS + 1) {
        whole.add(ids(training, row), 0);
      }
    }
    return new TrainingData(
        whole.build(), TokenShard.builder(training.tokenizer(), training.vocab()).build());
  }

  static int[] ids(TokenShard rows, int row) {
    int[] ids = new int[rows.length(row)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = rows.token(row, i);
    }
    return ids;
  }
}
