package dev.minke.server.wire;

import tools.jackson.databind.JsonNode;

/// Ids of tokens in a request.
public final class TokenIds {
  private TokenIds() {}

  /// @param name of the field
  /// @param array what it has
  /// @param vocab all ids are below
  /// @throws ApiException if something in it is no such id
  public static int[] read(String name, JsonNode array, int vocab) {
    if (!array.isArray()) {
      throw ApiException.badField(name, "expected an array of ids of tokens, found something else");
    }
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.get(i);
      if (!id.isIntegralNumber()
          || !id.canConvertToInt()
          || id.intValue() < 0
          || id.intValue() >= vocab) {
        String found = id.toString();
        throw ApiException.badField(
            name,
            "expected ids of tokens below %d, found %s at place %d"
                .formatted(vocab, found.length() > 60 ? "something else" : found, i));
      }
      ids[i] = id.intValue();
    }
    return ids;
  }
}
