package dev.minke.kernel;

/// One AdamW update (arXiv:1711.05101, algorithm 2; PyTorch's form).
///
/// `p -= rate · decay · p`; `m = β1 m + (1 - β1) g`; `v = β2 v + (1 - β2) g²`; `p -= rate · (m / (1
/// - β1^step)) / (sqrt(v / (1 - β2^step)) + epsilon)`, with `g` the gradient times `gradientScale`.
///
/// @param step the number of this update, from 1
/// @param gradientScale factor on the gradient: clipping and averaging
public record AdamWRule(
    double rate,
    double beta1,
    double beta2,
    double epsilon,
    double decay,
    int step,
    double gradientScale) {}
