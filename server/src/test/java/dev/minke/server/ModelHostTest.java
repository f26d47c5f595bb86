package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Minke;
import dev.minke.server.host.ModelHost;
import dev.minke.server.host.Models;
import dev.minke.server.wire.ApiException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelHostTest {
  @TempDir private static Path temporary;

  private static Path files;

  private final AtomicInteger opened = new AtomicInteger();

  @BeforeAll
  static void copy() throws IOException {
    files = TinyModel.copy(temporary.resolve("model"));
  }

  private ModelHost host(int mostOpen, Duration idle, String... names) {
    Map<String, ModelHost.Opener> openers = new LinkedHashMap<>();
    for (String name : names) {
      openers.put(
          name,
          () -> {
            opened.incrementAndGet();
            return Minke.open(files);
          });
    }
    return new ModelHost(openers, mostOpen, idle);
  }

  @Test
  void aModelIsOpenedOnceHoweverManyAskForIt() throws Exception {
    try (ModelHost host = host(2, Duration.ZERO, "a", "b");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(opened).hasValue(0);
      List<Future<Models.Lease>> leases = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        leases.add(threads.submit(() -> host.lease("a")));
      }
      for (Future<Models.Lease> lease : leases) {
        assertThat(lease.get().name()).isEqualTo("a");
        lease.get().close();
      }
      assertThat(opened).hasValue(1);
      try (Models.Lease first = host.lease("")) {
        assertThat(first.name()).isEqualTo("a");
      }
    }
  }

  @Test
  void theOneNotUsedGivesItsPlaceAndOneInUseNever() {
    try (ModelHost host = host(1, Duration.ZERO, "a", "b")) {
      try (Models.Lease a = host.lease("a")) {
        assertThatThrownBy(() -> host.lease("b"))
            .isInstanceOf(ApiException.class)
            .hasMessageContaining("in use");
        assertThat(a.model().answer("Hello")).isNotNull();
      }
      try (Models.Lease b = host.lease("b")) {
        assertThat(host.open()).hasSize(1);
        assertThat(b.name()).isEqualTo("b");
      }
      assertThat(opened).hasValue(2);
    }
  }

  @Test
  void whatNobodyUsesIsClosed() throws InterruptedException {
    try (ModelHost host = host(1, Duration.ofMillis(50), "a")) {
      host.lease("a").close();
      long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (isOpen(host) && System.nanoTime() < end) {
        Thread.sleep(100);
      }
      assertThat(isOpen(host)).isFalse();
      host.lease("a").close();
      assertThat(opened).hasValueGreaterThanOrEqualTo(2);
    }
  }

  private static boolean isOpen(ModelHost host) {
    List<Models.Lease> open = host.open();
    open.forEach(Models.Lease::close);
    return !open.isEmpty();
  }

  @Test
  void unknownNamesAreToldTheKnownOnes() {
    try (ModelHost host = host(1, Duration.ZERO, "a", "b")) {
      assertThatThrownBy(() -> host.lease("c")).hasMessage("model: expected one of a, b, found c");
      assertThat(host.names()).containsExactly("a", "b");
    }
  }
}
