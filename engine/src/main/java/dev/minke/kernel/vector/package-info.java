/// The fast host kernels: Vector API, native memory, one gang of threads.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.kernel.vector.VectorKernels] | the backend: the list of operations |
/// | [dev.minke.kernel.vector.VectorWidth] | how wide the vectors are, chosen once |
/// | [dev.minke.kernel.vector.Memory] | loads and stores at addresses |
/// | [dev.minke.kernel.vector.Gang] | the threads that share an operation |
/// | [dev.minke.kernel.vector.MatrixProducts] | products with weights in panels: start here, then [dev.minke.kernel.vector.Tiles] and [dev.minke.kernel.vector.MicroKernels] |
/// | [dev.minke.kernel.vector.SecondLevelCache], [dev.minke.kernel.vector.Transposition] | by what products are cut; rows to columns |
/// | [dev.minke.kernel.vector.Section], [dev.minke.kernel.vector.RowWidening] | weights as they are stored, and how they become panels |
/// | [dev.minke.kernel.vector.FeedForwards] | gated layers, a block of rows at a time |
/// | [dev.minke.kernel.vector.AttentionKernels], [dev.minke.kernel.vector.AttentionGradients] | rows of queries against tiles of positions: [dev.minke.kernel.vector.PanelAttention] and [dev.minke.kernel.vector.PanelGradient] for many rows, [dev.minke.kernel.vector.RowAttention] for few; [dev.minke.kernel.vector.CommonTiles] are met by the rows of several sequences together; [dev.minke.kernel.vector.TileRows] widens what a cache has rounded |
/// | [dev.minke.kernel.vector.RowKernels], [dev.minke.kernel.vector.ExpertKernels] | row by row; the choice and moving of rows |
/// | [dev.minke.kernel.vector.HeadKernels], [dev.minke.kernel.vector.OptimizerKernels] | softmax over the vocabulary; AdamW |
/// | [dev.minke.kernel.vector.Reduction], [dev.minke.kernel.vector.Exponential] | 16 virtual lanes and their tree; the one exponential |
///
/// Rules of the package. A kernel gives the same bits at every vector width, for every number of
/// threads and in the interpreter; what that asks of an operation is written at its method in
/// [dev.minke.kernel.Kernels]. Species and constants are static finals, and a method has one hot
/// loop and at most a few dozen vector operations: beyond that the compiler stops inlining and
/// every vector becomes an object. Arguments were checked by the caller; here they are only
/// asserted.
@NullMarked
package dev.minke.kernel.vector;

import org.jspecify.annotations.NullMarked;
