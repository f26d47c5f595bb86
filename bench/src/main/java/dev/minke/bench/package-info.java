/// Minke beside its peers: the same work, interleaved.
///
/// | suite | peer | what |
/// |---|---|---|
/// | [dev.minke.bench.GemmSuite] | OpenBLAS, in this process | matrix products |
/// | [dev.minke.bench.TokenizerSuite] | Hugging Face's tokenizers and tiktoken, in a process of their own | encoding, and training a vocabulary |
/// | [dev.minke.bench.CacheSuite] | attention over a cache in F32 | the same over one that rounds |
/// | [dev.minke.bench.TrainSuite] | eager PyTorch, in a process of its own | whole training steps |
/// | [dev.minke.bench.agreement.AgreementExperiment] | llama.cpp, a process for each file | next tokens of GGUF files |
/// | [dev.minke.bench.serve.ServeExperiment] | llama-server, a process of its own | many users of one model |
///
/// [dev.minke.bench.Bench] is the command. A peer that cannot run, or that computes something else,
/// is an error, never a win. Start reading at [dev.minke.bench.TrainSuite].
@NullMarked
package dev.minke.bench;

import org.jspecify.annotations.NullMarked;
