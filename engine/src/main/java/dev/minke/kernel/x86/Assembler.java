package dev.minke.kernel.x86;

import java.io.ByteArrayOutputStream;

/// Writes x86-64 instructions: here the integer ones of 64 bits (Intel SDM vol. 2). Operands in
/// memory take a displacement of 32 bits always.
///
/// Registers are numbers, as the instruction set has them. Not thread-safe.
abstract class Assembler {
  static final int RAX = 0;
  static final int RCX = 1;
  static final int RDX = 2;
  static final int RSI = 6;
  static final int RDI = 7;
  static final int R8 = 8;
  static final int R9 = 9;
  static final int R10 = 10;
  static final int R11 = 11;

  /// Opcode maps and prefixes of VEX.
  static final int MAP_0F = 1;

  static final int MAP_0F38 = 2;
  static final int NO_PREFIX = 0;
  static final int PREFIX_66 = 1;
  static final int PREFIX_F3 = 2;

  private static final int NO_INDEX = -1;

  /// An operand in memory: `base + scale · index + displacement`.
  ///
  /// @param index a register, or negative for none
  /// @param scale 1, 2, 4 or 8
  record At(int base, int index, int scale, int displacement) {
    At(int base, int index, int displacement) {
      this(base, index, 1, displacement);
    }
  }

  static At at(int base, int displacement) {
    return new At(base, NO_INDEX, displacement);
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  byte[] bytes() {
    return out.toByteArray();
  }

  /// Where the next instruction begins: a target for [#jumpIfNotZero].
  int here() {
    return out.size();
  }

  final void bytes(int... values) {
    for (int value : values) {
      out.write(value);
    }
  }

  private void number(int value) {
    bytes(value & 255, value >> 8 & 255, value >> 16 & 255, value >>> 24);
  }

  final void operand(int register, At at) {
    boolean needsIndexByte = at.index >= 0 || (at.base & 7) == 4;
    bytes(0x80 | (register & 7) << 3 | (needsIndexByte ? 4 : at.base & 7));
    if (needsIndexByte) {
      int scale = Integer.numberOfTrailingZeros(at.scale);
      bytes(scale << 6 | (at.index < 0 ? 4 : at.index & 7) << 3 | at.base & 7);
    }
    number(at.displacement);
  }

  void load(int to, At from) {
    bytes(0x48 | to >> 3 << 2 | (from.index >= 8 ? 2 : 0) | from.base >> 3, 0x8B);
    operand(to, from);
  }

  void move(int to, int from) {
    bytes(0x48 | from >> 3 << 2 | to >> 3, 0x89, 0xC0 | (from & 7) << 3 | to & 7);
  }

  void add(int to, int number) {
    bytes(0x48 | to >> 3, 0x81, 0xC0 | to & 7);
    number(number);
  }

  void add(int to, At from) {
    bytes(0x48 | to >> 3 << 2 | (from.index >= 8 ? 2 : 0) | from.base >> 3, 0x03);
    operand(to, from);
  }

  void decrement(int register) {
    bytes(0x48 | register >> 3, 0xFF, 0xC8 | register & 7);
  }

  /// Subtracts 1 from a number in memory.
  void decrement(At at) {
    bytes(0x48 | (at.index >= 8 ? 2 : 0) | at.base >> 3, 0xFF);
    operand(1, at);
  }

  void jumpIfNotZero(int target) {
    int end = here() + 6;
    bytes(0x0F, 0x85);
    number(target - end);
  }

  /// Leaves vector registers as other code wants them, and returns.
  void leave() {
    bytes(0xC5, 0xF8, 0x77, 0xC3);
  }
}
