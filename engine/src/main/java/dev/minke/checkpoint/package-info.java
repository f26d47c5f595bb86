/// Files of models and of runs: safetensors, GGUF, Hugging Face directories, training checkpoints.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.checkpoint.ModelDirectory] | opens and saves a model as Hugging Face directory |
/// | [dev.minke.checkpoint.ModelHeader] | describes a model from its headers, also one that is not supported |
/// | [dev.minke.checkpoint.Safetensors] | reads a safetensors file, strictly |
/// | [dev.minke.checkpoint.SafetensorsWriter] | writes one |
/// | [dev.minke.checkpoint.Gguf] | reads a GGUF model, whole or split, strictly: [dev.minke.checkpoint.GgufMetadata] and tensors |
/// | [dev.minke.checkpoint.GgufWriter] | writes one |
/// | [dev.minke.checkpoint.TrainingCheckpoint] | everything a run needs to go on, checksummed |
/// | [dev.minke.checkpoint.AtomicFile] | all or nothing: temporary file, fsync, rename |
///
/// Unusual: nothing is mapped. Bytes are read straight into the tensor's native memory, so no
/// foreign segment class can reach a kernel. A header is believed only after every offset of it was
/// checked against the file's length. Start reading at [dev.minke.checkpoint.ModelDirectory].
@NullMarked
package dev.minke.checkpoint;

import org.jspecify.annotations.NullMarked;
