/// What a run learns from, as the command line reads it.
///
/// | here | what |
/// |---|---|
/// | [ParquetColumn] | a string column of a Parquet file, by the library that `docs/adr/0013` chose |
///
/// The sources themselves, what is bad in them and how they become tokens are `dev.minke.data`'s
/// affair, which knows no library but Jackson.
@NullMarked
package dev.minke.cli.data;

import org.jspecify.annotations.NullMarked;
