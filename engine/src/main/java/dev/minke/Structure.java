package dev.minke;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A Java type as the form of an answer: the schema that the answer is held to, and the reader of
/// what comes.
final class Structure<T> {
  private final Class<T> type;
  private final ObjectNode schema;
  private final JsonMapper mapper;

  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = TypeSchema.KIND)
  private interface Kind {}

  private Structure(Class<T> type, ObjectNode schema, JsonMapper mapper) {
    this.type = type;
    this.schema = schema;
    this.mapper = mapper;
  }

  /// @param type a record, a sealed interface of records, or what else [TypeSchema] knows
  /// @throws IllegalArgumentException if it, or a component of it, has no form in JSON here
  static <T> Structure<T> of(Class<T> type) {
    JavaType root = JsonMapper.shared().constructType(type);
    TypeSchema writer = new TypeSchema(JsonMapper.shared().getTypeFactory(), root);
    ObjectNode schema = writer.schema();
    return new Structure<>(type, schema, mapper(writer.sealed()));
  }

  private static JsonMapper mapper(Set<Class<?>> sealed) {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .disable(EnumFeature.READ_ENUMS_USING_TO_STRING)
            .disable(MapperFeature.REQUIRE_TYPE_ID_FOR_SUBTYPES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);
    sealed.forEach(one -> builder.addMixIn(one, Kind.class));
    return builder.build();
  }

  JsonNode schema() {
    return schema;
  }

  /// Reads an answer.
  ///
  /// @throws AnswerException if it is not JSON of the type
  T read(Reply reply) {
    T read;
    try {
      read = mapper.readValue(reply.text(), type);
    } catch (JacksonException e) {
      throw new AnswerException(
          "answer: expected JSON of %s, %s"
              .formatted(type.getSimpleName(), remedy(reply, e.getOriginalMessage())),
          e);
    }
    if (read == null) {
      throw new AnswerException(
          "answer: expected JSON of %s, found null".formatted(type.getSimpleName()));
    }
    return read;
  }

  private static String remedy(Reply reply, String reason) {
    int tokens = reply.ending().usage().answerTokens();
    return switch (reply.ending().finish()) {
      case LENGTH ->
          "found only its first %d tokens; Options.withMaxTokens or a larger context leaves room for more"
              .formatted(tokens);
      case DEADLINE ->
          "found only its first %d tokens when the time was over; Options.withPatience gives more"
              .formatted(tokens);
      case CANCELLED -> "found only its first %d tokens, since it was cancelled".formatted(tokens);
      case STOP_STRING ->
          "found a stop string within, \"%s\"; leave it out".formatted(reply.ending().stopString());
      case END -> "found another text: " + reason;
    };
  }
}
