package dev.minke.cli.show;

import dev.minke.checkpoint.ModelHeader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A [ModelSummary] for programs: all of it, nothing rounded. What is not known is null.
public final class SummaryJson {
  private SummaryJson() {}

  /// Texts, numbers, lists and maps.
  public static Map<String, Object> of(ModelSummary summary) {
    ModelHeader header = summary.header();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("architecture", header.architecture());
    json.put("supported", header.refusal() == null);
    json.put("refusal", header.refusal());
    json.put("container", header.container().label());
    json.put("files", header.files().stream().map(Object::toString).toList());
    json.put("storedParameters", header.parameters());
    json.put("storedBytes", header.bytes());
    json.put("storedTypes", types(header));
    ModelFacts facts = summary.facts();
    if (facts != null) {
      json.putAll(facts.json());
      if (!header.tensors().isEmpty()) {
        json.put("inferenceBytes", summary.memory(facts));
      }
    }
    ModelHeader.Notes notes = header.notes();
    json.put("contextLength", notes.contextLength());
    json.put("ropeScaling", notes.ropeScaling());
    json.put("tokenizer", notes.tokenizer());
    json.put("chatTemplate", notes.chatTemplate());
    json.put("licence", notes.licence());
    json.put("generation", notes.generation());
    json.put("metadata", Shown.shortened(header.metadata()));
    json.put("tensors", tensors(header));
    return json;
  }

  private static List<Object> types(ModelHeader header) {
    List<Object> types = new ArrayList<>();
    for (ModelHeader.TypeTotal total : header.types()) {
      Map<String, Object> type = new LinkedHashMap<>();
      type.put("type", total.type());
      type.put("role", total.role());
      type.put("tensors", total.tensors());
      type.put("elements", total.elements());
      type.put("bytes", total.bytes());
      types.add(type);
    }
    return types;
  }

  private static List<Object> tensors(ModelHeader header) {
    List<Object> tensors = new ArrayList<>(header.tensors().size());
    for (ModelHeader.Stored one : header.tensors()) {
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("name", one.name());
      tensor.put("type", one.type());
      tensor.put("shape", one.shape());
      tensor.put("role", one.role());
      tensor.put("bytes", one.bytes());
      tensors.add(tensor);
    }
    return tensors;
  }
}
