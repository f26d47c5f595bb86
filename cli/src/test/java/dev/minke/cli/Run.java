package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/// What a command answered.
///
/// @param code exit code
/// @param out standard output
/// @param err standard error
record Run(int code, String out, String err) {
  static Run of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int code = Main.execute(texts, new PrintWriter(out, true), new PrintWriter(err, true));
    return new Run(code, out.toString(), err.toString());
  }

  /// It did what was asked.
  String succeeded() {
    assertThat(code).as(err).isZero();
    return out;
  }

  /// It failed with exactly one line.
  String failed(int expectedCode) {
    assertThat(code).as(err).isEqualTo(expectedCode);
    assertThat(err.lines()).as("lines of the error").hasSize(1);
    assertThat(err).startsWith("minke: ").doesNotContain("Exception");
    return err;
  }

  /// It failed, with one line behind what it had said before.
  String failedWithLast(int expectedCode) {
    assertThat(code).as(err).isEqualTo(expectedCode);
    String last = err.lines().toList().getLast();
    assertThat(last).startsWith("minke: ").doesNotContain("Exception");
    return last;
  }
}
