package dev.minke.checkpoint.store;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A model of an Ollama store: `name`, `name:tag`, `namespace/name:tag` or
/// `host/namespace/name:tag`.
///
/// @param host `registry.ollama.ai` unless named
/// @param namespace `library` unless named
/// @param tag `latest` unless named
record OllamaName(String host, String namespace, String model, String tag) {
  private static final String HOST = "registry.ollama.ai";
  private static final String NAMESPACE = "library";
  private static final String TAG = "latest";

  private static final String PART = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";

  private static final Pattern FORM =
      Pattern.compile("(?:(?:(%1$s)/)?(%1$s)/)?(%1$s)(?::(%1$s))?".formatted(PART));

  static Optional<OllamaName> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || text.contains("..")) {
      return Optional.empty();
    }
    return Optional.of(
        new OllamaName(
            or(form.group(1), HOST),
            or(form.group(2), NAMESPACE),
            form.group(3),
            or(form.group(4), TAG)));
  }

  private static String or(@Nullable String found, String usual) {
    return found == null ? usual : found;
  }

  /// Where a store keeps its manifest.
  String path() {
    return String.join("/", host, namespace, model, tag);
  }

  /// As short as a user may write it.
  String text() {
    String owner =
        !host.equals(HOST)
            ? host + "/" + namespace + "/"
            : namespace.equals(NAMESPACE) ? "" : namespace + "/";
    return owner + model + ":" + tag;
  }
}
