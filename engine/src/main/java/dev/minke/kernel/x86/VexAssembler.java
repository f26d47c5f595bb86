package dev.minke.kernel.x86;

/// Writes vector instructions of 256 bits, in VEX form (Intel SDM vol. 2, §2.3): 16 registers of
/// eight lanes.
final class VexAssembler extends Assembler {
  private void vex(int map, int prefix, int opcode, int register, int second, int third) {
    bytes(0xC4, (~register >> 3 & 1) << 7 | 1 << 6 | (~third >> 3 & 1) << 5 | map);
    bytes((~second & 15) << 3 | 4 | prefix, opcode, 0xC0 | (register & 7) << 3 | third & 7);
  }

  private void vex(int map, int prefix, int opcode, int register, int second, At at) {
    int index = at.index() >= 8 ? 0 : 1;
    int base = ~at.base() >> 3 & 1;
    bytes(0xC4, (~register >> 3 & 1) << 7 | index << 6 | base << 5 | map);
    bytes((~second & 15) << 3 | 4 | prefix, opcode);
    operand(register, at);
  }

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
