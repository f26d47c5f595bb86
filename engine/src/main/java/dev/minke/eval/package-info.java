/// What a model is measured against.
///
/// | here | paper | what |
/// |---|---|---|
/// | [KneserNey] | Chen and Goodman 1998 (TR-10-98) §3 | the best that counting words can do |
///
/// Unusual: a baseline is part of the product, so that a report can show both figures from the same
/// text. Start reading at [KneserNey#train].
@NullMarked
package dev.minke.eval;

import org.jspecify.annotations.NullMarked;
