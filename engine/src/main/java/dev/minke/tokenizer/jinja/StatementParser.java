package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Expression.Suffix;
import dev.minke.tokenizer.jinja.Statement.Target;
import dev.minke.tokenizer.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads text, tags and the blocks that they open and close.
final class StatementParser {
  /// Words that mean nothing where no block is open that they continue or end.
  private static final Set<String> ENDS =
      Set.of("elif", "else", "endif", "endfor", "endset", "endmacro", "endgeneration", "endraw");

  /// Names that stand for the surplus arguments of a macro.
  private static final Set<String> SURPLUS = Set.of("varargs", "kwargs", "caller");

  private final Words words;
  private final ExpressionParser expressions;
  private int loops;

  private StatementParser(Words words) {
    this.words = words;
    expressions = new ExpressionParser(words);
  }

  /// @param name of the template, for messages
  static List<Statement> read(String name, String text) {
    Words words = new Words(name, Lexer.read(new Source(name, text)));
    return new StatementParser(words).body();
  }

  /// Statements until a tag that ends or continues the block; that tag is left where only its `{%`
  /// is read.
  private List<Statement> body(String... ends) {
    words.enter();
    List<Statement> body = new ArrayList<>();
    Set<String> wanted = Set.of(ends);
    while (true) {
      Token token = words.next();
      switch (token.kind()) {
        case DATA -> body.add(new Statement.Data(token.text()));
        case VARIABLE_BEGIN -> body.add(print(token.line()));
        case BLOCK_BEGIN -> {
          if (words.peek().is(Kind.NAME) && wanted.contains(words.peek().text())) {
            words.leave();
            return body;
          }
          body.add(tag());
        }
        case END -> {
          if (ends.length > 0) {
            throw words.error("the template ends, expected {% " + ends[0] + " %}");
          }
          words.leave();
          return body;
        }
        case VARIABLE_END, BLOCK_END, NAME, STRING, WHOLE, REAL, OPERATOR ->
            throw words.expected("text or a tag");
      }
    }
  }

  private Statement print(int line) {
    Expression expression = expressions.expressionOrTuple();
    words.require(Kind.VARIABLE_END, "'}}'");
    return new Statement.Print(line, expression);
  }

  private void endTag() {
    words.require(Kind.BLOCK_END, "'%}'");
  }

  private Statement tag() {
    Token name = words.require(Kind.NAME, "the name of a tag");
    return switch (name.text()) {
      case "if" -> ifBlock(name.line());
      case "for" -> forBlock(name.line());
      case "set" -> set(name.line());
      case "macro" -> macro(name.line());
      case "generation" -> new Statement.Generation(outsideLoops("endgeneration"));
      case "break", "continue" -> jump(name);
      default -> {
        if (ENDS.contains(name.text())) {
          throw words.error("unexpected tag '%s'".formatted(name.text()));
        }
        throw words.unsupported("tag '%s'".formatted(name.text()), name.line());
      }
    };
  }

  private Statement jump(Token name) {
    if (loops == 0) {
      throw words.error("'%s' outside of a loop".formatted(name.text()));
    }
    endTag();
    return name.isName("break") ? new Statement.Break() : new Statement.Continue();
  }

  private Statement ifBlock(int firstLine) {
    List<Statement.Branch> branches = new ArrayList<>();
    int line = firstLine;
    while (true) {
      Expression condition = expressions.expression();
      endTag();
      branches.add(new Statement.Branch(line, condition, body("endif", "elif", "else")));
      line = words.line();
      Token end = words.next();
      if (end.isName("elif")) {
        continue;
      }
      endTag();
      List<Statement> otherwise = List.of();
      if (end.isName("else")) {
        otherwise = body("endif");
        words.next();
        endTag();
      }
      return new Statement.If(branches, otherwise);
    }
  }

