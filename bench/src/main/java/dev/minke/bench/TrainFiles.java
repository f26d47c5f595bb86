package dev.minke.bench;

import dev.minke.checkpoint.ModelDirectory;
import dev.minke.data.DataPosition;
import dev.minke.data.PackedRow;
import dev.minke.data.Packing;
import dev.minke.data.TokenShard;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// What both sides of the suite `train` begin with.
///
/// @param directory where they lie
record TrainFiles(Path directory) {
  private static final int DOCUMENTS = 64;

  /// Initial weights, as a Hugging Face directory.
  Path model() {
    return directory.resolve("model");
  }

  /// Little-endian `[steps, rows, tokens + 1]`.
  Path batches() {
    return directory.resolve("tokens.bin");
  }

  /// Numbers of the recipe.
  Path recipe() {
    return directory.resolve("recipe.json");
  }

  /// Random documents of one row each, as many as eight steps of eight rows take.
  static TrainingData data(TrainRecipe recipe, int vocab) {
    RandomStream random = RandomStream.named(1, "bench.train");
    TokenShard.Builder shard = TokenShard.builder("random", vocab);
    int tokens = recipe.data().rowTokens() + 1;
    for (int document = 0; document < DOCUMENTS; document++) {
      int[] ids = new int[tokens];
      for (int i = 0; i < tokens; i++) {
        ids[i] = random.below(vocab, (long) document * tokens + i);
      }
      shard.add(ids, tokens);
    }
    return new TrainingData(shard.build(), TokenShard.builder("random", vocab).build());
  }

  /// Writes the model and the first epoch's batches as the trainer packs them.
  void write(TrainRecipe recipe, TrainingData data, DecoderModel weights) throws IOException {
    ModelDirectory.save(model(), weights, ModelDirectory.Settings.of(DType.F32, -1, -1), _ -> {});
    int tokens = recipe.data().rowTokens();
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * DOCUMENTS * (tokens + 1))
            .order(ByteOrder.LITTLE_ENDIAN);
    Packing packing = new Packing(data.training(), tokens, recipe.seed());
    for (PackedRow row : packing.take(DataPosition.START, DOCUMENTS).rows()) {
      PackedRow.Piece piece = row.pieces().getFirst();
      for (int i = 0; i <= tokens; i++) {
        bytes.putInt(packing.shard().token(piece.document(), piece.from() + i));
      }
    }
    Files.write(batches(), bytes.array());
    TrainRecipe.Optimizer optimizer = recipe.optimizer();
    Map<String, Number> numbers =
        Map.of(
            "rows", recipe.batch().rows(),
            "tokens", tokens,
            "rate", optimizer.rate(),
            "beta1", optimizer.beta1(),
            "beta2", optimizer.beta2(),
            "epsilon", optimizer.epsilon(),
            "decay", optimizer.decay(),
            "clipNorm", optimizer.clipNorm(),
            "biasRate", recipe.losses().biasRate());
    Files.writeString(recipe(), JsonMapper.shared().writeValueAsString(numbers));
  }
}
