/// What it cost: an append-only account of tokens, FLOPs, CPU and wall seconds, peak memory.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.ledger.Ledger] | the file, and its lines |
/// | [dev.minke.ledger.Account] | one run of one stage while it runs |
/// | [dev.minke.ledger.Charge] | what one run comes to, crashed ones included |
/// | [dev.minke.ledger.CostTable] | charges by stage, as rows of text |
///
/// Nothing is ever rewritten or left out: a run that crashed is charged up to its last sign of
/// life. Sums are pure functions of the lines. Knows nothing else of ours. Start reading at
/// [dev.minke.ledger.Charge#all].
@NullMarked
package dev.minke.ledger;

import org.jspecify.annotations.NullMarked;
