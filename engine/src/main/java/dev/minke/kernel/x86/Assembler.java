package dev.minke.kernel.x86;

import java.io.ByteArrayOutputStream;

/// Writes x86-64 instructions: integer ones of 64 bits, and vector ones of 256 bits in VEX form
/// (Intel SDM vol. 2, §2.3). Operands in memory take a displacement of 32 bits always.
///
/// Registers are numbers, as the instruction set has them. Not thread-safe.
final class Assembler {
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
  private static final int MAP_0F = 1;

  private static final int MAP_0F38 = 2;
  private static final int NO_PREFIX = 0;
  private static final int PREFIX_66 = 1;
  private static final int PREFIX_F3 = 2;

  private static final int NO_INDEX = -1;

  /// An operand in memory: `base + index + displacement`.
  ///
  /// @param index a register, or negative for none
  record At(int base, int index, int displacement) {
    At plus(int more) {
      return new At(base, index, displacement + more);
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

  private void bytes(int... values) {
    for (int value : values) {
      out.write(value);
    }
  }

  private void number(int value) {
    bytes(value & 255, value >> 8 & 255, value >> 16 & 255, value >>> 24);
  }

  private void operand(int register, At at) {
    boolean needsIndexByte = at.index >= 0 || (at.base & 7) == 4;
    bytes(0x80 | (register & 7) << 3 | (needsIndexByte ? 4 : at.base & 7));
    if (needsIndexByte) {
      bytes((at.index < 0 ? 4 : at.index & 7) << 3 | at.base & 7);
    }
    number(at.displacement);
  }

  private void vex(int map, int prefix, int opcode, int register, int second, int third) {
    bytes(0xC4, (~register >> 3 & 1) << 7 | 1 << 6 | (~third >> 3 & 1) << 5 | map);
    bytes((~second & 15) << 3 | 4 | prefix, opcode, 0xC0 | (register & 7) << 3 | third & 7);
  }

  private void vex(int map, int prefix, int opcode, int register, int second, At at) {
    int index = at.index >= 8 ? 0 : 1;
    int base = ~at.base >> 3 & 1;
    bytes(0xC4, (~register >> 3 & 1) << 7 | index << 6 | base << 5 | map);
    bytes((~second & 15) << 3 | 4 | prefix, opcode);
    operand(register, at);
  }

  // ---- integers of 64 bits

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

  // ---- vectors of 256 bits

  void loadVector(int to, At from) {
    vex(MAP_0F, PREFIX_F3, 0x6F, to, 0, from);
  }

  void storeVector(At to, int from) {
    vex(MAP_0F, PREFIX_F3, 0x7F, from, 0, to);
  }

  /// Every 32 bits the number at an address.
  void broadcast(int to, At from) {
    vex(MAP_0F38, PREFIX_66, 0x58, to, 0, from);
  }

  void and(int to, int a, int b) {
    vex(MAP_0F, PREFIX_66, 0xDB, to, a, b);
  }

  void or(int to, int a, int b) {
    vex(MAP_0F, PREFIX_66, 0xEB, to, a, b);
  }

  void clear(int register) {
    vex(MAP_0F, PREFIX_66, 0xEF, register, register, register);
  }

  /// Shifts 16-bit lanes to the right, zeros from the left.
  void shiftRight16(int to, int from, int count) {
    vex(MAP_0F, PREFIX_66, 0x71, 2, to, from);
    bytes(count);
  }

  void shiftLeft16(int to, int from, int count) {
    vex(MAP_0F, PREFIX_66, 0x71, 6, to, from);
    bytes(count);
  }

  void shiftLeft32(int to, int from, int count) {
    vex(MAP_0F, PREFIX_66, 0x72, 6, to, from);
    bytes(count);
  }

  void absolute8(int to, int from) {
    vex(MAP_0F38, PREFIX_66, 0x1C, to, 0, from);
  }

  /// `a` with the signs of `signs`, 0 where that is 0.
  void sign8(int to, int a, int signs) {
    vex(MAP_0F38, PREFIX_66, 0x08, to, a, signs);
  }

  /// Products of unsigned and signed bytes, added by pairs into 16 bits.
  void multiplyPairs8(int to, int unsigned, int signed) {
    vex(MAP_0F38, PREFIX_66, 0x04, to, unsigned, signed);
  }

  /// Products of 16-bit lanes, added by pairs into 32 bits.
  void multiplyPairs16(int to, int a, int b) {
    vex(MAP_0F, PREFIX_66, 0xF5, to, a, b);
  }

  void add16(int to, int a, int b) {
    vex(MAP_0F, PREFIX_66, 0xFD, to, a, b);
  }

  void add32(int to, int a, int b) {
    vex(MAP_0F, PREFIX_66, 0xFE, to, a, b);
  }

  void subtract32(int to, int a, int b) {
    vex(MAP_0F, PREFIX_66, 0xFA, to, a, b);
  }

  /// Eight unsigned bytes as ints.
  void widenUnsigned8(int to, At from) {
    vex(MAP_0F38, PREFIX_66, 0x31, to, 0, from);
  }

  /// Eight signed bytes as ints.
  void widenSigned8(int to, At from) {
    vex(MAP_0F38, PREFIX_66, 0x21, to, 0, from);
  }

  /// Eight F16 as F32.
  void widenHalf(int to, At from) {
    vex(MAP_0F38, PREFIX_66, 0x13, to, 0, from);
  }

  void toFloat(int to, int ints) {
    vex(MAP_0F, NO_PREFIX, 0x5B, to, 0, ints);
  }

  void multiply(int to, int a, int b) {
    vex(MAP_0F, NO_PREFIX, 0x59, to, a, b);
  }

  /// `sum += a · b`, fused.
  void multiplyAdd(int sum, int a, int b) {
    vex(MAP_0F38, PREFIX_66, 0xB8, sum, a, b);
  }

  /// `sum -= a · b`, fused.
  void multiplySubtract(int sum, int a, int b) {
    vex(MAP_0F38, PREFIX_66, 0xBC, sum, a, b);
  }
}
