package dev.minke.kernel;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tables for rotary position embedding, stretched to longer sequences if asked for.
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

  /// Equal in every frequency and in the magnitude: then the tables are the same, and each layer of
  /// a model may have an instance of its own.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Rotation rotation
            && Arrays.equals(frequencies, rotation.frequencies)
            && Float.compare(magnitude, rotation.magnitude) == 0);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(frequencies) + Float.hashCode(magnitude);
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

  /// How positions are stretched beyond the length that they were learned at.
  public sealed interface Scaling {}

  /// More than any release's; the largest factor on scores stays a small number.
  private static final double MOST_MSCALE = 1000;

  /// What no frequency can be divided by without becoming infinite, nothing or no number.
  private static void requirePositive(String key, double number) {
    require(
        number >= Float.MIN_NORMAL && number <= Float.MAX_VALUE, key, "a number above 0", number);
  }

  private static void require(boolean holds, String key, String expected, double found) {
    if (!holds) {
      throw new IllegalArgumentException(
          "scaling of positions: %s: expected %s, found %s".formatted(key, expected, found));
    }
  }

  /// YaRN's settings (arXiv:2309.00071; DeepSeek-V2 §3.1.4).
  public record Yarn(
      double factor,
      int originalLength,
      double betaFast,
      double betaSlow,
      double mscale,
      double mscaleAllDim)
      implements Scaling {
    public Yarn {
      requirePositive("factor", factor);
      requirePositive("originalLength", originalLength);
      requirePositive("betaFast", betaFast);
      requirePositive("betaSlow", betaSlow);
      for (double scale : new double[] {mscale, mscaleAllDim}) {
        require(scale >= 0 && scale <= MOST_MSCALE, "mscale", "0 to 1000", scale);
      }
    }
  }

  /// Llama 3.1's settings, as its releases' `rope_scaling` has them: frequencies whose wave is
  /// longer than `originalLength / lowFactor` are divided by the factor, those whose wave is
  /// shorter than `originalLength / highFactor` are kept.
  public record Llama3(double factor, int originalLength, double lowFactor, double highFactor)
      implements Scaling {
    public Llama3 {
      requirePositive("factor", factor);
      requirePositive("originalLength", originalLength);
      requirePositive("lowFactor", lowFactor);
      requirePositive("highFactor less lowFactor", highFactor - lowFactor);
    }
  }

  /// Position interpolation (arXiv:2306.15595): all frequencies divided by one number.
  public record Linear(double interpolation) implements Scaling {
    public Linear {
      requirePositive("factor", interpolation);
    }
  }

  /// A divisor for each frequency, as GGUF files carry Llama 3's stretching.
  public record Divided(List<Float> divisors) implements Scaling {
    public Divided {
      divisors = List.copyOf(divisors);
      for (float divisor : divisors) {
        requirePositive("divisor", divisor);
      }
    }
  }

  /// The tables of a stretching; null for none.
  public static Rotation of(int ropeDim, double base, @Nullable Scaling scaling) {
    return switch (scaling) {
      case null -> plain(ropeDim, base);
      case Yarn yarn -> yarn(ropeDim, base, yarn);
      case Llama3 llama -> llama3(ropeDim, base, llama);
      case Divided(var divisors) -> {
        float[] frequencies = plain(ropeDim, base).frequencies;
        if (divisors.size() != frequencies.length) {
          throw new IllegalArgumentException(
              "scaling of positions: expected %d divisors, found %d"
                  .formatted(frequencies.length, divisors.size()));
        }
        for (int i = 0; i < frequencies.length; i++) {
          frequencies[i] /= divisors.get(i);
        }
        yield new Rotation(frequencies, 1);
      }
      case Linear(var interpolation) -> {
        float[] frequencies = plain(ropeDim, base).frequencies;
        for (int i = 0; i < frequencies.length; i++) {
          frequencies[i] = (float) (frequencies[i] / interpolation);
        }
        yield new Rotation(frequencies, 1);
      }
    };
  }

  /// Llama 3.1's: slow frequencies divided by the factor, fast ones kept, a linear blend between;
  /// in F32 step by step, as the weights were trained with it.
  private static Rotation llama3(int ropeDim, double base, Llama3 llama) {
    float[] frequencies = new float[ropeDim / 2];
    float factor = (float) llama.factor;
    float low = (float) llama.lowFactor;
    float spread = (float) (llama.highFactor - llama.lowFactor);
    for (int i = 0; i < frequencies.length; i++) {
      float kept = 1 / (float) StrictMath.pow(base, 2.0 * i / ropeDim);
      float wave = (float) (2 * Math.PI) / kept;
      float share = Math.clamp((llama.originalLength / wave - low) / spread, 0, 1);
      frequencies[i] = (1 - share) * kept / factor + share * kept;
    }
    return new Rotation(frequencies, 1);
  }

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
