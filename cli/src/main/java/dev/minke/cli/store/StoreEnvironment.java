package dev.minke.cli.store;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.store.Hub;
import dev.minke.checkpoint.store.StoreRoots;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What environment variables say of caches, hubs and tokens, as `huggingface_hub` and Ollama read
/// them. A variable that is empty counts as absent.
///
/// @param variables of the process
/// @param home of the user
public record StoreEnvironment(Map<String, String> variables, Path home) {
  private static final String HUB = "https://huggingface.co";
  private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

  /// Where Ollama's service keeps models on Linux.
  private static final Path OLLAMA_SERVICE = Path.of("/usr/share/ollama/.ollama/models");

  public StoreEnvironment {
    variables = Map.copyOf(variables);
  }

  public static StoreEnvironment ofThisProcess() {
    return new StoreEnvironment(System.getenv(), Path.of(System.getProperty("user.home", "")));
  }

  /// Where models are kept.
  public StoreRoots roots() {
    Path cache = path("HF_HUB_CACHE", path("HUGGINGFACE_HUB_CACHE", hubHome().resolve("hub")));
    Path usual = home.resolve(".ollama").resolve("models");
    Path ollama = path("OLLAMA_MODELS", usual);
    return new StoreRoots(
        cache, ollama.equals(usual) ? List.of(usual, OLLAMA_SERVICE) : List.of(ollama));
  }

  /// @throws CheckpointException if the address or the token cannot be one
  Hub hub() throws IOException {
    String endpoint = text("HF_ENDPOINT", HUB);
    URI address;
    try {
      address = URI.create(endpoint);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "HF_ENDPOINT: expected an address like %s, found '%s'".formatted(HUB, endpoint), e);
    }
    boolean offline =
        YES.contains(text("HF_HUB_OFFLINE", "").toUpperCase(Locale.ROOT))
            || YES.contains(text("TRANSFORMERS_OFFLINE", "").toUpperCase(Locale.ROOT));
    return new Hub(address, token(), offline);
  }

  private Path hubHome() {
    Path caches = path("XDG_CACHE_HOME", home.resolve(".cache"));
    return path("HF_HOME", caches.resolve("huggingface"));
  }

  private @Nullable String token() throws IOException {
    String given = text("HF_TOKEN", text("HUGGING_FACE_HUB_TOKEN", "")).strip();
    if (!given.isEmpty()) {
      return given;
    }
    Path file = path("HF_TOKEN_PATH", hubHome().resolve("token"));
    if (!Files.isRegularFile(file)) {
      return null;
    }
    String kept = Files.readString(file, StandardCharsets.UTF_8).strip();
    return kept.isEmpty() ? null : kept;
  }

  private String text(String variable, String usual) {
    String found = variables.get(variable);
    return found == null || found.isBlank() ? usual : found;
  }

  private Path path(String variable, Path usual) {
    String found = text(variable, "");
    if (found.isEmpty()) {
      return usual;
    }
    return found.equals("~") || found.startsWith("~/")
        ? home.resolve(found.substring(Math.min(2, found.length())))
        : Path.of(found);
  }
}
