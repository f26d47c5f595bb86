package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ReductionTest {
  private static final Path FILE = Path.of("v3.yaml");

  private static ObjectNode tree(String reduce) {
    return (ObjectNode)
        JsonMapper.shared()
            .readTree(
                """
                {"reduce": %s,
                 "model": {"dim": 7168, "denseHidden": 18432, "layers": 61, "denseLayers": 3, "maxLength": 4096,
                   "attention": {"heads": 128, "queryRank": 1536, "latentDim": 512, "nopeDim": 128, "ropeDim": 64, "valueDim": 128},
                   "experts": {"count": 256, "hidden": 2048, "rule": {"groups": 8, "activeGroups": 4, "activeExperts": 8}}},
                 "tokenizer": {"vocab": 129280}, "data": {"rowTokens": 4096},
                 "batch": {"rows": 15360, "microRows": 1}, "length": {"steps": 240000}}
                """
                    .formatted(reduce));
  }

  @Test
  void oneLeavesThePublishedSizes() {
    ObjectNode tree = tree("1");
    Reduction.take(tree, FILE);
    assertThat(tree.has("reduce")).isFalse();
    assertThat(tree.path("model")).isEqualTo(tree("1").path("model"));
  }

  /// Widths by 64; heads, layers, experts by 8; what a head is wide by 8; rows by 64².
  @Test
  void sixtyFourKeepsTheProportions() {
    ObjectNode tree = tree("64");
    Reduction.take(tree, FILE);
    assertThat(tree.path("model").toString())
        .isEqualTo(
            "{\"dim\":112,\"denseHidden\":288,\"layers\":8,\"denseLayers\":1,\"maxLength\":512,"
                + "\"attention\":{\"heads\":16,\"queryRank\":24,\"latentDim\":16,\"nopeDim\":16,\"ropeDim\":8,\"valueDim\":16},"
                + "\"experts\":{\"count\":32,\"hidden\":32,\"rule\":{\"groups\":8,\"activeGroups\":4,\"activeExperts\":8}}}");
    assertThat(tree.path("tokenizer").path("vocab").intValue()).isEqualTo(2020);
    assertThat(tree.path("data").path("rowTokens").intValue()).isEqualTo(512);
    assertThat(tree.path("batch").toString()).isEqualTo("{\"rows\":4,\"microRows\":1}");
    assertThat(tree.path("length").path("steps").intValue()).isEqualTo(3750);
  }

  /// Four active groups have the eight experts of a token when each group has two.
  @Test
  void activeGroupsKeepExpertsEnough() {
    ObjectNode tree = tree("1024");
    Reduction.take(tree, FILE);
    assertThat(tree.path("model").path("experts").path("count").intValue()).isEqualTo(16);
  }

  @Test
  void lessThanOneIsRefused() {
    assertThatThrownBy(() -> Reduction.take(tree("0.5"), FILE))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "v3.yaml: reduce: expected 1 for the published sizes or a larger number, found 0.5");
  }
}
