package dev.minke.tokenizer.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A compiled template. Immutable and safe for many threads.
public final class JinjaTemplate {
  private final String name;
  private final List<Statement> statements;

  private JinjaTemplate(String name, List<Statement> statements) {
    this.name = name;
    this.statements = List.copyOf(statements);
  }

  /// Reads a template.
  ///
  /// @param name what messages call it, such as the file that it comes from
  /// @throws TemplateException where it is no Jinja, or uses what is not implemented
  public static JinjaTemplate compile(String name, String text) {
    return new JinjaTemplate(name, StatementParser.read(name, text));
  }

  /// The text of the template for some variables. What is not among them is undefined, which is
  /// something else than null.
  ///
  /// @param clock what `strftime_now` reads, with its time zone
  /// @throws TemplateException where the template raises an error, does what its language forbids,
  ///   or goes beyond a limit
  public String render(Map<String, JsonNode> variables, Clock clock, Limits limits) {
    Runtime runtime = Runtime.of(limits, clock);
    Interpreter interpreter = new Interpreter(runtime);
    try {
      Scope given = new Scope(interpreter.language());
      Conversion conversion = new Conversion(runtime.budget());
      variables.forEach((variable, json) -> given.set(variable, conversion.of(json)));
      return interpreter.render(statements, new Scope(given));
    } catch (Failure failure) {
      throw new TemplateException(name, interpreter.line(), failure.reason());
    }
  }
}
