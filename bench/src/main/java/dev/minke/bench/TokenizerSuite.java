package dev.minke.bench;

import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerRecipe;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Tokenizers beside Hugging Face's and tiktoken, in megabytes of UTF-8 a second.
///
/// War and Peace is encoded with the same vocabularies, in documents of 4,096 characters and as a
/// whole; ids must be equal. A vocabulary of 32,768 tokens is learned from the same 100 MB, read
/// from the same file line by line. Ties are broken in different ways, so tokens may differ where
/// counts are equal; the book must be as long in either.
final class TokenizerSuite {
  private static final int CHARACTERS = 4096;
  private static final int VOCAB = 32768;

  /// Passes over the book in a round of ours.
  private static final int PASSES = 8;

  private static final int WARM_PASSES = 2 * PASSES;
  private static final int ENCODE_ROUNDS = 5;
  private static final int TRAIN_ROUNDS = 3;

  /// By how much the book's length in tokens may differ between the vocabularies that were learned.
  private static final double SAME_LENGTH = 0.002;

  private final Path python;
  private final Path script;
  private final Path data;
  private final boolean provisional;

  /// @param data a folder laid out like `../shared/data`
  /// @param provisional whether to accept rounds that others disturbed
  TokenizerSuite(Path python, Path script, Path data, boolean provisional) {
    this.python = python;
    this.script = script;
    this.data = data;
    this.provisional = provisional;
  }

  List<Row> run(int threads) throws IOException {
    try (TokenizerFiles files = TokenizerFiles.unpack(data);
        TokenizerPeer peer = new TokenizerPeer(python, script, files, threads)) {
      return new Comparison(threads, files, peer).rows();
    }
  }

  /// Both sides on one number of threads.
  private final class Comparison {
    private final int threads;
    private final TokenizerFiles files;
    private final TokenizerPeer peer;
    private final Alternation alternation;

    Comparison(int threads, TokenizerFiles files, TokenizerPeer peer) {
      this.threads = threads;
      this.files = files;
      this.peer = peer;
      alternation = new Alternation(threads, peer.handle(), provisional);
    }

    List<Row> rows() throws IOException {
      List<Row> rows = new ArrayList<>();
      for (String vocabulary : List.of("gpt2", "deepseek-v3")) {
        Tokenizer tokenizer = tokenizer(vocabulary);
        for (String name : List.of("tokenizers", "tiktoken")) {
          rows.add(encoding(vocabulary, tokenizer, name, CHARACTERS));
          if (threads == 1) {
            // A whole book is one thread's, whoever encodes it.
            rows.add(encoding(vocabulary, tokenizer, name, 0));
          }
        }
      }
      rows.add(training());
      return rows;
    }

    private Tokenizer tokenizer(String vocabulary) throws IOException {
      return vocabulary.equals("gpt2")
          ? Tokenizer.readGpt2(
              files.vocabulary("gpt2/vocab.json"), files.vocabulary("gpt2/merges.txt"))
          : Tokenizer.read(files.vocabulary(vocabulary + "/tokenizer.json"));
    }

    private Row encoding(String vocabulary, Tokenizer tokenizer, String name, int characters)
        throws IOException {
      List<String> documents = files.documents(characters);
      for (int pass = 0; pass < WARM_PASSES; pass++) {
        tokenizer.encode(documents, threads);
      }
      String fingerprint = fingerprint(tokenizer.encode(documents, threads));
      Alternation.Work ours =
          () -> {
            for (int pass = 0; pass < PASSES; pass++) {
              tokenizer.encode(documents, threads);
            }
          };
      Alternation.Peer theirs =
          () -> {
            TokenizerPeer.Answer answer = peer.encode(name, vocabulary, characters);
            if (!answer.result().equals(fingerprint)) {
              throw new IllegalStateException(
                  "bench tokenizer: ids of %s differ from those of %s"
                      .formatted(vocabulary, peer.name(name)));
            }
            return answer;
          };
      String unit = characters == 0 ? " book, MB/s" : " texts, MB/s";
      double megabytes = Files.size(files.book()) / 1e6;
      var amount = new Alternation.Amount(megabytes * PASSES, megabytes, ENCODE_ROUNDS);
      return alternation.row(vocabulary + unit, peer.name(name), amount, ours, theirs);
    }

    private Row training() throws IOException {
      String book = files.documents(0).getFirst();
      AtomicInteger length = new AtomicInteger();
      Alternation.Work ours =
          () -> {
            BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.gpt2(VOCAB));
            try (BufferedReader reader = Files.newBufferedReader(files.corpus())) {
              trainer.accept(new LineReader(reader), threads);
            }
            length.set(trainer.train().encode(book).length);
          };
      Alternation.Peer theirs =
          () -> {
            TokenizerPeer.Answer answer = peer.train(VOCAB);
            int same = Tokenizer.read(Path.of(answer.result())).encode(book).length;
            if (Math.abs(length.get() - same) > SAME_LENGTH * same) {
              throw new IllegalStateException(
                  "bench tokenizer: the book has %d tokens with what was learned, %d with that of %s"
                      .formatted(length.get(), same, peer.name("tokenizers")));
            }
            return answer;
          };
      double megabytes = Files.size(files.corpus()) / 1e6;
      var amount = new Alternation.Amount(megabytes, megabytes, TRAIN_ROUNDS);
      return alternation.row("train 32k, MB/s", peer.name("tokenizers"), amount, ours, theirs);
    }
  }

  /// SHA-256 of little-endian ids, for each document their number before them.
  private static String fingerprint(List<int[]> documents) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    for (int[] ids : documents) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length + 4).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asIntBuffer().put(ids.length).put(ids);
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
