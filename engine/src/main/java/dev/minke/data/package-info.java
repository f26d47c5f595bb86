/// From documents to rows of tokens, with an exact position.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.data.Source] | files of text, JSONL or Parquet, read as a stream; what is bad is counted and named |
/// | [dev.minke.data.JsonItems] | whole records of JSON, for what is no plain text |
/// | [dev.minke.data.Corpus] | documents, split into training and validation by their hash |
/// | [dev.minke.data.TokenShard] | tokens of documents, in memory or in a checked file that is read where it lies |
/// | [dev.minke.data.TokenFolder] | shards and what they were made from, made once and used again |
/// | [dev.minke.data.FillInTheMiddle] | documents as exercises: the middle last |
/// | [dev.minke.data.Mixture] | several sources, each with its share of the tokens |
/// | [dev.minke.data.Packing] | documents packed into rows, in an order of its own each epoch |
/// | [dev.minke.data.DataPosition] | how far a run has read |
/// | [dev.minke.data.Overlap] | how much of an evaluation text stands in the training text |
///
/// The order is a function of seed and position alone and is never stored; a position of three
/// numbers a source is enough to go on with the very next token. Documents in a row never see each
/// other. Start reading at [dev.minke.data.Packing#take].
@NullMarked
package dev.minke.data;

import org.jspecify.annotations.NullMarked;
