/// What commands that take long share: how they show where they are, and how they are stopped.
///
/// | here | what |
/// |---|---|
/// | [Progress] | labelled lines, and a bar that renews itself in a terminal |
/// | [Meter] | one line that says how far a piece of work is |
/// | [Interrupt] | Ctrl-C: the first one saves, the second one ends at once |
/// | [RunLedger], [Stages] | the account of a run, opened before any work |
/// | [Listeners] | one run, several listeners |
///
/// Unusual: whether standard error is a terminal is said by the launcher, because Java only knows
/// of standard input and output. Start reading at [Progress].
@NullMarked
package dev.minke.cli.console;

import org.jspecify.annotations.NullMarked;
