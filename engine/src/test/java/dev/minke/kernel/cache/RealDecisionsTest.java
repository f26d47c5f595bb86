package dev.minke.kernel.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Shared;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The first 1,500 tokens of what the router of DeepSeek-V2-Lite chose, one token at a time, from
/// an empty cache that has learned nothing. `bench/run experts` does the same with all of it.
class RealDecisionsTest {
  private static final int LAYERS = 26;
  private static final int EXPERTS = 64;
  private static final int ACTIVE = 6;
  private static final int TOKENS = 1500;

  @ParameterizedTest
  @CsvSource({"intent, 624", "intent, 832", "law, 624", "law, 832"})
  void missesAreFewerThanThoseOfLru(String task, int capacity) throws IOException {
    List<int[]> layers = decisions(task);
    CacheCounts lru = run(layers, capacity, new LeastRecent(), false);
    CacheCounts learned = run(layers, capacity, new LearnedWorth(LAYERS, EXPERTS, ACTIVE), false);
    assertThat(learned.misses()).isLessThan(lru.misses() * 85 / 100);
    CacheCounts ahead = run(layers, capacity, new LearnedWorth(LAYERS, EXPERTS, ACTIVE), true);
    assertThat(ahead.misses()).isLessThan(learned.misses() * 85 / 100);
    assertThat(ahead.aheadUsed()).isGreaterThan(ahead.ahead() / 2);
  }

  private static CacheCounts run(
      List<int[]> layers, int capacity, ExpertWorth worth, boolean readAhead) {
    ExpertPolicy policy = new ExpertPolicy(LAYERS, EXPERTS, ACTIVE, capacity, worth);
    int[] chosen = new int[ACTIVE];
    int highest = 0;
    for (int token = 0; token < TOKENS; token++) {
      for (int layer = 0; layer < LAYERS; layer++) {
        System.arraycopy(layers.get(layer), token * ACTIVE, chosen, 0, ACTIVE);
        for (ExpertRead read : policy.decide(layer, chosen, 1)) {
          highest = Math.max(highest, read.slot());
        }
        ExpertRead read = readAhead ? policy.ahead(0.15f) : null;
        highest = Math.max(highest, read == null ? 0 : read.slot());
      }
    }
    assertThat(highest).isEqualTo(capacity - 1);
    return policy.counts();
  }

  /// Of each layer `[TOKENS · ACTIVE]`. A line holds a sequence: experts, an empty field, weights.
  private static List<int[]> decisions(String task) throws IOException {
    Path folder = Shared.shared("data/moe-routing/" + task);
    List<int[]> layers = new ArrayList<>();
    for (int layer = 1; layer <= LAYERS; layer++) {
      int[] chosen = new int[TOKENS * ACTIVE];
      int filled = 0;
      try (BufferedReader lines = lines(folder.resolve("expert_weights_" + layer + ".txt.gz"))) {
        while (filled < chosen.length) {
          List<String> fields = List.of(lines.readLine().split("\t"));
          for (String field : fields.subList(0, fields.indexOf(""))) {
            if (filled < chosen.length) {
              chosen[filled++] = Integer.parseInt(field);
            }
          }
        }
      }
      layers.add(chosen);
    }
    return layers;
  }

  private static BufferedReader lines(Path file) throws IOException {
    return new BufferedReader(
        new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII));
  }

  /// The expert goes that was not wanted for the longest time.
  private static final class LeastRecent implements ExpertWorth {
    private final float[] lastUse = new float[LAYERS * EXPERTS];
    private float clock;

    @Override
    public void routed(int layer, int[] chosen, int tokens) {
      clock++;
      for (int expert : chosen) {
        lastUse[layer * EXPERTS + expert] = clock;
      }
    }

    @Override
    public float worth(int layer, int expert) {
      return lastUse[layer * EXPERTS + expert];
    }
  }
}
