/// What this machine has, and which kernels Minke takes for it.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.backend.Backends] | opens the kernels and explains the choice |
/// | [dev.minke.backend.Hardware] | what the system says of the machine, for people |
/// | [dev.minke.backend.Machine] | what the processor says it can do |
/// | [dev.minke.backend.BackendUnavailableException] | what was asked for is not there, and what to do |
///
/// Unusual: nothing is chosen in silence. The kernels say what they are
/// ([dev.minke.kernel.Kernels#describe]), and what cannot be had is an error. This is the only
/// package that names a backend. Start reading at [dev.minke.backend.Backends].
@NullMarked
package dev.minke.backend;

import org.jspecify.annotations.NullMarked;
