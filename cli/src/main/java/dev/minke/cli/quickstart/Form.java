package dev.minke.cli.quickstart;

import java.util.Locale;

/// One way to state the facts of a kind.
///
/// @param kind of facts
/// @param tested whether it may be held out; the cue then stands six or more tokens before the
///   answer
/// @param template a sentence with `{S}` or `{s}` for the subject, `{n}` for the subject without
///   its article, `{v}` for the verb and `{A}` for the answer
record Form(Fact.Kind kind, boolean tested, String template) {
  private static final String ANSWER = "{A}";

  /// States a fact.
  Statement state(Fact fact) {
    int split = template.indexOf(ANSWER);
    String before = fill(template.substring(0, split), fact) + fact.lead();
    String after = fill(template.substring(split + ANSWER.length()), fact);
    return before.endsWith(" ")
        ? new Statement(fact, this, before.stripTrailing(), " " + fact.answer(), after)
        : new Statement(fact, this, before, fact.answer(), after);
  }

  private static String fill(String text, Fact fact) {
    String subject = fact.subject();
    String bare = subject.startsWith("the ") ? subject.substring(4) : subject;
    String capital = subject.substring(0, 1).toUpperCase(Locale.ROOT) + subject.substring(1);
    return text.replace("{S}", capital)
        .replace("{s}", subject)
        .replace("{n}", bare)
        .replace("{v}", fact.verb());
  }
}
