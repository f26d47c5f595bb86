package dev.minke.eval;

import dev.minke.kernel.Kernels;
import dev.minke.model.CausalModel;
import java.util.function.IntUnaryOperator;

/// What is measured.
///
/// @param model that is asked
/// @param kernels that compute
/// @param tokenBytes how many UTF-8 bytes of text a token stands for; 0 for each where nobody knows
public record Subject(CausalModel model, Kernels kernels, IntUnaryOperator tokenBytes) {}
