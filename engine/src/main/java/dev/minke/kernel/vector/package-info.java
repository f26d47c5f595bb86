/// The fast host kernels: Vector API, native memory, one gang of threads.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.kernel.vector.VectorWidth] | how wide the vectors are, chosen once |
/// | [dev.minke.kernel.vector.Memory] | loads and stores at addresses |
/// | [dev.minke.kernel.vector.Gang] | the threads that share an operation |
///
/// Rules of the package. A kernel gives the same bits at every vector width, for every number of
/// threads and in the interpreter; what that asks of an operation is written at its method in
/// [dev.minke.kernel.Kernels]. Species and constants are static finals, and a method has one hot
/// loop with a `long` counter and at most a few dozen vector operations: beyond that the compiler
/// stops inlining and every vector becomes an object. Arguments were checked by the caller; here
/// they are only asserted.
@NullMarked
package dev.minke.kernel.vector;

import org.jspecify.annotations.NullMarked;
