/// The cache on disk: rows that were computed once, found again after a restart.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.inference.disk.CacheFile] | the format: tokens and the rows of their cache, with a checksum |
/// | [dev.minke.inference.disk.UnitKey] | what a unit is: model, precision, user, and all tokens up to its end |
/// | [dev.minke.inference.disk.UnitFolder] | a folder of units within a limit, the least recently used go |
///
/// Unusual: there is no index. A unit's name is a hash of all that its rows depend on, so the
/// folder itself is the index, any number of processes may use one at a time, and a kill leaves
/// nothing to mend. Start reading at [dev.minke.inference.disk.UnitFolder]. After DeepSeek's
/// context cache: units of 64 tokens, hits only for whose request they were computed.
@NullMarked
package dev.minke.inference.disk;

import org.jspecify.annotations.NullMarked;
