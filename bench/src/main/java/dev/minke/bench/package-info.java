/// Minke beside its peers: the same work, the same process, interleaved.
///
/// [dev.minke.bench.Bench] is the command, [dev.minke.bench.GemmSuite] the first suite. A peer that
/// cannot run is an error, never a win. Start reading at [dev.minke.bench.GemmSuite].
@NullMarked
package dev.minke.bench;

import org.jspecify.annotations.NullMarked;
