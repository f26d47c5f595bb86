package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Questions to a model without a dialogue, in processes of their own, for they read standard
/// input.
class RunCommandTest {
  @TempDir private Path temporary;
  private Path model;

  @BeforeEach
  void writeTemplate() throws IOException {
    model = Golden.copy(temporary.resolve("model"));
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>");
  }

  private String ask(String script, int code, Object... arguments) throws Exception {
    try (Child child = Child.minke(script, arguments)) {
      assertThat(child.code()).as(child.output()).isEqualTo(code);
      return child
          .output()
          .lines()
          .filter(line -> !line.startsWith("WARNING: Using incubator"))
          .collect(Collectors.joining("\n"));
    }
  }

  @Test
  void aQuestionAndAPipeAreOneMessageAndTheSameSeedTheSameAnswer() throws Exception {
    Object[] arguments = {"run", model, "hello", "--json", "--seed", 3, "-n", 6};
    String piped = "printf 'from a pipe' | \"$@\" 2>/dev/null";
    JsonNode first = JsonMapper.shared().readTree(ask(piped, 0, arguments));
    JsonNode again = JsonMapper.shared().readTree(ask(piped, 0, arguments));
    assertThat(again).isEqualTo(first);
    assertThat(first.path("tokens").intValue()).isBetween(1, 6);
    String alone = "\"$@\" 2>/dev/null </dev/null";
    JsonNode shorter = JsonMapper.shared().readTree(ask(alone, 0, arguments));
    assertThat(shorter.path("prompt_tokens").intValue())
        .isLessThan(first.path("prompt_tokens").intValue());
  }

  @Test
  void aConversationIsAsLongAsModelAndMemoryAllow() {
    assertThat(RunCommand.capacity(0, 4096, 100_000)).isEqualTo(4096);
    assertThat(RunCommand.capacity(0, 4096, 1000)).isEqualTo(1000);
    assertThat(RunCommand.capacity(900, 4096, 1000)).isEqualTo(900);
    assertThatThrownBy(() -> RunCommand.capacity(1001, 4096, 1000))
        .hasMessage(
            "--context: expected at most the 1,000 tokens that memory has room for, found 1,001");
  }

  @Test
  void whatCannotBeIsOneLine() throws Exception {
    String quiet = "exec \"$@\" </dev/null";
    assertThat(ask(quiet, 2, "run", model)).contains("QUESTION: expected one");
    assertThat(ask(quiet, 2, "run", model, "a", "--top-p", "2"))
        .contains("--top-p")
        .hasLineCount(1);
    assertThat(ask(quiet, 2, "run", model, "a", "--think", "on"))
        .contains("--think: the template of this model has no switch for it");
    assertThat(ask(quiet, 2, "run", model, "a", "--context", "1000000"))
        .contains("--context: expected at most the");
    assertThat(ask(quiet, 2, "run", model, "a", "--context", "1"))
        .contains("--context: expected 2 or more")
        .hasLineCount(1);
    assertThat(ask(quiet, 1, "run", temporary.resolve("nothing"), "a"))
        .contains("nothing")
        .hasLineCount(1);
  }
}
