package dev.minke.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is drawn from a schema's masks is JSON and satisfies the schema, says a validator that is
/// not ours.
class RandomSchemasTest {
  private static final int SAMPLES = 3;

  /// Decimals as they are written: multiples of 0.01 are not any more in binary.
  private static final JsonMapper EXACT =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder.schemaRegistryConfig(
                  SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
  private final RandomWalk walk = RandomWalk.overJson();

  @Test
  void samplesOfAHundredSchemasParseAndValidate() {
    check(0, 100);
  }

  @Test
  @Tag("long")
  void samplesOfAThousandSchemasParseAndValidate() {
    check(1_000_000, 1000);
  }

  private void check(long firstSeed, int schemas) {
    int checked = 0;
    int refused = 0;
    for (long seed = firstSeed; checked < schemas; seed++) {
      JsonNode schema = new RandomSchemas(seed).schema();
      JsonLayout layout = seed % 2 == 0 ? JsonLayout.COMPACT : new JsonLayout(3);
      Grammar grammar;
      try {
        grammar = Grammar.ofJsonSchema(schema, layout);
      } catch (GrammarException refusal) {
        boolean isUnsatisfiable = refusal.getMessage().contains("none does");
        boolean isEndless = refusal.getMessage().contains("itself");
        assertThat(isUnsatisfiable || isEndless)
            .as("seed %d: %s, %s", seed, refusal.getMessage(), schema)
            .isTrue();
        refused++;
        continue;
      }
      Schema validator = registry.getSchema(schema);
      for (int sample = 0; sample < SAMPLES; sample++) {
        String text = walk.text(grammar, SAMPLES * seed + sample);
        JsonNode value = EXACT.readTree(text);
        assertThat(validator.validate(value)).as("seed %d: %s by %s", seed, text, schema).isEmpty();
      }
      checked++;
    }
    assertThat(refused).as("schemas that nothing satisfies").isLessThan(schemas / 4);
  }
}
