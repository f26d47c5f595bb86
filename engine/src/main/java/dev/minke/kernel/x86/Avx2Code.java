package dev.minke.kernel.x86;

import static dev.minke.kernel.x86.Assembler.R11;
import static dev.minke.kernel.x86.Assembler.R9;
import static dev.minke.kernel.x86.Assembler.RAX;
import static dev.minke.kernel.x86.Assembler.RCX;
import static dev.minke.kernel.x86.Assembler.RDI;
import static dev.minke.kernel.x86.Assembler.RDX;
import static dev.minke.kernel.x86.Assembler.RSI;
import static dev.minke.kernel.x86.Assembler.at;
import static dev.minke.kernel.x86.IntegerProducts.BLOCKS;
import static dev.minke.kernel.x86.IntegerProducts.CONSTANTS;
import static dev.minke.kernel.x86.IntegerProducts.FIFTH_BITS_AT;
import static dev.minke.kernel.x86.IntegerProducts.NIBBLES_AT;
import static dev.minke.kernel.x86.IntegerProducts.OUT;
import static dev.minke.kernel.x86.IntegerProducts.OUT_STRIDE;
import static dev.minke.kernel.x86.IntegerProducts.PAIRS_AT;
import static dev.minke.kernel.x86.IntegerProducts.ROUNDED;
import static dev.minke.kernel.x86.IntegerProducts.ROUNDED_STRIDE;
import static dev.minke.kernel.x86.IntegerProducts.STRIPS;
import static dev.minke.kernel.x86.IntegerProducts.UPPER_BITS_AT;

import dev.minke.kernel.x86.Assembler.At;

/// The code of one format's product for one or two rows, in AVX2.
///
/// Vector registers: 0 to 3 the outputs of two rows by two halves of a strip; 4 to 7 the same for
/// sums of integers; 8 to 13 weights and what is being computed; 14 the lower four bits of every
/// byte; 15 ones of 16 bits. Unsigned codes are multiplied as they are, and what they are too large
/// by is taken off with the row's sum: sums of pairs then stay below 2^15 over 32 k of four bits,
/// or four k of six and eight.
final class Avx2Code {
  private static final int HALVES = 2;
  private static final int VECTOR = 32;

  /// Bytes of 16 ints.
  private static final int STEP = 64;

  private static final int NIBBLES = 14;
  private static final int ONES = 15;

  private final StripFormat format;
  private final int rows;
  private final VexAssembler code = new VexAssembler();

  Avx2Code(StripFormat format, int rows) {
    this.format = format;
    this.rows = rows;
  }

  private static int output(int row, int half) {
    return HALVES * row + half;
  }

  private static int sum(int row, int half) {
    return 4 + HALVES * row + half;
  }

  /// Numbers or facts of a row.
  private static At rounded(int row, int part, int offset) {
    int at = RoundedRun.BYTES * part + offset;
    return row == 0 ? at(RCX, at) : new At(RCX, R11, at);
  }

  private At out(int row, int half) {
    return row == 0 ? at(R9, VECTOR * half) : new At(R9, RDX, VECTOR * half);
  }

  byte[] bytes() {
    code.load(RSI, at(RDI, 0));
    code.load(R9, at(RDI, OUT));
    code.load(R11, at(RDI, ROUNDED_STRIDE));
    code.load(RDX, at(RDI, CONSTANTS));
    code.broadcast(NIBBLES, at(RDX, NIBBLES_AT));
    code.broadcast(ONES, at(RDX, PAIRS_AT));
    int strip = code.here();
    code.load(RCX, at(RDI, ROUNDED));
    code.load(RDX, at(RDI, OUT_STRIDE));
    eachOutput((row, half) -> code.loadVector(output(row, half), out(row, half)));
    code.load(RDX, at(RDI, CONSTANTS));
    code.load(RAX, at(RDI, BLOCKS));
    int block = code.here();
    block();
    int parts = format.blockElements() / 32;
    code.add(RSI, format.blockBytes());
    code.add(RCX, RoundedRun.BYTES * parts);
    code.decrement(RAX);
    code.jumpIfNotZero(block);
    code.load(RDX, at(RDI, OUT_STRIDE));
    eachOutput((row, half) -> code.storeVector(out(row, half), output(row, half)));
    code.add(R9, HALVES * VECTOR);
    code.decrement(at(RDI, STRIPS));
    code.jumpIfNotZero(strip);
    code.leave();
    return code.bytes();
  }

