package dev.minke.tokenizer.chat;

import dev.minke.input.JsonFile;
import dev.minke.input.RegularFile;
import dev.minke.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The files in which a checkpoint keeps its chat templates and the names of its tokens.
final class ChatTemplateFiles {
  private static final String CONFIG = "tokenizer_config.json";
  private static final String SUFFIX = ".jinja";

  /// Far more than any template; a larger file is something else.
  private static final int LARGEST = 16 << 20;

  private final Path directory;

  ChatTemplateFiles(Path directory) {
    this.directory = directory;
  }

  Optional<ChatTemplate> read(Clock clock) throws IOException {
    Map<String, String> tokens = tokens();
    Map<String, String> own = templateFiles();
    if (!own.isEmpty()) {
      return Optional.of(new ChatTemplate("chat_template" + SUFFIX, own, tokens, clock));
    }
    for (String file : List.of(CONFIG, "chat_template.json")) {
      Map<String, String> inside = inside(file);
      if (!inside.isEmpty()) {
        return Optional.of(new ChatTemplate(file, inside, tokens, clock));
      }
    }
    return Optional.empty();
  }

  private Map<String, String> templateFiles() throws IOException {
    Map<String, String> templates = new LinkedHashMap<>();
    Path only = directory.resolve("chat_template" + SUFFIX);
    if (Files.isRegularFile(only)) {
      templates.put("default", text(only));
    }
    Path several = directory.resolve("chat_templates");
    if (Files.isDirectory(several)) {
      try (Stream<Path> files = Files.list(several)) {
        for (Path file : files.sorted().toList()) {
          String name = file.getFileName().toString();
          if (name.endsWith(SUFFIX)) {
            templates.put(name.substring(0, name.length() - SUFFIX.length()), text(file));
          }
        }
      }
    }
    return templates;
  }

  /// The entry `chat_template` of a JSON file: a text, or a list of named ones.
  private Map<String, String> inside(String file) throws IOException {
    JsonNode entry = object(file).path("chat_template");
    Map<String, String> templates = new LinkedHashMap<>();
    if (entry.isString()) {
      templates.put("default", entry.asString());
    } else if (entry.isArray()) {
      for (JsonNode named : entry) {
        if (!named.path("name").isString() || !named.path("template").isString()) {
          throw new TokenizerException(
              "%s: an element of chat_template is not a pair of texts name and template"
                  .formatted(directory.resolve(file)));
        }
        templates.put(named.path("name").asString(), named.path("template").asString());
      }
    } else if (!entry.isMissingNode() && !entry.isNull()) {
      throw new TokenizerException(
          "%s: chat_template is %s, expected a text or a list of named texts"
              .formatted(directory.resolve(file), entry.getNodeType()));
    }
    return templates;
  }

  /// The tokens by the names that templates use: every entry that ends in `_token`.
  private Map<String, String> tokens() throws IOException {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String file : List.of("special_tokens_map.json", CONFIG)) {
      for (Map.Entry<String, JsonNode> entry : object(file).properties()) {
        JsonNode value = entry.getValue();
        JsonNode content = value.isObject() ? value.path("content") : value;
        if (entry.getKey().endsWith("_token") && content.isString()) {
          tokens.put(entry.getKey(), content.asString());
        }
      }
    }
    return tokens;
  }

  private String text(Path file) throws IOException {
    return new String(RegularFile.bytes(file, LARGEST, "a template"), StandardCharsets.UTF_8);
  }

  /// The object in a file; an empty one where there is no such file.
  private JsonNode object(String name) throws IOException {
    Path file = directory.resolve(name);
    if (!Files.isRegularFile(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      JsonNode root = JsonFile.read(file);
      if (root.isObject()) {
        return root;
      }
      throw new TokenizerException("%s: expected a JSON object; fetch it again".formatted(file));
    } catch (JacksonException e) {
      throw new TokenizerException(
          "%s: damaged, expected JSON, found %s; fetch it again"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }
}
