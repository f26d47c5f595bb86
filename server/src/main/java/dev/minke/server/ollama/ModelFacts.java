package dev.minke.server.ollama;

import dev.minke.Minke;
import dev.minke.checkpoint.ModelHeader;
import dev.minke.server.host.Models;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What is told of a model that is open, from the headers of its files.
///
/// @param name it is served under
/// @param model itself
/// @param header of its files
record ModelFacts(String name, Minke model, ModelHeader header) {
  private static final double BILLION = 1e9;
  private static final double MILLION = 1e6;

  static ModelFacts of(Models.Lease lease) {
    return new ModelFacts(lease.name(), lease.model(), ModelHeader.read(lease.model().path()));
  }

  /// As in a list.
  ObjectNode entry() {
    ObjectNode entry =
        JsonMapper.shared()
            .createObjectNode()
            .put("name", name)
            .put("model", name)
            .put("modified_at", modified().toString())
            .put("size", header.bytes())
            .put("digest", digest());
    entry.set("details", details());
    return entry;
  }

  /// As a whole.
  ObjectNode all() {
    ObjectNode all = JsonMapper.shared().createObjectNode();
    String licence = header.notes().licence();
    String template = header.notes().chatTemplate();
    all.put("license", licence == null ? "" : licence)
        .put("modelfile", "")
        .put("parameters", parameters())
        .put("template", template == null ? "" : template);
    all.set("details", details());
    all.set("model_info", info());
    ArrayNode capabilities = all.putArray("capabilities").add("completion");
    if (model.wording().style().calls() != ToolCallForm.NONE) {
      capabilities.add("tools");
    }
    if (model.wording().style().thoughts()) {
      capabilities.add("thinking");
    }
    return all.put("modified_at", modified().toString());
  }

  private ObjectNode details() {
    String type = header.types().isEmpty() ? "" : header.types().getFirst().type();
    ObjectNode details =
        JsonMapper.shared()
            .createObjectNode()
            .put("parent_model", "")
            .put("format", header.container().label().toLowerCase(Locale.ROOT))
            .put("family", header.architecture());
    details.putArray("families").add(header.architecture());
    return details.put("parameter_size", size()).put("quantization_level", type);
  }

  /// Parameters in the way in which models are named: `1.5B`.
  private String size() {
    double parameters = header.parameters();
    return parameters < BILLION
        ? String.format(Locale.ROOT, "%.2fM", parameters / MILLION)
        : String.format(Locale.ROOT, "%.1fB", parameters / BILLION);
  }

  /// What its makers advise for sampling, a line each.
  private String parameters() {
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, Object> one : header.notes().generation().entrySet()) {
      lines.append(String.format(Locale.ROOT, "%-30s %s%n", one.getKey(), one.getValue()));
    }
    return lines.toString();
  }

  private ObjectNode info() {
    ObjectNode info = JsonMapper.shared().createObjectNode();
    header
        .metadata()
        .forEach((key, value) -> {
          switch (value) {
            case String text -> info.put(key, text);
            case Boolean flag -> info.put(key, flag);
            case Long number -> info.put(key, number);
            case Integer number -> info.put(key, number);
            case Number number -> info.put(key, number.doubleValue());
            default -> {
              // Lists, such as vocabularies, are long.
            }
          }
        });
    return info.put("general.architecture", header.architecture())
        .put("general.parameter_count", header.parameters())
        .put(header.architecture() + ".context_length", model.context());
  }

  private Instant modified() {
    Path file = header.files().isEmpty() ? header.path() : header.files().getFirst();
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Of names, types and sizes: reading all weights would take minutes.
  private String digest() {
    StringBuilder text = new StringBuilder(name).append('\n').append(modified());
    for (ModelHeader.Stored one : header.tensors()) {
      text.append('\n').append(one.name()).append(one.type()).append(one.shape());
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(digest.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
