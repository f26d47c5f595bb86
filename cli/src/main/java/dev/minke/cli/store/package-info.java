/// Models: fetched from a hub, found on this machine.
///
/// | here | what |
/// |---|---|
/// | [PullCommand] | `minke pull` |
/// | [ListCommand] | `minke list` |
/// | [StoreEnvironment] | what environment variables say of caches, hubs and tokens |
///
/// Unusual: this is where the environment is read; the engine's `checkpoint.store` is told. Start
/// reading at [PullCommand].
@NullMarked
package dev.minke.cli.store;

import org.jspecify.annotations.NullMarked;