  /// What is done for one row and half a strip.
  @FunctionalInterface
  private interface Each {
    void run(int row, int half);
  }

  private void eachOutput(Each each) {
    for (int row = 0; row < rows; row++) {
      for (int half = 0; half < HALVES; half++) {
        each.run(row, half);
      }
    }
  }

  private void block() {
    switch (format) {
      case Q8_0 -> {
        signedBytes();
        scaleByHalves(8 * STEP);
      }
      case Q4_0 -> {
        nibbles(0, 0);
        offset(0, RoundedRun.SUM, 3);
        scaleByHalves(4 * STEP);
      }
      case Q5_0 -> {
        fiveBits(0, 0);
        offset(0, RoundedRun.SUM, 4);
        scaleByHalves(5 * STEP);
      }
      case Q4_K -> {
        for (int part = 0; part < 8; part++) {
          int begin = 64 + 288 * part;
          nibbles(begin, part);
          scaleByBytes(part, begin + 256, true);
          minima(part, begin + 272);
        }
      }
      case Q5_K -> {
        for (int part = 0; part < 8; part++) {
          int begin = 64 + 352 * part;
          fiveBits(begin, part);
          scaleByBytes(part, begin + 320, true);
          minima(part, begin + 336);
        }
      }
      case Q6_K -> {
        for (int part = 0; part < 8; part++) {
          sixBits(32 + 416 * part, part);
        }
      }
    }
  }

  /// Sums over 32 k of codes of four bits, in 16 bits until the end.
  private void nibbles(int begin, int part) {
    for (int step = 0; step < 4; step++) {
      for (int half = 0; half < HALVES; half++) {
        code.loadVector(8 + half, at(RSI, begin + STEP * step + VECTOR * half));
        code.shiftRight16(10 + half, 8 + half, 4);
        code.and(8 + half, 8 + half, NIBBLES);
        code.and(10 + half, 10 + half, NIBBLES);
      }
      for (int row = 0; row < rows; row++) {
        for (int four = 0; four < 2; four++) {
          boolean isFirst = step == 0 && four == 0;
          code.broadcast(12, rounded(row, part, 8 * step + 4 * four));
          for (int half = 0; half < HALVES; half++) {
            int to = isFirst ? sum(row, half) : 13;
            code.multiplyPairs8(to, 8 + 2 * four + half, 12);
            if (!isFirst) {
              code.add16(sum(row, half), sum(row, half), 13);
            }
          }
        }
      }
    }
    eachOutput((row, half) -> code.multiplyPairs16(sum(row, half), sum(row, half), ONES));
  }

  /// Sums over 32 k of codes of five bits.
  private void fiveBits(int begin, int part) {
    for (int half = 0; half < HALVES; half++) {
      code.loadVector(11, at(RSI, begin + 4 * STEP + VECTOR * half));
      for (int four = 0; four < 8; four++) {
        lowerHalf(at(RSI, begin + STEP * (four / 2) + VECTOR * half), four);
        shiftTo(4 - four);
        upperBits(at(RDX, FIFTH_BITS_AT));
        for (int row = 0; row < rows; row++) {
          code.broadcast(12, rounded(row, part, 4 * four));
          code.multiplyPairs8(13, 9, 12);
          addPairs(sum(row, half), four == 0);
        }
      }
    }
  }

  /// Sums over 32 k of signed bytes: the weight's size times the row's number with the weight's
  /// sign.
  private void signedBytes() {
    for (int four = 0; four < 8; four++) {
      for (int half = 0; half < HALVES; half++) {
        code.loadVector(8 + half, at(RSI, STEP * four + VECTOR * half));
        code.absolute8(10 + half, 8 + half);
      }
      for (int row = 0; row < rows; row++) {
        code.broadcast(12, rounded(row, 0, 4 * four));
        for (int half = 0; half < HALVES; half++) {
          code.sign8(13, 12, 8 + half);
          code.multiplyPairs8(13, 10 + half, 13);
          addPairs(sum(row, half), four == 0);
        }
      }
    }
  }

  /// Adds register 13, pairs in 16 bits, to a sum.
  private void addPairs(int sum, boolean isFirst) {
    if (isFirst) {
      code.multiplyPairs16(sum, 13, ONES);
    } else {
      code.multiplyPairs16(13, 13, ONES);
      code.add32(sum, sum, 13);
    }
  }

