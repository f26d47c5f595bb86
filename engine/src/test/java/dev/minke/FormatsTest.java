package dev.minke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.inference.grammar.Constraint;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.ThoughtStart;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// Formats behind thoughts, for a vocabulary in which the marks of thoughts are special tokens.
class FormatsTest {
  private static final int BEGIN = 260;
  private static final int END = 261;

  @TempDir private Path directory;
  private Tokenizer tokenizer;

  @BeforeEach
  void read() throws IOException {
    ObjectNode files = TinyTokenizers.directories().get("byte-level").deepCopy();
    ObjectNode json = (ObjectNode) files.path("tokenizer.json");
    add(json, BEGIN, "<think>");
    add(json, END, "</think>");
    for (String name : files.propertyNames()) {
      Files.writeString(directory.resolve(name), files.path(name).toString());
    }
    tokenizer = Tokenizer.read(directory.resolve("tokenizer.json"));
  }

  private static void add(ObjectNode json, int id, String content) {
    json.withArray("added_tokens")
        .addObject()
        .put("id", id)
        .put("content", content)
        .put("special", true)
        .put("normalized", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("single_word", false);
  }

  private Constraint yes(ThoughtStart thought) {
    Formats formats = new Formats(tokenizer, ToolCallForm.NONE);
    return Objects.requireNonNull(formats.masks(new Format.Regex("yes"), thought)).begin();
  }

  /// Goes on with a text, letter by letter.
  private static void say(Constraint constraint, String text) {
    for (byte letter : text.getBytes(StandardCharsets.UTF_8)) {
      constraint.accept(letter);
    }
  }

  @Test
  void aThoughtIsFreeAndEndsWithItsToken() {
    Constraint open = yes(ThoughtStart.OPEN);
    say(open, "no, </think");
    assertThat(open.allows('>')).as("its end cannot be spelled").isFalse();
    assertThat(open.allows('x')).isTrue();
    open.accept(END);
    assertThat(open.allows('n')).isFalse();
    say(open, "\n\nyes");
    assertThat(open.isComplete()).isTrue();
  }

  @Test
  void aThoughtMayBeLeftOut() {
    Constraint possible = yes(ThoughtStart.POSSIBLE);
    assertThat(possible.allows(BEGIN)).isTrue();
    assertThat(possible.allows('n')).isFalse();
    Constraint thinks = possible.copy();
    thinks.accept(BEGIN);
    say(thinks, "no");
    thinks.accept(END);
    say(thinks, "yes");
    assertThat(thinks.isComplete()).isTrue();
    say(possible, "yes");
    assertThat(possible.isComplete()).isTrue();
    assertThat(yes(ThoughtStart.OVER).allows(BEGIN)).isFalse();
  }
}
