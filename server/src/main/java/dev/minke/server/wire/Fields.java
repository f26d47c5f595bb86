package dev.minke.server.wire;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The fields of a JSON object, each of which is read or refused by name: [#end] refuses those that
/// nobody read. A field that is null counts as absent. Belongs to one request.
public final class Fields {
  private static final int MOST_STOPS = 16;

  private final ObjectNode object;
  private final String path;
  private final Set<String> read = new HashSet<>();

  /// Full names that handlers asked for, of all objects of the request.
  private final Set<String> asked;

  private Fields(ObjectNode object, String path, Set<String> asked) {
    this.object = object;
    this.path = path;
    this.asked = asked;
  }

  /// Of a request's body.
  ///
  /// @throws ApiException if it is no object
  public static Fields of(JsonNode body) {
    if (!(body instanceof ObjectNode object)) {
      throw ApiException.badRequest("body: expected a JSON object, found %s".formatted(kind(body)));
    }
    return new Fields(object, "", new TreeSet<>());
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case BOOLEAN -> "true or false";
      case NUMBER -> "a number";
      case OBJECT -> "an object";
      case STRING -> "a text";
      case NULL -> "null";
      default -> "nothing";
    };
  }

  /// Its name, with those of what it lies in.
  public String name(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  private @Nullable JsonNode node(String field) {
    read.add(field);
    asked.add(name(field));
    JsonNode node = object.get(field);
    return node == null || node.isNull() ? null : node;
  }

  private ApiException wrong(String field, String expected, JsonNode found) {
    String text = found.isContainer() ? kind(found) : found.toString();
    String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    return ApiException.badField(name(field), "expected %s, found %s".formatted(expected, shown));
  }

  /// Whether there is such a field; it stays unread.
  public boolean has(String field) {
    JsonNode node = object.get(field);
    return node != null && !node.isNull();
  }

  public Optional<String> text(String field) {
    JsonNode node = node(field);
    if (node == null) {
      return Optional.empty();
    }
    if (!node.isString()) {
      throw wrong(field, "a text", node);
    }
    return Optional.of(node.stringValue());
  }

  public String requiredText(String field) {
    return text(field).orElseThrow(() -> missing(field, "a text"));
  }

  public boolean flag(String field, boolean otherwise) {
    JsonNode node = node(field);
    if (node == null) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw wrong(field, "true or false", node);
    }
    return node.booleanValue();
  }

  public OptionalDouble number(String field, double least, double most) {
    JsonNode node = node(field);
    if (node == null) {
      return OptionalDouble.empty();
    }
    // By its digits: Jackson throws for whole numbers that no double has room for.
    double value = node.isNumber() ? Double.parseDouble(node.asString()) : Double.NaN;
    if (!(value >= least && value <= most)) {
      throw wrong(field, "a number " + range(least, most), node);
    }
    return OptionalDouble.of(value);
  }

  /// A number; null where the field is absent.
  public @Nullable Double numberOrNull(String field, double least, double most) {
    OptionalDouble value = number(field, least, most);
    return value.isPresent() ? value.getAsDouble() : null;
  }

  /// A whole number; null where the field is absent.
  public @Nullable Integer integerOrNull(String field, int least, int most) {
    OptionalInt value = integer(field, least, most);
    return value.isPresent() ? value.getAsInt() : null;
  }

  /// A whole number of 64 bits; null where the field is absent.
  public @Nullable Long longOrNull(String field) {
    OptionalLong value = integer(field, Long.MIN_VALUE, Long.MAX_VALUE);
    return value.isPresent() ? value.getAsLong() : null;
  }

  public OptionalInt integer(String field, int least, int most) {
    OptionalLong value = integer(field, (long) least, (long) most);
    return value.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) value.getAsLong());
  }

  public OptionalLong integer(String field, long least, long most) {
    JsonNode node = node(field);
    if (node == null) {
      return OptionalLong.empty();
    }
    boolean whole = node.isIntegralNumber() && node.canConvertToLong();
    if (!whole || node.longValue() < least || node.longValue() > most) {
      throw wrong(field, "a whole number " + range(least, most), node);
    }
    return OptionalLong.of(node.longValue());
  }

  private static String range(double least, double most) {
    boolean open = most >= Integer.MAX_VALUE;
    return open
        ? "of %s or more".formatted(number(least))
        : "from %s to %s".formatted(number(least), number(most));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /// An object with fields of its own.
  public Optional<Fields> object(String field) {
    return tree(field).map(found -> new Fields(found, name(field), asked));
  }

  /// An object that is passed on as it is.
  public Optional<ObjectNode> tree(String field) {
    JsonNode node = node(field);
    if (node == null) {
      return Optional.empty();
    }
    if (!(node instanceof ObjectNode found)) {
      throw wrong(field, "an object", node);
    }
    return Optional.of(found);
  }

  /// Objects with fields of their own; none where the field is absent.
  public List<Fields> objects(String field) {
    List<Fields> found = new ArrayList<>();
    for (JsonNode one : array(field)) {
      String itsName = "%s[%d]".formatted(field, found.size());
      if (!(one instanceof ObjectNode its)) {
        throw wrong(itsName, "an object", one);
      }
      found.add(new Fields(its, name(itsName), asked));
    }
    return found;
  }

  /// What an array has, as it is; nothing where the field is absent.
  public List<JsonNode> array(String field) {
    JsonNode node = node(field);
    if (node == null) {
      return List.of();
    }
    if (!node.isArray()) {
      throw wrong(field, "an array", node);
    }
    return List.copyOf(node.values());
  }

  /// A text or several; none where the field is absent.
  public List<String> texts(String field) {
    JsonNode node = node(field);
    if (node == null) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    for (JsonNode one : node.isArray() ? node.values() : List.of(node)) {
      if (!one.isString()) {
        throw wrong(field, "a text or several", one);
      }
      found.add(one.stringValue());
    }
    return found;
  }

  /// Texts that end an answer; none where the field is absent.
  public List<String> stops(String field) {
    List<String> stops = texts(field);
    if (stops.size() > MOST_STOPS || stops.contains("")) {
      throw ApiException.badField(
          name(field),
          "expected at most %d texts, none empty, found %d%s"
              .formatted(
                  MOST_STOPS, stops.size(), stops.contains("") ? ", one of them empty" : ""));
    }
    return stops;
  }

  /// Whatever it is.
  public Optional<JsonNode> any(String field) {
    return Optional.ofNullable(node(field));
  }

  /// One of some words.
  public Optional<String> oneOf(String field, String... words) {
    Optional<String> found = text(field);
    if (found.isPresent() && !List.of(words).contains(found.get())) {
      throw ApiException.badField(
          name(field),
          "expected one of %s, found \"%s\"".formatted(String.join(", ", words), found.get()));
    }
    return found;
  }

  /// Refuses everything but one word.
  public void requireWord(String field, String word) {
    if (!requiredText(field).equals(word)) {
      throw wrong(field, "\"%s\"".formatted(word), object.get(field));
    }
  }

  /// Numbers by names; none where the field is absent.
  public Map<String, Double> numbers(String field, double least, double most) {
    Map<String, Double> found = new LinkedHashMap<>();
    object(field)
        .ifPresent(entries -> {
          for (String key : entries.object.propertyNames()) {
            found.put(key, entries.number(key, least, most).orElse(0));
          }
        });
    return found;
  }

  /// Refuses a field, unless it has a value that changes nothing.
  ///
  /// @param harmless what it may be, as JSON texts
  /// @param why in words that go on after "this server"
  public void refuse(String field, String why, String... harmless) {
    JsonNode node = node(field);
    if (harmless.length == 0) {
      asked.remove(name(field));
    }
    if (node != null && !List.of(harmless).contains(node.toString())) {
      throw ApiException.badField(name(field), "this server " + why + "; leave the field out");
    }
  }

  public ApiException missing(String field, String expected) {
    return ApiException.badField(name(field), "expected %s, found nothing".formatted(expected));
  }

  /// Names of all fields that were asked for until now and may be sent, those of inner objects
  /// included: what a description of the API has to have.
  public Set<String> asked() {
    return Set.copyOf(asked);
  }

  /// Refuses what nobody has read.
  ///
  /// @throws ApiException with the names of these fields
  public void end() {
    Set<String> unread = new TreeSet<>();
    for (String field : object.propertyNames()) {
      if (!read.contains(field) && has(field)) {
        unread.add(name(field));
      }
    }
    if (!unread.isEmpty()) {
      throw ApiException.badField(
          String.join(", ", unread),
          "this server does not know %s; leave %s out"
              .formatted(
                  unread.size() == 1 ? "this field" : "these fields",
                  unread.size() == 1 ? "it" : "them"));
    }
  }
}
