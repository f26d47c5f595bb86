package dev.minke.cli.show;

import dev.minke.checkpoint.ModelHeader;
import dev.minke.checkpoint.TokenizerHeader;
import dev.minke.kernel.Rotation;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.train.MemoryEstimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A model's files in about 25 lines, also of a model that is not supported.
///
/// @param header what the files say
/// @param batch sequences at once
/// @param length tokens of a sequence
public record ModelSummary(ModelHeader header, int batch, int length) {
  private static final String TYPE = "%-20s %9s %22s %12s";
  private static final String NOTE = "%-18s %s";

  /// A line is not made longer by what files say.
  private static final int MOST_LETTERS = 100;

  /// Sizes at the batch and the length; null where they are not understood.
  @Nullable ModelFacts facts() {
    DecoderConfig config = header.config();
    return config == null
        ? null
        : new ModelFacts(config, batch, length, MemoryEstimate.Choices.PLAIN);
  }

  /// For people.
  public List<String> lines() {
    ModelFacts facts = facts();
    List<List<String>> sections = new ArrayList<>();
    if (header.tensors().isEmpty()) {
      sections.add(facts == null ? List.of(title(facts)) : facts.lines());
      sections.add(notes());
    } else {
      sections.add(List.of(title(facts), files()));
      sections.add(facts == null ? List.of() : facts.parameterLines());
      sections.add(types());
      List<String> rest = new ArrayList<>(facts == null ? List.of() : sizes(facts));
      rest.addAll(notes());
      sections.add(rest);
    }
    List<String> lines = new ArrayList<>();
    for (List<String> section : sections) {
      if (!lines.isEmpty() && !section.isEmpty()) {
        lines.add("");
      }
      lines.addAll(section);
    }
    return lines;
  }

  private String title(@Nullable ModelFacts facts) {
    if (facts != null) {
      return facts.title();
    }
    String name = header.architecture();
    return (name.isEmpty() ? "no architecture" : Shown.line(name, MOST_LETTERS))
        + ": sizes not understood";
  }

  private String files() {
    int files = header.files().size();
    return ModelFacts.text(
        "%s, %d %s, %,d tensors, %,d parameters in %s",
        header.container().label(),
        files,
        files == 1 ? "file" : "files",
        header.tensors().size(),
        header.parameters(),
        ModelFacts.bytes(header.bytes()));
  }

  private List<String> types() {
    List<String> lines = new ArrayList<>();
    lines.add(ModelFacts.text(TYPE, "stored as", "tensors", "numbers", "bytes"));
    for (ModelHeader.TypeTotal total : header.types()) {
      lines.add(
          ModelFacts.text(
              TYPE,
              "  "
                  + total.type()
                  + switch (total.role()) {
                    case WEIGHT -> "";
                    case SCALE -> ", scales";
                    case TABLE -> ", positions";
                  },
              ModelFacts.text("%,d", total.tensors()),
              ModelFacts.text("%,d", total.elements()),
              ModelFacts.bytes(total.bytes())));
    }
    return lines;
  }

  private List<String> sizes(ModelFacts facts) {
    String kind =
        switch (facts.config().attention()) {
          case DecoderConfig.Latent _ -> "latents";
          case DecoderConfig.Grouped _ -> "keys and values";
        };
    return List.of(
        note(
            "cache of a token",
            ModelFacts.text(
                "%,d numbers (%s): %s", facts.cacheNumbers(), kind, facts.cacheFormats())),
        note(
            "memory",
            ModelFacts.text(
                "%s for %s: weights as stored %s, cache in F32 %s",
                ModelFacts.bytes(memory(facts)),
                tokens(),
                ModelFacts.bytes(header.bytes()),
                ModelFacts.bytes(facts.cacheBytes()))),
        note(
            "training",
            ModelFacts.text(
                "%s for %s at once, weights in F32",
                ModelFacts.bytes(facts.trainingBytes()), tokens())),
        note(
            "operations",
            ModelFacts.text("%s a token, at %,d positions", facts.operations(), length / 2)));
  }

