package dev.minke.server;

import dev.minke.server.ops.OpsService;
import dev.minke.server.wire.Fields;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The OpenAPI document, to be held beside the code.
public final class ApiDocument {
  private ApiDocument() {}

  public static JsonNode read() {
    try (InputStream in = OpsService.class.getResourceAsStream("openapi.json")) {
      return JsonMapper.shared().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Names of all properties, with dots between levels and `[]` behind arrays.
  public static Set<String> properties(String schema) {
    Set<String> names = new TreeSet<>();
    collect(read().path("components").path("schemas").path(schema), "", names);
    return names;
  }

  private static void collect(JsonNode schema, String path, Set<String> names) {
    JsonNode reference = schema.path("$ref");
    if (reference.isString()) {
      collect(read().at(reference.asString().substring(1)), path, names);
    }
    schema
        .path("properties")
        .properties()
        .forEach(property -> {
          String name = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
          names.add(name);
          collect(property.getValue(), name, names);
        });
    if (schema.has("items")) {
      collect(schema.path("items"), path + "[]", names);
    }
    schema.path("oneOf").values().forEach(one -> collect(one, path, names));
  }

  /// Names of the fields that were asked for, in the same way.
  public static Set<String> asked(Fields fields) {
    Set<String> names = new TreeSet<>();
    fields.asked().forEach(name -> names.add(name.replaceAll("\\[\\d+\\]", "[]")));
    return names;
  }

  /// Of a request.
  public static Fields fields(String json) {
    return Fields.of(JsonMapper.shared().readTree(json));
  }
}
