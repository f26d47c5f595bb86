package dev.minke.server.openai;

import dev.minke.Minke;
import dev.minke.server.dialog.Vectors;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.Fields;
import dev.minke.server.wire.TokenIds;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/embeddings`: texts, or ids of tokens, to vectors of length 1.
final class Embeddings {
  private static final int MOST_INPUTS = 2048;

  private final Models models;
  private final Access access;
  private final ServerSettings settings;

  Embeddings(Models models, Access access, ServerSettings settings) {
    this.models = models;
    this.access = access;
    this.settings = settings;
  }

  void answer(ServerRequest request, ServerResponse response) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""))) {
      Minke model = lease.model();
      List<int[]> inputs = inputs(fields, model);
      boolean packed =
          fields.oneOf("encoding_format", "float", "base64").orElse("float").equals("base64");
      fields.refuse("dimensions", "gives all dimensions");
      String account = SamplingReader.account(fields, user);
      fields.end();
      List<float[]> vectors = Vectors.of(model, inputs, account);
      ObjectNode body = JsonMapper.shared().createObjectNode().put("object", "list");
      ArrayNode data = body.putArray("data");
      for (int i = 0; i < vectors.size(); i++) {
        ObjectNode one = data.addObject().put("object", "embedding").put("index", i);
        if (packed) {
          one.put("embedding", packed(vectors.get(i)));
        } else {
          ArrayNode numbers = one.putArray("embedding");
          for (float number : vectors.get(i)) {
            numbers.add(number);
          }
        }
      }
      int tokens = inputs.stream().mapToInt(ids -> ids.length).sum();
      body.put("model", lease.name());
      body.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
      Bodies.send(response, body);
    }
  }

  private static List<int[]> inputs(Fields fields, Minke model) {
    JsonNode input =
        fields.any("input").orElseThrow(() -> fields.missing("input", "a text, or ids"));
    List<JsonNode> all = List.of(input);
    if (input.isArray() && !input.isEmpty() && !input.get(0).isNumber()) {
      all = List.copyOf(input.values());
    }
    if (all.size() > MOST_INPUTS) {
      throw ApiException.badField(
          fields.name("input"), "expected at most %d, found %d".formatted(MOST_INPUTS, all.size()));
    }
    List<int[]> inputs = new ArrayList<>();
    for (JsonNode one : all) {
      int[] ids =
          one.isString()
              ? model.idsOf(one.stringValue())
              : TokenIds.read(fields.name("input"), one, model.tokenizer().vocab());
      Vectors.require(model, fields.name("input"), ids);
      inputs.add(ids);
    }
    return inputs;
  }

  /// As OpenAI packs it: numbers of 32 bits, the lowest byte first.
  private static String packed(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