  /// Of answers, in bytes.
  long memory(ModelFacts facts) {
    return header.bytes() + facts.cacheBytes();
  }

  private String tokens() {
    return batch == 1
        ? ModelFacts.text("%,d tokens", length)
        : ModelFacts.text("%d × %,d tokens", batch, length);
  }

  private List<String> notes() {
    ModelHeader.Notes notes = header.notes();
    List<String> lines = new ArrayList<>();
    if (notes.contextLength() != null) {
      lines.add(note("context", ModelFacts.text("%,d tokens", notes.contextLength()) + scaling()));
    }
    if (notes.tokenizer() != null) {
      lines.add(note("tokenizer", tokenizer(notes.tokenizer())));
    }
    if (notes.chatTemplate() != null) {
      lines.add(note("chat template", TemplateKind.of(notes.chatTemplate())));
    }
    if (notes.licence() != null) {
      lines.add(note("licence", notes.licence()));
    }
    if (!notes.generation().isEmpty()) {
      lines.add(
          note(
              "generation",
              notes.generation().entrySet().stream()
                  .map(entry -> entry.getKey() + " " + entry.getValue())
                  .collect(Collectors.joining(", "))));
    }
    return lines;
  }

  private static String note(String name, String text) {
    return ModelFacts.text(NOTE, name, Shown.line(text, MOST_LETTERS));
  }

  private static String tokenizer(TokenizerHeader tokenizer) {
    String steps = tokenizer.preTokenizer();
    return ModelFacts.text("%s, %,d tokens", tokenizer.kind(), tokenizer.vocabulary())
        + (steps == null ? "" : ", pre-tokenizer " + steps);
  }

  private String scaling() {
    DecoderConfig config = header.config();
    String named = header.notes().ropeScaling();
    return switch (config == null ? null : config.positions().scaling()) {
      case null -> named == null ? "" : ", stretched by " + named;
      case Rotation.Yarn yarn ->
          ModelFacts.text(", YaRN × %s from %,d", number(yarn.factor()), yarn.originalLength());
      case Rotation.Llama3 llama ->
          ModelFacts.text(
              ", Llama 3's stretching × %s from %,d",
              number(llama.factor()), llama.originalLength());
      case Rotation.Linear(double interpolation) ->
          ModelFacts.text(", positions divided by %s", number(interpolation));
      case Rotation.Divided(List<Float> divisors) ->
          ModelFacts.text(", %d frequencies divided one by one", divisors.size());
    };
  }

  private static String number(double value) {
    return value == Math.rint(value) ? ModelFacts.text("%.0f", value) : Double.toString(value);
  }

  /// Every tensor in a line: name, type, shape, bytes.
  public List<String> tensors() {
    int name = 0;
    int type = 0;
    int shape = 0;
    for (ModelHeader.Stored one : header.tensors()) {
      name = Math.max(name, one.name().length());
      type = Math.max(type, one.type().length());
      shape = Math.max(shape, one.shape().toString().length());
    }
    List<String> lines = new ArrayList<>(header.tensors().size());
    for (ModelHeader.Stored one : header.tensors()) {
      StringBuilder line = new StringBuilder(Shown.line(one.name(), Integer.MAX_VALUE));
      pad(line, name + 2).append(one.type());
      pad(line, name + type + 4).append(one.shape());
      pad(line, name + type + shape + 6).append(one.bytes());
      lines.add(line.toString());
    }
    return lines;
  }

  private static StringBuilder pad(StringBuilder line, int width) {
    return line.repeat(' ', Math.max(0, width - line.length()));
  }

  /// All that the files say, a line for each key.
  public List<String> metadata() {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, Object> entry : header.metadata().entrySet()) {
      lines.add(
          Shown.line(entry.getKey(), MOST_LETTERS)
              + " = "
              + Shown.value(entry.getValue(), MOST_LETTERS));
    }
    return lines;
  }
}
