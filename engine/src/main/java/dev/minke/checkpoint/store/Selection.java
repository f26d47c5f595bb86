package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which files of a repository are fetched: what a model needs, or what patterns say.
///
/// In a pattern `*` is any text, also with `/` in it, `?` any letter, `[…]` one of some, as in
/// `huggingface_hub`. Letters count as they are.
///
/// @param include in place of what a model needs; empty for that
/// @param exclude left out of either
public record Selection(List<String> include, List<String> exclude) {
  private static final Predicate<String> ABOUT =
      Pattern.compile(
              "config\\.json|generation_config\\.json|tokenizer[^/]*|chat_template[^/]*"
                  + "|special_tokens_map\\.json|added_tokens\\.json|vocab\\.(json|txt)|merges\\.txt"
                  + "|README\\.md|LICEN[CS]E[^/]*")
          .asMatchPredicate();

  private static final Predicate<String> INDEX =
      Pattern.compile("[^/]+\\.safetensors\\.index\\.json").asMatchPredicate();

  private static final Predicate<String> WEIGHTS =
      Pattern.compile("[^/]+\\.safetensors").asMatchPredicate();

  /// Beside these a repository may have the same weights in other sizes or for other programs.
  private static final Predicate<String> USUAL_WEIGHTS =
      Pattern.compile("model(-\\d+-of-\\d+)?\\.safetensors").asMatchPredicate();

  public Selection {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /// What a model needs.
  public static Selection usual() {
    return new Selection(List.of(), List.of());
  }

  /// @throws CheckpointException if nothing is left, or the GGUF file that is meant is not there
  List<String> of(HubName name, Collection<String> paths) {
    Set<String> chosen = new TreeSet<>();
    if (include.isEmpty()) {
      paths.stream().filter(ABOUT).forEach(chosen::add);
      chosen.addAll(weights(name, paths));
    } else {
      paths.stream().filter(matching(include)).forEach(chosen::add);
    }
    chosen.removeIf(matching(exclude));
    if (chosen.isEmpty()) {
      throw new CheckpointException(
          "%s: expected files that the patterns leave, found none of %d"
              .formatted(name.text(), paths.size()));
    }
    return List.copyOf(chosen);
  }

  private static List<String> weights(HubName name, Collection<String> paths) {
    GgufModels gguf = GgufModels.of(paths);
    List<String> safetensors = paths.stream().filter(WEIGHTS).toList();
    if (name.selector() == null && !safetensors.isEmpty()) {
      List<String> usual = paths.stream().filter(USUAL_WEIGHTS).toList();
      return Stream.concat(
              usual.isEmpty() ? safetensors.stream() : usual.stream(), paths.stream().filter(INDEX))
          .toList();
    }
    if (gguf.isEmpty()) {
      throw new CheckpointException(
          "%s: expected weights in safetensors or GGUF, found %s; --include fetches any file"
              .formatted(
                  name.text(),
                  paths.stream().limit(8).map(InnerName::shown).collect(Collectors.joining(", "))));
    }
    GgufModel model = gguf.choose(name.text(), name.selector(), "name one of these");
    if (model.missing().isPresent()) {
      throw new CheckpointException(
          "%s: expected %d parts of a GGUF file, found no %s"
              .formatted(name.text(), model.parts(), model.missing().get()));
    }
    return model.files();
  }

  private static Predicate<String> matching(List<String> patterns) {
    List<Predicate<String>> all =
        patterns.stream().map(pattern -> regex(pattern).asMatchPredicate()).toList();
    return path -> all.stream().anyMatch(one -> one.test(path));
  }

  private static Pattern regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    String whole = pattern.endsWith("/") ? pattern + "*" : pattern;
    for (int i = 0; i < whole.length(); i++) {
      char letter = whole.charAt(i);
      int end = letter == '[' ? whole.indexOf(']', i + 2) : -1;
      if (end > 0) {
        // What a set of Java means by these, a set of a pattern does not.
        String set = whole.substring(i + 1, end).replaceAll("[\\\\\\[^&]", "\\\\$0");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = end;
      } else if (letter == '*') {
        regex.append(".*");
      } else {
        regex.append(letter == '?' ? "." : Pattern.quote(String.valueOf(letter)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
