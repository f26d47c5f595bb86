package dev.minke.tensor;

/// Counter-based random numbers: value `index` of stream `stream` under seed `seed` is a function
/// of these three alone.
///
/// So work can be split or resumed anywhere without carrying a generator's state. The function is
/// the finaliser of SplitMix64 (Steele, Lea, Flood 2014) applied to a mix of the three. Same bits
/// on every machine. Immutable.
///
/// @param seed of the run
/// @param stream which use of randomness: a parameter, a sequence, an epoch
public record RandomStream(long seed, long stream) {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /// A stream named by text.
  public static RandomStream named(long seed, String name) {
    long stream = 0xCBF29CE484222325L;
    for (int i = 0; i < name.length(); i++) {
      stream = (stream ^ name.charAt(i)) * 0x100000001B3L;
    }
    return new RandomStream(seed, stream);
  }

  /// 64 random bits.
  public long bits(long index) {
    return mix(mix(mix(seed + GOLDEN) ^ stream) + (index + 1) * GOLDEN);
  }

  /// Uniform in [0, 1), 53 bits.
  public double uniform(long index) {
    return (bits(index) >>> 11) * 0x1p-53;
  }

  /// Uniform integer in [0, bound).
  public int below(int bound, long index) {
    return (int) Math.unsignedMultiplyHigh(bits(index), bound);
  }

  /// Normal with mean 0 and deviation 1 (Box-Muller, from two uniforms of this index).
  public double normal(long index) {
    double radius = Math.sqrt(-2 * StrictMath.log(1 - uniform(2 * index)));
    return radius * StrictMath.cos(2 * Math.PI * uniform(2 * index + 1));
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
