package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Statement.Target;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Carries out the statements of a template. Mutable; owned by one rendering.
final class Interpreter {
  /// What follows a statement.
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  /// What a macro's own scope, output and arguments cost, besides what it does.
  private static final int STEPS_OF_A_CALL = 10;

  private final Runtime runtime;
  private final Budget budget;
  private final Evaluator evaluator;
  private int line = 1;

  Interpreter(Runtime runtime) {
    this.runtime = runtime;
    budget = runtime.budget();
    evaluator = new Evaluator(runtime);
  }

  /// Where it is, for messages.
  int line() {
    return line;
  }

  String render(List<Statement> statements, Scope scope) {
    Writing output = new Writing(budget);
    run(statements, scope, output);
    return output.toString();
  }

  private Flow run(List<Statement> statements, Scope scope, Writing output) {
    budget.enter();
    Flow flow = Flow.NEXT;
    for (int i = 0; i < statements.size() && flow == Flow.NEXT; i++) {
      budget.step();
      flow = run(statements.get(i), scope, output);
    }
    budget.leave();
    return flow;
  }

  private Flow run(Statement statement, Scope scope, Writing output) {
    switch (statement) {
      case Statement.Data(String text) -> output.add(text);
      case Statement.Print(int at, Expression expression) ->
          output.add(runtime.printer().text(value(at, expression, scope)));
      case Statement.If choice -> {
        return run(chosen(choice, scope), scope, output);
      }
      case Statement.For loop -> loop(loop, scope, output);
      case Statement.Break _ -> {
        return Flow.BREAK;
      }
      case Statement.Continue _ -> {
        return Flow.CONTINUE;
      }
      case Statement.Set(int at, Target target, Expression expression) ->
          assign(target, value(at, expression, scope), scope);
      case Statement.SetBlock block -> {
        line = block.line();
        Value text = new Value.Text(render(block.body(), new Scope(scope)));
        assign(block.target(), evaluator.suffixed(text, block.filters(), scope), scope);
      }
      case Statement.Macro macro -> define(macro, scope);
      case Statement.Generation(List<Statement> body) -> run(body, new Scope(scope), output);
    }
    return Flow.NEXT;
  }

  private Value value(int at, Expression expression, Scope scope) {
    line = at;
    return evaluator.value(expression, scope);
  }

  private List<Statement> chosen(Statement.If choice, Scope scope) {
    for (Statement.Branch branch : choice.branches()) {
      if (Types.isTrue(value(branch.line(), branch.condition(), scope))) {
        return branch.body();
      }
    }
    return choice.otherwise();
  }

  private void loop(Statement.For loop, Scope scope, Writing output) {
    Value iterable = value(loop.line(), loop.iterable(), scope);
    Iterator<Value> values = Types.iterate(iterable);
    int length = iterable instanceof Value.Stream ? -1 : Types.length(iterable, budget);
    Expression filter = loop.filter();
    if (filter != null) {
      values = new SequenceFilters.Filtered(values, value -> passes(loop, filter, value, scope));
      length = -1;
    }
    LoopState state = new LoopState(budget, values, length);
    boolean none = true;
    for (Value next = state.advance(); next != null; next = state.advance()) {
      none = false;
      Scope turn = new Scope(scope);
      turn.set("loop", new Value.Loop(state));
      assign(loop.target(), next, turn);
      if (run(loop.body(), turn, output) == Flow.BREAK) {
        return;
      }
      line = loop.line();
    }
    if (none) {
      run(loop.otherwise(), scope, output);
    }
  }

  private boolean passes(Statement.For loop, Expression filter, Value value, Scope scope) {
    Scope turn = new Scope(scope);
    assign(loop.target(), value, turn);
    return Types.isTrue(value(loop.line(), filter, turn));
  }

  private void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Target.Variable(String name) -> scope.set(name, value);
      case Target.Attribute(String variable, String name) -> {
        if (!(scope.find(variable) instanceof Value.Namespace namespace)) {
          throw Failure.type("cannot assign attribute on non-namespace object '%s'", variable);
        }
        budget.values(1);
        namespace.attributes().put(name, value);
      }
      case Target.Unpacked(List<Target> targets) -> {
        List<Value> values = Types.listed(value, budget);
        if (values.size() != targets.size()) {
          throw Failure.type(
              "%s values to unpack (expected %d, got %d)",
              values.size() < targets.size() ? "not enough" : "too many",
              targets.size(),
              values.size());
        }
        for (int i = 0; i < targets.size(); i++) {
          assign(targets.get(i), values.get(i), scope);
        }
      }
    }
  }

  private void define(Statement.Macro macro, Scope scope) {
    scope.set(
        macro.name(), new Value.Function(macro.name(), arguments -> call(macro, arguments, scope)));
  }

  private Value call(Statement.Macro macro, Arguments arguments, Scope definedIn) {
    budget.steps(STEPS_OF_A_CALL);
    int calledAt = line;
    Arguments.Bound bound =
        arguments.bind(
            macro.name(),
            macro.parameters().stream().map(Statement.Parameter::name).toArray(String[]::new));
    Scope inside = new Scope(definedIn);
    for (Statement.Parameter parameter : macro.parameters()) {
      inside.set(parameter.name(), argument(macro, parameter, bound, inside));
    }
    Value text = new Value.Text(render(macro.body(), inside));
    line = calledAt;
    return text;
  }

  private Value argument(
      Statement.Macro macro, Statement.Parameter parameter, Arguments.Bound bound, Scope inside) {
    @Nullable Value given = bound.find(parameter.name());
    if (given != null) {
      return given;
    }
    Expression otherwise = parameter.otherwise();
    return otherwise != null
        ? value(macro.line(), otherwise, inside)
        : new Value.Undefined("parameter '%s' was not provided".formatted(parameter.name()));
  }

  /// The names of the language, which variables of the caller and of the template may hide.
  Scope language() {
    Scope scope = new Scope(null);
    new Language(runtime).functions().forEach(scope::set);
    return scope;
  }
}
