/// What a model is and what it comes to, before anything of it is read or allocated.
///
/// | here | what |
/// |---|---|
/// | [ModelFacts] | sizes, operations and memory of a recipe or a configuration, as lines and as JSON |
/// | [ModelSummary] | a model's files, as lines |
/// | [SummaryJson] | the same for programs |
///
/// Unusual: texts come from strangers' files, so none reaches the terminal with what would steer
/// it; only a chat template is printed as it is. Start reading at [ModelSummary].
@NullMarked
package dev.minke.cli.show;

import org.jspecify.annotations.NullMarked;
