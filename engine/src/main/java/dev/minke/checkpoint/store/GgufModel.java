package dev.minke.checkpoint.store;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// A model in one GGUF file or in the parts of a split one, named `PREFIX-00001-of-00003.gguf`.
///
/// @param prefix name without part and extension
/// @param parts how many there should be
/// @param files those that are there, in order
record GgufModel(String prefix, int parts, List<String> files) {
  private static final Pattern PART = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.gguf");

  /// How types of weights are written at the end of a name.
  private static final Pattern QUANT =
      Pattern.compile(
          "(?:^|[-._/])((?:UD-)?(?:I?Q\\d_\\w+|TQ\\d_\\d|B?F16|F32|MXFP4\\w*|NVFP4))$",
          Pattern.CASE_INSENSITIVE);

  GgufModel {
    files = List.copyOf(files);
  }

  /// The model that a file belongs to, with this file alone.
  static GgufModel of(String file) {
    Matcher part = PART.matcher(file);
    if (part.matches() && Integer.parseInt(part.group(3)) > 0) {
      return new GgufModel(part.group(1), Integer.parseInt(part.group(3)), List.of(file));
    }
    return new GgufModel(file.substring(0, file.length() - ".gguf".length()), 1, List.of(file));
  }

  /// Whether a file of this name is one of weights: neither a projector of images, nor statistics,
  /// nor a helper that guesses tokens ahead.
  static boolean isModel(String file) {
    String name = file.substring(file.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return name.endsWith(".gguf")
        && !name.contains("mmproj")
        && !name.contains("imatrix")
        && List.of("mtp-", "eagle3-", "dflash-", "dspark-").stream().noneMatch(name::startsWith);
  }

  String file(int part) {
    return parts == 1 && !PART.matcher(files.getFirst()).matches()
        ? prefix + ".gguf"
        : "%s-%05d-of-%05d.gguf".formatted(prefix, part, parts);
  }

  /// The first part of those that should be there and are not.
  Optional<String> missing() {
    return IntStream.rangeClosed(1, parts)
        .mapToObj(this::file)
        .filter(file -> !files.contains(file))
        .findFirst();
  }

  /// Type of its weights, if its name ends with one.
  Optional<String> quant() {
    Matcher quant = QUANT.matcher(prefix);
    return quant.find() ? Optional.of(quant.group(1)) : Optional.empty();
  }

  /// Whether a word stands in its name, between separators.
  boolean has(String word) {
    return Pattern.compile(
            "(?:^|[-._/])" + Pattern.quote(word) + "(?:[-./]|$)", Pattern.CASE_INSENSITIVE)
        .matcher(prefix)
        .find();
  }
}
