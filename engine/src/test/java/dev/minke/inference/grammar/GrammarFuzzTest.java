package dev.minke.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A schema, a regular expression and a grammar of any letters: each is compiled and gives masks,
/// or is refused in one line, in time. The first byte says which it is.
class GrammarFuzzTest {
  /// Of a processor; the code is instrumented and the JVM is cold. Grammars without bounds take
  /// minutes.
  private static final Duration MOST_TIME = Duration.ofSeconds(8);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final int TOKENS = 40;

  /// All bytes, and a few of what they spell.
  private static final TokenTrie VOCABULARY =
      new TokenTrie(
          260,
          id ->
              id < 256
                  ? new byte[] {(byte) id}
                  : List.of("aa", "\": \"", "\"}", "é")
                      .get(id - 256)
                      .getBytes(StandardCharsets.UTF_8),
          id -> false);

  static Stream<byte[]> grammars() {
    return Stream.of(
            "r(a|b)*a(a|b){20}",
            "r^\\d{4}-\\p{L}+[^a-f]{2,}?$",
            "r((a{99}){99}){99}",
            "g" + GbnfReaderTest.JSON,
            "groot ::= root \"a\" | \"b\"",
            "groot ::= x{2,3} | [^a-z]+\nx ::= \"a\" root?",
            "groot ::= \"a\" | root root",
            "s{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"type\":\"string\",\"pattern\":\"^a\",\"maxLength\":9}},\"patternProperties\":{\"^x\":{\"enum\":[1,\"b\"]}}}",
            "s{\"anyOf\":[{\"type\":\"integer\",\"minimum\":-3,\"maximum\":1e3},{\"type\":\"array\",\"prefixItems\":[true],\"items\":false,\"maxItems\":3}]}",
            "s{\"oneOf\":[{\"const\":1},{\"type\":\"number\",\"multipleOf\":0.5}],\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{}}}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @DictionaryEntries({
    "::=",
    "root",
    "(?:",
    "{1,",
    "\\p{L}",
    "[^",
    "\"$ref\":\"#/$defs/a\"",
    "\"$defs\":",
    "\"type\":",
    "\"object\"",
    "\"array\"",
    "\"string\"",
    "\"number\"",
    "\"integer\"",
    "\"properties\":",
    "\"required\":",
    "\"items\":",
    "\"prefixItems\":",
    "\"additionalProperties\":",
    "\"patternProperties\":",
    "\"anyOf\":",
    "\"oneOf\":",
    "\"allOf\":",
    "\"minimum\":",
    "\"maximum\":",
    "\"exclusiveMinimum\":",
    "\"multipleOf\":",
    "\"minLength\":",
    "\"maxLength\":",
    "\"minItems\":",
    "\"maxItems\":",
    "\"pattern\":",
    "\"format\":",
    "\"date\"",
    "\"enum\":",
    "\"const\":",
    "\"minProperties\":",
    "\"propertyNames\":"
  })
  @MethodSource("grammars")
  @Timeout(60)
  @FuzzTest
  void isCompiledOrRefusedInTime(byte[] input) {
    long begin = THREADS.getCurrentThreadCpuTime();
    try {
      walk(new TokenMasks(grammar(input), VOCABULARY).begin());
    } catch (GrammarException refusal) {
      assertThat(refusal.getMessage()).isNotBlank().doesNotContain("\n");
    } catch (JacksonException noJson) {
      // Whoever sends a schema has parsed it.
    }
    assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - begin)).isLessThan(MOST_TIME);
  }

  private static Grammar grammar(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    String rest = text.isEmpty() ? "" : text.substring(1);
    return switch (text.isEmpty() ? 's' : text.charAt(0)) {
      case 'r' -> Grammar.ofRegex(rest);
      case 'g' -> Grammar.ofGbnf(rest);
      default -> Grammar.ofJsonSchema(JsonMapper.shared().readTree(rest), JsonLayout.FREE);
    };
  }

  /// Some token is allowed wherever the text may not end.
  private static void walk(Constraint constraint) {
    long[] mask = new long[constraint.words()];
    for (int i = 0; i < TOKENS; i++) {
      constraint.allowed(mask);
      BitSet allowed = BitSet.valueOf(mask);
      if (allowed.isEmpty()) {
        assertThat(constraint.isComplete()).isTrue();
        return;
      }
      constraint.accept(allowed.nextSetBit(0));
    }
  }
}
