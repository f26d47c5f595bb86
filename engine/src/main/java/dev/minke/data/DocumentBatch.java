package dev.minke.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Documents that become tokens on all processors and are written in their order: so many at a time
/// that threads have enough to share, and few enough to be held. Mutable, one thread.
final class DocumentBatch {
  /// UTF-16 letters of a batch, about.
  private static final long LETTERS = 4 << 20;

  /// How a document becomes tokens; called by many threads.
  @FunctionalInterface
  interface Encoder {
    int[] encode(String text, boolean isHeldOut);
  }

  private record Document(String text, int bytes) {}

  private record Encoded(int[] ids, int bytes, boolean isHeldOut) {}

  private final Encoder encoder;
  private final double validationShare;
  private final ShardSeries training;
  private final ShardSeries heldOut;
  private final List<Document> documents = new ArrayList<>();
  private long letters;

  DocumentBatch(
      Encoder encoder, double validationShare, ShardSeries training, ShardSeries heldOut) {
    this.encoder = encoder;
    this.validationShare = validationShare;
    this.training = training;
    this.heldOut = heldOut;
  }

  /// @param bytes of the text in UTF-8
  void add(String text, int bytes) throws IOException {
    documents.add(new Document(text, bytes));
    letters += text.length();
    if (letters >= LETTERS) {
      write();
    }
  }

  /// Writes what is left.
  void write() throws IOException {
    for (Encoded one : documents.parallelStream().map(this::encode).toList()) {
      (one.isHeldOut ? heldOut : training).add(one.ids, one.bytes);
    }
    documents.clear();
    letters = 0;
  }

  private Encoded encode(Document document) {
    boolean isHeldOut = Corpus.isHeldOut(document.text, validationShare);
    return new Encoded(encoder.encode(document.text, isHeldOut), document.bytes, isHeldOut);
  }
}
