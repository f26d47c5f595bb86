/// Whether Minke and llama.cpp find the same next tokens in the same GGUF files.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.bench.agreement.AgreementExperiment] | every kind of model in every type |
/// | [dev.minke.bench.agreement.Kind], [dev.minke.bench.agreement.QuantType] | which |
/// | [dev.minke.bench.agreement.RandomModel], [dev.minke.bench.agreement.StoriesModel] | the models, random and trained |
/// | [dev.minke.bench.agreement.LlamaCpp] | the peer, which also makes the files |
/// | [dev.minke.bench.agreement.Comparison] | one file through both |
/// | [dev.minke.bench.agreement.Agreements], [dev.minke.bench.agreement.AgreementTables] | results, kept and printed |
///
/// Unusual: either program reads the distributions that the other wrote, 16 bits for each token of
/// the vocabulary; what that rounds away is measured, too. Nothing is timed. Start reading at
/// [dev.minke.bench.agreement.Comparison].
@NullMarked
package dev.minke.bench.agreement;

import org.jspecify.annotations.NullMarked;
