package dev.minke.tokenizer.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a template is made of, one after the other.
sealed interface Statement {
  /// Text between tags.
  record Data(String text) implements Statement {}

  /// `{{ expression }}`.
  record Print(int line, Expression expression) implements Statement {}

  /// `{% if %}`, `{% elif %}`, `{% else %}`.
  record If(List<Branch> branches, List<Statement> otherwise) implements Statement {
    public If {
      branches = List.copyOf(branches);
      otherwise = List.copyOf(otherwise);
    }
  }

  /// A condition and what it decides about.
  record Branch(int line, Expression condition, List<Statement> body) {
    public Branch {
      body = List.copyOf(body);
    }
  }

  /// `{% for target in iterable if filter %}`, `{% else %}`.
  ///
  /// @param otherwise where there was nothing to iterate over
  record For(
      int line,
      Target target,
      Expression iterable,
      @Nullable Expression filter,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {
    public For {
      body = List.copyOf(body);
      otherwise = List.copyOf(otherwise);
    }
  }

  /// `{% break %}`.
  record Break() implements Statement {}

  /// `{% continue %}`.
  record Continue() implements Statement {}

  /// `{% set target = value %}`.
  record Set(int line, Target target, Expression value) implements Statement {}

  /// `{% set target %}…{% endset %}`.
  ///
  /// @param filters what the text goes through
  record SetBlock(int line, Target target, List<Expression.Suffix> filters, List<Statement> body)
      implements Statement {
    public SetBlock {
      filters = List.copyOf(filters);
      body = List.copyOf(body);
    }
  }

  /// `{% macro name(parameters) %}`.
  record Macro(int line, String name, List<Parameter> parameters, List<Statement> body)
      implements Statement {
    public Macro {
      parameters = List.copyOf(parameters);
      body = List.copyOf(body);
    }
  }

  /// A parameter of a macro.
  record Parameter(String name, @Nullable Expression otherwise) {}

  /// `{% generation %}`: marks what the model says, for training; here only a scope.
  record Generation(List<Statement> body) implements Statement {
    public Generation {
      body = List.copyOf(body);
    }
  }

  /// Where a value is put.
  sealed interface Target {
    /// A variable.
    record Variable(String name) implements Target {}

    /// An attribute of a namespace.
    record Attribute(String namespace, String name) implements Target {}

    /// Several, one for each element of the value.
    record Unpacked(List<Target> targets) implements Target {
      public Unpacked {
        targets = List.copyOf(targets);
      }
    }
  }
}
