package dev.minke.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// The OpenBLAS of numpy's wheel, called in this process.
final class OpenBlas {
  private static final int ROW_MAJOR = 101;
  private static final int AS_IS = 111;
  private static final int TRANSPOSED = 112;

  private final SymbolLookup library;
  private final MethodHandle gemm;
  private final MethodHandle gemv;
  private final MethodHandle threads;
  private final String name;

  @SuppressWarnings("restricted")
  OpenBlas(Path path) {
    library = SymbolLookup.libraryLookup(path, Arena.global());
    gemm =
        function(
            "scipy_cblas_sgemm64_",
            FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_LONG));
    gemv =
        function(
            "scipy_cblas_sgemv64_",
            FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_LONG));
    threads = function("scipy_openblas_set_num_threads64_", FunctionDescriptor.ofVoid(JAVA_INT));
    name = "OpenBLAS " + core();
  }

  /// The processor that it thinks it runs on, by which it chose its kernels.
  @SuppressWarnings("restricted")
  private String core() {
    MethodHandle core = function("scipy_openblas_get_corename64_", FunctionDescriptor.of(ADDRESS));
    try {
      return ((MemorySegment) core.invokeExact()).reinterpret(64).getString(0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /// For example `OpenBLAS SkylakeX`.
  String name() {
    return name;
  }

  @SuppressWarnings("restricted")
  private MethodHandle function(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
  }

  void threads(int count) {
    try {
      threads.invokeExact(count);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /// `out = x Wᵀ`, by gemv for one row.
  void product(Tensor x, Tensor weight, Tensor out) {
    long rows = x.size(0);
    long depth = x.size(1);
    long width = weight.size(0);
    MemorySegment a = x.segment();
    MemorySegment w = weight.segment();
    MemorySegment c = out.segment();
    try {
      if (rows == 1) {
        gemv.invokeExact(ROW_MAJOR, AS_IS, width, depth, 1f, w, depth, a, 1L, 0f, c, 1L);
      } else {
        gemm.invokeExact(
            ROW_MAJOR, AS_IS, TRANSPOSED, rows, width, depth, 1f, a, depth, w, depth, 0f, c, width);
      }
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
