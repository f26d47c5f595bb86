package dev.minke.checkpoint.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.store.ModelFiles.GgufFile;
import dev.minke.checkpoint.store.ModelFiles.HuggingFaceDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Names of models, in stores that were made by hand.
class ModelStoreTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String OLDER = "89abcdef0123456789abcdef0123456789abcdef";

  @TempDir private Path temporary;
  private Path hub;
  private Path ollama;
  private ModelStore store;

  @BeforeEach
  void open() {
    hub = temporary.resolve("hub");
    ollama = temporary.resolve("ollama");
    store = new ModelStore(new StoreRoots(hub, List.of(ollama, temporary.resolve("absent"))));
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  /// A file of a snapshot and its blob.
  private Path cached(String folder, String commit, String file, String text) throws IOException {
    Path repository = hub.resolve(folder);
    Path blob = write(repository.resolve("blobs").resolve(FakeHub.git(text.getBytes())), text);
    Path link = repository.resolve("snapshots").resolve(commit).resolve(file);
    Files.createDirectories(link.getParent());
    return Files.createSymbolicLink(link, link.getParent().relativize(blob));
  }

  private void ref(String folder, String name, String commit) throws IOException {
    write(hub.resolve(folder).resolve("refs").resolve(name), commit);
  }

  private Path layer(String text) throws IOException {
    return write(ollama.resolve("blobs/sha256-" + FakeHub.sha256(text.getBytes())), text);
  }

  private static String layerJson(String type, String text) {
    return """
    {"mediaType": "application/vnd.ollama.image.%s", "digest": "sha256:%s", "size": %d}
    """
        .formatted(type, FakeHub.sha256(text.getBytes()), text.length());
  }

  private Path manifest(String path, String... layers) throws IOException {
    return write(
        ollama.resolve("manifests").resolve(path),
        "{\"schemaVersion\": 2, \"layers\": [%s]}".formatted(String.join(", ", layers)));
  }

  private String refusal(String name) {
    try {
      return "found " + store.find(name);
    } catch (CheckpointException e) {
      assertThat(e.getMessage().lines()).as("lines of the message").hasSize(1);
      return e.getMessage();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aPathIsADirectoryOrAGgufFile() throws Exception {
    Path directory = write(temporary.resolve("a/config.json"), "{}").getParent();
    Path gguf = write(temporary.resolve("b/x.gguf"), "GGUF");
    Path bare = write(temporary.resolve("c/sha256-0"), "GGUF and more");
    assertThat(store.find(directory.toString())).isEqualTo(new HuggingFaceDirectory(directory));
    assertThat(store.find(gguf.toString())).isEqualTo(GgufFile.of(gguf));
    assertThat(store.find(gguf.getParent().toString())).isEqualTo(GgufFile.of(gguf));
    assertThat(store.find(bare.toString())).isEqualTo(GgufFile.of(bare));
    write(directory.resolve("x-Q8_0.gguf"), "GGUF");
    assertThat(store.find(directory.toString()))
        .as("configuration without weights of its own")
        .isEqualTo(GgufFile.of(directory.resolve("x-Q8_0.gguf")));
    write(directory.resolve("model.safetensors"), "");
    assertThat(store.find(directory.toString())).isEqualTo(new HuggingFaceDirectory(directory));
  }

  @Test
  void aPathWithoutAModelSaysWhatIsThere() throws Exception {
    Path other = write(temporary.resolve("a/notes.txt"), "notes");
    assertThat(refusal(other.toString())).contains("found another file");
    assertThat(refusal(other.getParent().toString())).contains("found a directory without them");
    assertThat(refusal(temporary.resolve("b").toString())).contains("found nothing");
    assertThat(refusal("./b")).contains("found nothing").doesNotContain("Ollama");
  }

  @Test
  void anyPartOfASplitIsItsModel() throws Exception {
    Path first = write(temporary.resolve("m-00001-of-00003.gguf"), "GGUF");
    Path second = write(temporary.resolve("m-00002-of-00003.gguf"), "GGUF");
    assertThat(refusal(second.toString())).contains("all 3 parts", "no m-00003-of-00003.gguf");
    assertThat(refusal(temporary.toString())).contains("found no m-00003-of-00003.gguf");
    Path third = write(temporary.resolve("m-00003-of-00003.gguf"), "GGUF");
    for (Path part : List.of(first, second, third, temporary)) {
      assertThat(store.find(part.toString())).isEqualTo(GgufFile.of(first));
    }
  }

  @Test
  void severalModelsInADirectoryAreAQuestion() throws Exception {
    write(temporary.resolve("m-Q4_0.gguf"), "GGUF");
    write(temporary.resolve("mmproj-m-f16.gguf"), "GGUF");
    Path q40 = temporary.resolve("m-Q4_0.gguf");
    assertThat(store.find(temporary.toString())).isEqualTo(GgufFile.of(q40));
    write(temporary.resolve("m-Q2_K.gguf"), "GGUF");
    assertThat(refusal(temporary.toString())).contains("found 2 in GGUF: Q2_K, Q4_0; name one");
    Path usual = write(temporary.resolve("m-Q4_K_M.gguf"), "GGUF");
    assertThat(store.find(temporary.toString())).isEqualTo(GgufFile.of(usual));
  }

  @Test
  void aCachedRepositoryIsFoundByItsId() throws Exception {
    String folder = "models--deepseek-ai--DeepSeek-V2-Lite";
    cached(folder, COMMIT, "config.json", "{}");
    cached(folder, COMMIT, "model.safetensors", "weights");
    cached(folder, OLDER, "config.json", "{}1");
    ref(folder, "main", COMMIT);
    ref(folder, "refs/pr/3", OLDER);
    HuggingFaceDirectory main =
        new HuggingFaceDirectory(hub.resolve(folder).resolve("snapshots").resolve(COMMIT));
    HuggingFaceDirectory older =
        new HuggingFaceDirectory(hub.resolve(folder).resolve("snapshots").resolve(OLDER));
    String id = "deepseek-ai/DeepSeek-V2-Lite";
    for (String name : List.of("", "@main", "@" + COMMIT, "@0123456")) {
      assertThat(store.find(id + name)).as(name).isEqualTo(main);
    }
    for (String name : List.of("@refs/pr/3", "@" + OLDER, "@89abcdef0123")) {
      assertThat(store.find(id + name)).as(name).isEqualTo(older);
    }
    assertThat(refusal(id + "@v2"))
        .contains(
            "expected revision 'v2'", "found 'main', 'refs/pr/3'", "minke pull " + id + "@v2");
  }

  @ParameterizedTest
  @CsvSource({
    "Q4_K_M, m-Q4_K_M.gguf",
    "q4_k_m, m-Q4_K_M.gguf",
    "UD-Q4_K_M, m-UD-Q4_K_M.gguf",
    "IQ4_NL, m-IQ4_NL.gguf",
    "Q8_0, Q8_0/m-Q8_0-00001-of-00002.gguf",
    "m-IQ4_NL.gguf, m-IQ4_NL.gguf",
    "Q8_0/m-Q8_0-00002-of-00002.gguf, Q8_0/m-Q8_0-00001-of-00002.gguf",
    "m-Q8_0-00001-of-00002.gguf, Q8_0/m-Q8_0-00001-of-00002.gguf",
    ", m-Q4_K_M.gguf"
  })
  void aTypeOrAFileNamesAGgufModel(String selector, String file) throws Exception {
    String folder = "models--org--name-GGUF";
    for (String name :
        List.of(
            "m-Q4_K_M.gguf",
            "m-UD-Q4_K_M.gguf",
            "m-IQ4_NL.gguf",
            "Q8_0/m-Q8_0-00001-of-00002.gguf",
            "Q8_0/m-Q8_0-00002-of-00002.gguf",
            "mmproj-Q4_K_M.gguf",
            "config.json")) {
      cached(folder, COMMIT, name, name);
    }
    ref(folder, "main", COMMIT);
    String name = "org/name-GGUF" + (selector == null ? "" : ":" + selector);
    Path snapshot = hub.resolve(folder).resolve("snapshots").resolve(COMMIT);
    assertThat(store.find(name)).isEqualTo(GgufFile.of(snapshot.resolve(file)));
    assertThat(refusal("org/name-GGUF:Q4_0"))
        .contains(
            "expected a GGUF file 'Q4_0', found Q8_0, IQ4_NL, ",
            "; minke pull org/name-GGUF:Q4_0 fetches it");
    assertThat(refusal("org/name-GGUF@main:K_M"))
        .contains("found Q4_K_M, UD-Q4_K_M; name the file");
  }

  @Test
  void aDownloadThatHasNotEndedIsNoModel() throws Exception {
    String folder = "models--org--name";
    write(hub.resolve(folder).resolve("blobs/abc.incomplete"), "some");
    assertThat(refusal("org/name"))
        .contains("found no finished download; minke pull org/name fetches it");
    cached(folder, COMMIT, "config.json", "{}");
    ref(folder, "main", COMMIT);
    cached(
        folder,
        COMMIT,
        "model.safetensors.index.json",
        "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");
    cached(folder, COMMIT, "model-1.safetensors", "one");
    assertThat(refusal("org/name"))
        .contains("found no model-2.safetensors; minke pull org/name fetches it");
    Path shard = cached(folder, COMMIT, "model-2.safetensors", "two");
    assertThat(store.find("org/name")).isInstanceOf(HuggingFaceDirectory.class);
    Files.delete(shard.toRealPath());
    assertThat(refusal("org/name")).contains("found no model-2.safetensors");
  }

  @Test
  void linksAndNamesOutOfTheCacheAreRefused() throws Exception {
    Path secret = write(temporary.resolve("secret"), "GGUF");
    String folder = "models--org--name";
    Path snapshot = hub.resolve(folder).resolve("snapshots").resolve(COMMIT);
    Files.createDirectories(snapshot);
    ref(folder, "main", COMMIT);
    Files.createSymbolicLink(snapshot.resolve("m.gguf"), secret);
    assertThat(refusal("org/name")).contains("expected a link into", "found one to");
    Files.delete(snapshot.resolve("m.gguf"));
    cached(folder, COMMIT, "config.json", "{}");
    cached(
        folder,
        COMMIT,
        "model.safetensors.index.json",
        "{\"weight_map\": {\"a\": \"../../../../secret\"}}");
    assertThat(refusal("org/name")).contains("found '../../../../secret'");
    ref(folder, "main", "../../secret");
    assertThat(refusal("org/name")).contains("expected a commit");
    for (String name : List.of("org/..", "org/name@../../x", "org/name:../x", "../org/name")) {
      assertThat(HubName.parse(name)).as(name).isEmpty();
      assertThat(refusal(name)).doesNotContain("found ModelFiles");
    }
  }

  @Test
  void anOllamaModelIsFoundByNameAndTag() throws Exception {
    Path blob = layer("GGUF qwen");
    Path template = layer("{{ .Prompt }}");
    Path parameters = layer("{\"temperature\": 0.6}");
    String[] layers = {
      layerJson("model", "GGUF qwen"),
      layerJson("template", "{{ .Prompt }}"),
      layerJson("params", "{\"temperature\": 0.6}"),
      layerJson("license", "absent")
    };
    manifest("registry.ollama.ai/library/qwen3/0.6b", layers);
    manifest("registry.ollama.ai/library/qwen3/latest", layers[0]);
    manifest("registry.ollama.ai/me/tuned/v1", layers[0]);
    manifest("hf.co/org/name-GGUF/Q4_K_M", layers[0]);
    assertThat(store.find("qwen3:0.6b")).isEqualTo(new GgufFile(blob, template, parameters));
    assertThat(store.find("registry.ollama.ai/library/qwen3:0.6b"))
        .isEqualTo(new GgufFile(blob, template, parameters));
    for (String name : List.of("qwen3", "me/tuned:v1", "hf.co/org/name-GGUF:Q4_K_M")) {
      assertThat(store.find(name)).as(name).isEqualTo(GgufFile.of(blob));
    }
    assertThat(refusal("qwen3:0.8b")).contains("did you mean qwen3:0.6b");
  }

  @Test
  void damagedManifestsAreRefused() throws Exception {
    manifest("registry.ollama.ai/library/a/latest", "{\"digest\": \"sha256:../../secret\"}");
    manifest("registry.ollama.ai/library/b/latest", layerJson("model", "never fetched"));
    manifest("registry.ollama.ai/library/c/latest", layerJson("license", "text"));
    write(ollama.resolve("manifests/registry.ollama.ai/library/d/latest"), "{\"layers\": [");
    layer("GGUF e");
    manifest(
        "registry.ollama.ai/library/e/latest",
        layerJson("model", "GGUF e"),
        layerJson("adapter", "x"));
    assertThat(refusal("a")).contains("expected a digest", "'sha256:../../secret'");
    assertThat(refusal("b")).contains("found none; ollama pull b:latest fetches it");
    assertThat(refusal("c")).contains("expected one GGUF file in its manifest, found 0");
    assertThat(refusal("d")).contains("expected a manifest in JSON");
    assertThat(refusal("e")).contains("found an adapter");
    assertThat(store.list(List.of()).models())
        .hasSize(5)
        .allSatisfy(model -> assertThat(model.fault()).isNotBlank());
  }

  @Test
  void theFirstPlaceThatHasANameWins() throws Exception {
    Path blob = layer("GGUF");
    manifest("registry.ollama.ai/org/name/latest", layerJson("model", "GGUF"));
    assertThat(store.find("org/name")).isEqualTo(GgufFile.of(blob));
    Path link = cached("models--org--name", COMMIT, "m.gguf", "GGUF of the hub");
    ref("models--org--name", "main", COMMIT);
    assertThat(store.find("org/name")).isEqualTo(GgufFile.of(link));
    assertThat(store.find("registry.ollama.ai/org/name:latest")).isEqualTo(GgufFile.of(blob));
  }

  @Test
  void anUnknownNameSaysWhereItWasSoughtAndWhatIsNear() throws Exception {
    String folder = "models--deepseek-ai--DeepSeek-V2-Lite";
    cached(folder, COMMIT, "config.json", "{}");
    cached(folder, COMMIT, "model.safetensors", "weights");
    ref(folder, "main", COMMIT);
    assertThat(refusal("deepseek-ai/DeepSeek-V2-Light"))
        .contains(
            "no model 'deepseek-ai/DeepSeek-V2-Light'",
            hub.toString(),
            ollama.toString(),
            "did you mean deepseek-ai/DeepSeek-V2-Lite?");
    assertThat(refusal("deepseek-v2-lite")).contains("did you mean deepseek-ai/DeepSeek-V2-Lite?");
    assertThat(refusal("org/other")).contains("minke pull org/other fetches it");
    assertThat(refusal("nothing like it")).contains("minke list shows what there is");
    assertThat(refusal("")).contains("no model ''");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b/c/d/e", "-x", "a--b/c", "\u0000", "a\nb", "x:", "@", ":", "org/"})
  void anOddNameIsUnknownAndNoAccident(String name) {
    assertThat(refusal(name)).contains("no model");
  }

  @Test
  void everyListedModelIsFoundByItsName() throws Exception {
    for (String file :
        List.of("m-Q4_K_M.gguf", "n-Q4_K_M.gguf", "m.gguf", "Q8_0/m-Q8_0-00001-of-00001.gguf")) {
      cached("models--org--gguf", COMMIT, file, "GGUF " + file);
    }
    cached("models--org--both", OLDER, "config.json", "{}");
    cached("models--org--both", OLDER, "model.safetensors", "weights");
    cached("models--org--both", OLDER, "m-F16.gguf", "GGUF both");
    ref("models--org--gguf", "v1", COMMIT);
    layer("GGUF");
    manifest("registry.ollama.ai/library/qwen3/0.6b", layerJson("model", "GGUF"));
    manifest("registry.ollama.ai/me/tuned/v1", layerJson("model", "GGUF"));
    Path more = temporary.resolve("more");
    write(more.resolve("publisher/model/x-Q4_0.gguf"), "GGUF");
    write(more.resolve("run/config.json"), "{}");
    write(more.resolve("run/model.safetensors"), "weights");

    List<StoredModel> models = store.list(List.of(more)).models();
    assertThat(models).extracting(StoredModel::fault).containsOnlyNulls();
    assertThat(models)
        .extracting(StoredModel::name)
        .containsExactlyInAnyOrder(
            "org/gguf@v1:m-Q4_K_M.gguf",
            "org/gguf@v1:n-Q4_K_M.gguf",
            "org/gguf@v1:m.gguf",
            "org/gguf@v1:Q8_0",
            "org/both@89abcdef0123",
            "org/both@89abcdef0123:F16",
            "qwen3:0.6b",
            "me/tuned:v1",
            more.resolve("publisher/model/x-Q4_0.gguf").toString(),
            more.resolve("run").toString());
    for (StoredModel model : models) {
      assertThat(store.find(model.name()))
          .as(model.name())
          .isInstanceOf(
              model.kind() == StoredModel.Kind.GGUF ? GgufFile.class : HuggingFaceDirectory.class);
    }
  }

  @Test
  void damagedEntriesAreNamedAndTheOthersListed() throws Exception {
    cached("models--org--whole", COMMIT, "m.gguf", "GGUF");
    ref("models--org--whole", "main", COMMIT);
    Files.createDirectories(hub.resolve("models--org--empty"));
    write(hub.resolve("models--org--part/blobs/abc.incomplete"), "12345");
    ref("models--org--ref", "main", "no commit");
    cached("models--org--bert", COMMIT, "pytorch_model.bin", "pickled");
    ref("models--org--bert", "main", COMMIT);
    cached("models--org--index", COMMIT, "config.json", "{}");
    cached("models--org--index", COMMIT, "model.safetensors.index.json", "{");
    write(hub.resolve("models--org--file"), "a file");
    write(hub.resolve("datasets--org--data/refs/main"), COMMIT);
    ModelStore.Listing listing = store.list(List.of());
    assertThat(listing.models())
        .filteredOn(model -> model.fault() == null)
        .extracting(StoredModel::name)
        .containsExactly("org/whole:m.gguf");
    assertThat(listing.models())
        .filteredOn(model -> model.fault() != null)
        .extracting(StoredModel::name)
        .containsExactlyInAnyOrder(
            "org/empty", "org/part", "org/ref", "org/bert", "org/index@0123456789ab");
    assertThat(listing.bytes()).isEqualTo(4 + 5 + 7 + 2 + 1);
  }

  @Test
  void nothingAnywhereIsAnEmptyList() throws Exception {
    assertThat(store.list(List.of()).models()).isEmpty();
    assertThatThrownBy(() -> store.find("org/name")).isInstanceOf(CheckpointException.class);
  }
}
