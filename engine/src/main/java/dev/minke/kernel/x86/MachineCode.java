package dev.minke.kernel.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Puts code where it can be executed. It stays as long as the process does.
final class MachineCode {
  private static final int READ_WRITE = 3;
  private static final int READ_EXECUTE = 5;
  private static final int PRIVATE_AND_ANONYMOUS = 0x22;
  private static final long FAILED = -1;
  private static final long PAGE = 4096;

  private MachineCode() {}

  /// A function of the code.
  ///
  /// @param shape of the function
  /// @return empty where the system has no such pages or forbids them
  @SuppressWarnings("restricted")
  static Optional<MethodHandle> install(byte[] code, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup library = linker.defaultLookup();
    if (library.find("mmap").isEmpty() || library.find("mprotect").isEmpty()) {
      return Optional.empty();
    }
    MethodHandle mmap =
        linker.downcallHandle(
            library.findOrThrow("mmap"),
            FunctionDescriptor.of(
                JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    MethodHandle mprotect =
        linker.downcallHandle(
            library.findOrThrow("mprotect"),
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    long bytes = (code.length + PAGE - 1) / PAGE * PAGE;
    try {
      long start =
          (long)
              mmap.invokeExact(
                  MemorySegment.NULL, bytes, READ_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
      if (start == FAILED) {
        return Optional.empty();
      }
      MemorySegment page = MemorySegment.ofAddress(start).reinterpret(bytes);
      page.copyFrom(MemorySegment.ofArray(code));
      if ((int) mprotect.invokeExact(start, bytes, READ_EXECUTE) != 0) {
        return Optional.empty();
      }
      // Calls are short: no safepoint waits for one.
      return Optional.of(linker.downcallHandle(page, shape, Linker.Option.critical(false)));
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
