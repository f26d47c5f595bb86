package dev.minke.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The fingerprint of everything that decides which ids a text gets.
final class Identity {
  private final MessageDigest digest;

  private Identity() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// SHA-256 over the parts in a fixed order, each with its length before it.
  static String of(TokenizerParts parts) {
    Identity identity = new Identity();
    identity.text("minke tokenizer 1");
    Vocabulary vocabulary = parts.vocabulary();
    identity.number(vocabulary.size());
    for (int id = 0; id < vocabulary.size(); id++) {
      identity.bytes(vocabulary.bytes(id));
    }
    switch (parts.model()) {
      case TextModel.Words words -> {
        identity.merges(words.merges());
        identity.text(words.wholeWordsFirst() ? "whole words first" : "merges");
        identity.around(parts);
        for (Split split : words.preTokenizer().cuts()) {
          identity.text(split.pattern());
          identity.text(split.behaviour().spelling());
          identity.number((split.literal() ? 1 : 0) + (split.inverted() ? 2 : 0));
        }
        identity.text(words.preTokenizer().addsSpace() ? "space" : "");
      }
      case TextModel.Pieces pieces -> {
        identity.pieces(pieces.merger(), vocabulary.size());
        identity.around(parts);
        identity.text(pieces.prefix().name());
      }
    }
    return HexFormat.of().formatHex(identity.digest.digest());
  }

  private void merges(Merges merges) {
    number(merges.size());
    for (int rank = 0; rank < merges.size(); rank++) {
      number(merges.left(rank));
      number(merges.right(rank));
    }
  }

  private void pieces(PieceMerger merger, int vocab) {
    switch (merger) {
      case RankedPieces ranked -> {
        text("ranked pieces");
        merges(ranked.merges());
      }
      case ScoredPieces scored -> {
        text("scored pieces");
        for (int id = 0; id < vocab; id++) {
          number(Float.floatToIntBits(scored.score(id)));
        }
      }
    }
  }

  private void around(TokenizerParts parts) {
    number(parts.addedTokens().size());
    parts.addedTokens().forEach(this::added);
    text(parts.normalization().forms().toString());
  }

  private void added(AddedToken token) {
    number(token.id());
    text(token.content());
    number(
        (token.special() ? 1 : 0)
            + (token.normalized() ? 2 : 0)
            + (token.stripsLeft() ? 4 : 0)
            + (token.stripsRight() ? 8 : 0)
            + (token.wholeWord() ? 16 : 0));
  }

  private void text(String text) {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private void bytes(byte[] bytes) {
    number(bytes.length);
    digest.update(bytes);
  }

  private void number(int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
  }
}
