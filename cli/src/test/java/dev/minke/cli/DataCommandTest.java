package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataCommandTest {
  @TempDir private Path temporary;
  private Path text;
  private Path run;

  @BeforeEach
  void writeText() throws IOException {
    run = temporary.resolve("run");
    text = temporary.resolve("many.txt");
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      many.append("Number %d comes after number %d.\n\n".formatted(i + 1, i));
    }
    Files.writeString(text, many);
  }

  private Run build(String... overrides) {
    List<Object> arguments = new ArrayList<>(List.of("data", "build"));
    arguments.add(Golden.repository().resolve("recipes/tiny.yaml"));
    arguments.addAll(List.of("--out", run, "-o", "text=" + text, "-o", "tokenizer.vocab=300"));
    for (String override : overrides) {
      arguments.addAll(List.of("-o", override));
    }
    return Run.of(arguments.toArray());
  }

  @Test
  void countsAreThoseOfTheText() throws IOException {
    Path lines = temporary.resolve("a.jsonl");
    Files.writeString(lines, "{\"body\": \"zwölf\"}\n{\"body\": \"one\"}\n{\n");
    String said = Run.of("data", "count", text, lines, "--field", "body").succeeded();
    assertThat(said)
        .contains("many.txt: 200 documents")
        .contains("a.jsonl: 2 documents, 9 bytes, 1 bad")
        .contains("not JSON", "a.jsonl, line 3");
    assertThat(Run.of("data", "count", temporary.resolve("none")).failed(1)).contains("none");
  }

  @Test
  void conversationsShowWhatTheAssistantSaid() throws IOException {
    Path model = Golden.golden("qwen3-tiny");
    Path chats = temporary.resolve("chats.jsonl");
    Files.writeString(
        chats,
        """
        {"instruction": "Go on", "input": "", "output": "No."}
        {"messages": [{"role": "user", "content": "Alone"}]}
        {"conversations": [{"from": "human", "value": "Yes?"}, {"from": "gpt", "value": "Yes."}]}
        """);
    assertThat(Run.of("data", "show", chats).failed(2)).contains("expected --model");
    assertThat(Run.of("data", "show", text, "--model", model).failed(2))
        .contains("expected a file of conversations");
    Run shown = Run.of("data", "show", chats, "--model", model, "--document", 1);
    assertThat(shown.succeeded())
        .contains("line 3: ", "2 conversations, 2 examples", "refused records: 1")
        .doesNotContain("line 1: ")
        .contains("(>)|Y|es|.|«<|im_end|>»");
    assertThat(shown.err()).contains("line 2: expected a message of the assistant");
    Files.writeString(chats, "{}\n");
    assertThat(Run.of("data", "show", chats, "--model", model).code()).isEqualTo(1);
  }

  /// What is shown, its marks taken away, is what the rows are made of.
  @Test
  void rowsShowEveryTokenOfTheirPiecesAndWhatIsNoTarget() {
    build("data.validationShare=0").succeeded();
    String shown = Run.of("data", "show", run, "-n", 2).succeeded();
    List<String> pieces = shown.lines().filter(line -> line.startsWith("  [document ")).toList();
    assertThat(pieces).hasSizeGreaterThan(5);
    for (String piece : pieces) {
      Matcher parts =
          Pattern.compile("  \\[document (\\d+), tokens 0 to (\\d+) of (\\d+)] (.*)")
              .matcher(piece);
      assertThat(parts.matches()).as(piece).isTrue();
      List<String> tokens = List.of(parts.group(4).split("\\|"));
      assertThat(tokens).hasSize(Integer.parseInt(parts.group(2)) + 1);
      assertThat(tokens.getFirst()).startsWith("(«").endsWith("»)");
      assertThat(tokens.getLast()).startsWith("«").endsWith("»");
      assertThat(tokens.subList(1, tokens.size())).noneMatch(token -> token.startsWith("("));
      String words = String.join("", tokens.subList(1, tokens.size() - 1));
      assertThat(words).matches("Number \\d+ comes after number \\d+\\.\\\\n");
    }
    Matcher row = Pattern.compile("row 0: (\\d+) targets in (\\d+) pieces").matcher(shown);
    assertThat(row.find()).isTrue();
  }

  @Test
  void aDocumentAndAShardAreShown() {
    build().succeeded();
    String one = Run.of("data", "show", run, "--document", 3, "--tokens", 4).succeeded();
    assertThat(one.lines().toList().getLast().split("\\|")).hasSize(4);
    assertThat(one).contains("document 3: ", " more");
    Path shard = run.resolve("data/source-0-held-out-0000.shard");
    assertThat(Run.of("data", "show", shard, "-n", 1).succeeded()).contains("document 0: ");
    assertThat(Run.of("data", "show", run, "--document", 9999).failed(1)).contains("9999");
    assertThat(Run.of("data", "show", run, "-n", 0).failed(2)).contains("-n");
  }

  @Test
  void exercisesShowTheirMarks() {
    build("data.fillInTheMiddleRate=1").succeeded();
    String shown = Run.of("data", "show", run, "-n", 1).succeeded();
    for (String piece : shown.lines().filter(line -> line.startsWith("  [")).toList()) {
      assertThat(piece).containsSubsequence("«<｜fim▁begin｜>»", "«<｜fim▁hole｜>»", "«<｜fim▁end｜>»");
    }
  }

  @Test
  void tokensAreMadeAgainWhereTheTextChangedBeforeTheRun() throws IOException {
    build().succeeded();
    Files.writeString(text, "Another text, and a longer one at that.\n\n".repeat(50));
    assertThat(build().err()).contains("50 documents");
  }

  @Test
  void overlapIsFoundThroughCaseAndPunctuation() throws IOException {
    Path evaluation = temporary.resolve("exam.txt");
    Files.writeString(
        evaluation,
        "NUMBER 7, comes after number 6! And then, as I said: nothing of the kind was there.\n\n"
            + "Of these words none is known, whatever their order and however many there may"
            + " be.\n\n"
            + "Too short.\n");
    String flat = Files.readString(text).replace("\n\n", " ");
    Path training = Files.writeString(temporary.resolve("train.txt"), flat);
    String none = Run.of("data", "overlap", evaluation, training).succeeded();
    assertThat(none).contains("0 of 2 documents", "1 documents are too short");
    Files.writeString(training, "…number 7 comes after number 6 and then as i said (and no more)");
    String some = Run.of("data", "overlap", evaluation, training).succeeded();
    assertThat(some).contains("1 of 2 documents (50.00 %)", "11 of 32 words", "NUMBER 7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"count", "build", "show", "overlap"})
  void everyCommandExplainsItselfWithAnExample(String command) {
    String help = Run.of("data", command, "-h").succeeded();
    assertThat(help).contains("Usage:", "Example", "  minke data " + command);
    assertThat(help.lines()).allMatch(line -> line.length() <= 80);
  }
}
