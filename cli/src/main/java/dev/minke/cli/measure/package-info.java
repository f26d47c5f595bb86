/// Figures of `perplexity` and `bench`, in words for people and as JSON; what they are is measured
/// in [dev.minke.eval].
///
/// | here | what |
/// |---|---|
/// | [MeasuredText] | the tokens of a text to be measured on |
/// | [PerplexityReport], [DivergenceReport] | how well a model expects it, how far it is from a reference |
/// | [BenchRow], [BenchPrinter] | a timed test with llama-bench's fields, and its four forms |
///
/// Unusual: names of fields and of figures are llama.cpp's wherever the meaning is, so that its
/// tools and tables read ours. Start reading at [BenchRow].
@NullMarked
package dev.minke.cli.measure;

import org.jspecify.annotations.NullMarked;
