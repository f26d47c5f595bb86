package dev.minke.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The process's open files by number, which Java does not know of.
final class Descriptors {
  private static final int STANDARD_ERROR = 2;

  private Descriptors() {}

  /// The launcher keeps the JVM's own remarks apart: it gives it another standard error, and the
  /// real one under the number of the property `minke.stderr`.
  ///
  /// The descriptor itself is put back (`dup2`), not opened anew: a file opened twice has two
  /// positions, and what one writes the other writes over.
  static void takeBackStandardError() {
    Integer real = Integer.getInteger("minke.stderr");
    if (real == null) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor type =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    MethodHandle dup2 = linker.downcallHandle(linker.defaultLookup().findOrThrow("dup2"), type);
    int code;
    try {
      code = (int) dup2.invokeExact(real.intValue(), STANDARD_ERROR);
    } catch (Throwable impossible) {
      throw new AssertionError("dup2: a C function throws nothing", impossible);
    }
    if (code != STANDARD_ERROR) {
      throw new IllegalStateException(
          "minke.stderr: expected the number of an open file, found " + real);
    }
  }
}
