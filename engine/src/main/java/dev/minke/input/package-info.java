/// What comes from outside, files of unknown origin and names as people type them: what all readers
/// do before they believe a byte.
///
/// | here | against |
/// |---|---|
/// | [RegularFile] | pipes and devices under a file's name, which would hold a reader for ever |
/// | [JsonFile] | JSON that is larger in memory than any model's |
/// | [OneLine] | names and values of a file that would write to a terminal what they like |
/// | [EditDistance] | names that nobody has: which one was meant |
///
/// Whoever reads a file takes a number from it only after it was held against the size of the file,
/// so that memory is bounded by what the file really has. `Hostile`, in the tests, is the rule as
/// code.
@NullMarked
package dev.minke.input;

import org.jspecify.annotations.NullMarked;
