package dev.minke.bench.experiment;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.data.DataPosition;
import dev.minke.data.PackedRow;
import dev.minke.data.Packing;
import dev.minke.data.TokenShard;
import dev.minke.kernel.Kernels;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.train.TrainRecipe;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Bits per byte of held-out texts after the same tokens in the same order with the same schedule,
/// trained here and by PyTorch. Initial weights are each side's own draws.
public final class QualityExperiment {
  private static final int STEPS = 600;
  private static final int SEEDS = 3;
  private static final String PEER = "PyTorch";

  private QualityExperiment() {}

  /// Runs what is missing and prints the table.
  ///
  /// @param data a folder laid out like `../shared/data`
  /// @param results where results are kept
  /// @param python with the peer's libraries
  /// @param script `quality_peer.py`
  public static void run(Path data, Path results, Path python, Path script) throws IOException {
    Books books = Books.read(data);
    Trials trials = new Trials(results.resolve("quality.jsonl"));
    Path directory = Files.createTempDirectory("minke-quality");
    try (Kernels kernels = Backends.openDefault()) {
      for (long seed = 1; seed <= SEEDS; seed++) {
        if (trials.find(Arm.BASE.name(), seed).isEmpty()) {
          System.err.printf("Minke, seed %d%n", seed);
          trials.add(Trial.run(Arm.BASE, seed, STEPS, books, kernels));
        }
        if (trials.find(PEER, seed).isEmpty()) {
          System.err.printf("%s, seed %d%n", PEER, seed);
          Path files = Files.createDirectory(directory.resolve("seed" + seed));
          write(files, books, seed);
          trials.add(peer(files, books, seed, python, script));
        }
      }
    } finally {
      Trials.delete(directory);
    }
    print(books, trials);
  }

  /// The model's shape, the rows of every step, the rates, and the held-out rows.
  private static void write(Path files, Books books, long seed) throws IOException {
    int vocab = books.tokenizer().vocab();
    TrainRecipe recipe = Arm.BASE.recipe(STEPS, vocab, seed);
    try (ParameterStore shapes = ParameterStore.toLoad()) {
      ModelDirectory.save(
          files.resolve("model"),
          DecoderModel.of(shapes, Arm.BASE.config(vocab)),
          ModelDirectory.Settings.of(DType.F32, -1, -1),
          _ -> {});
    }
    Packing packing = new Packing(books.data().training(), Books.ROW_TOKENS, seed);
    List<int[]> rows = new ArrayList<>();
    for (PackedRow row : packing.take(DataPosition.START, STEPS * recipe.batch().rows()).rows()) {
      PackedRow.Piece piece = row.pieces().getFirst();
      rows.add(Books.ids(packing.shard(), piece.document()));
    }
    writeRows(files.resolve("tokens.bin"), rows);
    for (Map.Entry<String, Books.Judge> judge : books.judges().entrySet()) {
      writeRows(files.resolve(judge.getKey() + ".bin"), padded(judge.getValue().rows()));
    }
    TrainRecipe.Optimizer optimizer = recipe.optimizer();
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("rows", recipe.batch().rows());
    numbers.put("tokens", Books.ROW_TOKENS);
    numbers.put("steps", STEPS);
    numbers.put("seed", seed);
    numbers.put("warmup", recipe.schedule().warmupShare());
    numbers.put("decayFrom", 1 - recipe.schedule().phases().getLast().share());
    numbers.put("final", recipe.schedule().phases().getLast().level());
    numbers.put("rate", optimizer.rate());
    numbers.put("beta1", optimizer.beta1());
    numbers.put("beta2", optimizer.beta2());
    numbers.put("epsilon", optimizer.epsilon());
    numbers.put("decay", optimizer.decay());
    numbers.put("clipNorm", optimizer.clipNorm());
    numbers.put("biasRate", recipe.losses().biasRate());
    numbers.put("deviation", recipe.model().initialDeviation());
    numbers.put("judges", List.copyOf(books.judges().keySet()));
    Files.writeString(
        files.resolve("recipe.json"), JsonMapper.shared().writeValueAsString(numbers));
  }

  /// Rows of one length; -1 where a row has ended.
  private static List<int[]> padded(TokenShard rows) {
    List<int[]> all = new ArrayList<>();
    for (int row = 0; row < rows.documents(); row++) {
      int[] ids = Books.ids(rows, row);
      int[] wide = Arrays.copyOf(ids, Books.ROW_TOKENS + 1);
      Arrays.fill(wide, ids.length, wide.length, -1);
      all.add(wide);
    }
    return all;
  }

  private static void writeRows(Path file, List<int[]> rows) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * rows.size() * (Books.ROW_TOKENS + 1))
            .order(ByteOrder.LITTLE_ENDIAN);
    rows.forEach(row -> {
      for (int id : row) {
        bytes.putInt(id);
      }
    });
    Files.write(file, bytes.array());
  }

  private static Trial peer(Path files, Books books, long seed, Path python, Path script)
      throws IOException {
    Process process =
        new ProcessBuilder(python.toString(), script.toString(), files.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8)) {
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException("the peer: expected an answer, found that it ended");
      }
      JsonNode answer = JsonMapper.shared().readTree(line);
      Map<String, Double> found = new LinkedHashMap<>();
      for (Map.Entry<String, Books.Judge> judge : books.judges().entrySet()) {
        double nats = answer.path("nats").path(judge.getKey()).doubleValue();
        found.put(judge.getKey(), nats / (StrictMath.log(2) * judge.getValue().bytes()));
      }
      return new Trial(
          PEER,
          seed,
          STEPS,
          0,
          answer.path("parameters").longValue(),
          answer.path("trainLoss").doubleValue(),
          found,
          answer.path("maxViolation").doubleValue(),
          answer.path("seconds").doubleValue());
    } finally {
      process.destroyForcibly();
    }
  }

  private static void print(Books books, Trials trials) throws IOException {
    System.out.println("| | training loss | seconds | oz, bits a byte | wikitext2 | MaxVio |");
    System.out.println("|---|---|---|---|---|---|");
    for (String arm : List.of(Arm.BASE.name(), PEER)) {
      List<Trial> all = trials.all().stream().filter(one -> one.arm().equals(arm)).toList();
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %s | %s | %s | %s |%n",
          arm.equals(PEER) ? PEER : "Minke",
          Trials.spread(all, Trial::trainLoss),
          Trials.spread(all, Trial::seconds),
          Trials.spread(all, trial -> trial.bitsPerByte().getOrDefault("oz", Double.NaN)),
          Trials.spread(all, trial -> trial.bitsPerByte().getOrDefault("wikitext2", Double.NaN)),
          Trials.spread(all, Trial::maxViolation));
    }
    System.out.printf("tokens of the training text: %,d%n", books.training().tokens());
  }
}
