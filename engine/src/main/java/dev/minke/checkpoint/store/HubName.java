package dev.minke.checkpoint.store;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A model of a Hugging Face hub: `org/name`, `org/name@revision`, `org/name:file-or-type`, or both
/// in this order.
///
/// @param id `org/name`; a few old models have a name alone
/// @param revision branch, tag, or commit in full or abbreviated; `main` unless named
/// @param selector of a GGUF file, by its name or by the type of its weights; null for the usual
///   one
public record HubName(String id, String revision, @Nullable String selector) {
  static final String MAIN = "main";

  /// What can be a part of an id: a letter, a digit or `_` at both ends, none of `--`, `..`.
  private static final String PART = "\\w(?:[\\w.-]{0,94}\\w)?";

  private static final Pattern FORM =
      Pattern.compile("(" + PART + "(?:/" + PART + ")?)(?:@([^:@]+))?(?::(.+))?", Pattern.DOTALL);

  /// Reads a name; empty if it has not the form of one.
  public static Optional<HubName> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || form.group(1).contains("--") || form.group(1).contains("..")) {
      return Optional.empty();
    }
    String revision = form.group(2) == null ? MAIN : form.group(2);
    String selector = form.group(3);
    if (!InnerName.isInner(revision) || (selector != null && !InnerName.isInner(selector))) {
      return Optional.empty();
    }
    return Optional.of(new HubName(form.group(1), revision, selector));
  }

  /// As a user writes it.
  public String text() {
    return withRevision() + (selector == null ? "" : ":" + selector);
  }

  String withRevision() {
    return revision.equals(MAIN) ? id : id + "@" + revision;
  }
}
