package dev.minke.cli;

import dev.minke.checkpoint.SafetensorsWriter;
import dev.minke.inference.Logits;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Writes logits to a file.
@Command(
    name = "logits",
    mixinStandardHelpOptions = true,
    description = {
      "Write the logits of token ids to a file.",
      "",
      "The door through which a checkpoint is compared with any other implementation. FILE gets an"
          + " F32 tensor 'logits' [tokens, vocab]; with --mtp also 'mtp_logits' [tokens - 1,"
          + " vocab], what the module for multi-token prediction expects after next."
    },
    footer = {
      "",
      "Example:",
      "  minke logits runs/quickstart/model --ids 1,2,3 --out logits.safetensors"
    })
final class LogitsCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = ModelPath.HELP)
  private String model = "";

  @Option(
      names = "--ids",
      required = true,
      split = ",",
      paramLabel = "ID",
      description = "token ids, separated by commas")
  private int[] ids = {};

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "file to write")
  private Path out = Path.of("");

  @Option(names = "--mtp", description = "also the logits of the multi-token predictor")
  private boolean predictor;

  @Mixin private MemoryOption memory = new MemoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    try (LoadedModel loaded = LoadedModel.open(model, memory.bytes(), spec.commandLine().getErr());
        Arena arena = Arena.ofConfined()) {
      if (predictor && loaded.model().predictor() == null) {
        throw new UsageException(
            model + ": --mtp: expected a model with multi-token prediction, found one without");
      }
      List<SafetensorsWriter.Source> tensors = new ArrayList<>();
      Tensor logits = Logits.of(loaded.model(), loaded.kernels(), ids, arena);
      tensors.add(SafetensorsWriter.Source.of("logits", logits));
      if (predictor) {
        Tensor after = Logits.ofPredictor(loaded.model(), loaded.kernels(), ids, arena);
        tensors.add(SafetensorsWriter.Source.of("mtp_logits", after));
      }
      SafetensorsWriter.write(out, tensors, Map.of());
    }
    return Main.OK;
  }
}
