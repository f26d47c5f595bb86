package dev.minke.autograd;

import dev.minke.tensor.Tensor;

/// A term of what is minimised.
///
/// @param name `tokens`, `mtp`, `balance`, …
/// @param value `[1]`
/// @param factor its weight in the sum
public record Loss(String name, Tensor value, float factor) {}
