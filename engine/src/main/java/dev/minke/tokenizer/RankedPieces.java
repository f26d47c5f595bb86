package dev.minke.tokenizer;

/// Merging by rank, as in a `tokenizer.json` with `byte_fallback`: characters that are no piece are
/// bytes from the start, then the merges are applied.
///
/// @param pieces that characters are looked up in
/// @param merges by rank, over the tokens of bytes
record RankedPieces(PieceTable pieces, Merges merges) implements PieceMerger {
  @Override
  public void encode(byte[] text, IntList ids) {
    long[] sums = PieceTable.sums(text);
    IntList symbols = new IntList(text.length);
    for (int at = 0; at < text.length; ) {
      int end = PieceMerger.characterEnd(text, at);
      int id = pieces.find(text, sums, at, end);
      if (id >= 0) {
        symbols.add(id);
      } else {
        for (int i = at; i < end; i++) {
          symbols.add(merges.byteId(text[i] & 0xFF));
        }
      }
      at = end;
    }
    ids.addAll(merges.merged(symbols.toArray()));
  }
}
