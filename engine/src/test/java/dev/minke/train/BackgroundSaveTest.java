package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackgroundSaveTest {
  private static final Path FILE = Path.of("step");
  private final BackgroundSave save = new BackgroundSave();
  private final CountDownLatch mayRead = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  private Path write(Runnable afterLastRead) {
    await(mayRead);
    afterLastRead.run();
    await(mayEnd);
    return FILE;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anUpdateWaitsForTheReadingAndNotForTheDisk() throws Exception {
    AtomicBoolean updated = new AtomicBoolean();
    save.start(7, this::write);
    assertThat(save.poll()).isNull();
    CountDownLatch released = new CountDownLatch(1);
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              await(released);
              assertThat(updated).isFalse();
              mayRead.countDown();
            });
    released.countDown();
    save.awaitReading();
    updated.set(true);
    reader.join();
    assertThat(save.poll()).isNull();
    mayEnd.countDown();
    assertThat(save.await()).isEqualTo(new BackgroundSave.Saved(FILE, 7));
    assertThat(save.await()).isNull();
  }

  @Test
  void aFailureIsToldToWhoeverTakesItAndHoldsNobodyUp() {
    CheckpointException full = new CheckpointException("disk: full");
    save.start(
        1,
        _ -> {
          throw full;
        });
    save.awaitReading();
    assertThatThrownBy(save::await).isSameAs(full);
    assertThat(save.await()).isNull();
  }

  @Test
  void twoAtOnceAreRefused() {
    save.start(3, this::write);
    assertThatThrownBy(() -> save.start(4, this::write)).hasMessageContaining("step 3 is open");
    mayRead.countDown();
    mayEnd.countDown();
    assertThat(save.await()).isNotNull();
  }
}
