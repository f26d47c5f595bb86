package dev.minke.tokenizer;

/// What makes ids of the text between added tokens.
sealed interface TextModel {
  /// How text gets its ids, ready to work. Safe for many threads.
  SectionEncoder encoder(Vocabulary vocabulary);

  /// The space that is put before text.
  SpacePrefix prefix();

  /// Byte-level BPE within words.
  ///
  /// @param merges by rank
  /// @param wholeWordsFirst whether a word that is a token is taken as it is (`ignore_merges`)
  /// @param preTokenizer cuts text into words
  record Words(Merges merges, boolean wholeWordsFirst, PreTokenizer preTokenizer)
      implements TextModel {
    @Override
    public SectionEncoder encoder(Vocabulary vocabulary) {
      WordCutter cutter = new WordCutter(preTokenizer);
      WordEncoder words = new WordEncoder(vocabulary, merges, wholeWordsFirst);
      return (text, ids) ->
          cutter.cut(text, (letters, from, to) -> words.encode(letters, from, to, ids));
    }

    @Override
    public SpacePrefix prefix() {
      return SpacePrefix.NONE;
    }
  }

  /// SentencePiece's BPE: characters are merged over the whole text, spaces included, and what is
  /// no piece is spelled in bytes.
  record Pieces(PieceMerger merger, SpacePrefix prefix) implements TextModel {
    @Override
    public SectionEncoder encoder(Vocabulary vocabulary) {
      return (text, ids) -> merger.encode(prefix.applied(text, ids.size() == 0), ids);
    }
  }
}
