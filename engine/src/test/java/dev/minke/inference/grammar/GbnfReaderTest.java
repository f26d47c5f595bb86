package dev.minke.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GbnfReaderTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// JSON, as grammars in this format write it.
  static final String JSON =
      """
      # any value
      root   ::= blank value blank
      value  ::= object | list | string | number | ("true" | "false" | "null")

      object ::= "{" blank ( pair ( "," blank pair )* )? "}"
      pair   ::= string blank ":" blank value blank
      list   ::=
        "[" blank (
          value blank            # the first
          ("," blank value blank)*
        )? "]"
      string ::= "\\"" letter* "\\""
      letter ::= [^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" hex{4})
      hex    ::= [0-9a-fA-F]
      number ::= "-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]+)? ([eE] [-+]? [0-9]{1,2})?
      blank  ::= [ \\t\\n]{0,20}
      """;

  @Test
  void jsonIsRead() {
    Grammar json = Grammar.ofGbnf(JSON);
    for (String text :
        List.of(
            "{}",
            " [ ] ",
            "{\"a\": [1, -2.5e+10, {\"b\": null}], \"é𝄞\": \"\\u00e9\\n\"}",
            "\"\"",
            "0",
            "[[[[[[true]]]]]]")) {
      assertThat(json.matches(text)).as(text).isTrue();
    }
    for (String text :
        List.of("", "{", "{\"a\"}", "[1,]", "01", "\"\n\"", "\"\\x\"", "tru", "[1]]")) {
      assertThat(json.matches(text)).as(text).isFalse();
    }
  }

  @Test
  void alternativesGoOnInTheNextLine() {
    for (String rules :
        List.of(
            "root ::= \"a\" |\n \"b\"",
            "root ::= \"a\"\n  | \"b\"\n",
            "root ::= (\n\"a\"\n|\n\"b\"\n)",
            "root ::= x\nx::=[ab]")) {
      Grammar grammar = Grammar.ofGbnf(rules);
      assertThat(grammar.matches("a") && grammar.matches("b")).as(rules).isTrue();
      assertThat(grammar.matches("ab") || grammar.matches("")).as(rules).isFalse();
    }
  }

  @Test
  void repetitionsAndEscapesAreRead() {
    Grammar grammar =
        Grammar.ofGbnf("root ::= \"\\x41\"{2} [\\]\\-x-z]{1,} .{0,1} \"\\u00e9\\U0001D11E\"? \"\"");
    assertThat(grammar.matches("AA]")).isTrue();
    assertThat(grammar.matches("AA-xyzé𝄞")).isTrue();
    assertThat(grammar.matches("AA")).isFalse();
    assertThat(grammar.matches("A]")).isFalse();
  }

  @Test
  void rulesMayBeEmptyAndRepeatEmptyOnes() {
    Grammar grammar =
        Grammar.ofGbnf(
            "root ::= blank* \"x\" blank*\nblank ::= \" \"? | other\nother ::= \"\\t\"?");
    assertThat(grammar.matches(" \t  x")).isTrue();
    assertThat(grammar.matches("x")).isTrue();
    assertThat(grammar.matches("xx")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "x ::= \"a\"~root",
        "root ::= x~rule x",
        "root ::= \"a\"¶root ::= \"b\"~two",
        "root ::= root \"a\" | \"b\"~root → root",
        "root ::= x¶x ::= y? root | \"b\"¶y ::= \"a\"~begins with something else",
        "root ::= \"a~expected \"",
        "root ::= [a~expected ]",
        "root ::= (\"a\"~expected )",
        "root ::= \"a\" )~end of rule root",
        "root = \"a\"~::=",
        "root ::= *~something to repeat",
        "root ::= \"\\q\"~expected one of \\n",
        "root ::= <think>~token",
        "root ::= \"a\"{3,2}~bounds",
        "root ::= \"x\" root~none does",
        "root ::= \"a\"{1,1000000}~{1,1000000}"
      })
  void damageIsRefusedByName(String rules, String name) {
    assertThatThrownBy(() -> Grammar.ofGbnf(rules.replace('¶', '\n')))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(name);
  }

  @Test
  void bombsAreRefusedInTimeOrCompiled() {
    StringBuilder doubled = new StringBuilder("root ::= r0\n");
    StringBuilder branched = new StringBuilder("root ::= r0\n");
    for (int i = 0; i < 40; i++) {
      doubled.append("r%d ::= r%d r%d\n".formatted(i, i + 1, i + 1));
      branched.append("r%d ::= \"a\" | r%d \"x\" | s%d \"y\"\n".formatted(i, i + 1, i));
      branched.append("s%d ::= \"b\" | r%d \"x\" | r%d \"z\"\n".formatted(i, i + 1, i + 1));
    }
    doubled.append("r40 ::= \"a\"");
    branched.append("r40 ::= \"a\"");
    long begin = THREADS.getCurrentThreadCpuTime();
    Grammar ofDoubled = Grammar.ofGbnf(doubled.toString());
    assertThat(ofDoubled.matches("a".repeat(100))).isFalse();
    assertThatThrownBy(() -> Grammar.ofGbnf(branched.toString()))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("ways to begin");
    assertThat((THREADS.getCurrentThreadCpuTime() - begin) / 1e9)
        .as("seconds of a processor")
        .isLessThan(1);
  }

  /// Two ways to read each bracket: exponentially many stacks, which share all but their tops.
  @Test
  void ambiguityCostsNoMoreThanItsDepth() {
    Grammar grammar =
        Grammar.ofGbnf(
            "root ::= x | y\n"
                + "x ::= \"[\" root \"]\" | \"a\"\n"
                + "y ::= \"[\" root \"]\" | \"a\" \"b\"?");
    assertThat(grammar.matches("[".repeat(500) + "ab" + "]".repeat(500))).isTrue();
    assertThat(grammar.matches("[".repeat(500) + "ab" + "]".repeat(499))).isFalse();
  }
}
