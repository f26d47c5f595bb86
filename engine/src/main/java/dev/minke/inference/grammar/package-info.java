/// Structured output: texts that a grammar admits, as masks over a model's vocabulary.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.inference.grammar.Grammar] | JSON by schema, a regular expression, GBNF, or parts joined; works or refuses when it is made |
/// | [dev.minke.inference.grammar.JsonLayout] | where blanks may stand in JSON |
/// | [dev.minke.inference.grammar.TokenTrie] | a vocabulary as bytes, once a tokenizer |
/// | [dev.minke.inference.grammar.TokenMasks] | both together, shared by all requests; remembers masks |
/// | [dev.minke.inference.grammar.Constraint] | one answer as far as it has been generated |
/// | [dev.minke.inference.grammar.GrammarException] | what is refused, in one line |
///
/// Inside: readers (`RegexReader`, `GbnfReader`, `JsonSchema`) make an `Expression`; its rules
/// become automata (`Fragments`, `Subsets`, `Product`) and are joined (`RuleTables`, `Beginnings`)
/// to a `Machine`, which reads bytes and keeps a `StackSet`: all the stacks that a text may have
/// led to. A `Walker` finds the tokens of one state by a walk over the vocabulary, and leaves open
/// those after a part of whose bytes the state's rule has ended (`Pending`); a `MaskNode` keeps
/// both. Tokens that are whole plain text (`PlainRuns`) are not walked over where any text is
/// allowed.
///
/// Unusual: a mask is never computed for a whole stack. It is the union of what is known of the
/// state on top, of the state beneath it for tokens that reach so far, and so on down (the idea is
/// XGrammar's, Dong et al. 2024, arXiv:2411.15100); so a nested answer finds all its masks ready.
/// What can't be enforced is refused by name; sizes are bounded, so that a grammar from a stranger
/// ends in time as a machine or as a refusal. Start reading at
/// [dev.minke.inference.grammar.Constraint], then at `Machine`.
@NullMarked
package dev.minke.inference.grammar;

import org.jspecify.annotations.NullMarked;
