package dev.minke.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class JsonItemsTest {
  @TempDir Path directory;

  private List<String> read(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("items.json"), text);
    List<String> heard = new ArrayList<>();
    JsonItems.read(
        file,
        new JsonItems.Sink() {
          @Override
          public void item(String place, JsonNode object) {
            heard.add(place + " " + object);
          }

          @Override
          public void refused(String place, String what) {
            heard.add(place + ": " + what);
          }
        });
    return heard;
  }

  @Test
  void aLineEachOrAnArray() throws IOException {
    assertThat(read("{\"a\":1}\n\n{\"a\":2}\n"))
        .containsExactly("line 1 {\"a\":1}", "line 3 {\"a\":2}");
    assertThat(read(" \n[{\"a\":1},\n {\"a\":2}]\n"))
        .containsExactly("element 1 {\"a\":1}", "element 2 {\"a\":2}");
    assertThat(read("")).isEmpty();
    assertThat(read("[]")).isEmpty();
  }

  @Test
  void aBadLineIsRefusedAlone() throws IOException {
    List<String> heard = read("{\"a\":1}\n{\"a\":\n3\n{\"a\":2}\n");
    assertThat(heard).hasSize(4);
    assertThat(heard.get(1)).startsWith("line 2: no JSON: ");
    assertThat(heard.get(2)).isEqualTo("line 3: expected an object, found NUMBER");
    assertThat(heard.get(3)).isEqualTo("line 4 {\"a\":2}");
  }

  @Test
  void behindAMistakeInAnArrayNothingIsRead() throws IOException {
    List<String> heard = read("[{\"a\":1}, {\"a\": nonsense}, {\"a\":2}]");
    assertThat(heard).hasSize(2);
    assertThat(heard.get(1))
        .startsWith("element 2: no JSON: ")
        .endsWith("nothing behind it was read");
    assertThat(read("[{\"a\":1}").getLast()).startsWith("element 2: no JSON: ");
  }
}
