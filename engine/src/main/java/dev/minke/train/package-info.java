/// Training a model on text, from a recipe.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.train.TrainRecipe] | everything that decides the bits of a run, as data |
/// | [dev.minke.train.Trainer] | the loop: step, validation, checkpoint, stop |
/// | [dev.minke.train.TrainListener] | what happens in a run, for whoever shows it |
/// | [dev.minke.train.MemoryEstimate] | what a training will take, before anything is allocated |
/// | [dev.minke.train.ScalingRule] | how many tokens a model of a size deserves |
/// | [dev.minke.train.LedgerListener] | keeps the account of a run |
///
/// Same recipe, same data, same bits: with any number of threads, on any machine, and after any
/// number of interruptions. Start reading at [dev.minke.train.Trainer#run].
@NullMarked
package dev.minke.train;

import org.jspecify.annotations.NullMarked;
