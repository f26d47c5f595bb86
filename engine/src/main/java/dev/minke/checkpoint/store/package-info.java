/// Models as people have them already: by path, in the Hugging Face cache, in an Ollama store, on a
/// hub.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.checkpoint.store.ModelStore] | a name to the files of a model; all models there are |
/// | [dev.minke.checkpoint.store.ModelFiles] | what a loader gets |
/// | [dev.minke.checkpoint.store.Pull] | fetches a model from a hub into the cache |
/// | [dev.minke.checkpoint.store.HubCache] | the layout of the cache, the one that `huggingface_hub` reads and writes |
/// | [dev.minke.checkpoint.store.OllamaStore] | manifests and blobs of Ollama |
/// | [dev.minke.checkpoint.store.GgufModels] | which of many GGUF files is meant |
///
/// Unusual: nothing here is believed. Names from lists, manifests and indices may only lead below
/// their own directory, links only into the cache, and a blob appears under its name after its
/// bytes gave the hash that is its name. Nothing here reads the environment: directories and
/// addresses come in as [dev.minke.checkpoint.store.StoreRoots] and
/// [dev.minke.checkpoint.store.Hub].
///
/// Start reading at [dev.minke.checkpoint.store.ModelStore#find].
@NullMarked
package dev.minke.checkpoint.store;

import org.jspecify.annotations.NullMarked;
