/// Experiments with trained models: what a recipe is worth, not how fast it is.
///
/// | here | what |
/// |---|---|
/// | [Books] | two books to learn from, a third and an encyclopedia to be judged by |
/// | [Arm] | one way to train |
/// | [Trial] | one arm with one seed, and what came of it |
/// | [TrialRecipe] | what all trials have in common |
/// | [Trials] | results on disk: a trial that was done is not done again |
/// | [QualityExperiment] | bits per byte beside PyTorch's |
/// | [ScaledModel] | the base at another width |
/// | [ScalingExperiment] | tokens that a model of a size deserves |
/// | [AblationExperiment] | DeepSeek's ideas, each against its absence at equal operations |
///
/// All arms see the same tokens in the same order for a seed. Start reading at [Arm].
@NullMarked
package dev.minke.bench.experiment;

import org.jspecify.annotations.NullMarked;
