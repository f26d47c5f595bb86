package dev.minke.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentBatchTest {
  private static final double SHARE = 0.2;

  @TempDir private Path folder;

  private final DataManifest.Making making =
      new DataManifest.Making("letters", 200, -1, -1, SHARE, null);

  private final CountDownLatch another = new CountDownLatch(1);

  /// The first ids of all documents of a side.
  private List<Integer> firsts(String name, int shards) throws IOException {
    List<Integer> firsts = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      TokenShard shard = ShardFile.read(folder.resolve("%s-%04d.shard".formatted(name, i)));
      for (int document = 0; document < shard.documents(); document++) {
        firsts.add(shard.token(document, 0) * 200 + shard.token(document, 1));
      }
    }
    return firsts;
  }

  /// The first thread waits for another.
  private void meet(Set<Thread> threads) {
    if (threads.add(Thread.currentThread()) && threads.size() > 1) {
      another.countDown();
    }
    if (Runtime.getRuntime().availableProcessors() > 1) {
      try {
        assertThat(another.await(1, TimeUnit.MINUTES)).as("another thread").isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// Some batches of documents that are encoded out of their order.
  @Test
  void documentsKeepTheirOrderWhoeverEncodesThem() throws IOException {
    List<String> texts =
        IntStream.range(0, 3000).mapToObj(i -> i + "x".repeat(i % 7 * 1000)).toList();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (ShardSeries training = new ShardSeries(folder, "training", making, 1 << 12);
        ShardSeries heldOut = new ShardSeries(folder, "held-out", making, 1 << 12)) {
      DocumentBatch batch =
          new DocumentBatch(
              (text, isHeldOut) -> {
                meet(threads);
                int number = Integer.parseInt(text.replace("x", ""));
                return new int[] {number / 200, number % 200, isHeldOut ? 1 : 0};
              },
              SHARE,
              training,
              heldOut);
      for (String text : texts) {
        batch.add(text, text.length());
      }
      batch.write();
      List<Integer> expected = new ArrayList<>();
      List<Integer> expectedHeldOut = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        (Corpus.isHeldOut(texts.get(i), SHARE) ? expectedHeldOut : expected).add(i);
      }
      assertThat(firsts("training", training.finish().size())).isEqualTo(expected);
      assertThat(firsts("held-out", heldOut.finish().size())).isEqualTo(expectedHeldOut);
    }
    if (Runtime.getRuntime().availableProcessors() > 1) {
      assertThat(threads).hasSizeGreaterThan(1);
    }
  }

  @Test
  void whatAnEncoderRefusesIsRefused() throws IOException {
    try (ShardSeries training = new ShardSeries(folder, "training", making, 1 << 12);
        ShardSeries heldOut = new ShardSeries(folder, "held-out", making, 1 << 12)) {
      DocumentBatch batch =
          new DocumentBatch(
              (_, _) -> {
                throw new IllegalStateException("no");
              },
              SHARE,
              training,
              heldOut);
      batch.add("text", 4);
      assertThatThrownBy(batch::write).isInstanceOf(IllegalStateException.class);
    }
  }
}
