package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.store.StoreRoots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One model under every name that users have for it.
class ModelPathTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir private Path temporary;
  private ModelPath names;

  @BeforeEach
  void makeStores() throws Exception {
    Path hub = Files.createDirectories(temporary.resolve("hub"));
    Path ollama = temporary.resolve("ollama");
    names = new ModelPath(new StoreRoots(hub, List.of(ollama)));
    Path q8 = Golden.golden("gguf/llama-untied-tiny.q8_0.gguf");
    Path q4 = Golden.golden("gguf/llama-untied-tiny.q4_0.gguf");
    Golden.copy(snapshot("tiny").resolve("."));
    Path quants = snapshot("tiny-GGUF");
    Files.copy(q8, quants.resolve("tiny-Q8_0.gguf"));
    Files.copy(q4, quants.resolve("tiny-Q4_0.gguf"));
    inOllama(ollama, q4);
  }

  private Path snapshot(String name) throws IOException {
    Path repository = temporary.resolve("hub/models--org--" + name);
    Files.createDirectories(repository.resolve("refs"));
    Files.writeString(repository.resolve("refs/main"), COMMIT);
    return Files.createDirectories(repository.resolve("snapshots").resolve(COMMIT));
  }

  private static void inOllama(Path store, Path model) throws Exception {
    String hash =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(model)));
    Files.createDirectories(store.resolve("blobs"));
    Files.copy(model, store.resolve("blobs/sha256-" + hash));
    Path manifests = store.resolve("manifests/registry.ollama.ai/library/tiny");
    Files.createDirectories(manifests);
    Files.writeString(
        manifests.resolve("1b"),
        """
        {"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:%s", "size": %d}]}
        """
            .formatted(hash, Files.size(model)),
        StandardCharsets.UTF_8);
  }

  @Test
  void aNameIsOneOfTheHuggingFaceCache() throws IOException {
    assertThat(names.required("org/tiny").resolve("config.json")).exists();
    assertThat(names.required("org/tiny-GGUF:Q4_0")).hasFileName("tiny-Q4_0.gguf");
    assertThat(names.required("org/tiny-GGUF:tiny-Q8_0.gguf")).hasFileName("tiny-Q8_0.gguf");
    assertThat(names.required("org/tiny-GGUF")).hasFileName("tiny-Q8_0.gguf");
  }

  @Test
  void aNameIsOneOfOllama() throws IOException {
    assertThat(names.required("tiny:1b").toString()).contains("sha256-");
    assertThat(names.ofModelOrRecipe("tiny:1b")).hasValue(names.required("tiny:1b"));
  }

  @Test
  void aFileOfWeightsStandsForItsDirectoryAndAPartForItsModel() throws IOException {
    Path model = Golden.model();
    assertThat(names.required(model.resolve("model.safetensors").toString())).isEqualTo(model);
    assertThat(names.required(Golden.golden("files/gguf/split-00003-of-00003.gguf").toString()))
        .hasFileName("split-00001-of-00003.gguf");
  }

  @Test
  void whatIsNotFoundSaysWhereItWasSoughtAndWhatIsNear() {
    assertThatThrownBy(() -> names.required("org/tiney"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("org/tiney", "hub", "ollama", "did you mean org/tiny");
    assertThatThrownBy(() -> names.required("other/thing-of-another-name"))
        .hasMessageContaining("minke pull other/thing-of-another-name");
    assertThatThrownBy(() -> names.required("nothing-like-it")).hasMessageContaining("minke list");
    assertThatThrownBy(() -> names.ofModelOrRecipe("nothing-like-it"))
        .hasMessageContainingAll("minke list", "recipes are");
  }
}
