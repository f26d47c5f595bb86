package dev.minke.cli;

import dev.minke.checkpoint.StoredModel;
import dev.minke.cli.data.ConversationReport;
import dev.minke.cli.data.RunData;
import dev.minke.cli.data.TokenPrinter;
import dev.minke.data.DataPosition;
import dev.minke.data.JsonItems;
import dev.minke.data.PackedRow;
import dev.minke.data.Packing;
import dev.minke.data.ShardFile;
import dev.minke.data.TokenFolder;
import dev.minke.data.TokenShard;
import dev.minke.post.chat.ChatEncoder;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.ChatTemplate;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
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
          + " a bar stands between tokens, « » hold special ones, ( ) what is no target.",
      "",
      "A file of conversations (.json, .jsonl, either also .gz: messages, ShareGPT, Alpaca, or"
          + " prompt and completion) is written by the template of --model; targets are what the"
          + " assistant said, up to the token that ends it."
    },
    footer = {
      "",
      "Examples:",
      "  minke data show runs/tiny -n 2",
      "  minke data show tiny -o text=input.txt --document 7",
      "  minke data show runs/tiny/data/source-0-held-out-0000.shard | less",
      "  minke data show chats.jsonl --model Qwen/Qwen3-0.6B"
    })
final class DataShowCommand implements Callable<Integer> {
  private static final Pattern CONVERSATIONS = Pattern.compile(".*\\.jsonl?(\\.gz)?");

  @Parameters(
      paramLabel = "RUN|RECIPE|SHARD|CHATS",
      description =
          "directory of a run, a recipe whose tokens are made, a file .shard, or one of"
              + " conversations")
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
      names = "--model",
      paramLabel = "MODEL",
      description = "whose template and tokenizer write conversations: " + ModelPath.HELP)
  private @Nullable String model;

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
    if (CONVERSATIONS.matcher(what).matches()) {
      return conversations(path);
    }
    if (model != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--model: expected a file of conversations (.json, .jsonl) beside it, found " + what);
    }
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

  private int conversations(Path file) throws IOException {
    if (model == null) {
      throw new ParameterException(
          spec.commandLine(),
          file + ": expected --model MODEL, whose template writes conversations, found none");
    }
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(file + ": expected a file of conversations, found none");
    }
    try (StoredModel stored = StoredModel.open(ModelPath.ofThisProcess().required(model))) {
      Tokenizer tokenizer = stored.tokenizer();
      ChatTemplate template =
          stored
              .chatTemplate(Clock.systemDefaultZone())
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      model + ": expected a model with a chat template, found a base model"));
      ConversationReport report =
          new ConversationReport(
              new ChatEncoder(template, tokenizer),
              new TokenPrinter(tokenizer, Ansi.AUTO.enabled(), tokens),
              document == null ? 0 : document,
              document == null ? count : 1,
              spec.commandLine().getOut(),
              spec.commandLine().getErr());
      JsonItems.read(file, report);
      boolean any = report.finish();
      spec.commandLine().getOut().flush();
      return any ? Main.OK : Main.FAILED;
    }
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
