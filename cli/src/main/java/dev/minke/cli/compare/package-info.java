/// `minke compare`: several runs beside each other.
///
/// | here | what |
/// |---|---|
/// | [CompareCommand] | table and curves, in the terminal and as a page |
/// | [Comparison] | what differs, and how it ended |
/// | [RecipeText] | a recipe as keys and values |
///
/// Start reading at [Comparison].
@NullMarked
package dev.minke.cli.compare;

import org.jspecify.annotations.NullMarked;
