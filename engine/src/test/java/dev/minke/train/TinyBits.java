package dev.minke.train;

import dev.minke.autograd.Parameter;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.WeightName;
import dev.minke.model.decoder.DecoderModel;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/// Some steps of the tiny run with small batches, and a hash of all weights after them. As a
/// process: `TinyBits DIRECTORY THREADS STEPS`, which leaves the hash in a file of the directory.
final class TinyBits {
  static final String HASH = "hash";

  private TinyBits() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    String hash = hash(directory, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
    Files.writeString(directory.resolve(HASH), hash);
  }

  static String hash(Path directory, int threads, int steps) throws Exception {
    try (Kernels kernels = new VectorKernels(threads);
        Trainer trainer =
            Trainer.open(
                recipe(steps),
                TinyRun.data(),
                new Trainer.Setup(directory, kernels, 1e9, TrainListener.NONE))) {
      StopReason reason = trainer.run().reason();
      return reason == StopReason.COMPLETED ? hash(trainer.model()) : reason.name();
    }
  }

  private static TrainRecipe recipe(int steps) {
    TrainRecipe tiny = TinyRun.recipe(TrainRecipe.Length.ofSteps(steps));
    return new TrainRecipe(
        tiny.name(),
        tiny.model(),
        tiny.tokenizer(),
        new TrainRecipe.Data(9, true, true, 0.1),
        tiny.optimizer(),
        tiny.schedule(),
        tiny.losses(),
        TrainRecipe.Batch.constant(2, 1),
        tiny.memory(),
        tiny.length(),
        TrainRecipe.Validation.of(0, 10),
        TrainRecipe.Checkpoint.every(1000, 1),
        tiny.guard(),
        tiny.seed());
  }

  private static String hash(DecoderModel model) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (WeightName name : model.weightNames()) {
      for (WeightName.Part part : name.parts()) {
        Parameter parameter = part.parameter();
        digest.update(parameter.name().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        float[] values = part.view().toFloatArray();
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
        for (float value : values) {
          bytes.putInt(Float.floatToRawIntBits(value));
        }
        digest.update(bytes.array());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
