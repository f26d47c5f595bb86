package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The GGUF models among the files of a directory or a repository; the parts of a split are one.
///
/// Which one is meant follows llama.cpp: `Q4_K_M` is the model with that type in its name, in any
/// case of letters; without a type it is `Q4_K_M`, else `Q8_0`. Where llama.cpp would then take the
/// first one of several, we ask.
record GgufModels(List<GgufModel> models) {
  private static final List<String> USUAL = List.of("Q4_K_M", "Q8_0");
  private static final int MOST_SHOWN = 8;

  GgufModels {
    models = List.copyOf(models);
  }

  /// @param names of files, with `/` between directories; those that are no model are left out
  static GgufModels of(Collection<String> names) {
    Map<String, GgufModel> models = new TreeMap<>();
    for (String name : new TreeSet<>(names)) {
      if (GgufModel.isModel(name)) {
        GgufModel one = GgufModel.of(name);
        models.merge(
            one.prefix() + "/" + one.parts(),
            one,
            (before, next) -> {
              List<String> files = new ArrayList<>(before.files());
              files.addAll(next.files());
              return new GgufModel(before.prefix(), before.parts(), files);
            });
      }
    }
    return new GgufModels(List.copyOf(models.values()));
  }

  boolean isEmpty() {
    return models.isEmpty();
  }

  /// The model that is meant.
  ///
  /// @param subject whose models these are, for the message
  /// @param selector a type of weights, the name of a file, or null for the usual one
  /// @param remedy said where there is none
  /// @throws CheckpointException if it is none or not exactly one
  GgufModel choose(String subject, @Nullable String selector, String remedy) {
    if (selector == null) {
      return usual(subject);
    }
    List<GgufModel> found = matching(selector);
    if (found.isEmpty()) {
      throw new CheckpointException(
          "%s: expected a GGUF file '%s', found %s; %s"
              .formatted(subject, selector, words(models), remedy));
    }
    if (found.size() > 1) {
      throw new CheckpointException(
          "%s: expected one GGUF model '%s', found %s; name the file"
              .formatted(subject, selector, words(found)));
    }
    return found.getFirst();
  }

  private List<GgufModel> matching(String selector) {
    if (selector.endsWith(".gguf")) {
      return strictElse(
          model -> model.files().contains(selector),
          model -> model.files().stream().anyMatch(file -> file.endsWith("/" + selector)));
    }
    return strictElse(
        model -> model.quant().filter(selector::equalsIgnoreCase).isPresent(),
        model -> model.has(selector));
  }

  private List<GgufModel> strictElse(Predicate<GgufModel> strict, Predicate<GgufModel> loose) {
    List<GgufModel> found = models.stream().filter(strict).toList();
    return found.isEmpty() ? models.stream().filter(loose).toList() : found;
  }

  private GgufModel usual(String subject) {
    if (models.size() == 1) {
      return models.getFirst();
    }
    for (String quant : USUAL) {
      List<GgufModel> found =
          models.stream().filter(model -> model.quant().filter(quant::equals).isPresent()).toList();
      if (found.size() == 1) {
        return found.getFirst();
      }
    }
    throw new CheckpointException(
        "%s: expected one model, found %d in GGUF: %s; name one"
            .formatted(subject, models.size(), words(models)));
  }

  /// What a user says to mean a model of these.
  String selector(GgufModel model) {
    return model
        .quant()
        .filter(quant ->
            models.stream()
                    .filter(other -> other.quant().filter(quant::equalsIgnoreCase).isPresent())
                    .count()
                == 1)
        .orElse(model.files().getFirst());
  }

  private String words(List<GgufModel> some) {
    return some.isEmpty()
        ? "none"
        : some.stream()
            .limit(MOST_SHOWN)
            .map(this::selector)
            .collect(
                Collectors.joining(
                    ", ",
                    "",
                    some.size() > MOST_SHOWN
                        ? " and %d more".formatted(some.size() - MOST_SHOWN)
                        : ""));
  }
}
