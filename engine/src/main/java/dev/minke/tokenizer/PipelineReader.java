package dev.minke.tokenizer;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads the steps around the model of a `tokenizer.json`; refuses by name what is not implemented.
final class PipelineReader {
  private static final Set<String> NORMAL_FORMS = Set.of("NFC", "NFD", "NFKC", "NFKD");
  private static final Set<String> POST_PROCESSORS = Set.of("ByteLevel", "TemplateProcessing");

  /// More than any tokenizer has; each goes over every text.
  private static final int MOST_STEPS = 64;

  private final Path file;

  PipelineReader(Path file) {
    this.file = file;
  }

  Normalization normalization(JsonNode normalizer) {
    List<Normalizer.Form> forms = new ArrayList<>();
    for (JsonNode step : steps(normalizer, "normalizers")) {
      if (!NORMAL_FORMS.contains(type(step))) {
        throw refused("normalizer", step, "NFC, NFD, NFKC, NFKD or a Sequence of them");
      }
      forms.add(Normalizer.Form.valueOf(type(step)));
    }
    return new Normalization(forms);
  }

  PreTokenizer preTokenizer(JsonNode preTokenizer) {
    List<JsonNode> steps = steps(preTokenizer, "pretokenizers");
    if (steps.isEmpty() || !type(steps.getLast()).equals("ByteLevel")) {
      throw refused(
          "pre_tokenizer",
          steps.isEmpty() ? preTokenizer : steps.getLast(),
          "ByteLevel at the end (a byte-level tokenizer)");
    }
    JsonNode byteLevel = steps.removeLast();
    return new PreTokenizer(
        steps.stream().map(this::split).toList(),
        byteLevel.path("add_prefix_space").asBoolean(true),
        byteLevel.path("use_regex").asBoolean(true));
  }

  void checkDecoder(JsonNode decoder) {
    for (JsonNode step : steps(decoder, "decoders")) {
      if (!type(step).equals("ByteLevel")) {
        throw refused("decoder", step, "ByteLevel");
      }
    }
  }

  void checkPostProcessor(JsonNode postProcessor) {
    for (JsonNode step : steps(postProcessor, "processors")) {
      if (!POST_PROCESSORS.contains(type(step))) {
        throw refused("post_processor", step, "ByteLevel or TemplateProcessing");
      }
    }
  }

  /// Whether a token stands before the text in the template of a post-processor.
  static boolean putsFirst(JsonNode postProcessor, String token) {
    return steps(postProcessor, "processors").stream()
        .map(step -> step.path("single").path(0).path("SpecialToken").path("id").asString(""))
        .anyMatch(token::equals);
  }

  private Split split(JsonNode step) {
    return switch (type(step)) {
      case "Split" -> {
        JsonNode pattern = step.path("pattern");
        boolean literal = pattern.path("String").isString();
        if (!literal && !pattern.path("Regex").isString()) {
          throw refused("pre_tokenizer", step, "a pattern that is a Regex or a String");
        }
        yield new Split(
            pattern.path(literal ? "String" : "Regex").asString(),
            literal,
            Split.Behaviour.of(step.path("behavior").asString("")),
            step.path("invert").asBoolean(false));
      }
      case "Digits" ->
          new Split(
              "\\p{N}",
              false,
              step.path("individual_digits").asBoolean(false)
                  ? Split.Behaviour.ISOLATED
                  : Split.Behaviour.CONTIGUOUS,
              false);
      default -> throw refused("pre_tokenizer", step, "Split, Digits, or ByteLevel at the end");
    };
  }

  /// The steps in order, sequences opened; none for null.
  static List<JsonNode> steps(JsonNode component, String children) {
    List<JsonNode> steps = new ArrayList<>();
    addSteps(component, children, steps);
    return steps;
  }

  private static void addSteps(JsonNode component, String children, List<JsonNode> steps) {
    if (type(component).equals("Sequence")) {
      for (JsonNode child : component.path(children)) {
        addSteps(child, children, steps);
      }
    } else if (!component.isMissingNode() && !component.isNull()) {
      if (steps.size() == MOST_STEPS) {
        throw new TokenizerException(
            "%s: expected at most %d steps, found more".formatted(children, MOST_STEPS));
      }
      steps.add(component);
    }
  }

  static String type(JsonNode component) {
    return component.path("type").asString("");
  }

  private TokenizerException refused(String component, JsonNode found, String expected) {
    String type = type(found);
    return new TokenizerException(
        "%s: %s %s is not supported, expected %s"
            .formatted(file, component, type.isEmpty() ? found.toString() : type, expected));
  }
}