  private Statement forBlock(int line) {
    Target target = target(false);
    words.requireName("in");
    Expression iterable = expressions.iterable();
    Expression filter = words.takesName("if") ? expressions.expression() : null;
    if (words.peek().isName("recursive")) {
      throw words.unsupported("a recursive loop", words.line());
    }
    endTag();
    loops++;
    List<Statement> body = body("endfor", "else");
    loops--;
    boolean hasElse = words.next().isName("else");
    endTag();
    List<Statement> otherwise = List.of();
    if (hasElse) {
      otherwise = body("endfor");
      words.next();
      endTag();
    }
    return new Statement.For(line, target, iterable, filter, body, otherwise);
  }

  private Statement set(int line) {
    Target target = target(true);
    if (words.takesOperator("=")) {
      Expression value = expressions.expressionOrTuple();
      endTag();
      return new Statement.Set(line, target, value);
    }
    List<Suffix> filters = new ArrayList<>();
    while (words.takesOperator("|")) {
      filters.add(expressions.filter());
    }
    return new Statement.SetBlock(line, target, filters, outsideLoops("endset"));
  }

  private Statement macro(int line) {
    String name = words.require(Kind.NAME, "the name of the macro").text();
    words.requireOperator("(");
    List<Statement.Parameter> parameters = new ArrayList<>();
    Set<String> names = new HashSet<>();
    while (!words.takesOperator(")")) {
      if (!parameters.isEmpty()) {
        words.requireOperator(",");
        if (words.takesOperator(")")) {
          break;
        }
      }
      String parameter = variable();
      if (!names.add(parameter)) {
        throw words.error("parameter '%s' is there twice".formatted(parameter));
      }
      Expression otherwise = otherwise(parameters);
      parameters.add(new Statement.Parameter(parameter, otherwise));
    }
    return new Statement.Macro(line, name, parameters, outsideLoops("endmacro"));
  }

  private @Nullable Expression otherwise(List<Statement.Parameter> before) {
    if (words.takesOperator("=")) {
      return expressions.expression();
    }
    if (!before.isEmpty() && before.getLast().otherwise() != null) {
      throw words.error("a parameter without a default follows one with a default");
    }
    return null;
  }

  /// The body of a block that is a function of its own: a loop around it is not its loop.
  private List<Statement> outsideLoops(String end) {
    endTag();
    int around = loops;
    loops = 0;
    List<Statement> body = body(end);
    loops = around;
    words.next();
    endTag();
    return body;
  }

  private Target target(boolean mayBeAttribute) {
    List<Target> targets = new ArrayList<>();
    boolean comma;
    do {
      targets.add(oneTarget(mayBeAttribute));
      comma = words.takesOperator(",");
    } while (comma && !targetsEnd());
    return targets.size() == 1 && !comma ? targets.getFirst() : new Target.Unpacked(targets);
  }

  private boolean targetsEnd() {
    return words.peek().isName("in")
        || words.peek().isOperator("=")
        || words.peek().isOperator(")")
        || words.peek().is(Kind.BLOCK_END);
  }

  private Target oneTarget(boolean mayBeAttribute) {
    if (words.takesOperator("(")) {
      words.enter();
      Target inner = target(mayBeAttribute);
      words.leave();
      words.requireOperator(")");
      return inner;
    }
    String name = variable();
    if (mayBeAttribute && words.takesOperator(".")) {
      return new Target.Attribute(
          name, words.require(Kind.NAME, "the name of an attribute").text());
    }
    return new Target.Variable(name);
  }

  private String variable() {
    Token token = words.require(Kind.NAME, "the name of a variable");
    if (Set.of("true", "True", "false", "False", "none", "None").contains(token.text())) {
      throw words.error("cannot assign to '%s'".formatted(token.text()));
    }
    if (SURPLUS.contains(token.text())) {
      throw words.unsupported("variable '%s'".formatted(token.text()), token.line());
    }
    return token.text();
  }
}
