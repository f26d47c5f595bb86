/// The contract of every operation: what a backend must compute, in which order, at what shape.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.kernel.Kernels] | the primitives; a backend that lacks one does not compile |
/// | [dev.minke.kernel.Prepared] | a weight in the form that one backend reads fastest |
/// | [dev.minke.kernel.KvView] | how attention sees keys and values: sequences over rows or over pages; [dev.minke.kernel.GatheredTiles]: what they share once |
/// | [dev.minke.kernel.CacheFormat], [dev.minke.kernel.KvLayout], [dev.minke.kernel.KvRows] | how a cache rounds, how its rows lie, the rows |
/// | [dev.minke.kernel.RouterRule] | how experts are chosen and weighed |
/// | [dev.minke.kernel.Rotation] | RoPE and YaRN tables |
/// | [dev.minke.kernel.Tolerance] | error bounds computed from norms, for tests |
///
/// `reference` holds the obvious loops that define the truth (they also run in F64, for gradient
/// checks); `vector` holds the fast ones. The order of every reduction is a function of shape and
/// absolute position alone: never of threads, batch, chunking or vector width. Start reading at
/// [dev.minke.kernel.Kernels].
@NullMarked
package dev.minke.kernel;

import org.jspecify.annotations.NullMarked;
