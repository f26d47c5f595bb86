package dev.minke.checkpoint;

import dev.minke.checkpoint.ModelHeader.Container;
import dev.minke.checkpoint.ModelHeader.Notes;
import dev.minke.checkpoint.ModelHeader.Role;
import dev.minke.checkpoint.ModelHeader.Stored;
import dev.minke.checkpoint.ModelHeader.TypeTotal;
import dev.minke.model.decoder.DecoderConfig;
import java.util.AbstractList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Describes a GGUF model.
final class GgufModelHeader {
  private static final String SAMPLING = "general.sampling.";

  private final Gguf gguf;
  private final GgufMetadata metadata;
  private final String architecture;

  GgufModelHeader(Gguf gguf) {
    this.gguf = gguf;
    metadata = gguf.metadata();
    architecture = metadata.text("general.architecture", "");
  }

  ModelHeader read() {
    DecoderConfig config = null;
    String refusal = null;
    try {
      requireWeights();
      config = GgufConfig.read(gguf);
      gguf.tensors().keySet().forEach(new GgufFiles(gguf)::tensor);
    } catch (CheckpointException e) {
      refusal = e.getMessage();
    }
    List<Stored> tensors = gguf.tensors().values().stream().map(this::stored).toList();
    return new ModelHeader(
        gguf.file(),
        Container.GGUF,
        gguf.files(),
        architecture,
        config,
        refusal,
        tensors,
        TypeTotal.of(tensors),
        notes(),
        values());
  }

  private void requireWeights() {
    if (gguf.tensors().isEmpty()) {
      throw new CheckpointException(
          "%s: expected a model, found a file without tensors; it holds %s"
              .formatted(
                  gguf.file(),
                  TokenizerHeader.of(metadata) == null ? "metadata alone" : "a tokenizer alone"));
    }
  }

  private Stored stored(Gguf.Entry entry) {
    String type =
        GgmlType.of(entry.type())
            .map(Enum::name)
            .orElseGet(() -> "type " + Integer.toUnsignedString(entry.type()));
    Role role = entry.name().equals(GgufConfig.ROPE_FREQUENCIES) ? Role.TABLE : Role.WEIGHT;
    return new Stored(entry.name(), type, entry.shape().reversed(), entry.bytes(), role);
  }

  private Notes notes() {
    return new Notes(
        contextLength(),
        ropeScaling(),
        TokenizerHeader.of(metadata),
        text("tokenizer.chat_template"),
        Licence.of(metadata),
        generation());
  }

  private @Nullable Long contextLength() {
    String key = architecture + ".context_length";
    return metadata.has(key) ? metadata.whole(key) : null;
  }

  private @Nullable String ropeScaling() {
    if (gguf.tensors().containsKey(GgufConfig.ROPE_FREQUENCIES)) {
      return GgufConfig.ROPE_FREQUENCIES;
    }
    String type = text(architecture + ".rope.scaling.type");
    return type == null || type.equals("none") ? null : type;
  }

  private @Nullable String text(String key) {
    return metadata.has(key) ? metadata.text(key) : null;
  }

  private Map<String, Object> generation() {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (String key : metadata.keys()) {
      if (key.startsWith(SAMPLING)) {
        settings.put(key.substring(SAMPLING.length()), plain(metadata.value(key)));
      }
    }
    return settings;
  }

  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    metadata.keys().forEach(key -> values.put(key, plain(metadata.value(key))));
    return values;
  }

  private static Object plain(GgufValue value) {
    return switch (value) {
      case GgufValue.Whole(GgufType type, long number) ->
          type == GgufType.U64 && number < 0 ? Long.toUnsignedString(number) : (Object) number;
      case GgufValue.Real(GgufType type, double number) ->
          type == GgufType.F32 ? (Object) (float) number : (Object) number;
      case GgufValue.Flag(boolean flag) -> flag;
      case GgufValue.Text(String text) -> text;
      case GgufValue.Texts(List<String> texts) -> texts;
      case GgufValue.Nested(List<GgufValue> arrays) ->
          arrays.stream().map(GgufModelHeader::plain).toList();
      case GgufValue.Numbers numbers -> new NumberList(numbers);
    };
  }

  /// An array as a list of numbers, or of true and false.
  private static final class NumberList extends AbstractList<Object> {
    private final GgufValue.Numbers numbers;

    NumberList(GgufValue.Numbers numbers) {
      this.numbers = numbers;
    }

    @Override
    public Object get(int index) {
      return switch (numbers.type()) {
        case BOOL -> numbers.whole(index) == 1;
        case F32, F64 -> numbers.real(index);
        default -> numbers.whole(index);
      };
    }

    @Override
    public int size() {
      return numbers.size();
    }
  }
}
