package dev.minke.bench.agreement;

import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Every kind of model in every type that llama.cpp writes, through both programs.
public final class AgreementExperiment {
  /// More than all windows take.
  private static final int TEXT_CHARACTERS = 5_000;

  private final Comparison comparison;
  private final Agreements results;
  private final Places places;

  /// Where things lie.
  ///
  /// @param programs llama.cpp's
  /// @param data a folder laid out like `../shared/data`; the trained model comes from there
  /// @param results the folder of results
  public record Places(Path programs, Path data, Path results) {}

  private AgreementExperiment(Comparison comparison, Agreements results, Places places) {
    this.comparison = comparison;
    this.results = results;
    this.places = places;
  }

  /// Compares what was not compared yet, and prints the tables.
  ///
  /// @param only the one kind to compare; null for all
  /// @throws IllegalStateException if llama.cpp is missing or fails
  public static void run(Places places, @Nullable String only) throws IOException {
    LlamaCpp peer = new LlamaCpp(places.programs);
    Path work = Files.createDirectories(places.results.resolve("agreement"));
    Agreements results = new Agreements(places.results.resolve("agreement.jsonl"));
    try (Kernels kernels = Backends.openDefault()) {
      System.out.println(Backends.explain(kernels));
      AgreementExperiment experiment =
          new AgreementExperiment(new Comparison(peer, kernels, work), results, places);
      for (Kind kind : Kind.values()) {
        if (only == null || kind.title().equals(only)) {
          experiment.compare(kind);
        }
      }
    }
    AgreementTables.print(results.all());
  }

  private void compare(Kind kind) throws IOException {
    List<QuantType> open = new ArrayList<>();
    for (QuantType type : QuantType.all(kind)) {
      if (results.find(kind, type).isEmpty()) {
        open.add(type);
      }
    }
    boolean trained = kind == Kind.STORIES;
    Path stories = places.data.resolve("stories260K");
    if (open.isEmpty() || (trained && !Files.isDirectory(stories))) {
      return;
    }
    ModelFile model = trained ? StoriesModel.read(stories) : RandomModel.of(kind);
    Path text =
        trained
            ? places.data.resolve("tinystories/tinystories_sample.txt")
            : Files.writeString(
                comparison.work().resolve("text.txt"), RandomText.of(TEXT_CHARACTERS));
    Path whole = comparison.work().resolve(kind + ".gguf");
    Path importances = comparison.work().resolve(kind + ".imatrix.gguf");
    model.write(whole);
    model.writeImportances(importances);
    Path base = comparison.work().resolve(kind + ".kld");
    if (!Files.exists(base) && !open.contains(QuantType.F32)) {
      open.addFirst(QuantType.F32);
    }
    for (QuantType type : open) {
      Path file = comparison.work().resolve("quantized.gguf");
      comparison.peer().quantize(whole, importances, type, file);
      Agreement found = comparison.of(kind, type, file, base, text);
      if (results.find(kind, type).isEmpty()) {
        results.add(found);
      }
      System.err.println(AgreementTables.line(found));
    }
  }
}
