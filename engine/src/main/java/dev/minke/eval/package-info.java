/// What a model is worth: how well it expects a text, how far it is from another, how fast it is,
/// and what counting words would achieve.
///
/// | here | what |
/// |---|---|
/// | [Perplexity] | how well a model expected a text, over [Window]s of it |
/// | [Divergence], [ReferenceFile] | how far its distributions are from those of a reference; files are exchanged with llama.cpp |
/// | [SpeedMeter], [SpeedTest], [Speed] | tokens a second, by llama-bench's tests |
/// | [KneserNey] | the best that counting words can do (Chen and Goodman 1998, TR-10-98 §3) |
///
/// Unusual: a baseline is part of the product, so that a report can show both figures from the same
/// text; and every mean has its error. Measures do not depend on how many tokens pass the model at
/// once. Start reading at [Perplexity#of].
@NullMarked
package dev.minke.eval;

import org.jspecify.annotations.NullMarked;
