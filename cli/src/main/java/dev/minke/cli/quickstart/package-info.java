/// The first run that a newcomer sees: a small DeepSeek-V3 model learns facts from text.
///
/// | here | what |
/// |---|---|
/// | [World] | the tables: facts of science, geography, history and arithmetic, and the forms to state them in |
/// | [Quickstart] | the story: text, tokenizer, training, questions, files |
/// | [Plan] | how large a run a budget buys |
/// | [FactCorpus] | the training sentences and the questions: held-out pairs, the founding sentence, the leak control |
///
/// Unusual: the questions can't be won by counting words, which [Exam#fiveGrams] shows. Each first
/// name belongs to at least four people, the cue stands six or more tokens before the answer, and
/// the words between do not depend on the fact. Start reading at [Quickstart].
@NullMarked
package dev.minke.cli.quickstart;

import org.jspecify.annotations.NullMarked;
