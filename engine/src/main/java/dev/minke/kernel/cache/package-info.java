/// Which experts are kept in memory when not all of them fit: decisions alone, no bytes and no
/// files.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.kernel.cache.ExpertPolicy] | slots for experts: what is resident, what is overwritten, what is read ahead |
/// | [dev.minke.kernel.cache.ExpertWorth] | what an expert is worth keeping for; the seam where policies differ |
/// | [dev.minke.kernel.cache.LearnedWorth] | the one that Minke uses: uses to come, expected from the experts just chosen |
/// | [dev.minke.kernel.cache.ExpertForecast] | what the next layers will choose, from what these layers chose |
/// | [dev.minke.kernel.cache.CacheCounts] | hits, misses, reads ahead |
///
/// Unusual: recency and frequency are not asked for at all. A router's choice says much about the
/// token, so tables learned on the fly (which experts were followed by which) say what is wanted
/// soon; the worth is a successor representation (Dayan 1993). What it gains over LRU on real
/// decisions: `docs/experiments/expert-cache.md`, `bench/run experts`. Everything is deterministic,
/// belongs to one thread and changes no result of a model, only its waiting. Start reading at
/// [dev.minke.kernel.cache.ExpertPolicy#decide].
@NullMarked
package dev.minke.kernel.cache;

import org.jspecify.annotations.NullMarked;
