/// Byte-pair encoding (Sennrich et al. 2016), on bytes as GPT-2 does it and on characters as
/// SentencePiece does (Kudo and Richardson 2018): train, encode, decode.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.tokenizer.Tokenizer] | text to ids and back; a Hugging Face `tokenizer.json` both ways |
/// | [dev.minke.tokenizer.GgufTokenizerFacts] | a tokenizer as GGUF files describe it; they name a pre-tokenizer and do not hold it |
/// | [dev.minke.tokenizer.BpeTrainer] | learns merges from text, as a [dev.minke.tokenizer.TokenizerRecipe] says; [dev.minke.tokenizer.BpeProgress] hears how far it is |
/// | [dev.minke.tokenizer.PreTokenizer] | cuts text into the words that merges never cross |
/// | [dev.minke.tokenizer.Decoder] | ids to text one by one, never half a character |
///
/// Text goes: added tokens (only where asked for) → Unicode normal form → words → bytes → merges;
/// in SentencePiece's kind, which has no words, → spaces → characters → merges → bytes for what is
/// left. Unusual: [dev.minke.tokenizer.Tokenizer#encode] recognises no added token at all, so a
/// user who types `<|endoftext|>` gets the characters; templates use
/// [dev.minke.tokenizer.Tokenizer#encodeWithSpecials]. Every byte has a token, so every text has
/// ids and there is no unknown token. Words are found in one pass over the text and a word of any
/// length costs n log n, so no text is an attack. Many texts are encoded or counted on several
/// threads with the same result; the threads end with the call. A `tokenizer.json` with a component
/// that would change ids and is not implemented is refused by the component's name.
///
/// Tokenizers are immutable and safe for many threads. Start reading at
/// [dev.minke.tokenizer.Tokenizer].
@NullMarked
package dev.minke.tokenizer;

import org.jspecify.annotations.NullMarked;
