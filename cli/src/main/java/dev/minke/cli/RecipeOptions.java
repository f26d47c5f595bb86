package dev.minke.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What every command takes that works on a run of a recipe.
final class RecipeOptions {
  @Parameters(
      paramLabel = "RECIPE",
      description = "a name from recipes/, such as tiny, or a YAML file")
  private String recipe = "";

  @Option(
      names = "-o",
      paramLabel = "KEY=VALUE",
      description = "change a key of the recipe; may be given several times")
  private List<String> overrides = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "directory of the run (default: runs/NAME)")
  private @Nullable Path out;

  /// The recipe with what was changed.
  ///
  /// @param from the model that the run begins with; null for none
  /// @throws UsageException if a key is unknown or missing, or a value does not fit
  Recipes.Recipe read(@Nullable Path from) throws IOException {
    return Recipes.read(recipe, overrides, from);
  }

  /// The same, its sizes not settled yet.
  RecipeDraft draft(@Nullable Path from) throws IOException {
    return Recipes.draft(recipe, overrides, from);
  }

  /// The run's directory.
  Path directory(Recipes.Recipe read) {
    return out == null ? Path.of("runs", read.training().name()) : out;
  }
}
