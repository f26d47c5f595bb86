package dev.minke.kernel.x86;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/// What the processor has, asked of itself by CPUID (Intel SDM vol. 2, CPUID).
final class Processor {
  /// `push rbx; mov r8, rdx; mov eax, edi; mov ecx, esi; cpuid;` four stores; `pop rbx; ret`.
  private static final int[] CPUID = {
    0x53, 0x49, 0x89, 0xD0, 0x89, 0xF8, 0x89, 0xF1, 0x0F, 0xA2, 0x41, 0x89, 0x00, 0x41, 0x89, 0x58,
    0x04, 0x41, 0x89, 0x48, 0x08, 0x41, 0x89, 0x50, 0x0C, 0x5B, 0xC3
  };

  private static final int FMA = 12;
  private static final int SAVED_BY_SYSTEM = 27;
  private static final int AVX = 28;
  private static final int F16C = 29;
  private static final int AVX2 = 5;

  /// Leaf 7: EBX has AVX-512 Foundation, BW and VL, ECX its VNNI.
  private static final int AVX512F = 16;

  private static final int AVX512BW = 30;
  private static final int AVX512VL = 31;
  private static final int VNNI = 11;

  /// Registers that the system saves (XCR0): those of SSE and AVX, masks, the upper halves of 512
  /// bits, the upper 16.
  private static final int SAVED_WIDE = 0b11100110;

  /// `xor ecx, ecx; xgetbv; mov [rdi], eax; ret`.
  private static final int[] XGETBV = {0x31, 0xC9, 0x0F, 0x01, 0xD0, 0x89, 0x07, 0xC3};

  private Processor() {}

  /// Whether there is AVX2 with fused multiply-adds and F16, and the system calls functions as
  /// Linux and macOS do on x86-64.
  static boolean hasAvx2() {
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    boolean called = name.startsWith("linux") || name.startsWith("mac");
    if (!called || !System.getProperty("os.arch", "").matches("amd64|x86_64")) {
      return false;
    }
    int first = registers(1, 0).map(found -> found[2]).orElse(0);
    int seventh = registers(7, 0).map(found -> found[1]).orElse(0);
    int needed = 1 << FMA | 1 << SAVED_BY_SYSTEM | 1 << AVX | 1 << F16C;
    return (first & needed) == needed && (seventh >>> AVX2 & 1) == 1;
  }

  /// Whether there are vectors of 512 bits that the system saves, and sums of products of bytes by
  /// one instruction; asked only where [#hasAvx2].
  static boolean hasVnni() {
    int[] seventh = registers(7, 0).orElse(new int[4]);
    int needed = 1 << AVX512F | 1 << AVX512BW | 1 << AVX512VL;
    return (seventh[1] & needed) == needed
        && (seventh[2] >>> VNNI & 1) == 1
        && (savedRegisters() & SAVED_WIDE) == SAVED_WIDE;
  }

  private static int savedRegisters() {
    FunctionDescriptor shape = FunctionDescriptor.ofVoid(JAVA_LONG);
    Optional<MethodHandle> xgetbv = MachineCode.install(bytes(XGETBV), shape);
    if (xgetbv.isEmpty()) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(Integer.BYTES, 16);
      xgetbv.get().invokeExact(out.address());
      return out.get(JAVA_INT, 0);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(int[] values) {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    for (int value : values) {
      code.write(value);
    }
    return code.toByteArray();
  }

  /// EAX, EBX, ECX and EDX; empty where code cannot be executed.
  private static Optional<int[]> registers(int leaf, int part) {
    FunctionDescriptor shape = FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_LONG);
    Optional<MethodHandle> cpuid = MachineCode.install(bytes(CPUID), shape);
    if (cpuid.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(4 * Integer.BYTES, 16);
      cpuid.get().invokeExact(leaf, part, out.address());
      return Optional.of(out.toArray(JAVA_INT));
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
