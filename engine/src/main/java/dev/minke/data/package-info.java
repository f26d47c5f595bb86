/// From documents to rows of tokens, with an exact position.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.data.Source] | files of text, JSONL or Parquet, read as a stream; what is bad is counted and named |
/// | [dev.minke.data.Corpus] | documents, split into training and validation by their hash |
/// | [dev.minke.data.TokenShard] | tokens of documents, in memory and as a checked file |
/// | [dev.minke.data.Packing] | documents packed into rows, in an order of its own each epoch |
/// | [dev.minke.data.DataPosition] | how far a run has read |
///
/// The order is a function of seed and epoch alone and is never stored; a position of three numbers
/// is enough to go on with the very next token. Documents in a row never see each other. Start
/// reading at [dev.minke.data.Packing#take].
@NullMarked
package dev.minke.data;

import org.jspecify.annotations.NullMarked;
