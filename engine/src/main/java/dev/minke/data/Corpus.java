package dev.minke.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Documents, split into a training and a validation part.
///
/// Where a document goes depends on its own text alone, so equal documents never lie on both sides
/// and the split survives additions.
///
/// @param training documents to learn from
/// @param validation documents that are held out
public record Corpus(List<String> training, List<String> validation) {
  public Corpus {
    training = List.copyOf(training);
    validation = List.copyOf(validation);
  }

  /// How text becomes tokens.
  ///
  /// @param encoder text to token ids; text that looks like a special token stays text
  /// @param identity of the tokenizer: a hash of all that decides ids
  /// @param vocab ids are below
  /// @param beginOfText id before each document; negative for none
  /// @param endOfText id after each document; negative for none
  public record Encoding(
      Function<String, int[]> encoder, String identity, int vocab, int beginOfText, int endOfText) {
    /// The ids of a document, with those that begin and end it.
    public int[] encode(String document) {
      return framed(encoder.apply(document));
    }

    /// Ids with those that begin and end a document around them.
    int[] framed(int[] text) {
      int before = beginOfText < 0 ? 0 : 1;
      int[] ids = new int[before + text.length + (endOfText < 0 ? 0 : 1)];
      if (before == 1) {
        ids[0] = beginOfText;
      }
      System.arraycopy(text, 0, ids, before, text.length);
      if (endOfText >= 0) {
        ids[ids.length - 1] = endOfText;
      }
      return ids;
    }
  }

  /// Splits documents.
  ///
  /// @param validationShare expected share of validation documents
  public static Corpus split(List<String> documents, double validationShare) {
    List<String> training = new ArrayList<>();
    List<String> validation = new ArrayList<>();
    for (String document : documents) {
      (isHeldOut(document, validationShare) ? validation : training).add(document);
    }
    return new Corpus(training, validation);
  }

  /// Whether a document belongs to the validation part: a matter of its text alone.
  ///
  /// @param validationShare expected share of validation documents
  public static boolean isHeldOut(String document, double validationShare) {
    return place(document) < validationShare;
  }

  /// Where a text's hash lies in [0, 1).
  private static double place(String document) {
    return (hash(document) >>> 11) * 0x1p-53;
  }

  /// The first 64 bits of a text's SHA-256.
  static long hash(String document) {
    byte[] digest = sha256().digest(document.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest).getLong();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: every Java platform has it", e);
    }
  }

  /// Documents as tokens, in their order.
  public static TokenShard encode(List<String> documents, Encoding encoding) {
    TokenShard.Builder shard = TokenShard.builder(encoding.identity(), encoding.vocab());
    for (String document : documents) {
      int bytes = document.getBytes(StandardCharsets.UTF_8).length;
      shard.add(encoding.encode(document), bytes);
    }
    return shard.build();
  }
}
