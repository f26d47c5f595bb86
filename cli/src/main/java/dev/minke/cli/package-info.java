/// The `minke` command: arguments in, text out, nothing computed here.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.cli.Main] | the command, its exit codes, how a failure becomes one line |
/// | `…Command` | one class for each subcommand |
/// | `runs`, `chart`, `report`, `watch`, `compare` | a run's files, read; drawn; in words and curves; while it runs; beside others |
/// | `store` | models: fetched from a hub, found on this machine |
/// | `measure` | figures of `perplexity` and `bench` |
/// | `show`, `doctor` | a model before it is there; the machine |
/// | [dev.minke.cli.LoadedModel], [dev.minke.cli.ModelPath] | the model that a command names, opened |
/// | [dev.minke.cli.Recipes] | YAML to a recipe, with the nearest known key for a typo |
///
/// Unusual: short commands never load the Vector API module; only commands that compute open a
/// backend. Standard output carries the answer and nothing else, so it can be piped; progress and
/// remarks go to standard error. Start reading at [dev.minke.cli.Main].
@NullMarked
package dev.minke.cli;

import org.jspecify.annotations.NullMarked;
