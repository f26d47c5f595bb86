package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `minke train` leaves in a run's directory, and runs that begin with a model.
class TrainCommandTest {
  @TempDir Path temporary;
  private Path first;

  private Run train(Path run, String... more) {
    List<Object> arguments = new ArrayList<>(List.of("train", "tiny", "--out", run));
    arguments.set(1, Golden.repository().resolve("recipes/tiny.yaml"));
    for (String override :
        List.of(
            "text=" + temporary.resolve("text.txt"),
            "length.steps=2",
            "batch.rows=1",
            "batch.microRows=1",
            "tokenizer.vocab=300",
            "validation.promptTokens=3")) {
      arguments.addAll(List.of("-o", override));
    }
    arguments.addAll(List.of((Object[]) more));
    return Run.of(arguments.toArray());
  }

  @BeforeEach
  void trainFirst() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append("Number %d comes after number %d.\n\n".formatted(i + 1, i));
    }
    Files.writeString(temporary.resolve("text.txt"), text);
    first = temporary.resolve("first");
    train(first, "-o", "optimizer.averageDecay=0.5", "-o", "validation.prompts=[Number]")
        .succeeded();
  }

  @Test
  void aRunSaysWhatItIsAndShowsWhatItWrites() throws IOException {
    assertThat(Files.readString(first.resolve("run.json")))
        .contains("\"name\" : \"tiny\"", "\"steps\" : 2", "\"gitHash\"", "\"started\"");
    assertThat(Files.readString(first.resolve("recipe.yaml")))
        .contains("averageDecay: 0.5", temporary.resolve("text.txt").toString());
    assertThat(Files.readString(first.resolve("samples.jsonl")))
        .startsWith("{\"step\":2,\"prompt\":\"Number\",\"text\":\"");
    assertThat(Run.of("predict", first.resolve("model-average"), "Number", "-k", 3).succeeded())
        .isNotBlank();
  }

  /// The recipe as resolved is a recipe: it takes up the run that it describes.
  @Test
  void theResolvedRecipeGoesOnWithItsRun() throws IOException {
    String before = ModelDirectory.hash(first.resolve("model"));
    Run again = Run.of("train", first.resolve("recipe.yaml"), "--out", first);
    again.succeeded();
    assertThat(again.err()).contains("going on after step 2");
    assertThat(ModelDirectory.hash(first.resolve("model"))).isEqualTo(before);
  }

  @Test
  void aRunThatBeginsWithAModelHasItsSizesTokenizerAndFrozenWeights() throws IOException {
    Path second = temporary.resolve("second");
    train(
            second,
            "--from",
            first.resolve("model").toString(),
            "-o",
            "model.dim=64",
            "-o",
            "optimizer.frozen=[embedding]")
        .failed(2);
    train(second, "--from", first.resolve("model").toString(), "-o", "optimizer.frozen=[embedding]")
        .succeeded();
    assertThat(second.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(first.resolve("tokenizer.json"));
    try (OpenModel before = ModelDirectory.open(first.resolve("model"));
        OpenModel after = ModelDirectory.open(second.resolve("model"))) {
      assertThat(after.config()).isEqualTo(before.config());
      assertThat(after.model().embedding().table().value().toFloatArray())
          .isEqualTo(before.model().embedding().table().value().toFloatArray());
      assertThat(after.model().head().value().toFloatArray())
          .isNotEqualTo(before.model().head().value().toFloatArray());
    }
  }

  @Test
  void aModelThatIsNotThereIsNamed() {
    Path missing = temporary.resolve("missing");
    assertThat(train(temporary.resolve("second"), "--from", missing.toString()).failed(1))
        .contains(missing.toString());
    assertThat(temporary.resolve("second")).doesNotExist();
  }

  @Test
  void laterPhasesGoOnFromTheModelBeforeWithALongerContext() throws IOException {
    Path run = temporary.resolve("phases");
    String longer =
        "then=[{name: longer, model: {maxLength: 1024, scaling: {factor: 2, originalLength: 512,"
            + " betaFast: 32, betaSlow: 1, mscale: 1, mscaleAllDim: 1}}, data: {rowTokens: 1024},"
            + " length: {steps: 1}}]";
    assertThat(train(run, "-o", longer).err()).contains("phase      2 of 2, longer");
    String config = Files.readString(run.resolve("longer/model/config.json"));
    assertThat(config).contains("\"max_position_embeddings\" : 1024", "\"type\" : \"yarn\"");
    assertThat(run.resolve("longer/tokenizer.json"))
        .hasSameBinaryContentAs(run.resolve("tokenizer.json"));
    assertThat(Run.of("cost", run).succeeded()).containsPattern("pretrain +2 ");
    // Done is done: the same command changes nothing.
    String before = ModelDirectory.hash(run.resolve("longer/model"));
    train(run, "-o", longer).succeeded();
    assertThat(ModelDirectory.hash(run.resolve("longer/model"))).isEqualTo(before);
  }

  @Test
  void aPhaseWithoutAFolderOfItsOwnOrWithAnUnknownKeyIsRefused() {
    Path run = temporary.resolve("phases");
    assertThat(train(run, "-o", "then=[{length: {steps: 1}}]").failed(2))
        .contains("a name of its own");
    assertThat(train(run, "-o", "then=[{name: long, length: {step: 1}}]").failed(2))
        .contains("'length.step'; did you mean 'length.steps'");
    assertThat(run).doesNotExist();
  }
}
