package dev.minke.data;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/// What a run learns from: several sources, each with its share of the tokens.
///
/// At every moment the part of which the least has been read, by its weight, gives the next
/// document; so the shares hold at any length of a run, not on average. A part that is read to its
/// end begins again, in another order.
///
/// @param parts at least one, of one tokenizer
public record Mixture(List<Part> parts) {
  /// One source.
  ///
  /// @param name for people
  /// @param shard its documents
  /// @param weight its share of the tokens, as compared with the weights of the others; above 0
  public record Part(String name, TokenShard shard, double weight) {
    public Part {
      if (!(weight > 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "source %s: expected a weight above 0, found %s".formatted(name, weight));
      }
    }
  }

  public Mixture {
    parts = List.copyOf(parts);
  }

  /// One source alone.
  public static Mixture of(TokenShard shard) {
    return new Mixture(List.of(new Part("text", shard, 1)));
  }

  /// The documents of all parts behind each other.
  public TokenShard joined() {
    return TokenShard.joined(parts.stream().map(Part::shard).toList());
  }

  /// Identity of the tokenizer that made the ids.
  public String tokenizer() {
    return parts.getFirst().shard().tokenizer();
  }

  /// Ids are below.
  public int vocab() {
    return parts.getFirst().shard().vocab();
  }

  /// Number of tokens of all documents.
  public long tokens() {
    return parts.stream().mapToLong(part -> part.shard().tokens()).sum();
  }

  /// A hash of everything that decides what a run sees. One part alone has that of its shard: its
  /// weight decides nothing.
  public String hash() {
    if (parts.size() == 1) {
      return parts.getFirst().shard().hash();
    }
    StringBuilder all = new StringBuilder();
    for (Part part : parts) {
      all.append(part.shard().hash()).append(' ').append(Double.toHexString(part.weight()));
      all.append('\n');
    }
    byte[] bytes = all.toString().getBytes(StandardCharsets.US_ASCII);
    return HexFormat.of().formatHex(Corpus.sha256().digest(bytes));
  }
}
