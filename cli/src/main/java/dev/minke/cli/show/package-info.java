/// What a model comes to, before anything of it is there.
///
/// | here | what |
/// |---|---|
/// | [ModelFacts] | the numbers, as lines and as JSON |
///
/// Start reading at [ModelFacts].
@NullMarked
package dev.minke.cli.show;

import org.jspecify.annotations.NullMarked;
