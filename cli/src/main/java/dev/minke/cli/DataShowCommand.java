package dev.minke.cli;

import dev.minke.cli.data.RunData;
import dev.minke.cli.data.TokenPrinter;
import dev.minke.data.DataPosition;
import dev.minke.data.PackedRow;
import dev.minke.data.Packing;
import dev.minke.data.ShardFile;
import dev.minke.data.TokenFolder;
import dev.minke.data.TokenShard;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Prints what a run sees.
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Show documents as a run sees them: token by token.",
      "",
      "A recipe, or a run that was begun, shows its first packed rows, each piece on a line of its"
          + " own: pieces do not see each other, and the first token of a piece is context, not a"
          + " target. A shard shows its documents. In a terminal neighbours differ in colour; else"
          + " a bar stands between tokens, « » hold special ones, ( ) what is no target."
    },
    footer = {
      "",
      "Examples:",
      "  minke data show runs/tiny -n 2",
      "  minke data show tiny -o text=input.txt --document 7",
      "  minke data show runs/tiny/data/source-0-held-out-0000.shard | less"
    })
final class DataShowCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "RUN|RECIPE|SHARD",
      description = "directory of a run, a recipe whose tokens are made, or a file .shard")
  private String what = "";

  @Option(names = "-n", paramLabel = "N", description = "rows or documents (default: 5)")
  private int count = 5;

  @Option(names = "--document", paramLabel = "N", description = "this document alone, from 0")
  private @Nullable Integer document;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "most tokens of a document that are shown (default: 100)")
  private int tokens = 100;

  @Option(
      names = "-o",
      paramLabel = "KEY=VALUE",
      description = "change a key of the recipe; may be given several times")
  private List<String> overrides = List.of();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    requireAbove("-n", count);
    requireAbove("--tokens", tokens);
    Path path = Path.of(what);
    if (what.endsWith(".shard")) {
      shard(path);
    } else if (Files.isDirectory(path)) {
      run(path, Recipes.read(path.resolve("recipe.yaml").toString(), overrides).training());
    } else {
      TrainRecipe recipe = Recipes.read(what, overrides).training();
      run(Path.of("runs", recipe.name()), recipe);
    }
    spec.commandLine().getOut().flush();
    return Main.OK;
  }

  private void requireAbove(String option, int value) {
    if (value < 1) {
      throw new ParameterException(
          spec.commandLine(), "%s: expected 1 or more, found %d".formatted(option, value));
    }
  }

  private void shard(Path file) throws IOException {
    TokenShard shard = ShardFile.read(file);
    Path folder = file.toAbsolutePath().getParent();
    Path run = folder == null ? null : folder.getParent();
    TokenPrinter printer = printer(run == null ? Path.of("") : run, shard);
    if (document == null) {
      int end = Math.min(count, shard.documents());
      for (int i = 0; i < end; i++) {
        one(shard, i, printer);
      }
    } else {
      one(shard, document, printer);
    }
  }

  private void run(Path directory, TrainRecipe recipe) throws IOException {
    Path folder = RunData.folder(directory);
    if (!TokenFolder.exists(folder)) {
      throw new IllegalArgumentException(
          "%s: expected tokens, found none; make them with minke data build".formatted(folder));
    }
    Packing packing =
        new Packing(TokenFolder.open(folder).training(), recipe.data().rowTokens(), recipe.seed());
    TokenPrinter printer = printer(directory, packing.shard());
    if (document != null) {
      one(packing.shard(), document, printer);
      return;
    }
    int row = 0;
    for (PackedRow packed : packing.take(DataPosition.START, count).rows()) {
      row(packing.shard(), packed, row++, printer);
    }
  }

  private TokenPrinter printer(Path directory, TokenShard shard) throws IOException {
    Tokenizer tokenizer = Tokenizer.read(RunData.tokenizerFile(directory));
    if (!tokenizer.identity().equals(shard.tokenizer())) {
      throw new IllegalArgumentException(
          "%s: expected the tokenizer that made the tokens, found another"
              .formatted(RunData.tokenizerFile(directory)));
    }
    return new TokenPrinter(tokenizer, Ansi.AUTO.enabled(), tokens);
  }

  private void one(TokenShard shard, int number, TokenPrinter printer) {
    if (number < 0 || number >= shard.documents()) {
      throw new IllegalArgumentException(
          "document %d: expected one of %,d, counted from 0".formatted(number, shard.documents()));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "document %,d: %,d tokens, %,d bytes%n",
        number,
        shard.length(number),
        shard.bytes(number));
    out.println("  " + printer.document(shard, number));
  }

  private void row(TokenShard shard, PackedRow row, int number, TokenPrinter printer) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "row %,d: %,d targets in %,d pieces%n",
        number,
        row.tokens(),
        row.pieces().size());
    for (PackedRow.Piece piece : row.pieces()) {
      out.printf(
          Locale.ROOT,
          "  [document %,d, tokens %,d to %,d of %,d] %s%n",
          piece.document(),
          piece.from(),
          piece.from() + piece.length(),
          shard.length(piece.document()) - 1,
          printer.piece(shard, piece));
    }
  }
}
