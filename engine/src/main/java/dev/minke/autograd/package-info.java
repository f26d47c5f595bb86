/// Differentiation: run an operation, or run it and remember how to go back.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.autograd.Ops] | what model code calls; allocates, checks shapes, runs the kernel |
/// | [dev.minke.autograd.EagerOps], [dev.minke.autograd.RecordingOps] | forget or record: a parameter, never a mode |
/// | [dev.minke.autograd.Op] | one record per differentiable operation, sealed |
/// | [dev.minke.autograd.Tape] | the recorded operations and the walk back |
/// | [dev.minke.autograd.Ops.Segment] | a part whose insides are kept, kept in BF16 ([dev.minke.autograd.StoredSegment]) or computed again |
/// | [dev.minke.autograd.Parameter] | a master weight, its gradient, its prepared forms |
///
/// Unusual: adding a record to `Op` breaks the build until both halves of its rule exist (input
/// gradient, weight gradient). Views cost nothing: the gradient of a view is the same view of its
/// root's gradient. Backward releases activations as it consumes them.
///
/// Start reading at [dev.minke.autograd.Ops].
@NullMarked
package dev.minke.autograd;

import org.jspecify.annotations.NullMarked;
