/// `minke doctor`: what this machine has, and what Minke makes of it.
///
/// | here | what |
/// |---|---|
/// | [DoctorCommand] | prints what was found |
/// | [Checkup] | looks |
/// | [Finding] | one thing, whether it is as it should be, and what to do |
///
/// Start reading at [Checkup].
@NullMarked
package dev.minke.cli.doctor;

import org.jspecify.annotations.NullMarked;
