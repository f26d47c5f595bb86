/// Machine code for x86-64 that is written from Java: what the Vector API cannot express.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.kernel.x86.IntegerProducts] | rows of int8 times stored weights, exact sums of integers |
/// | [dev.minke.kernel.x86.StripFormat], [dev.minke.kernel.x86.RoundedRun] | how weights and activations lie in memory |
/// | [dev.minke.kernel.x86.Avx2Code], [dev.minke.kernel.x86.VnniCode] | the code of a product; [dev.minke.kernel.x86.InstructionSet] says which can run here |
/// | [dev.minke.kernel.x86.Assembler], [dev.minke.kernel.x86.VexAssembler], [dev.minke.kernel.x86.EvexAssembler] | the few instructions that it is made of |
/// | [dev.minke.kernel.x86.MachineCode] | pages that are written, then executed, never both at once |
/// | [dev.minke.kernel.x86.Processor] | what the processor has, asked of itself |
///
/// Unusual: no binary is shipped and no compiler is called; code is emitted at the first use and
/// entered through the foreign-function interface. Where a system forbids executable memory, or the
/// processor lacks an instruction, there is none, which whoever asks is told. Nothing here knows a
/// tensor: addresses and strides come in, and whoever calls guards them. Start reading at
/// [dev.minke.kernel.x86.IntegerProducts].
@NullMarked
package dev.minke.kernel.x86;

import org.jspecify.annotations.NullMarked;