  /// Takes `Σ row << shift` off the sums, and makes them floats.
  private void offset(int part, int fact, int shift) {
    for (int row = 0; row < rows; row++) {
      code.broadcast(12, rounded(row, part, fact));
      code.shiftLeft32(12, 12, shift);
      for (int half = 0; half < HALVES; half++) {
        code.subtract32(sum(row, half), sum(row, half), 12);
      }
    }
  }

  /// Adds the sums times 16 scales in F16.
  private void scaleByHalves(int scales) {
    eachOutput((row, half) -> code.toFloat(sum(row, half), sum(row, half)));
    for (int half = 0; half < HALVES; half++) {
      code.widenHalf(8 + half, at(RSI, scales + 16 * half));
    }
    for (int row = 0; row < rows; row++) {
      code.broadcast(12, rounded(row, 0, RoundedRun.SCALE));
      for (int half = 0; half < HALVES; half++) {
        code.multiply(13, 8 + half, 12);
        code.multiplyAdd(output(row, half), sum(row, half), 13);
      }
    }
  }

  /// Adds the sums times the block's scale and 16 bytes.
  private void scaleByBytes(int part, int scales, boolean unsigned) {
    eachOutput((row, half) -> code.toFloat(sum(row, half), sum(row, half)));
    for (int half = 0; half < HALVES; half++) {
      product(8, at(RSI, 16 * half), at(RSI, scales + 8 * half), unsigned);
      for (int row = 0; row < rows; row++) {
        code.broadcast(12, rounded(row, part, RoundedRun.SCALE));
        code.multiply(13, 8, 12);
        code.multiplyAdd(output(row, half), sum(row, half), 13);
      }
    }
  }

  /// Takes off the row's sum times the block's minimum and 16 bytes.
  private void minima(int part, int minima) {
    for (int half = 0; half < HALVES; half++) {
      product(8, at(RSI, VECTOR + 16 * half), at(RSI, minima + 8 * half), true);
      for (int row = 0; row < rows; row++) {
        code.broadcast(12, rounded(row, part, RoundedRun.SCALE));
        code.multiply(13, 8, 12);
        code.broadcast(12, rounded(row, part, RoundedRun.SUM));
        code.toFloat(12, 12);
        code.multiplySubtract(output(row, half), 12, 13);
      }
    }
  }

  /// Eight F16 times eight bytes; takes register 9.
  private void product(int to, At halves, At bytes, boolean unsigned) {
    code.widenHalf(to, halves);
    if (unsigned) {
      code.widenUnsigned8(9, bytes);
    } else {
      code.widenSigned8(9, bytes);
    }
    code.toFloat(9, 9);
    code.multiply(to, to, 9);
  }

  /// Sums over 32 k of codes of six bits, two runs of 16.
  private void sixBits(int begin, int part) {
    for (int run = 0; run < 2; run++) {
      for (int half = 0; half < HALVES; half++) {
        code.loadVector(11, at(RSI, begin + 256 + STEP * run + VECTOR * half));
        for (int four = 0; four < 4; four++) {
          int step = 2 * run + four / 2;
          sixBits(at(RSI, begin + STEP * step + VECTOR * half), four);
          for (int row = 0; row < rows; row++) {
            code.broadcast(12, rounded(row, part, 16 * run + 4 * four));
            code.multiplyPairs8(13, 9, 12);
            addPairs(sum(row, half), four == 0);
          }
        }
      }
      offset(part, RoundedRun.HALF_SUM + 4 * run, 5);
      scaleByBytes(part, begin + 384 + 16 * run, false);
    }
  }

  /// Four k of eight rows in register 9: four bits from memory, two from register 11.
  private void sixBits(At lower, int four) {
    lowerHalf(lower, four);
    shiftTo(4 - 2 * four);
    upperBits(at(RDX, UPPER_BITS_AT));
  }

  /// The lower four bits of four k in register 9.
  private void lowerHalf(At lower, int four) {
    code.loadVector(9, lower);
    if (four % 2 == 1) {
      code.shiftRight16(9, 9, 4);
    }
    code.and(9, 9, NIBBLES);
  }

  /// Register 11, its bits so many places higher, in register 10.
  private void shiftTo(int places) {
    if (places > 0) {
      code.shiftLeft16(10, 11, places);
    } else if (places == 0) {
      code.or(10, 11, 11);
    } else {
      code.shiftRight16(10, 11, -places);
    }
  }

  /// Joins bits of register 10 to those of register 9; takes register 12.
  private void upperBits(At mask) {
    code.broadcast(12, mask);
    code.and(10, 10, 12);
    code.or(9, 9, 10);
  }
}
