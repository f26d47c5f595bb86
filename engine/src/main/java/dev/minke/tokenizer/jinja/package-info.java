/// A subset of the Jinja template language, as chat templates use it: Python's semantics, no
/// Python.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.tokenizer.jinja.JinjaTemplate] | compile once, render often |
/// | [dev.minke.tokenizer.jinja.Limits] | how much a template may do |
/// | [dev.minke.tokenizer.jinja.TemplateException] | name, line and reason |
///
/// A template goes: `Lexer` → `StatementParser` and `ExpressionParser` → `Statement` and
/// `Expression`, sealed → `Interpreter` and `Evaluator` over `Value`, sealed. Whitespace is handled
/// as with `trim_blocks` and `lstrip_blocks`; nothing is escaped; `raise_exception`,
/// `strftime_now`, `tojson`, `break`, `continue` and `generation` are those that Hugging Face's
/// transformers adds.
///
/// Unusual: a template is somebody else's program. It is refused when compiled if it uses a tag,
/// filter, test or method that is not implemented, and while it renders every step, character and
/// level of nesting is counted by `Budget`, so a template that loops for ever or asks for a
/// gigabyte ends with an error. Lists and mappings never change; only a `namespace` does. Where
/// Python and Java differ, Python wins: text is counted in code points, `1 == 1.0 == true`, a
/// missing variable prints nothing and its attribute is an error. Two things differ: keys of a
/// mapping are text, numbers, booleans or none, and `1` is another key than `true`. And `safe`
/// changes nothing, since nothing is escaped.
///
/// Templates are immutable and safe for many threads. Start reading at
/// [dev.minke.tokenizer.jinja.JinjaTemplate].
@NullMarked
package dev.minke.tokenizer.jinja;

import org.jspecify.annotations.NullMarked;
