package dev.minke.kernel.x86;

import static dev.minke.kernel.x86.Assembler.R10;
import static dev.minke.kernel.x86.Assembler.R11;
import static dev.minke.kernel.x86.Assembler.R8;
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
import static dev.minke.kernel.x86.IntegerProducts.ROUNDED;
import static dev.minke.kernel.x86.IntegerProducts.ROUNDED_STRIDE;
import static dev.minke.kernel.x86.IntegerProducts.SIGNS_AT;
import static dev.minke.kernel.x86.IntegerProducts.STRIPS;
import static dev.minke.kernel.x86.IntegerProducts.UPPER_BITS_AT;

import dev.minke.kernel.x86.Assembler.At;

/// The code of one format's product for one to eight rows, in AVX-512 with VNNI: a vector is a
/// strip, so weights are taken apart once for all rows.
///
/// Vector registers: 0 to 7 the rows' outputs; 8 to 15 their sums of integers; 16 to 23 codes, an
/// operand of four k each; from 24 on what the constants below say. Codes are multiplied as
/// unsigned ones, and what they are too large by is taken off with the row's sum.
final class VnniCode {
  private static final int CODES = 16;
  private static final int MASK = 24;
  private static final int UPPER_MASK = 25;
  private static final int UNIT = 26;
  private static final int MINIMUM_UNIT = 27;
  private static final int SCALE = 28;
  private static final int MINIMUM = 29;
  private static final int FREE = 30;
  private static final int OTHER = 31;

  /// Bytes of 16 ints.
  private static final int STEP = 64;

  private final StripFormat format;
  private final int rows;
  private final EvexAssembler code = new EvexAssembler();

  VnniCode(StripFormat format, int rows) {
    this.format = format;
    this.rows = rows;
  }

  private static int output(int row) {
    return row;
  }

  private static int sum(int row) {
    return 8 + row;
  }

  /// Sums of integers of a row: one would wait for itself where rows are few.
  private int chains() {
    return rows == 1 ? 4 : rows <= 4 ? 2 : 1;
  }

  /// Numbers or facts of a row: three, five and seven strides are in registers.
  private static At rounded(int row, int part, int offset) {
    int at = RoundedRun.BYTES * part + offset;
    return switch (row) {
      case 0 -> at(RCX, at);
      case 3 -> new At(RCX, R8, at);
      case 5 -> new At(RCX, R10, at);
      case 6 -> new At(RCX, R8, 2, at);
      case 7 -> new At(RCX, RDX, at);
      default -> new At(RCX, R11, row, at);
    };
  }

  byte[] bytes() {
    code.load(RDX, at(RDI, CONSTANTS));
    code.broadcast(MASK, at(RDX, format == StripFormat.Q8_0 ? SIGNS_AT : NIBBLES_AT));
    code.broadcast(UPPER_MASK, at(RDX, format == StripFormat.Q6_K ? UPPER_BITS_AT : FIFTH_BITS_AT));
    code.load(RSI, at(RDI, 0));
    code.load(R9, at(RDI, OUT));
    strides();
    int strip = code.here();
    code.load(RCX, at(RDI, ROUNDED));
    outputs(row -> code.loadVector(output(row), at(RAX, 0)));
    code.load(RAX, at(RDI, BLOCKS));
    int block = code.here();
    block();
    int parts = format.blockElements() / RoundedRun.ELEMENTS;
    code.add(RSI, format.blockBytes());
    code.add(RCX, RoundedRun.BYTES * parts);
    code.decrement(RAX);
    code.jumpIfNotZero(block);
    outputs(row -> code.storeVector(at(RAX, 0), output(row)));
    code.add(R9, STEP);
    code.decrement(at(RDI, STRIPS));
    code.jumpIfNotZero(strip);
    code.leave();
    return code.bytes();
  }

  private void strides() {
    code.load(R11, at(RDI, ROUNDED_STRIDE));
    code.load(R8, at(RDI, ROUNDED_STRIDE));
    code.add(R8, at(RDI, ROUNDED_STRIDE));
    code.add(R8, at(RDI, ROUNDED_STRIDE));
    code.move(R10, R8);
    code.add(R10, at(RDI, ROUNDED_STRIDE));
    code.add(R10, at(RDI, ROUNDED_STRIDE));
    code.move(RDX, R10);
    code.add(RDX, at(RDI, ROUNDED_STRIDE));
    code.add(RDX, at(RDI, ROUNDED_STRIDE));
  }

  /// What is done for one row.
  @FunctionalInterface
  private interface Each {
    void run(int row);
  }

  private void eachRow(Each each) {
    for (int row = 0; row < rows; row++) {
      each.run(row);
    }
  }

  /// For each row, with the address of its outputs in RAX.
  private void outputs(Each each) {
    code.move(RAX, R9);
    for (int row = 0; row < rows; row++) {
      each.run(row);
      if (row + 1 < rows) {
        code.add(RAX, at(RDI, OUT_STRIDE));
      }
    }
  }

