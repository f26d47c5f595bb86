package dev.minke;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.TypeFactory;

/// Java types as JSON schemas, so that JSON of the schema is JSON of the type.
///
/// | Java | JSON |
/// |---|---|
/// | record | object with all components in their order; more in `$defs` |
/// | sealed interface of records | any of these, with `type` and the record's name first |
/// | enum | the names of its constants |
/// | `List`, `Set`, `Collection`, array | array |
/// | `Map` of `String` | object of any names |
/// | `Optional…`, a component that is `@Nullable` | the value, or null |
/// | `String`; `LocalDate`, `Instant`, `OffsetDateTime`, `UUID` | string; of that format |
/// | `boolean`, whole numbers, `double`, `float`, `BigDecimal`, and their boxes | boolean, number |
///
/// Jackson's `@JsonProperty` renames a component; `@JsonPropertyDescription` and
/// `@JsonClassDescription` say what one means. For one root; used once.
final class TypeSchema {
  /// Tells the records of a sealed interface apart.
  static final String KIND = "type";

  private static final Map<Class<?>, Consumer<ObjectNode>> PLAIN = plain();

  private final TypeFactory types;
  private final JavaType root;
  private final ObjectNode definitions = JsonMapper.shared().createObjectNode();

  /// Names of what is in the definitions, or will be.
  private final Map<Definition, String> names = new HashMap<>();

  private final Set<Class<?>> sealed = new LinkedHashSet<>();

  /// @param tagged whether it says which of a sealed interface's records it is
  private record Definition(JavaType type, boolean tagged) {}

  TypeSchema(TypeFactory types, JavaType root) {
    this.types = types;
    this.root = root;
  }

  private static Map<Class<?>, Consumer<ObjectNode>> plain() {
    Map<Class<?>, Consumer<ObjectNode>> plain = new HashMap<>();
    Consumer<ObjectNode> text = schema -> schema.put("type", "string");
    plain.put(String.class, text);
    Map.of(
            LocalDate.class, "date",
            Instant.class, "date-time",
            OffsetDateTime.class, "date-time",
            UUID.class, "uuid")
        .forEach((type, format) -> plain.put(type, text.andThen(one -> one.put("format", format))));
    Consumer<ObjectNode> truth = schema -> schema.put("type", "boolean");
    both(plain, truth, boolean.class, Boolean.class);
    both(plain, whole(Byte.MIN_VALUE, Byte.MAX_VALUE), byte.class, Byte.class);
    both(plain, whole(Short.MIN_VALUE, Short.MAX_VALUE), short.class, Short.class);
    Consumer<ObjectNode> integer = whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
    both(plain, integer, int.class, Integer.class);
    Consumer<ObjectNode> large = whole(Long.MIN_VALUE, Long.MAX_VALUE);
    both(plain, large, long.class, Long.class);
    plain.put(BigInteger.class, schema -> schema.put("type", "integer"));
    Consumer<ObjectNode> number = schema -> schema.put("type", "number");
    both(plain, number, double.class, Double.class);
    plain.put(BigDecimal.class, number);
    Consumer<ObjectNode> single =
        schema -> schema.put("type", "number").put("minimum", -1e38).put("maximum", 1e38);
    both(plain, single, float.class, Float.class);
    plain.put(OptionalInt.class, schema -> orNull(schema.putArray("anyOf"), integer));
    plain.put(OptionalLong.class, schema -> orNull(schema.putArray("anyOf"), large));
    plain.put(OptionalDouble.class, schema -> orNull(schema.putArray("anyOf"), number));
    return Map.copyOf(plain);
  }

  private static void both(
      Map<Class<?>, Consumer<ObjectNode>> plain,
      Consumer<ObjectNode> schema,
      Class<?> primitive,
      Class<?> box) {
    plain.put(primitive, schema);
    plain.put(box, schema);
  }

  private static Consumer<ObjectNode> whole(long least, long most) {
    return schema -> schema.put("type", "integer").put("minimum", least).put("maximum", most);
  }

  private static void orNull(ArrayNode choice, Consumer<ObjectNode> schema) {
    schema.accept(choice.addObject());
    choice.addObject().put("type", "null");
  }

  /// @throws IllegalArgumentException if something in it has no form in JSON here
  ObjectNode schema() {
    ObjectNode schema = JsonMapper.shared().createObjectNode();
    Class<?> raw = root.getRawClass();
    if (raw.isRecord()) {
      names.put(new Definition(root, false), "");
      members(schema, root, false);
    } else {
      write(schema, root, raw.getSimpleName());
    }
    if (!definitions.isEmpty()) {
      schema.set("$defs", definitions);
    }
    return schema;
  }

  /// The sealed interfaces that were met.
  Set<Class<?>> sealed() {
    return Set.copyOf(sealed);
  }

