package dev.minke.server.ollama;

import dev.minke.Minke;
import dev.minke.server.dialog.Vectors;
import dev.minke.server.wire.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Requests to `/api/embed`, and to the older `/api/embeddings` for one text. The vectors have
/// length 1.
final class Embedding {
  private Embedding() {}

  /// `/api/embed`: a text or several. As Ollama has it, what a text has beyond the context is cut
  /// off, unless the request says otherwise; without a text the model is only opened.
  static ObjectNode several(Fields fields, Minke model, String user) {
    long begin = System.nanoTime();
    List<String> texts = fields.texts("input");
    boolean cuts = fields.flag("truncate", true);
    fields.refuse("dimensions", "gives all dimensions");
    requireOptions(fields, model, user);
    fields.end();
    List<int[]> inputs = new ArrayList<>();
    for (String text : texts) {
      int[] ids = model.idsOf(text);
      if (cuts) {
        ids = Arrays.copyOf(ids, Math.min(ids.length, model.context() - 1));
      }
      Vectors.require(model, fields.name("input"), ids);
      inputs.add(ids);
    }
    ObjectNode body = JsonMapper.shared().createObjectNode();
    ArrayNode vectors = body.putArray("embeddings");
    Vectors.of(model, inputs, user).forEach(vector -> add(vectors.addArray(), vector));
    return body.put("total_duration", System.nanoTime() - begin)
        .put("prompt_eval_count", inputs.stream().mapToInt(ids -> ids.length).sum());
  }

  /// `/api/embeddings`: one text.
  static ObjectNode one(Fields fields, Minke model, String user) {
    String prompt = fields.text("prompt").orElse("");
    requireOptions(fields, model, user);
    fields.end();
    ObjectNode body = JsonMapper.shared().createObjectNode();
    ArrayNode vector = body.putArray("embedding");
    if (!prompt.isEmpty()) {
      int[] ids = Vectors.ids(model, fields.name("prompt"), prompt);
      add(vector, Vectors.of(model, List.of(ids), user).getFirst());
    }
    return body;
  }

  /// How answers are drawn makes no difference here; what is said of the context does.
  private static void requireOptions(Fields fields, Minke model, String user) {
    OptionsReader.withoutOverflow(fields, model, user, Duration.ZERO);
  }

  private static void add(ArrayNode array, float[] vector) {
    for (float number : vector) {
      array.add(number);
    }
  }
}