  private void block() {
    switch (format) {
      case Q8_0 -> {
        code.widenHalves(SCALE, at(RSI, 8 * STEP));
        for (int four = 0; four < 8; four++) {
          code.loadVector(CODES + four, at(RSI, STEP * four));
          code.xor(CODES + four, CODES + four, MASK);
        }
        sums(0, 0, 8);
        offset(0, RoundedRun.SUM, 7);
        scale(0);
      }
      case Q4_0 -> {
        code.widenHalves(SCALE, at(RSI, 4 * STEP));
        nibbles(0);
        sums(0, 0, 8);
        offset(0, RoundedRun.SUM, 3);
        scale(0);
      }
      case Q5_0 -> {
        code.widenHalves(SCALE, at(RSI, 5 * STEP));
        nibbles(0);
        fifthBits(4 * STEP);
        sums(0, 0, 8);
        offset(0, RoundedRun.SUM, 4);
        scale(0);
      }
      case Q4_K -> {
        units();
        for (int part = 0; part < 8; part++) {
          int begin = 64 + 288 * part;
          nibbles(begin);
          sums(part, 0, 8);
          scaleAndMinimum(part, begin + 256);
        }
      }
      case Q5_K -> {
        units();
        for (int part = 0; part < 8; part++) {
          int begin = 64 + 352 * part;
          nibbles(begin);
          fifthBits(begin + 256);
          sums(part, 0, 8);
          scaleAndMinimum(part, begin + 320);
        }
      }
      case Q6_K -> {
        code.widenHalves(UNIT, at(RSI, 0));
        for (int part = 0; part < 8; part++) {
          int begin = 32 + 416 * part;
          nibbles(begin);
          for (int run = 0; run < 2; run++) {
            upperBits(begin + 256 + STEP * run, 4 * run);
            sums(part, 4 * run, 4);
            offset(part, RoundedRun.HALF_SUM + 4 * run, 5);
            code.widenSigned(SCALE, at(RSI, begin + 384 + 16 * run));
            product(SCALE, UNIT);
            scale(part);
          }
        }
      }
    }
  }

  /// The block's scales and minima as F32.
  private void units() {
    code.widenHalves(UNIT, at(RSI, 0));
    code.widenHalves(MINIMUM_UNIT, at(RSI, 32));
  }

  /// The lower four bits of 32 k.
  private void nibbles(int begin) {
    for (int step = 0; step < 4; step++) {
      int lower = CODES + 2 * step;
      code.loadVector(lower, at(RSI, begin + STEP * step));
      code.shiftRight(lower + 1, lower, 4);
      code.and(lower, lower, MASK);
      code.and(lower + 1, lower + 1, MASK);
    }
  }

  private void fifthBits(int begin) {
    code.loadVector(OTHER, at(RSI, begin));
    for (int four = 0; four < 8; four++) {
      join(CODES + four, 4 - four);
    }
  }

  /// The upper two bits of 16 k of six.
  private void upperBits(int begin, int first) {
    code.loadVector(OTHER, at(RSI, begin));
    for (int four = 0; four < 4; four++) {
      join(CODES + first + four, 4 - 2 * four);
    }
  }

  /// Joins bits of a register, so many places higher, to a code.
  private void join(int to, int places) {
    if (places > 0) {
      code.shiftLeft(FREE, OTHER, places);
    } else if (places < 0) {
      code.shiftRight(FREE, OTHER, -places);
    }
    code.and(FREE, places == 0 ? OTHER : FREE, UPPER_MASK);
    code.or(to, to, FREE);
  }

  /// Sums of products of codes, four k each.
  private void sums(int part, int first, int count) {
    for (int chain = 0; chain < chains(); chain++) {
      int other = chain * rows;
      eachRow(row -> code.xor(sum(row + other), sum(row + other), sum(row + other)));
    }
    for (int four = first; four < first + count; four++) {
      int at = 4 * four;
      int codes = CODES + four;
      int other = four % chains() * rows;
      eachRow(row -> code.addProducts(sum(row + other), codes, rounded(row, part, at)));
    }
    for (int half = chains() / 2; half > 0; half /= 2) {
      for (int chain = 0; chain < half; chain++) {
        int to = chain * rows;
        int from = (chain + half) * rows;
        eachRow(row -> code.addInts(sum(row + to), sum(row + to), sum(row + from)));
      }
    }
  }

  /// Takes `Σ row << shift` off the sums.
  private void offset(int part, int fact, int shift) {
    eachRow(row -> {
      code.shiftLeftBroadcast(FREE, rounded(row, part, fact), shift);
      code.subtractInts(sum(row), sum(row), FREE);
    });
  }

  /// Ints of a register become F32, times those of another.
  private void product(int ints, int unit) {
    code.toFloats(ints, ints);
    code.multiply(ints, unit, ints);
  }

  /// Adds the sums times the scales.
  private void scale(int part) {
    eachRow(row -> {
      code.toFloats(sum(row), sum(row));
      code.multiplyBroadcast(FREE, SCALE, rounded(row, part, RoundedRun.SCALE));
      code.multiplyAdd(output(row), sum(row), FREE);
    });
  }

  /// The same with scales of a byte; takes off the rows' sums times the minima behind them.
  private void scaleAndMinimum(int part, int scales) {
    code.widenUnsigned(SCALE, at(RSI, scales));
    product(SCALE, UNIT);
    code.widenUnsigned(MINIMUM, at(RSI, scales + 16));
    product(MINIMUM, MINIMUM_UNIT);
    scale(part);
    eachRow(row -> {
      code.multiplyBroadcast(FREE, MINIMUM, rounded(row, part, RoundedRun.SCALE));
      code.toFloatsBroadcast(OTHER, rounded(row, part, RoundedRun.SUM));
      code.multiplySubtract(output(row), OTHER, FREE);
    });
  }
}
