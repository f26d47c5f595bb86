package dev.minke.cli.chat;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.tokenizer.chat.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What was said. Mutable, of one [Talk].
///
/// Turns begin with a message of the user. The oldest can be hidden from the model; they are still
/// saved.
public final class Transcript {
  private static final String USER = "user";
  private static final String SYSTEM = "system";
  private static final long LARGEST = 256L << 20;

  private final List<ChatMessage> messages = new ArrayList<>();
  private String system = "";

  /// How many of the messages the model is not shown.
  private int hidden;

  /// What stands before everything; empty for nothing.
  String system() {
    return system;
  }

  void setSystem(String text) {
    system = text;
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /// All but the system's text.
  List<ChatMessage> messages() {
    return List.copyOf(messages);
  }

  /// What the model is shown.
  List<ChatMessage> shown() {
    List<ChatMessage> shown = new ArrayList<>();
    if (!system.isEmpty()) {
      shown.add(ChatMessage.of(SYSTEM, system));
    }
    shown.addAll(messages.subList(hidden, messages.size()));
    return shown;
  }

  void add(ChatMessage message) {
    messages.add(message);
  }

  /// Hides the oldest turn that is shown.
  ///
  /// @return false if there is only one
  boolean hideOldest() {
    for (int i = hidden + 1; i < messages.size(); i++) {
      if (messages.get(i).role().equals(USER)) {
        hidden = i;
        return true;
      }
    }
    return false;
  }

  /// Takes back the last turn.
  ///
  /// @return the user's message; empty if nothing was said
  Optional<ChatMessage> undo() {
    for (int i = messages.size() - 1; i >= 0; i--) {
      ChatMessage message = messages.get(i);
      if (message.role().equals(USER)) {
        messages.subList(i, messages.size()).clear();
        hidden = Math.min(hidden, i);
        return Optional.of(message);
      }
    }
    return Optional.empty();
  }

  void clear() {
    messages.clear();
    hidden = 0;
  }

  /// Writes all of it: an object with `model` and `messages`.
  void save(Path file, String model) throws IOException {
    ObjectNode object = JsonMapper.shared().createObjectNode().put("model", model);
    ArrayNode all = object.putArray("messages");
    if (!system.isEmpty()) {
      all.add(ChatMessage.of(SYSTEM, system).json());
    }
    messages.forEach(message -> all.add(message.json()));
    Files.writeString(
        file,
        JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(object) + "\n");
  }

  /// Takes the place of what was said so far.
  ///
  /// @param file as [#save] writes it, or a list of messages alone
  /// @throws CheckpointException if it is no conversation; nothing is changed then
  void load(Path file) throws IOException {
    List<ChatMessage> read = new ArrayList<>();
    try {
      if (Files.size(file) > LARGEST) {
        throw new CheckpointException(file + ": expected a conversation, found a huge file");
      }
      JsonNode root = JsonMapper.shared().readTree(Files.readString(file));
      JsonNode all = root.isArray() ? root : root.path("messages");
      for (JsonNode one : all) {
        if (!(one instanceof ObjectNode object)) {
          throw new CheckpointException(file + ": expected messages, found " + one.getNodeType());
        }
        read.add(new ChatMessage(object));
      }
      if (!all.isArray()) {
        throw new CheckpointException(file + ": expected a list 'messages', found none");
      }
    } catch (JacksonException | IllegalArgumentException e) {
      throw new CheckpointException(
          "%s: expected a conversation in JSON: %s".formatted(file, reason(e)), e);
    }
    clear();
    boolean hasSystem =
        !read.isEmpty()
            && read.getFirst().role().equals(SYSTEM)
            && read.getFirst().content().isPresent();
    system = hasSystem ? read.getFirst().content().orElse("") : "";
    messages.addAll(hasSystem ? read.subList(1, read.size()) : read);
  }

  private static String reason(Exception fault) {
    return fault instanceof JacksonException json
        ? json.getOriginalMessage()
        : String.valueOf(fault.getMessage());
  }
}
