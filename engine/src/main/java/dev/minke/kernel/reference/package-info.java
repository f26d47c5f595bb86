/// The truth: every operation as the loop one would write on paper.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.kernel.reference.ReferenceKernels] | the backend; forwards each operation to its family |
/// | `Precision` | F32 and F64 arithmetic behind one set of names, and the orders of sums |
/// | `ReferenceProducts` … `ReferenceHead` | the loops, one class for each family of operations |
///
/// Unusual: values travel as doubles and are rounded to F32 after each operation, which gives the
/// bits of F32 arithmetic (a double holds every product of two floats, and sums, quotients and
/// roots round the same in two steps). So one loop serves F32 and, for gradient checks, F64.
/// Exponentials and logarithms are StrictMath's, rounded once.
///
/// No threads, no state. Start reading at [dev.minke.kernel.reference.ReferenceKernels].
@NullMarked
package dev.minke.kernel.reference;

import org.jspecify.annotations.NullMarked;