  /// @param place what has it, for messages
  private void write(ObjectNode schema, JavaType type, String place) {
    Class<?> raw = type.getRawClass();
    Consumer<ObjectNode> plain = PLAIN.get(raw);
    if (plain != null) {
      plain.accept(schema);
    } else if (raw.equals(Optional.class)) {
      orNull(schema.putArray("anyOf"), inner -> write(inner, type.getReferencedType(), place));
    } else if (raw.isEnum()) {
      ArrayNode constants = schema.putArray("enum");
      Stream.of(raw.getEnumConstants()).forEach(one -> constants.add(((Enum<?>) one).name()));
    } else if (type.isArrayType() || isList(raw)) {
      schema.put("type", "array");
      write(schema.putObject("items"), type.getContentType(), place);
    } else if (raw.equals(Map.class) && type.getKeyType().hasRawClass(String.class)) {
      schema.put("type", "object");
      write(schema.putObject("additionalProperties"), type.getContentType(), place);
    } else if (raw.isRecord()) {
      refer(schema, new Definition(type, false));
    } else if (raw.isInterface() && raw.isSealed()) {
      choose(schema, type, place);
    } else {
      throw new IllegalArgumentException(
          "%s: expected a record, a sealed interface of records, an enum, a list, a map of String, a text, a number, a boolean, a date or an Optional, found %s"
              .formatted(place, type.toCanonical()));
    }
  }

  private static boolean isList(Class<?> raw) {
    return raw.equals(List.class) || raw.equals(Set.class) || raw.equals(Collection.class);
  }

  private void choose(ObjectNode schema, JavaType type, String place) {
    sealed.add(type.getRawClass());
    ArrayNode choice = schema.putArray("anyOf");
    Set<String> kinds = new LinkedHashSet<>();
    for (Class<?> one : records(type.getRawClass(), place)) {
      if (!kinds.add(one.getSimpleName())) {
        throw new IllegalArgumentException(
            "%s: expected records of different names, found two that are %s"
                .formatted(place, one.getSimpleName()));
      }
      refer(choice.addObject(), new Definition(types.constructType(one), true));
    }
  }

  private List<Class<?>> records(Class<?> type, String place) {
    List<Class<?>> found = new ArrayList<>();
    for (Class<?> one : type.getPermittedSubclasses()) {
      if (one.isRecord()) {
        found.add(one);
      } else if (one.isInterface() && one.isSealed()) {
        sealed.add(one);
        found.addAll(records(one, place));
      } else {
        throw new IllegalArgumentException(
            "%s: expected records behind the sealed %s, found %s"
                .formatted(place, type.getSimpleName(), one.getName()));
      }
    }
    return found;
  }

  private void refer(ObjectNode schema, Definition definition) {
    String known = names.get(definition);
    if (known == null) {
      String simple = definition.type.getRawClass().getSimpleName();
      known = simple;
      for (int number = 2; names.containsValue(known); number++) {
        known = simple + number;
      }
      names.put(definition, known);
      ObjectNode body = definitions.putObject(known);
      members(body, definition.type, definition.tagged);
    }
    schema.put("$ref", known.isEmpty() ? "#" : "#/$defs/" + known);
  }

  private void members(ObjectNode schema, JavaType type, boolean tagged) {
    Class<?> raw = type.getRawClass();
    schema.put("type", "object");
    JsonClassDescription meaning = raw.getAnnotation(JsonClassDescription.class);
    if (meaning != null) {
      schema.put("description", meaning.value());
    }
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    if (tagged) {
      properties.putObject(KIND).put("const", raw.getSimpleName());
      required.add(KIND);
    }
    for (RecordComponent component : raw.getRecordComponents()) {
      String place = raw.getSimpleName() + "." + component.getName();
      String name = name(component);
      if (properties.has(name)) {
        throw new IllegalArgumentException(
            "%s: expected another name, since %s is taken here; @JsonProperty gives one"
                .formatted(place, name));
      }
      ObjectNode property = properties.putObject(name);
      required.add(name);
      JavaType of = types.resolveMemberType(component.getGenericType(), type.getBindings());
      if (isNullable(component)) {
        orNull(property.putArray("anyOf"), inner -> write(inner, of, place));
      } else {
        write(property, of, place);
      }
      JsonPropertyDescription said =
          component.getAccessor().getAnnotation(JsonPropertyDescription.class);
      if (said != null) {
        property.put("description", said.value());
      }
    }
    schema.put("additionalProperties", false);
  }

  private static String name(RecordComponent component) {
    JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
    return renamed == null || renamed.value().isEmpty() ? component.getName() : renamed.value();
  }

  /// By the name of the annotation: there are many of them.
  private static boolean isNullable(RecordComponent component) {
    return Stream.<AnnotatedElement>of(
            component, component.getAnnotatedType(), component.getAccessor())
        .flatMap(element -> Stream.of(element.getAnnotations()))
        .map(Annotation::annotationType)
        .anyMatch(annotation -> annotation.getSimpleName().equals("Nullable"));
  }
}
