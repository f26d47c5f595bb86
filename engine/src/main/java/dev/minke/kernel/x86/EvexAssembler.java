package dev.minke.kernel.x86;

/// Writes vector instructions of 512 bits, in EVEX form (Intel SDM vol. 2, §2.7): 32 registers of
/// 16 lanes. An operand in memory that is broadcast is an int or a float that each lane gets.
final class EvexAssembler extends Assembler {
  private static final int BROADCAST = 1 << 4;
  private static final int WIDTH_512 = 2 << 5;

  private void evex(int map, int prefix, int opcode, int register, int second, int third) {
    int extensions = (~register >> 3 & 1) << 7 | (~third >> 4 & 1) << 6 | (~third >> 3 & 1) << 5;
    bytes(0x62, extensions | (~register >> 4 & 1) << 4 | map);
    bytes((~second & 15) << 3 | 4 | prefix, WIDTH_512 | (~second >> 4 & 1) << 3, opcode);
    bytes(0xC0 | (register & 7) << 3 | third & 7);
  }

  private void evex(
      int map, int prefix, int opcode, int register, int second, At at, int broadcast) {
    int index = at.index() >= 8 ? 0 : 1;
    int extensions = (~register >> 3 & 1) << 7 | index << 6 | (~at.base() >> 3 & 1) << 5;
    bytes(0x62, extensions | (~register >> 4 & 1) << 4 | map);
    bytes((~second & 15) << 3 | 4 | prefix);
    bytes(WIDTH_512 | broadcast | (~second >> 4 & 1) << 3, opcode);
    operand(register, at);
  }

  void loadVector(int to, At from) {
    evex(MAP_0F, PREFIX_F3, 0x6F, to, 0, from, 0);
  }

  void storeVector(At to, int from) {
    evex(MAP_0F, PREFIX_F3, 0x7F, from, 0, to, 0);
  }

  /// Every lane the number at an address.
  void broadcast(int to, At from) {
    evex(MAP_0F38, PREFIX_66, 0x58, to, 0, from, 0);
  }

  void and(int to, int a, int b) {
    evex(MAP_0F, PREFIX_66, 0xDB, to, a, b);
  }

  void or(int to, int a, int b) {
    evex(MAP_0F, PREFIX_66, 0xEB, to, a, b);
  }

  void xor(int to, int a, int b) {
    evex(MAP_0F, PREFIX_66, 0xEF, to, a, b);
  }

  void shiftRight(int to, int from, int count) {
    evex(MAP_0F, PREFIX_66, 0x72, 2, to, from);
    bytes(count);
  }

  void shiftLeft(int to, int from, int count) {
    evex(MAP_0F, PREFIX_66, 0x72, 6, to, from);
    bytes(count);
  }

  /// Every lane the int at an address, shifted to the left.
  void shiftLeftBroadcast(int to, At from, int count) {
    evex(MAP_0F, PREFIX_66, 0x72, 6, to, from, BROADCAST);
    bytes(count);
  }

  void addInts(int to, int a, int b) {
    evex(MAP_0F, PREFIX_66, 0xFE, to, a, b);
  }

  void subtractInts(int to, int a, int b) {
    evex(MAP_0F, PREFIX_66, 0xFA, to, a, b);
  }

  /// Adds to each lane the products of its four unsigned bytes with the signed ones at an address.
  void addProducts(int sum, int unsigned, At signed) {
    evex(MAP_0F38, PREFIX_66, 0x50, sum, unsigned, signed, BROADCAST);
  }

  /// 16 unsigned bytes as ints.
  void widenUnsigned(int to, At from) {
    evex(MAP_0F38, PREFIX_66, 0x31, to, 0, from, 0);
  }

  /// 16 signed bytes as ints.
  void widenSigned(int to, At from) {
    evex(MAP_0F38, PREFIX_66, 0x21, to, 0, from, 0);
  }

  /// 16 F16 as F32.
  void widenHalves(int to, At from) {
    evex(MAP_0F38, PREFIX_66, 0x13, to, 0, from, 0);
  }

  void toFloats(int to, int ints) {
    evex(MAP_0F, NO_PREFIX, 0x5B, to, 0, ints);
  }

  /// Every lane the int at an address as F32.
  void toFloatsBroadcast(int to, At from) {
    evex(MAP_0F, NO_PREFIX, 0x5B, to, 0, from, BROADCAST);
  }

  void multiply(int to, int a, int b) {
    evex(MAP_0F, NO_PREFIX, 0x59, to, a, b);
  }

  void multiplyBroadcast(int to, int a, At b) {
    evex(MAP_0F, NO_PREFIX, 0x59, to, a, b, BROADCAST);
  }

  /// `sum += a · b`, fused.
  void multiplyAdd(int sum, int a, int b) {
    evex(MAP_0F38, PREFIX_66, 0xB8, sum, a, b);
  }

  /// `sum -= a · b`, fused.
  void multiplySubtract(int sum, int a, int b) {
    evex(MAP_0F38, PREFIX_66, 0xBC, sum, a, b);
  }
}
