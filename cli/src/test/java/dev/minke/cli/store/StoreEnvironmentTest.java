package dev.minke.cli.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The variables of `huggingface_hub` 2.4.0 and of Ollama, in the order in which they count.
class StoreEnvironmentTest {
  @TempDir private Path home;

  private StoreEnvironment with(String... variables) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      map.put(variables[i], variables[i + 1]);
    }
    return new StoreEnvironment(map, home);
  }

  @Test
  void theCacheIsWhereOtherProgramsHaveIt() {
    assertThat(with().roots().hub()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(with("XDG_CACHE_HOME", "/x").roots().hub()).isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(with("XDG_CACHE_HOME", "/x", "HF_HOME", "/h").roots().hub())
        .isEqualTo(Path.of("/h/hub"));
    assertThat(with("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old").roots().hub())
        .isEqualTo(Path.of("/old"));
    assertThat(with("HUGGINGFACE_HUB_CACHE", "/old", "HF_HUB_CACHE", "~/c").roots().hub())
        .isEqualTo(home.resolve("c"));
    assertThat(with("HF_HUB_CACHE", " ").roots().hub())
        .isEqualTo(home.resolve(".cache/huggingface/hub"));
  }

  @Test
  void ollamaStoresAreThoseOfTheUserAndTheService() {
    assertThat(with().roots().ollama())
        .containsExactly(
            home.resolve(".ollama/models"), Path.of("/usr/share/ollama/.ollama/models"));
    assertThat(with("OLLAMA_MODELS", "/m").roots().ollama()).containsExactly(Path.of("/m"));
  }

  @Test
  void theTokenIsInAVariableOrAFile() throws IOException {
    assertThat(with().hub().token()).isNull();
    Path file = home.resolve(".cache/huggingface/token");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "hf_kept\n");
    assertThat(with().hub().token()).isEqualTo("hf_kept");
    assertThat(with("HF_TOKEN", "hf_given").hub().token()).isEqualTo("hf_given");
    assertThatThrownBy(() -> with("HF_TOKEN", "a b").hub())
        .isInstanceOf(CheckpointException.class)
        .hasMessageNotContaining("a b");
  }

  @ParameterizedTest
  @CsvSource({"1, true", "true, true", "YES, true", "0, false", "'', false", "no, false"})
  void offlineIsSaidAsElsewhere(String value, boolean offline) throws IOException {
    assertThat(with("HF_HUB_OFFLINE", value).hub().offline()).isEqualTo(offline);
    assertThat(with("TRANSFORMERS_OFFLINE", value).hub().offline()).isEqualTo(offline);
  }

  @Test
  void aHubHasAnAddress() throws IOException {
    assertThat(with().hub().endpoint()).hasToString("https://huggingface.co");
    assertThat(with("HF_ENDPOINT", "https://m.example/hf/").hub().endpoint())
        .hasToString("https://m.example/hf/");
    for (String wrong : new String[] {"m.example", "file:///x", "https://m.example?x", "a b"}) {
      assertThatThrownBy(() -> with("HF_ENDPOINT", wrong).hub())
          .as(wrong)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("HF_ENDPOINT");
    }
  }
}
