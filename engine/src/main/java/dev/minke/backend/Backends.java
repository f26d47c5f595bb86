package dev.minke.backend;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;

/// Opens kernels for this machine, and says what was chosen.
public final class Backends {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  private static final String THREADS_PROPERTY = "minke.threads";

  private Backends() {}

  /// The fastest kernels here, on every core; the system property `minke.threads` asks for another
  /// number of threads.
  ///
  /// @return kernels that the caller closes
  /// @throws BackendUnavailableException if the Vector API is not there
  /// @throws IllegalArgumentException if the property is not a number from 1
  public static Kernels openDefault() {
    String asked = System.getProperty(THREADS_PROPERTY);
    return open(asked == null ? Runtime.getRuntime().availableProcessors() : threads(asked));
  }

  private static int threads(String asked) {
    try {
      int threads = Integer.parseInt(asked);
      if (threads >= 1) {
        return threads;
      }
    } catch (NumberFormatException _) {
      // Said below, with the numbers that are too small.
    }
    throw new IllegalArgumentException(
        "%s: expected a number from 1, found '%s'; leave it out for every core"
            .formatted(THREADS_PROPERTY, asked));
  }

  /// The fastest kernels here.
  ///
  /// @param threads that compute, the caller's included
  /// @return kernels that the caller closes
  /// @throws BackendUnavailableException if the Vector API is not there
  public static Kernels open(int threads) {
    requireVectorApi(ModuleLayer.boot());
    return new VectorKernels(threads);
  }

  static void requireVectorApi(ModuleLayer modules) {
    if (modules.findModule(VECTOR_MODULE).isEmpty()) {
      throw new BackendUnavailableException(
          "backend: expected the module %s, found it absent; start java with --add-modules %s"
              .formatted(VECTOR_MODULE, VECTOR_MODULE));
    }
  }

  /// What was chosen and on what, in one line: `vector: 256 bits, 2 threads, product tiles 6 x 16,
  /// second-level cache 512 KB; amd64 with AVX2, FMA; 2 processors`.
  public static String explain(Kernels kernels) {
    return kernels.describe() + "; " + Machine.probe().describe();
  }

  /// The fused multiply-adds that the vector units can do at best, measured on every thread of the
  /// kernels at once: what a product is held against.
  ///
  /// @param seconds how long to measure; a second is enough
  /// @return floating-point operations a second; 0 for kernels without vectors
  public static double fmaPeak(Kernels kernels, double seconds) {
    return kernels instanceof VectorKernels vector ? vector.fmaPeak(seconds) : 0;
  }
}
