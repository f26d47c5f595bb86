package dev.minke.tokenizer.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The language against Python's Jinja2 3.1.6, set up as transformers does: immutable sandbox,
/// `trim_blocks`, `lstrip_blocks`, its `tojson`, `generation`, loop controls. `language.jsonl` was
/// written by it: templates by hand for each construct, then generated ones (tags with every
/// whitespace sign, nested expressions). An error's text is there where ours has the same.
class LanguageTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-05T12:04:09Z"), ZoneOffset.UTC);

  @Test
  void everyTemplateGivesWhatPythonGives() throws IOException {
    Map<String, Map<String, JsonNode>> variables = new HashMap<>();
    int templates = 0;
    for (String line : lines()) {
      JsonNode entry = JsonMapper.shared().readTree(line);
      String name = entry.path("variables").asString();
      if (entry.has("values")) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        entry
            .path("values")
            .properties()
            .forEach(value -> values.put(value.getKey(), value.getValue()));
        variables.put(name, values);
      } else {
        check(entry, variables.getOrDefault(name, Map.of()));
        templates++;
      }
    }
    assertThat(templates).isGreaterThan(800);
  }

  private static void check(JsonNode entry, Map<String, JsonNode> variables) {
    String template = entry.path("template").asString();
    if (entry.has("rendered")) {
      assertThat(render(template, variables))
          .as(template)
          .isEqualTo(entry.path("rendered").asString());
    } else {
      assertThatThrownBy(() -> render(template, variables))
          .as(template)
          .isInstanceOf(TemplateException.class)
          .hasMessageStartingWith("t, line ")
          .hasMessageContaining(entry.path("error").asString());
    }
  }

  static Stream<Arguments> unsupported() {
    return Stream.of(
        Arguments.of("\n\n{% include 'x' %}", "t, line 3: tag 'include' is not supported"),
        Arguments.of("{% if false %}\n{% block b %}", "t, line 2: tag 'block' is not supported"),
        Arguments.of("{% call f() %}{% endcall %}", "t, line 1: tag 'call' is not supported"),
        Arguments.of(
            "{% filter upper %}{% endfilter %}", "t, line 1: tag 'filter' is not supported"),
        Arguments.of("{% for a in b recursive %}", "t, line 1: a recursive loop is not supported"),
        Arguments.of("{{ a\n| xmlattr }}", "t, line 2: filter 'xmlattr' is not supported"),
        Arguments.of("{{ a is escaped }}", "t, line 1: test 'escaped' is not supported"),
        Arguments.of("{{ '{}'.format(1) }}", "t, line 1: method 'format' is not supported"),
        Arguments.of("{{ 'a%s' % 1 }}", "t, line 1: formatting text with % is not supported"),
        Arguments.of("{{ cycler(1) }}", "t, line 1: function 'cycler' is not supported"),
        Arguments.of(
            "{{ '\\N{BULLET}' }}",
            "t, line 1: escape \\N{…} is not supported; write \\u and the digits"),
        Arguments.of("{% macro f(varargs) %}", "t, line 1: variable 'varargs' is not supported"));
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void anUnsupportedConstructIsNamedWithItsLineBeforeAnythingIsRendered(
      String template, String message) {
    assertThatThrownBy(() -> JinjaTemplate.compile("t", template))
        .isInstanceOf(TemplateException.class)
        .hasMessage(message);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("a\n{{ 'b' }", "t, line 2: unexpected '}'"),
        Arguments.of("{{ 'b", "t, line 1: string without its end, expected '"),
        Arguments.of("a {{ b", "t, line 1: tag without its end, expected }}"),
        Arguments.of("{# a", "t, line 1: comment without its end, expected #}"),
        Arguments.of("{% if a %}\nb", "t, line 2: the template ends, expected {% endif %}"),
        Arguments.of("{% endfor %}", "t, line 1: unexpected tag 'endfor'"),
        Arguments.of("{% for a of b %}", "t, line 1: expected 'in', found 'of'"),
        Arguments.of("{{ [1 }}", "t, line 1: unexpected '}', expected ']'"),
        Arguments.of("{% break %}", "t, line 1: 'break' outside of a loop"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void whatIsNoJinjaIsRefusedWithItsLine(String template, String message) {
    assertThatThrownBy(() -> JinjaTemplate.compile("t", template)).hasMessage(message);
  }

  @Test
  void anErrorOfARenderedTemplateHasItsLine() {
    assertThatThrownBy(() ->
            render("a\n{% if true %}\n\n{{ raise_exception('no ' ~ 1) }}{% endif %}", Map.of()))
        .isInstanceOf(TemplateException.class)
        .hasMessage("t, line 4: no 1");
  }

  /// Python: `datetime(2026, 3, 5, 12, 4, 9).strftime(…)`.
  @Test
  void datesAreThoseOfTheGivenClock() {
    String format = "%d %b %Y|%B %-d, %Y|%y-%m-%dT%H:%M:%S|%A %a %j|%I %p|%e|%F %T|%%";
    assertThat(render("{{ strftime_now('" + format + "') }}", Map.of()))
        .isEqualTo(
            "05 Mar 2026|March 5, 2026|26-03-05T12:04:09|Thursday Thu 064|12 PM| 5|2026-03-05"
                + " 12:04:09|%");
    Clock east = NOON.withZone(ZoneId.of("+13:00"));
    assertThat(
            JinjaTemplate.compile("t", "{{ strftime_now('%d %H %z') }}")
                .render(Map.of(), east, Limits.standard()))
        .isEqualTo("06 01 +1300");
    assertThatThrownBy(() -> render("{{ strftime_now('%Q') }}", Map.of()))
        .hasMessageContaining("directive %Q is not supported");
  }

  /// Two differences that the package documents.
  @ParameterizedTest
  @ValueSource(strings = {"{{ {1: 'a', true: 'b'}|length }}", "{{ ('<' + ('>'|safe))|length }}"})
  void documentedDifferences(String template) {
    assertThat(render(template, Map.of())).isEqualTo("2");
  }

  private static String render(String template, Map<String, JsonNode> variables) {
    return JinjaTemplate.compile("t", template).render(variables, NOON, Limits.standard());
  }

  private static List<String> lines() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(LanguageTest.class.getResourceAsStream("language.jsonl")),
                StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }
}
