/// Layers: a few parameters and a forward of a few lines.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.nn.Linear], [dev.minke.nn.Embedding], [dev.minke.nn.RmsNorm], [dev.minke.nn.SwiGlu] | the building blocks every model shares |
/// | [dev.minke.nn.ParameterSource] | where a model gets its parameters from while it is built |
/// | [dev.minke.nn.ParameterStore] | the source that owns them all: memory, initial values, gradients |
///
/// Layers are immutable records without hidden state, and know nothing of threads or backends.
/// Start reading at [dev.minke.nn.Linear].
@NullMarked
package dev.minke.nn;

import org.jspecify.annotations.NullMarked;
