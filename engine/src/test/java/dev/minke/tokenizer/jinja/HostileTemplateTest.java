package dev.minke.tokenizer.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A template is somebody else's program: whatever it asks for, rendering ends soon, and with an
/// error that says why.
class HostileTemplateTest {
  /// About half a second is expected; the rest is for a busy machine.
  private static final Duration SOON = Duration.ofSeconds(20);

  /// Half the stack that threads have.
  private static final int SMALL_STACK = 512 << 10;

  private static final String FOREVER = "{% for a in range(100000) %}{% for b in range(100000) %}";
  private static final String END = "{% endfor %}{% endfor %}";
  private static final String NAMESPACE = "{% set n = namespace(x='ab', l=[1]) %}";

  static Stream<Arguments> templates() {
    return Stream.of(
        hostile("loops", FOREVER + END, "steps"),
        hostile("loops that print", FOREVER + "x" + END, "steps"),
        hostile(
            "a macro that calls itself",
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "nesting"),
        hostile(
            "macros that call twice",
            "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{"
                + " f(40) }}",
            "stopped"),
        hostile(
            "a doubled text",
            NAMESPACE + FOREVER + "{% set n.x = n.x ~ n.x %}" + END,
            "characters"),
        hostile(
            "a doubled text by +",
            NAMESPACE + FOREVER + "{% set n.x = n.x + n.x %}" + END,
            "characters"),
        hostile("a text repeated", "{{ 'abc' * 1000000000 }}", "characters"),
        hostile("a text repeated beyond int", "{{ 'abc' * 10 ** 30 }}", "characters"),
        hostile("a list repeated", "{{ ([1] * 100000000)|length }}", "characters"),
        hostile(
            "a doubled list",
            NAMESPACE + FOREVER + "{% set n.l = n.l + n.l %}" + END,
            "characters"),
        hostile(
            "many long texts kept",
            "{% set big = 'x' * 10000000 %}"
                + NAMESPACE
                + FOREVER
                + "{% set n.l = n.l + [big ~ a ~ b] %}"
                + END,
            "stopped"),
        hostile(
            "nested without end",
            NAMESPACE + FOREVER + "{% set n.l = [n.l] %}" + END + "{{ n.l }}",
            "steps"),
        hostile(
            "nested, then printed",
            NAMESPACE + "{% for a in range(9000) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}",
            "nesting"),
        hostile(
            "nested, then as JSON",
            NAMESPACE
                + "{% for a in range(9000) %}{% set n.l = {'a': n.l} %}{% endfor %}{{ n.l|tojson"
                + " }}",
            "nesting"),
        hostile(
            "nested, then compared",
            NAMESPACE
                + "{% set m = namespace(l=[1]) %}{% for a in range(9000) %}{% set n.l = [n.l] %}{%"
                + " set m.l = [m.l] %}{% endfor %}{{ n.l == m.l }}",
            "nesting"),
        hostile(
            "shared parts printed",
            NAMESPACE + "{% for a in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}",
            "stopped"),
        hostile(
            "shared parts as JSON",
            NAMESPACE
                + "{% for a in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l|tojson }}",
            "stopped"),
        hostile(
            "shared parts compared",
            NAMESPACE
                + "{% set m = namespace(l=[1]) %}{% for a in range(60) %}{% set n.l = [n.l, n.l]"
                + " %}{% set m.l = [m.l, m.l] %}{% endfor %}{{ n.l == m.l }}",
            "steps"),
        hostile("a namespace in itself", NAMESPACE + "{% set n.x = n %}{{ n }}", "no text"),
        hostile("a range", "{% for a in range(10 ** 12) %}{% endfor %}", "range"),
        hostile("a range backwards", "{{ range(0, -(10 ** 40), -1)|length }}", "bits|range"),
        hostile("a power", "{{ 10 ** 1000000 }}", "bits"),
        hostile("a power of powers", "{{ 9 ** 9 ** 9 ** 9 ** 9 ** 9 }}", "bits"),
        hostile(
            "squares",
            "{% set n = namespace(x=7) %}{% for a in range(100) %}{% set n.x = n.x * n.x %}{%"
                + " endfor %}",
            "bits"),
        hostile(
            "a slow search",
            "{% set a = 'a' * 4000000 %}{% set b = 'a' * 1000000 ~ 'b' %}{{ b in a }}",
            "steps"),
        hostile(
            "a slow split",
            "{% set a = 'a' * 4000000 %}{% set b = 'a' * 1000000 ~ 'b' %}{{ a.split(b) }}",
            "steps"),
        hostile(
            "a slow count",
            "{% set a = 'a' * 4000000 %}{% set b = 'a' * 1000000 ~ 'b' %}{{ a.count(b) }}",
            "steps"),
        hostile(
            "a slow strip",
            "{% set a = 'a' * 4000000 %}{{ a.strip('b' * 1000000 ~ 'a') }}",
            "steps"),
        hostile(
            "a replacement", "{% set a = 'a' * 1000000 %}{{ a.replace('a', a) }}", "characters"),
        hostile(
            "a replacement everywhere",
            "{% set a = 'a' * 1000000 %}{{ a|replace('', a) }}",
            "characters"),
        hostile("a join", "{% set a = 'a' * 1000000 %}{{ range(100000)|join(a) }}", "characters"),
        hostile(
            "an indentation", "{{ ('\\n' * 100000)|indent(100000, blank=true) }}", "characters"),
        hostile("an indentation in JSON", "{{ [[[1]]]|tojson(indent=1000000000) }}", "characters"),
        hostile("split into pieces", "{{ ('a' * 16000000)|list|length }}", "characters"),
        hostile("split at every letter", "{{ ('a ' * 8000000).split()|length }}", "characters"),
        hostile("occurrences", "{{ ('a' * 16000000).count('a') }}", "characters"),
        hostile("lines", "{{ ('\\n' * 16000000).splitlines()|length }}", "characters"),
        hostile("sorting for ever", FOREVER + "{{ range(100000)|sort|first }}" + END, "stopped"),
        hostile(
            "slices",
            "{% set l = range(100000)|list %}" + FOREVER + "{% set x = l[::-1] %}" + END,
            "stopped"),
        hostile(
            "one letter of a long text",
            "{% set s = '🐋' * 1000000 %}" + FOREVER + "{{ s[999999] }}" + END,
            "stopped"),
        hostile(
            "a lazy filter that never ends",
            FOREVER + "{{ range(100000)|select('odd')|map('string')|list|length }}" + END,
            "stopped"),
        hostile(
            "dates",
            "{% for i in range(100000) %}{{ strftime_now('%Y%m%d' * 1000) }}{% endfor %}",
            "stopped"),
        hostile(
            "escapes in a list",
            "{% set l = ['\\x01' * 1000000] %}" + FOREVER + "{% set x = l|string %}" + END,
            "stopped"),
        hostile(
            "escapes in JSON",
            "{% set l = '\\x01' * 1000000 %}" + FOREVER + "{% set x = l|tojson %}" + END,
            "stopped"),
        hostile(
            "lengths",
            "{% set s = '🐋' * 4000000 %}" + FOREVER + "{% set x = s|length %}" + END,
            "stopped"),
        hostile(
            "long keys",
            "{% set d = {'x' * 1000000: 1} %}{% set k = 'x' * 1000000 %}"
                + FOREVER
                + "{% set x = d[k] %}"
                + END,
            "stopped"),
        hostile(
            "set blocks",
            NAMESPACE
                + FOREVER
                + "{% set y %}{{ n.x }}{{ n.x }}{% endset %}{% set n.x = y %}"
                + END,
            "characters"));
  }

