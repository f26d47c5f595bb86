package dev.minke.kernel;

/// How a cache rounds the numbers that it holds of tokens.
public enum CacheFormat {
  /// As they were computed.
  F32,
  /// To nearest, ties to even.
  BF16,
  /// Latents with a scale for each 128 numbers, see [dev.minke.quant.Fp8Latents]; there is none for
  /// keys and values as they are.
  FP8
}
