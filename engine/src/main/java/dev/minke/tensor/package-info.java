/// Tensors: data, layout and lifetime. No arithmetic lives here.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.tensor.Tensor] | shape, element type, layout and the memory it looks at |
/// | [dev.minke.tensor.Shape] | the sizes of the axes |
/// | [dev.minke.tensor.DType] | element types |
/// | [dev.minke.tensor.Storage] | where the bytes are: host memory today, a device beside it later |
/// | [dev.minke.tensor.Workspace] | a stack of short-lived tensors with mark and release |
/// | [dev.minke.tensor.LargePages] | memory of a size in pages of 2 MB |
///
/// Unusual: every host tensor is a *native* segment of one class. A kernel that has once seen a
/// heap or a mapped segment runs several times slower for the rest of the process, so
/// [dev.minke.tensor.Storage] refuses them. A tensor is a view of rows with one row stride; that is
/// the only layout. Views know the tensor they were cut from, which is how gradients of views need
/// no bookkeeping.
///
/// Not thread-safe, except that distinct tensors may be written by distinct threads. Start reading
/// at [dev.minke.tensor.Tensor].
@NullMarked
package dev.minke.tensor;

import org.jspecify.annotations.NullMarked;