  private static Arguments hostile(String title, String template, String reason) {
    return Arguments.of(title, template, reason);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("templates")
  void endsSoonWithAnError(String title, String template, String reason) throws Exception {
    assertThat(outcome(template)).containsPattern("^hostile, line 1: .*(" + reason + ")");
  }

  static Stream<Arguments> sources() {
    return Stream.of(
        Arguments.of("{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}", "levels"),
        Arguments.of("{{ " + "[".repeat(50_000) + "]".repeat(50_000) + " }}", "levels"),
        Arguments.of("{{ " + "{1:".repeat(50_000) + "1" + "}".repeat(50_000) + " }}", "levels"),
        Arguments.of("{{ " + "not ".repeat(50_000) + "1 }}", "levels"),
        Arguments.of("{{ " + "-".repeat(100_000) + "1 }}", "levels"),
        Arguments.of("{{ " + "1 if 1 else ".repeat(20_000) + "1 }}", "levels"),
        Arguments.of("{{ " + "f(".repeat(50_000) + ")".repeat(50_000) + " }}", "levels"),
        Arguments.of("{{ " + "a[".repeat(50_000) + "1" + "]".repeat(50_000) + " }}", "levels"),
        Arguments.of("{% if 1 %}".repeat(20_000), "levels"),
        Arguments.of("{% for a in b %}".repeat(15_000), "levels"),
        Arguments.of(
            "{% set " + "(".repeat(50_000) + "a" + ")".repeat(50_000) + " = 1 %}", "levels"),
        Arguments.of("{{ " + "9".repeat(100_000) + " }}", "digits"),
        Arguments.of("{#".repeat(100_000), "comment"),
        Arguments.of("{% raw %}" + "{%".repeat(100_000), "raw"),
        Arguments.of("x".repeat(300_000), "characters"),
        Arguments.of("{{ '" + "\\".repeat(100_001), "string"));
  }

  @ParameterizedTest
  @MethodSource("sources")
  void sourcesThatNestOrNeverEndAreRefused(String template, String reason) throws Exception {
    assertThat(outcome(template)).containsPattern("^hostile[,:].*(" + reason + ")");
  }

  @Test
  void longChainsAreNotDeep() throws Exception {
    for (String chain :
        List.of(
            "1" + " + 1".repeat(20_000),
            "'a'" + " ~ 'a'".repeat(20_000),
            "1" + " and 1".repeat(20_000),
            "'a'" + "|upper".repeat(20_000),
            "1" + " == 1".repeat(20_000),
            "1" + " is eq 1".repeat(20_000))) {
      assertThat(outcome("{{ " + chain + " }}")).doesNotContain("hostile");
    }
    String choice = "{% if 0 %}" + "{% elif 0 %}".repeat(15_000) + "{% else %}x{% endif %}";
    assertThat(outcome(choice)).isEqualTo("x");
  }

  @Test
  void keysOfOneHashAreNoAttack() throws Exception {
    List<String> keys = new ArrayList<>(List.of(""));
    for (int i = 0; i < 12; i++) {
      List<String> longer = new ArrayList<>();
      keys.forEach(key -> longer.addAll(List.of(key + "Aa", key + "BB")));
      keys = longer;
    }
    StringBuilder mapping = new StringBuilder("{");
    keys.forEach(key -> mapping.append('\'').append(key).append("':1,"));
    assertThat(outcome("{{ " + mapping + "}|length }}")).isEqualTo("4096");
  }

  @Test
  void deepVariablesAreRefused() {
    JsonNode deep = JsonMapper.shared().readTree("[".repeat(400) + "]".repeat(400));
    JinjaTemplate template = JinjaTemplate.compile("hostile", "x");
    assertThatThrownBy(
            () -> template.render(Map.of("v", deep), Clock.systemUTC(), Limits.standard()))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("nesting");
  }

  @Test
  void smallerLimitsHoldToo() {
    JinjaTemplate template =
        JinjaTemplate.compile("t", "{% for i in range(9) %}{{ i }}{% endfor %}");
    Limits few = new Limits(20, 1 << 20, 1 << 20, 100, 100);
    assertThatThrownBy(() -> template.render(Map.of(), Clock.systemUTC(), few))
        .hasMessage("t, line 1: stopped after 20 steps: it may loop for ever");
    Limits shortText = new Limits(2000, 5, 1 << 20, 100, 100);
    assertThatThrownBy(() -> template.render(Map.of(), Clock.systemUTC(), shortText))
        .hasMessageContaining("text of 6 characters, at most 5 are allowed");
  }

  /// What comes out, or the message of the error, on a thread with a small stack.
  private static String outcome(String template) throws Exception {
    FutureTask<String> task =
        new FutureTask<>(() -> {
          try {
            return JinjaTemplate.compile("hostile", template)
                .render(Map.of(), Clock.systemUTC(), Limits.standard());
          } catch (TemplateException e) {
            return e.getMessage();
          }
        });
    Thread thread = new Thread(null, task, "hostile template", SMALL_STACK);
    thread.setDaemon(true);
    thread.start();
    return task.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }
}
