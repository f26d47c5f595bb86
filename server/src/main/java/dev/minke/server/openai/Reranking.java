package dev.minke.server.openai;

import dev.minke.Minke;
import dev.minke.server.dialog.Vectors;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.Fields;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/rerank`, in the form that Jina, Cohere and llama.cpp share: documents, the nearest to a
/// query first.
///
/// A reranker proper reads the query and a document together and has a head that tells one number;
/// no architecture here has such a head. The score is the cosine of the vectors that
/// `/v1/embeddings` gives, from -1 to 1, as vLLM has it for models without one: what a client would
/// work out from that path by itself, in one request. It is as good as the embeddings of the model
/// are, and is comparable within one answer alone.
final class Reranking {
  private static final int MOST_DOCUMENTS = 2048;

  private final Models models;
  private final Access access;
  private final ServerSettings settings;

  Reranking(Models models, Access access, ServerSettings settings) {
    this.models = models;
    this.access = access;
    this.settings = settings;
  }

  /// What is asked.
  ///
  /// @param most results
  /// @param repeats whether results have the documents, too
  /// @param account whose request it is
  record Call(String query, List<String> documents, int most, boolean repeats, String account) {
    /// @param user on whose account; the request may name users of that user's
    static Call read(Fields fields, String user) {
      String query = fields.requiredText("query");
      List<String> documents = texts(fields);
      Call call =
          new Call(
              query,
              documents,
              fields.integer("top_n", 1, Integer.MAX_VALUE).orElse(documents.size()),
              fields.flag("return_documents", false),
              SamplingReader.account(fields, user));
      fields.end();
      return call;
    }
  }

  /// A document with its score.
  private record Scored(int index, String text, double score) {}

  void answer(ServerRequest request, ServerResponse response) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""))) {
      Minke model = lease.model();
      Call call = Call.read(fields, user);
      List<int[]> texts = new ArrayList<>();
      texts.add(Vectors.ids(model, "query", call.query));
      for (String document : call.documents) {
        texts.add(Vectors.ids(model, "documents[%d]".formatted(texts.size() - 1), document));
      }
      List<Scored> scored = scored(call.documents, Vectors.of(model, texts, call.account));
      ObjectNode body =
          JsonMapper.shared().createObjectNode().put("object", "list").put("model", lease.name());
      ArrayNode results = body.putArray("results");
      for (Scored one : scored.subList(0, Math.min(call.most, scored.size()))) {
        ObjectNode result =
            results.addObject().put("index", one.index).put("relevance_score", one.score);
        if (call.repeats) {
          result.putObject("document").put("text", one.text);
        }
      }
      int tokens = texts.stream().mapToInt(ids -> ids.length).sum();
      body.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
      Bodies.send(response, body);
    }
  }

  /// Texts, or objects with a `text`.
  private static List<String> texts(Fields fields) {
    List<JsonNode> all = fields.array("documents");
    if (all.isEmpty() || all.size() > MOST_DOCUMENTS) {
      throw ApiException.badField(
          fields.name("documents"),
          "expected 1 to %d texts, found %d".formatted(MOST_DOCUMENTS, all.size()));
    }
    if (all.getFirst().isString()) {
      return fields.texts("documents");
    }
    List<String> texts = new ArrayList<>();
    for (Fields document : fields.objects("documents")) {
      texts.add(document.requiredText("text"));
      document.end();
    }
    return texts;
  }

  /// The nearest first; of equally near ones the first.
  ///
  /// @param vectors of the query and of the documents
  private static List<Scored> scored(List<String> documents, List<float[]> vectors) {
    List<Scored> scored = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      scored.add(new Scored(i, documents.get(i), product(vectors.getFirst(), vectors.get(i + 1))));
    }
    scored.sort(Comparator.comparingDouble(Scored::score).reversed());
    return scored;
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
