package dev.minke.cli.store;

import dev.minke.checkpoint.store.PullListener;
import dev.minke.checkpoint.store.PullPlan;
import dev.minke.cli.console.Progress;
import java.time.Duration;
import java.util.Locale;

/// How a download is going: bytes, rate and time left in a line that renews itself, and a remark
/// for what stands in its way. Mutable; any thread may speak.
final class PullProgress implements PullListener {
  private static final long RENEW_NANOS = 200_000_000;

  private final Progress progress;
  private long total;
  private long here;
  private long shownNanos = System.nanoTime();
  private long shownHere;
  private double bytesPerSecond;
  private int renewals;

  PullProgress(Progress progress) {
    this.progress = progress;
  }

  synchronized void begin(PullPlan plan) {
    total = plan.bytes();
    here = plan.present();
    shownHere = here;
    shownNanos = System.nanoTime();
    progress.say(
        "model",
        "%s at %.12s, %d files, %s",
        plan.name().text(),
        plan.commit(),
        plan.files().size(),
        Bytes.words(plan.bytes()));
    if (here > 0) {
      progress.say(
          "here", here == total ? "all of it" : Bytes.words(here) + " of it; the rest is fetched");
    }
  }

  @Override
  public synchronized void received(long bytes) {
    here += bytes;
    long now = System.nanoTime();
    if (now - shownNanos < RENEW_NANOS) {
      return;
    }
    double rate = Math.max(0, here - shownHere) * 1e9 / (now - shownNanos);
    // A mean of all at first, then of about the last two seconds.
    renewals++;
    bytesPerSecond += (rate - bytesPerSecond) * Math.max(0.1, 1.0 / renewals);
    shownNanos = now;
    shownHere = here;
    progress.renew(
        String.format(
            Locale.ROOT,
            "%s of %s  %.0f %%  %s/s  %s left",
            Bytes.words(here),
            Bytes.words(total),
            100.0 * here / Math.max(1, total),
            Bytes.words(bytesPerSecond),
            bytesPerSecond < 1 ? "?" : Progress.duration((total - here) / bytesPerSecond)));
  }

  @Override
  public void retrying(String subject, String reason, Duration pause) {
    progress.say("again", "%s in %s, for %s", subject, Progress.duration(seconds(pause)), reason);
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  @Override
  public void waiting(String file) {
    progress.say("waiting", "another minke pull fetches %s", file);
  }
}
