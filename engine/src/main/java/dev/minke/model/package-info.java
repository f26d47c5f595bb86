/// What every causal language model offers to training and inference, whatever its architecture.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.model.CausalModel] | hidden states, loss, logits with a cache |
/// | [dev.minke.model.TokenRows] | packed tokens with their positions and sequences |
/// | [dev.minke.model.CachedRows] | the newest tokens of sequences in a cache, in one form of attention or two |
/// | [dev.minke.model.TrainingRows] | the same with targets and weights |
/// | [dev.minke.model.WeightName] | a tensor of a checkpoint and the parts of masters it is made of |
///
/// No class here or below names a backend, a file or a thread. Start reading at
/// [dev.minke.model.CausalModel].
@NullMarked
package dev.minke.model;

import org.jspecify.annotations.NullMarked;
