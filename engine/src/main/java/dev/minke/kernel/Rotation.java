package dev.minke.kernel;

/// Tables for rotary position embedding, with YaRN's stretching if asked for.
///
/// Pairs are interleaved: elements `2i` and `2i+1` are one complex number, turned by `position ·
/// frequency(i)`. Angles, cosines and sines are computed in double by StrictMath from F32
/// frequencies, so they are the same on every machine.
///
/// @param frequencies F32 inverse frequencies `[ropeDim / 2]`
/// @param magnitude factor on cosines and sines (1 where mscale = mscale_all_dim)
public record Rotation(float[] frequencies, float magnitude) {
  public Rotation {
    frequencies = frequencies.clone();
  }

  @Override
  public float[] frequencies() {
    return frequencies.clone();
  }

  /// Rotated dimensions per head.
  public int ropeDim() {
    return 2 * frequencies.length;
  }

  /// Plain RoPE (RoFormer, arXiv:2104.09864 eq. 15): `base^(-2i / ropeDim)`.
  public static Rotation plain(int ropeDim, double base) {
    float[] frequencies = new float[ropeDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) (1 / StrictMath.pow(base, 2.0 * i / ropeDim));
    }
    return new Rotation(frequencies, 1);
  }

  /// YaRN's settings (arXiv:2309.00071; DeepSeek-V2 §3.1.4).
  public record Yarn(
      double factor,
      int originalLength,
      double betaFast,
      double betaSlow,
      double mscale,
      double mscaleAllDim) {}

  /// YaRN: slow frequencies divided by the factor, fast ones kept, a linear ramp between.
  public static Rotation yarn(int ropeDim, double base, Yarn yarn) {
    double low = Math.max(0, StrictMath.floor(rotations(ropeDim, base, yarn, yarn.betaFast())));
    double high =
        Math.min(ropeDim - 1, StrictMath.ceil(rotations(ropeDim, base, yarn, yarn.betaSlow())));
    double width = low == high ? 0.001 : high - low;
    float[] frequencies = new float[ropeDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double kept = 1 / StrictMath.pow(base, 2.0 * i / ropeDim);
      double ramp = Math.min(1, Math.max(0, (i - low) / width));
      frequencies[i] = (float) (kept / yarn.factor() * ramp + kept * (1 - ramp));
    }
    double magnitude =
        magnitude(yarn.factor(), yarn.mscale()) / magnitude(yarn.factor(), yarn.mscaleAllDim());
    return new Rotation(frequencies, (float) magnitude);
  }

  /// The index of the frequency that makes `turns` rotations over the original length.
  private static double rotations(int ropeDim, double base, Yarn yarn, double turns) {
    return ropeDim
        * StrictMath.log(yarn.originalLength() / (turns * 2 * Math.PI))
        / (2 * StrictMath.log(base));
  }

  /// YaRN's attention magnitude `0.1 · mscale · ln(factor) + 1`; 1 without stretching.
  public static double magnitude(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * StrictMath.log(factor) + 1;
  }
}
