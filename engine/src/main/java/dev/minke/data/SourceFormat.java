package dev.minke.data;

/// How a file holds its documents.
public enum SourceFormat {
  /// As the name of each file says: `.jsonl`, `.parquet`, else text.
  AUTO,
  /// Pieces between blank lines ([PlainText]).
  TEXT,
  /// A field of one JSON object a line ([JsonLines]).
  JSONL,
  /// A string column.
  PARQUET
}
