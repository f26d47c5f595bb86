package dev.minke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.minke.inference.grammar.Grammar;
import dev.minke.inference.grammar.JsonLayout;
import dev.minke.inference.text.Finish;
import dev.minke.inference.text.TextEnding;
import dev.minke.tokenizer.chat.Answer;
import java.awt.Color;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Java types as schemas, and JSON of the schemas as values of the types.
class StructureTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  record Person(String name, int age) {}

  enum Colour {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "of grass";
      }
    }
  }

  sealed interface Figure permits Circle, Polygon {}

  record Circle(double radius, Colour colour) implements Figure {}

  sealed interface Polygon extends Figure permits Square, Path {}

  record Square(float side) implements Polygon {}

  record Path(List<Point> corners) implements Polygon {}

  record Point(short x, short y) {}

  record Tree(String name, List<Tree> children) {}

  record Pair<A, B>(A left, B right) {}

  @JsonClassDescription("All there is")
  record Everything(
      @JsonPropertyDescription("What it is called") String name,
      @JsonProperty("is_it") boolean truth,
      Boolean box,
      byte small,
      Long large,
      BigInteger larger,
      BigDecimal exact,
      Colour colour,
      List<Figure> figures,
      Circle circle,
      Set<String> words,
      int[] numbers,
      Map<String, Point> places,
      Optional<Person> perhaps,
      OptionalInt count,
      OptionalLong distance,
      @Nullable Tree tree,
      Pair<String, List<Integer>> pair,
      Pair<Person, Colour> other,
      LocalDate day,
      Instant instant,
      OffsetDateTime time,
      UUID id) {}

  private static Reply reply(String text, Finish finish) {
    TextEnding.Usage usage = new TextEnding.Usage(3, 0, 17, 0);
    TextEnding.Timing timing = new TextEnding.Timing(Duration.ZERO, Duration.ZERO);
    return new Reply(
        new Answer("", text, List.of()),
        new TextEnding(finish, finish == Finish.STOP_STRING ? "x" : null, usage, timing),
        List.of());
  }

  private static <T> T read(String text, Class<T> type) {
    return reply(text, Finish.END).as(type);
  }

  // ---- schemas

  @Test
  void aRecordIsAnObjectOfItsComponents() {
    String schema =
        """
        {"type":"object","properties":{"name":{"type":"string"},\
        "age":{"type":"integer","minimum":-2147483648,"maximum":2147483647}},\
        "required":["name","age"],"additionalProperties":false}\
        """;
    assertThat(Format.JsonSchema.of(Person.class).schema()).hasToString(schema);
  }

  @Test
  void aSealedInterfaceIsAnyOfItsRecords() {
    JsonNode schema = Format.JsonSchema.of(Figure.class).schema();
    assertThat(schema.path("anyOf"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"$ref": "#/$defs/Circle"}, {"$ref": "#/$defs/Square"}, {"$ref": "#/$defs/Path"}]
                """));
    assertThat(schema.path("$defs").path("Square").path("properties").path("type"))
        .isEqualTo(JSON.readTree("{\"const\": \"Square\"}"));
    assertThat(schema.path("$defs").propertyNames())
        .containsExactly("Circle", "Square", "Path", "Point");
  }

  @Test
  void recordsMayContainThemselves() {
    assertThat(
            Format.JsonSchema.of(Tree.class)
                .schema()
                .at("/properties/children/items/$ref")
                .asString())
        .isEqualTo("#");
    Tree tree = new Tree("a", List.of(new Tree("b", List.of()), new Tree("c", List.of())));
    assertThat(read(JSON.writeValueAsString(tree), Tree.class)).isEqualTo(tree);
  }

  @Test
  void descriptionsAreTold() {
    JsonNode schema = Format.JsonSchema.of(Everything.class).schema();
    assertThat(schema.path("description").asString()).isEqualTo("All there is");
    assertThat(schema.path("properties").path("name").path("description").asString())
        .isEqualTo("What it is called");
    assertThat(schema.path("properties").has("is_it")).isTrue();
    Chat chat = Chat.system("Be brief.").user("What is there?").answeredAs(Everything.class);
    assertThat(chat.request().messages().getLast().content().orElseThrow())
        .startsWith("What is there?\n\n")
        .endsWith(schema.toString());
    assertThat(chat.request().messages()).hasSize(2);
    assertThat(chat.options().format()).isEqualTo(new Format.JsonSchema(schema));
  }

  // ---- values

  @Test
  void jsonIsReadAsTheType() {
    assertThat(read("{\"name\": \"Jane\", \"age\": 54}", Person.class))
        .isEqualTo(new Person("Jane", 54));
    assertThat(read("{\"type\": \"Square\", \"side\": 1.5}", Figure.class))
        .isEqualTo(new Square(1.5f));
    assertThat(read("\"GREEN\"", Colour.class)).isEqualTo(Colour.GREEN);
    assertThat(read("{\"radius\": 2, \"colour\": \"GREEN\"}", Circle.class))
        .isEqualTo(new Circle(2, Colour.GREEN));
  }

  /// Any JSON of a type's schema is a value of the type, and what it is written as is JSON of the
  /// schema, says a validator that is not ours.
  @ParameterizedTest
  @ValueSource(classes = {Person.class, Figure.class, Tree.class, Colour.class, Everything.class})
  <T> void whatTheGrammarAdmitsIsOfTheType(Class<T> type) {
    JsonNode schema = Format.JsonSchema.of(type).schema();
    Grammar grammar = Grammar.ofJsonSchema(schema, JsonLayout.FREE);
    Schema validator =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
    GrammarWalk walk =
        new GrammarWalk(List.of("\": ", "\"}", "null", "12", "2024-", "true"), List.of());
    Set<T> different = new HashSet<>();
    for (long seed = 0; seed < 30; seed++) {
      String text = walk.text(grammar, false, seed);
      assertThat(validator.validate(JSON.readTree(text))).as(text).isEmpty();
      different.add(read(text, type));
    }
    assertThat(different.size()).isGreaterThan(1);
  }

  // ---- errors

  @Test
  void anAnswerThatWasCutIsSaidToBe() {
    String half = "{\"name\": \"Ja";
    assertThatThrownBy(() -> reply(half, Finish.LENGTH).as(Person.class))
        .isInstanceOf(AnswerException.class)
        .hasMessage(
            "answer: expected JSON of Person, found only its first 17 tokens; Options.withMaxTokens"
                + " or a larger context leaves room for more");
    assertThatThrownBy(() -> reply(half, Finish.DEADLINE).as(Person.class))
        .hasMessageContaining("Options.withPatience");
    assertThatThrownBy(() -> reply(half, Finish.STOP_STRING).as(Person.class))
        .hasMessageContaining("stop string within, \"x\"");
    assertThatThrownBy(() -> reply("Jane is 54.", Finish.END).as(Person.class))
        .hasMessageStartingWith("answer: expected JSON of Person, found another text: ")
        .message()
        .doesNotContain("\n");
    assertThatThrownBy(() -> read("{\"name\": \"Jane\"}", Person.class))
        .hasMessageContaining("age");
    assertThatThrownBy(() -> read("null", Person.class)).hasMessageContaining("found null");
  }

  record Painted(Person who, List<Color> colours) {}

  record Numbered(Map<Integer, String> names) {}

  record Twice(@JsonProperty("name") String first, String name) {}

  sealed interface Odd permits OddClass {}

  static final class OddClass implements Odd {}

  sealed interface Kinds permits Typed {}

  record Typed(String type) implements Kinds {}

  record Anything(Object what) {}

  @Test
  void whatHasNoFormIsNamed() {
    assertThatThrownBy(() -> Format.JsonSchema.of(Painted.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Painted.colours: expected a record, ")
        .hasMessageEndingWith("found java.awt.Color");
    assertThatThrownBy(() -> Format.JsonSchema.of(Numbered.class))
        .hasMessageStartingWith("Numbered.names: expected")
        .hasMessageContaining("java.util.Map<java.lang.Integer,java.lang.String>");
    assertThatThrownBy(() -> Format.JsonSchema.of(Twice.class))
        .hasMessageStartingWith("Twice.name: expected another name, since name is taken");
    assertThatThrownBy(() -> Format.JsonSchema.of(Kinds.class))
        .hasMessageStartingWith("Typed.type: expected another name, since type is taken");
    assertThatThrownBy(() -> Format.JsonSchema.of(Odd.class))
        .hasMessageStartingWith("Odd: expected records behind the sealed Odd, found");
    assertThatThrownBy(() -> Format.JsonSchema.of(Anything.class))
        .hasMessageEndingWith("found java.lang.Object");
    assertThatThrownBy(() -> Format.JsonSchema.of(Color.class)).hasMessageStartingWith("Color: ");
  }
}
