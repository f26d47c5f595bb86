package dev.minke.kernel.x86;

/// The instructions that products in integers can be made of, the best first.
enum InstructionSet {
  /// 512 bits, 32 registers, four products of bytes added to a lane by one instruction.
  AVX512_VNNI("AVX-512 VNNI", 8),
  /// 256 bits, 16 registers, products of bytes added by pairs.
  AVX2("AVX2", 2);

  private final String title;
  private final int rows;

  InstructionSet(String title, int rows) {
    this.title = title;
    this.rows = rows;
  }

  /// Its makers' name.
  String title() {
    return title;
  }

  /// Rows that are multiplied at once, at most.
  int rows() {
    return rows;
  }

  /// Whether this processor and system can run it.
  boolean isHere() {
    return switch (this) {
      case AVX512_VNNI -> Processor.hasAvx2() && Processor.hasVnni();
      case AVX2 -> Processor.hasAvx2();
    };
  }

  byte[] code(StripFormat format, int rows) {
    return switch (this) {
      case AVX512_VNNI -> new VnniCode(format, rows).bytes();
      case AVX2 -> new Avx2Code(format, rows).bytes();
    };
  }
}
