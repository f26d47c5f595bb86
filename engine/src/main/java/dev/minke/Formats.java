package dev.minke;

import dev.minke.inference.grammar.Grammar;
import dev.minke.inference.grammar.JsonLayout;
import dev.minke.inference.grammar.TokenMasks;
import dev.minke.inference.grammar.TokenTrie;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.Markers;
import dev.minke.tokenizer.chat.ThoughtStart;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Formats as masks over a model's vocabulary. The last ones asked for are kept: requests with one
/// schema share what each of them finds out. May be used by any threads.
final class Formats {
  private static final int MOST_KEPT = 32;

  /// What models put between a thought and the answer.
  private static final String GAP = "[ \\t\\r\\n]{0,4}";

  private final Tokenizer tokenizer;
  private final ToolCallForm calls;

  // Guarded by this.
  private @Nullable TokenTrie vocabulary;
  private final Map<Key, TokenMasks> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, TokenMasks> eldest) {
          return size() > MOST_KEPT;
        }
      };

  private record Key(Format format, ThoughtStart thought) {}

  /// @param calls how the model writes calls of tools
  Formats(Tokenizer tokenizer, ToolCallForm calls) {
    this.tokenizer = tokenizer;
    this.calls = calls;
  }

  /// @param thought whether a thought comes first
  /// @return null for any text
  /// @throws IllegalArgumentException if calls are asked of a model that is not known to write any
  /// @throws dev.minke.inference.grammar.GrammarException if a schema, an expression or a grammar
  ///   is refused
  @Nullable TokenMasks masks(Format format, ThoughtStart thought) {
    if (format instanceof Format.Text) {
      return null;
    }
    Key key = new Key(format, thought);
    synchronized (this) {
      TokenMasks masks = kept.get(key);
      if (masks != null) {
        return masks;
      }
    }
    Grammar grammar = behind(thought, grammar(format));
    synchronized (this) {
      TokenTrie trie = vocabulary;
      if (trie == null) {
        trie = TokenTrie.of(tokenizer);
        vocabulary = trie;
      }
      TokenMasks masks = new TokenMasks(grammar, trie);
      kept.put(key, masks);
      return masks;
    }
  }

  private Grammar grammar(Format format) {
    return switch (format) {
      case Format.Text() -> Grammar.anyText();
      case Format.JsonObject() -> Grammar.anyJsonObject(JsonLayout.FREE);
      case Format.JsonSchema(var schema) -> Grammar.ofJsonSchema(schema, JsonLayout.FREE);
      case Format.Regex(String pattern) -> Grammar.ofRegex(pattern);
      case Format.Gbnf(String rules) -> Grammar.ofGbnf(rules);
      case Format.Calls asked -> {
        Format otherwise = asked.otherwise();
        yield new CallGrammar(calls, this::isSpecial)
            .of(asked, otherwise == null ? null : grammar(otherwise));
      }
    };
  }

  private Grammar behind(ThoughtStart thought, Grammar answer) {
    Grammar gap = Grammar.ofRegex(GAP);
    return switch (thought) {
      case OVER -> answer;
      case OPEN -> Grammar.sequence(rest(), gap, answer);
      case POSSIBLE -> Grammar.choice(answer, Grammar.sequence(begin(), rest(), gap, answer));
    };
  }

  private Grammar begin() {
    return isSpecial(Markers.THOUGHT_BEGIN)
        ? Grammar.token(Markers.THOUGHT_BEGIN)
        : Grammar.text(Markers.THOUGHT_BEGIN);
  }

  /// A thought and its end, which other tokens can't spell where it is one of its own: who reads
  /// the text would take that for the end, too.
  private Grammar rest() {
    String end = Markers.THOUGHT_END;
    return isSpecial(end)
        ? Grammar.sequence(Grammar.without("[\\s\\S]*", List.of(end)), Grammar.token(end))
        : Grammar.until(end);
  }

  private boolean isSpecial(String token) {
    OptionalInt id = tokenizer.id(token);
    return id.isPresent() && tokenizer.isSpecial(id.getAsInt());
  }
}
