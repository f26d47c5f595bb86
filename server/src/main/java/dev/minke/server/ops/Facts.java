package dev.minke.server.ops;

import dev.minke.Minke;
import dev.minke.inference.text.Wording;
import dev.minke.server.answer.Activity;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import dev.minke.tokenizer.Tokenizer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the model is, and what it is at.
public final class Facts {
  private final Models models;
  private final Access access;
  private final ServerSettings settings;
  private final Activity activity;

  public Facts(Models models, Access access, ServerSettings settings, Activity activity) {
    this.models = models;
    this.access = access;
    this.settings = settings;
    this.activity = activity;
  }

  /// Of the model that `?model=` names, else of the first.
  void props(ServerRequest request, ServerResponse response) {
    String _ = access.user(request);
    try (Models.Lease lease = models.lease(request.query().first("model").orElse(""))) {
      Minke model = lease.model();
      Tokenizer tokenizer = model.tokenizer();
      ObjectNode json = JsonMapper.shared().createObjectNode();
      json.putObject("default_generation_settings").put("n_ctx", model.context());
      json.put("model_alias", lease.name());
      // Where it lies is nobody's business.
      json.put("model_path", model.path().getFileName().toString());
      if (model.wording() instanceof Wording.ByTemplate wording) {
        json.put("chat_template", wording.template().source());
      } else {
        json.putNull("chat_template");
      }
      json.put("bos_token", text(tokenizer, tokenizer.beginOfText()));
      json.put("eos_token", text(tokenizer, tokenizer.endOfText()));
      json.putObject("modalities").put("vision", false).put("audio", false);
      json.put("build_info", "minke");
      Bodies.send(response, json);
    }
  }

  private static String text(Tokenizer tokenizer, OptionalInt id) {
    return id.isPresent() ? tokenizer.decode(id.getAsInt()) : "";
  }

  /// Answers under way, without a word of what was asked or answered.
  ///
  /// @throws ApiException if the settings do not allow it
  void slots(ServerRequest request, ServerResponse response) {
    String _ = access.user(request);
    if (!settings.showsSlots()) {
      throw ApiException.notEnabled(
          "slots: this server is set not to show them; start it with slots shown");
    }
    Map<String, Integer> contexts = new HashMap<>();
    for (Models.Lease lease : models.open()) {
      try (lease) {
        contexts.put(lease.name(), lease.model().context());
      }
    }
    ArrayNode all = JsonMapper.shared().createArrayNode();
    int place = 0;
    for (Activity.Slot slot : activity.slots()) {
      all.addObject()
          .put("id", place++)
          .put("id_task", slot.number())
          .put("model", slot.model())
          .put("n_ctx", contexts.getOrDefault(slot.model(), 0))
          .put("is_processing", slot.promptTokens() > 0)
          .put("n_prompt_tokens", slot.promptTokens())
          .put("n_prompt_tokens_processed", slot.promptRead())
          .put("age_seconds", slot.age().toMillis() / 1000.0);
    }
    Bodies.send(response, all);
  }
}
