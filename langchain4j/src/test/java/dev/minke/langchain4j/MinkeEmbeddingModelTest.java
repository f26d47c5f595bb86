package dev.minke.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelErrorContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.minke.Minke;
import dev.minke.OpenOptions;
import dev.minke.server.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Vectors of a model in which each byte is a unit vector and blocks add nothing.
class MinkeEmbeddingModelTest {
  @TempDir private static Path directory;

  private static Minke minke;

  @BeforeAll
  static void open() throws IOException {
    minke =
        Minke.open(
            ScriptedModel.write(directory.resolve("scripted")),
            OpenOptions.DEFAULT.withCacheMemory(64L << 20));
  }

  @AfterAll
  static void close() {
    minke.close();
  }

  private static EmbeddingModel model() {
    return MinkeEmbeddingModel.builder().model(minke).build();
  }

  /// What is not 0 in it has to be at these bytes, and the same everywhere.
  private static void assertIsMeanOf(Embedding embedding, int... bytes) {
    float[] expected = new float[embedding.dimension()];
    for (int one : bytes) {
      expected[one] = (float) (1 / Math.sqrt(bytes.length));
    }
    // A mean of a few unit vectors in single precision, made one of length 1.
    assertThat(embedding.vector()).containsExactly(expected, within(1e-6f));
  }

  @Test
  void textsBecomeTheMeanOfTheirTokens() {
    Response<List<Embedding>> response =
        model().embedAll(List.of(TextSegment.from("a"), TextSegment.from("ab")));
    assertIsMeanOf(response.content().get(0), 'a');
    assertIsMeanOf(response.content().get(1), 'a', 'b');
    assertThat(response.tokenUsage().inputTokenCount()).isEqualTo(3);
    assertThat(model().dimension()).isEqualTo(response.content().getFirst().dimension());
    assertThat(model().modelName()).isEqualTo("scripted");
  }

  @Test
  void manyTextsKeepTheirOrder() {
    List<TextSegment> segments = new ArrayList<>();
    for (char letter = '0'; letter <= 'z'; letter++) {
      segments.add(TextSegment.from(String.valueOf(letter)));
    }
    List<Embedding> embeddings = model().embedAll(segments).content();
    assertThat(embeddings).hasSameSizeAs(segments);
    for (int i = 0; i < embeddings.size(); i++) {
      assertIsMeanOf(embeddings.get(i), '0' + i);
    }
  }

  @Test
  void whatCannotBeHonouredIsRefused() {
    EmbeddingResponse named =
        model().embed(EmbeddingRequest.builder().input("a").modelName("scripted").build());
    assertIsMeanOf(named.embeddings().getFirst(), 'a');
    assertThat(named.modelName()).isEqualTo("scripted");
    assertThatThrownBy(
            () -> model().embed(EmbeddingRequest.builder().input("a").modelName("other").build()))
        .isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(
            () -> model().embed(EmbeddingRequest.builder().input("a").dimensions(8).build()))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("dimensions");
    assertThatThrownBy(() ->
            model()
                .embed(
                    EmbeddingRequest.builder()
                        .input(ImageContent.from("https://example.org/cat.png"))
                        .build()))
        .isInstanceOf(UnsupportedFeatureException.class);
    assertThatThrownBy(() -> model().embed("x".repeat(70_000)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("prompt");
    assertThatThrownBy(() -> MinkeEmbeddingModel.builder().build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void listenersHearOfResponsesAndErrors() {
    List<String> heard = new ArrayList<>();
    EmbeddingModelListener listener =
        new EmbeddingModelListener() {
          @Override
          public void onResponse(EmbeddingModelResponseContext context) {
            heard.add(context.textSegments().getFirst().text());
          }

          @Override
          public void onError(EmbeddingModelErrorContext context) {
            heard.add(context.error().getClass().getSimpleName());
          }
        };
    EmbeddingModel model =
        MinkeEmbeddingModel.builder().model(minke).listeners(List.of(listener)).build();
    assertIsMeanOf(model.embed("a").content(), 'a');
    assertThatThrownBy(() -> model.embed("x".repeat(70_000)))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(heard).containsExactly("a", "InvalidRequestException");
  }
}
