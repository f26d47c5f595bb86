package dev.minke.kernel.cache;

/// An expert to be read from disk into a slot, over whatever is there.
///
/// @param layer among the layers with experts, from 0
/// @param expert within its layer
/// @param slot from 0 to capacity - 1
public record ExpertRead(int layer, int expert, int slot) {}
