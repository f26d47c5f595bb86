package dev.minke.server.ollama;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.server.ApiDocument;
import dev.minke.server.host.ModelHost;
import dev.minke.server.wire.ApiException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeepAliveTest {
  private static void require(Duration idle, String value) {
    Map<String, ModelHost.Opener> openers =
        Map.of(
            "a",
            () -> {
              throw new IllegalStateException("nothing is opened here");
            });
    try (ModelHost models = new ModelHost(openers, 1, idle)) {
      KeepAlive.require(ApiDocument.fields("{\"keep_alive\": %s}".formatted(value)), models);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"300", "\"300\"", "\"5m\"", "\"300s\"", "\"4m59.5s\"", "\"100ms\"", "1.5"})
  void asLongAsTheServerKeepsModels(String value) {
    assertThatCode(() -> require(Duration.ofMinutes(5), value)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"301", "\"5m1s\"", "\"1h\"", "-1", "\"-1m\"", "0", "\"0s\"", "\"5 m\"", "true"})
  void notLonger(String value) {
    assertThatThrownBy(() -> require(Duration.ofMinutes(5), value))
        .isInstanceOf(ApiException.class)
        .hasMessageStartingWith("keep_alive: ");
  }

  @Test
  void forEverWhereModelsStayOpen() {
    assertThatCode(() -> require(Duration.ZERO, "-1")).doesNotThrowAnyException();
    assertThatCode(() -> require(Duration.ZERO, "\"24h\"")).doesNotThrowAnyException();
  }
}
