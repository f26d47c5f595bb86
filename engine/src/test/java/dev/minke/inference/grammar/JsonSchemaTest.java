package dev.minke.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tensor.RandomStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class JsonSchemaTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text.replace('\'', '"'));
  }

  private static Grammar compact(String schema) {
    return Grammar.ofJsonSchema(json(schema), JsonLayout.COMPACT);
  }

  /// Columns: a schema, texts that it admits, texts that it doesn't. For each keyword both.
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{}~{'a':[1,null]} ¦ 3 ¦ 'x'~x ¦ {'a'}",
        "true~[] ¦ -0.5e3~[ ¦ 01",
        "{'type':'boolean'}~true ¦ false~null ¦ 0",
        "{'type':['null','integer']}~null ¦ -12 ¦ 0~1.5 ¦ 'null' ¦ 007",
        "{'type':'number'}~1.5 ¦ -0.25e-7 ¦ 3~.5 ¦ 1. ¦ +1",
        "{'enum':['a',1,null,{'b':[2]}]}~'a' ¦ 1 ¦ null ¦ {'b':[2]}~'b' ¦ 2 ¦ {'b':[]}",
        "{'enum':['a',1,2.0,2.5],'type':'integer'}~1 ¦ 2.0~'a' ¦ 2.5",
        "{'enum':['a','abc','abcde'],'minLength':3}~'abc' ¦ 'abcde'~'a'",
        "{'const':'a\\nb'}~'a\\nb'~'ab'",
        "{'type':'string','minLength':1,'maxLength':2}~'é' ¦ '𝄞𝄞' ¦ '\\u00e9x' ¦"
            + " '\\ud834\\udd1e\\n'~'' ¦ 'abc' ¦ '\\ud834'",
        "{'type':'string','pattern':'^a+$'}~'a' ¦ 'aaa'~'' ¦ 'ab' ¦ 'ba'",
        "{'type':'string','pattern':'b','maxLength':3}~'b' ¦ 'abc' ¦ 'éb'~'a' ¦ 'aaab'",
        "{'type':'string','format':'ipv4'}~'1.20.255.0'~'1.2.3' ¦ '256.1.1.1' ¦ '01.1.1.1'",
        "{'type':'string','format':'ipv6'}~'::' ¦ '::1' ¦ '1:2:3:4:5:6:7:8' ¦ 'fe80::a:1'~'1:2' ¦"
            + " '1::2::3' ¦ '1:2:3:4:5:6:7:8:9'",
        "{'type':'string','format':'date'}~'2024-02-29' ¦ '2000-02-29' ¦ '2023-12-31'~'2023-02-29'"
            + " ¦ '1900-02-29' ¦ '2023-04-31' ¦ '2023-13-01'",
        "{'type':'string','format':'date-time'}~'2024-01-01T23:59:59.5Z' ¦"
            + " '2024-01-01T00:00:00+02:00'~'2024-01-01' ¦ '2024-01-01T24:00:00Z'",
        "{'type':'string','format':'email'}~'a.b+c@example.org'~'a@b' ¦ '@x.org' ¦ 'a@.org' ¦ 'a"
            + " b@x.org'",
        "{'type':'string','format':'uuid'}~'123e4567-e89b-12d3-a456-426614174000'~'123e4567e89b12d3a456426614174000'",
        "{'type':'string','format':'duration'}~'P1Y2M3D' ¦ 'PT1H30M' ¦ 'P3W'~'P' ¦ 'PT' ¦ '1Y'",
        "{'type':'integer','minimum':-3,'exclusiveMaximum':12}~-3 ¦ 0 ¦ 11~-4 ¦ 12 ¦ 100 ¦ -0",
        "{'type':'number','exclusiveMinimum':0,'maximum':0.75}~0.1 ¦ 0.75 ¦ 0.750 ¦ 0.00001~0 ¦ 0.0"
            + " ¦ 0.7501 ¦ -0.1 ¦ 1",
        "{'type':'integer','multipleOf':7}~0 ¦ 7 ¦ -14 ¦ 700~1 ¦ 15",
        "{'type':'number','multipleOf':0.25}~0.5 ¦ 1 ¦ 2.75 ¦ -0.25~0.3 ¦ 1.1 ¦ 0.255",
        "{'type':'integer','format':'int32'}~2147483647 ¦ -2147483648~2147483648 ¦ -2147483649",
        "{'type':'integer','format':'int64'}~9223372036854775807~9223372036854775808",
        "{'type':'array'}~[] ¦ [1,'a',[]]~[1,] ¦ {}",
        "{'type':'array','items':{'type':'integer'},'minItems':1,'maxItems':3}~[1] ¦ [1,2,3]~[] ¦"
            + " [1,2,3,4] ¦ ['a']",
        "{'type':'array','prefixItems':[{'const':1},{'const':2}],'items':{'const':3},'minItems':1}~[1]"
            + " ¦ [1,2] ¦ [1,2,3,3]~[] ¦ [2] ¦ [1,3]",
        "{'type':'array','prefixItems':[{'const':1},{'const':2}],'items':false,'minItems':2}~[1,2]~[1]"
            + " ¦ [1,2,3]",
        "{'type':'array','items':{'type':'null'},'uniqueItems':false}~[null,null]~[1]",
        "{'type':'object'}~{} ¦ {'a':1,'b':{}}~[] ¦ {'a':1,}",
        "{'properties':{'a':{'type':'null'},'b':{'type':'boolean'}},'required':['b']}~{'b':true} ¦"
            + " {'a':null,'b':false}~{} ¦ {'a':null} ¦ {'b':true,'a':null} ¦ {'b':true,'c':1} ¦ 3",
        "{'properties':{'a':{'const':1},'b':{'const':2},'c':{'const':3}}}~{} ¦ {'c':3} ¦"
            + " {'a':1,'c':3} ¦ {'a':1,'b':2,'c':3}~{'c':3,'a':1} ¦ {,'a':1}",
        "{'properties':{'a':{'const':1}},'additionalProperties':{'type':'boolean'}}~{'a':1,'b':true,'c':false}"
            + " ¦ {'aa':true}~{'b':true,'a':1} ¦ {'a':true} ¦ {'\\u0061':true} ¦ {'b':1}",
        "{'type':'object','additionalProperties':false}~{}~{'a':1}",
        "{'type':'object','patternProperties':{'^n':{'type':'number'},'^s':{'type':'string'}}}~{'n1':1,'s':'x'}"
            + " ¦ {}~{'n':'x'} ¦ {'x':1}",
        "{'type':'object','properties':{'n':{'maximum':5}},'patternProperties':{'^n':{'type':'integer'}},'additionalProperties':true}~{'n':3,'n2':8,'x':'y'}~{'n':6}"
            + " ¦ {'n':1.5} ¦ {'n2':'x'}",
        "{'type':'object','propertyNames':{'pattern':'^[a-z]+$'}}~{'ab':1}~{'A':1} ¦ {'':1}",
        "{'type':'object','maxProperties':2,'additionalProperties':{'type':'null'}}~{} ¦"
            + " {'a':null,'b':null}~{'a':null,'b':null,'c':null}",
        "{'properties':{'a':true,'b':true},'minProperties':1}~{'a':1} ¦ {'b':1} ¦ {'a':1,'b':2}~{}",
        "{'anyOf':[{'type':'null'},{'type':'string','maxLength':1}]}~null ¦ 'a'~'ab' ¦ 1",
        "{'type':'object','properties':{'x':{'const':1}},'anyOf':[{'required':['x']},{'properties':{'y':{'const':2}},'required':['y']}]}~{'x':1}"
            + " ¦ {'x':1,'y':2} ¦ {'y':2}~{}",
        "{'oneOf':[{'type':'integer'},{'type':'string'}]}~1 ¦ 'a'~null",
        "{'oneOf':[{'type':'integer','maximum':3},{'type':'integer','exclusiveMinimum':3,'maximum':5}]}~3"
            + " ¦ 4~6",
        "{'allOf':[{'properties':{'a':{'type':'integer'}},'required':['a']},{'properties':{'a':{'minimum':5},'b':{'const':1}}}]}~{'a':5}"
            + " ¦ {'a':9,'b':1}~{'a':4} ¦ {'b':1} ¦ {'a':5.5}",
        "{'allOf':[{'minLength':2},{'maxLength':3}],'type':'string'}~'ab'~'a' ¦ 'abcd'",
        "{'$ref':'#/$defs/t','$defs':{'t':{'type':'array','items':{'$ref':'#/$defs/t'}}}}~[] ¦"
            + " [[],[[]]]~[1]",
        "{'properties':{'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}},'required':['next']}~{'next':null}"
            + " ¦ {'next':{'next':null}}~{} ¦ {'next':1}",
        "{'$ref':'#/$defs/a','maximum':3,'$defs':{'a':{'type':'integer','minimum':2}}}~2 ¦ 3~1 ¦ 4",
        "{'title':'T','description':'D','default':1,'examples':[2],'$comment':'c','x-order':3,'$schema':'s','$id':'i','deprecated':true,'readOnly':true,'type':'null'}~null~1"
      })
  void keywordsAreEnforced(String schema, String admitted, String others) {
    Grammar grammar = compact(schema);
    for (String text : admitted.split(" ¦ ")) {
      assertThat(grammar.matches(text.replace('\'', '"')))
          .as("%s admits %s", schema, text)
          .isTrue();
    }
    for (String text : others.split(" ¦ ")) {
      assertThat(grammar.matches(text.replace('\'', '"')))
          .as("%s refuses %s", schema, text)
          .isFalse();
    }
  }

  @Test
  void limitsOfFormsAreCompiled() {
    Grammar grammar = compact("{'type':'string','maxLength':65535}");
    assertThat(grammar.matches('"' + "é".repeat(65_535) + '"')).isTrue();
    assertThat(grammar.matches('"' + "é".repeat(65_536) + '"')).isFalse();
  }

  @Test
  void pointersAreUnescaped() {
    Grammar grammar =
        compact(
            "{'$ref':'#/definitions/a~1b%20c/anyOf/1','definitions':{'a/b"
                + " c':{'anyOf':[{},{'const':1}]}}}");
    assertThat(grammar.matches("1")).isTrue();
    assertThat(grammar.matches("2")).isFalse();
  }

  @Test
  void blanksStandWhereTheLayoutHasThem() {
    JsonNode schema =
        json("{'properties':{'a':{'items':{'type':'integer'}},'b':{'const':[1,{}]}}}");
    Grammar free = Grammar.ofJsonSchema(schema, JsonLayout.FREE);
    Grammar compact = Grammar.ofJsonSchema(schema, JsonLayout.COMPACT);
    String dense = "{\"a\":[1,2],\"b\":[1,{}]}";
    String indented = "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": [1, {}]\n}";
    assertThat(free.matches(dense)).isTrue();
    assertThat(free.matches(indented)).isTrue();
    assertThat(free.matches(indented.replace("\n", "\n\n"))).isFalse();
    assertThat(free.matches(dense.replace(",", "," + " ".repeat(41)))).isFalse();
    assertThat(compact.matches(dense)).isTrue();
    assertThat(compact.matches(indented)).isFalse();
    assertThat(Grammar.anyJsonObject(JsonLayout.FREE).matches(indented)).isTrue();
    assertThat(Grammar.anyJson(JsonLayout.COMPACT).matches(dense)).isTrue();
    assertThat(Grammar.anyJsonObject(JsonLayout.FREE).matches("[]")).isFalse();
  }

  /// Bounds and numbers around them, of all lengths and signs, held against BigDecimal.
  @Test
  void boundsAreThoseOfTheNumbers() {
    RandomStream random = new RandomStream(5, 5);
    long draws = 0;
    int inside = 0;
    for (int round = 0; round < 150; round++) {
      BigDecimal low = decimal(random, draws++);
      BigDecimal high = low.add(decimal(random, draws++).abs());
      boolean isExclusive = random.below(2, draws++) == 0;
      boolean isInteger = random.below(3, draws++) == 0;
      ObjectNode schema =
          JsonMapper.shared().createObjectNode().put("type", isInteger ? "integer" : "number");
      schema.put(isExclusive ? "exclusiveMinimum" : "minimum", low);
      schema.put(isExclusive ? "exclusiveMaximum" : "maximum", high);
      Grammar grammar;
      try {
        grammar = Grammar.ofJsonSchema(schema, JsonLayout.COMPACT);
      } catch (GrammarException nothing) {
        assertThat(nothing).hasMessageContaining("none does");
        continue;
      }
      for (int i = 0; i < 60; i++) {
        BigDecimal step = BigDecimal.ONE.movePointLeft(random.below(4, draws++));
        BigDecimal value =
            switch (i % 4) {
              case 0 -> low.add(step.multiply(BigDecimal.valueOf(random.below(5, draws++) - 2)));
              case 1 -> high.add(step.multiply(BigDecimal.valueOf(random.below(5, draws++) - 2)));
              case 2 -> decimal(random, draws++);
              default -> BigDecimal.valueOf(random.below(5, draws++) - 2);
            };
        String text = value.toPlainString();
        boolean isIn =
            isExclusive
                ? value.compareTo(low) > 0 && value.compareTo(high) < 0
                : value.compareTo(low) >= 0 && value.compareTo(high) <= 0;
        boolean isSpelled = !isInteger || !text.contains(".");
        inside += isIn && isSpelled ? 1 : 0;
        assertThat(grammar.matches(text)).as("%s in %s", text, schema).isEqualTo(isIn && isSpelled);
      }
    }
    assertThat(inside).isGreaterThan(1000);
  }

  private static BigDecimal decimal(RandomStream random, long draw) {
    int digits = random.below(5, 3 * draw);
    long most = (long) Math.pow(10, digits + 1);
    return BigDecimal.valueOf(
        random.below((int) most, 3 * draw + 1) - most / 2, random.below(4, 3 * draw + 2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{'properties':{'a':{'not':{'type':'null'}}}}~#/properties/a: not",
        "{'if':{},'then':{}}~#: if",
        "{'items':{'uniqueItems':true}}~#/items: uniqueItems",
        "{'type':'array','contains':{}}~#: contains",
        "{'type':'object','unevaluatedProperties':false}~unevaluatedProperties",
        "{'type':'object','dependentRequired':{}}~dependentRequired",
        "{'type':'string','format':'iri'}~format: expected one of date, ",
        "{'type':'integer','format':'odd'}~int32",
        "{'type':'string','contentEncoding':'base64'}~contentEncoding",
        "{'type':'string','nullable':true}~nullable",
        "{'type':'string','maxLenght':3}~is maxLength meant",
        "{'frobnicate':1}~frobnicate",
        "{'type':'text'}~type: expected null, boolean",
        "{'type':'string','pattern':'(?=a)'}~#: regular expression (?=a): lookaround",
        "{'type':'string','pattern':3}~pattern: expected a regular expression",
        "{'type':'string','minLength':-1}~minLength: expected a whole number",
        "{'type':'string','maxLength':1.5}~maxLength: expected a whole number",
        "{'type':'number','minimum':'1'}~minimum: expected a number",
        "{'type':'number','exclusiveMinimum':true}~exclusiveMinimum: expected a number",
        "{'type':'number','multipleOf':0}~multipleOf",
        "{'type':'number','multipleOf':0.123456789}~multipleOf",
        "{'items':[{'type':'null'}]}~prefixItems",
        "{'properties':{'a':3}}~#/properties/a: expected an object or true or false",
        "{'properties':[]}~properties: expected an object",
        "{'required':'a'}~required: expected a list",
        "{'enum':3}~enum: expected a list",
        "{'anyOf':[]}~anyOf: expected a list",
        "{'allOf':{}}~allOf: expected a list",
        "{'oneOf':[{'type':'integer'},{'type':'number'}]}~#: oneOf can't be enforced; branches 0"
            + " and 1 may both hold",
        "{'$ref':'#/$defs/x'}~$ref: expected a place that is there",
        "{'$ref':'http://example.org/s'}~$ref: expected a JSON pointer",
        "{'$ref':'#/$defs/%zz'}~$ref",
        "{'$ref':'#'}~leads back to itself",
        "{'allOf':[{'$ref':'#'}]}~leads back to itself",
        "{'anyOf':[{'$ref':'#'},{'type':'null'}]}~begins with something else than itself",
        "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}~none does",
        "false~none does",
        "{'type':'integer','minimum':3,'maximum':2}~none does",
        "{'type':'object','patternProperties':{'a':{},'b':{}}}~may match both a and b",
        "{'properties':{'a':true},'additionalProperties':true,'maxProperties':3}~maxProperties",
        "{'type':'object','minProperties':2}~minProperties",
        "[1]~#: expected an object or true or false"
      })
  void whatIsNotEnforcedIsRefusedByItsPlace(String schema, String words) {
    assertThatThrownBy(() -> compact(schema))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(words);
  }

  @TestFactory
  List<DynamicTest> bombsAreRefusedOrCompiledInTime() {
    List<DynamicTest> tests = new ArrayList<>();
    bombs().forEach((name, schema) -> tests.add(DynamicTest.dynamicTest(name, () -> ends(schema))));
    return tests;
  }

  private static void ends(JsonNode schema) {
    long begin = THREADS.getCurrentThreadCpuTime();
    try {
      Grammar.ofJsonSchema(schema, JsonLayout.FREE);
    } catch (GrammarException refusal) {
      assertThat(refusal).hasMessageContaining("expected");
    }
    assertThat((THREADS.getCurrentThreadCpuTime() - begin) / 1e9)
        .as("seconds of a processor")
        .isLessThan(1);
  }

  private static Map<String, JsonNode> bombs() {
    return Map.of(
        "references that double", doubling("properties"),
        "alternatives that double", doubling("anyOf"),
        "conjunctions that double", doubling("allOf"),
        "alternatives of alternatives", product(),
        "nesting", nesting(5000),
        "many items",
            json(
                "{'type':'array','items':{'type':'array','items':{'minItems':99999,'items':true},'minItems':99999},'minItems':99999}"),
        "long texts",
            json("{'type':'string','minLength':90000,'maxLength':99000000,'pattern':'a.{500}b'}"),
        "exponential pattern", json("{'type':'string','pattern':'^(a|b)*a(a|b){25}$'}"),
        "many properties", properties(3000),
        "many patterns", patterns(300));
  }

  private static JsonNode doubling(String keyword) {
    ObjectNode schema = JsonMapper.shared().createObjectNode().put("$ref", "#/$defs/d0");
    ObjectNode definitions = schema.putObject("$defs");
    for (int i = 0; i < 60; i++) {
      ObjectNode definition = definitions.putObject("d" + i);
      if (keyword.equals("properties")) {
        definition.withObject("properties").putObject("a").put("$ref", "#/$defs/d" + (i + 1));
        definition.withObject("properties").putObject("b").put("$ref", "#/$defs/d" + (i + 1));
      } else {
        definition
            .putArray(keyword)
            .addObject()
            .put("$ref", "#/$defs/d" + (i + 1))
            .put("minLength", 1);
        definition
            .withArray(keyword)
            .addObject()
            .put("$ref", "#/$defs/d" + (i + 1))
            .put("maxLength", 9);
      }
    }
    definitions.putObject("d60").put("type", "string");
    return schema;
  }

  private static JsonNode product() {
    ObjectNode schema = JsonMapper.shared().createObjectNode();
    ArrayNode all = schema.putArray("allOf");
    for (int i = 0; i < 30; i++) {
      ArrayNode any = all.addObject().putArray("anyOf");
      any.addObject().put("minimum", i);
      any.addObject().put("maximum", 100 + i);
    }
    return schema;
  }

  private static JsonNode nesting(int depth) {
    ObjectNode schema = JsonMapper.shared().createObjectNode();
    ObjectNode inner = schema;
    for (int i = 0; i < depth; i++) {
      inner = inner.put("type", "array").putObject("items");
    }
    return schema;
  }

  private static JsonNode properties(int count) {
    ObjectNode schema = JsonMapper.shared().createObjectNode();
    for (int i = 0; i < count; i++) {
      schema.withObject("properties").putObject("property" + i * 7919).put("type", "string");
    }
    return schema;
  }

  private static JsonNode patterns(int count) {
    ObjectNode schema = JsonMapper.shared().createObjectNode().put("type", "object");
    for (int i = 0; i < count; i++) {
      schema.withObject("patternProperties").putObject("^[a-z]{0,40}" + i + "$");
    }
    return schema;
  }
}
