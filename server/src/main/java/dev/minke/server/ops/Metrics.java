package dev.minke.server.ops;

import dev.minke.inference.EngineCounts;
import dev.minke.server.answer.Activity;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/// What Prometheus reads: under llama.cpp's names what they mean there, as far as it is known here,
/// and under our own what it has no names for. What is of a model has its name as label.
///
/// Left out of llama.cpp's are those of drafts: nothing is drafted here.
public final class Metrics {
  private static final String MODEL = "model";

  /// Of a request, in seconds: from an error at once to an answer of minutes.
  private static final double[] BOUNDS = {
    0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800
  };

  private final Models models;
  private final Access access;
  private final Activity activity;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests;
  private final Histogram seconds;

  public Metrics(Models models, Access access, Activity activity) {
    this.models = models;
    this.access = access;
    this.activity = activity;
    requests =
        Counter.builder()
            .name("minke_requests")
            .help("Requests; status \"closed\" where the client did not wait for the end")
            .labelNames("path", "status")
            .register(registry);
    seconds =
        Histogram.builder()
            .name("minke_request_seconds")
            .help("Time of a request, until the last byte of its answer is written")
            .labelNames("path")
            .classicOnly()
            .classicUpperBounds(BOUNDS)
            .register(registry);
    llamaCpp();
    ours();
  }

  private void llamaCpp() {
    counter(
        "llamacpp:prompt_tokens",
        "Prompt tokens read, without those that were there already",
        EngineCounts::promptTokens);
    counter("llamacpp:tokens_predicted", "Tokens generated", EngineCounts::generatedTokens);
    counter("llamacpp:n_decode", "Steps of the engine", EngineCounts::steps);
    gauge("llamacpp:requests_processing", "Answers under way", EngineCounts::active);
    gauge("llamacpp:requests_deferred", "Answers that wait", EngineCounts::waiting);
    gauge(
        "llamacpp:n_busy_slots_per_decode",
        "Tokens generated in a step, on average: answers under way that are past their prompt",
        counts -> ratio(counts.generatedTokens(), counts.steps()));
    times(
        "llamacpp:prompt_seconds",
        "Time from request to first token, waiting included, over ended answers",
        times -> seconds(times.toFirst()));
    times(
        "llamacpp:tokens_predicted_seconds",
        "Time from first token to last, over ended answers",
        times -> seconds(times.generating()));
    gauge(
        "llamacpp:prompt_tokens_seconds",
        "Prompt tokens read a second of engine time, on average",
        counts -> ratio(counts.promptTokens(), seconds(counts.inSteps())));
    gauge(
        "llamacpp:predicted_tokens_seconds",
        "Tokens generated a second of engine time, over all answers together, on average",
        counts -> ratio(counts.generatedTokens(), seconds(counts.inSteps())));
  }

  private void ours() {
    times("minke_answers", "Answers that have ended", Activity.Times::answers);
    gauge("minke_cache_pages", "Pages of the cache", EngineCounts::pages);
    gauge(
        "minke_cache_used_pages",
        "Pages of the cache that answers under way use",
        EngineCounts::usedPages);
    gauge(
        "minke_cache_kept_pages",
        "Pages of the cache that are kept of ended answers alone",
        EngineCounts::keptPages);
    counter(
        "minke_cached_tokens",
        "Prompt tokens that were there from earlier requests, in memory or on disk",
        EngineCounts::cachedTokens);
    counter(
        "minke_cached_disk_tokens",
        "Prompt tokens that were read from disk",
        counts -> counts.disk().foundTokens());
    gauge(
        "minke_cache_disk_bytes",
        "Bytes of the cache on disk, all models of its folder together",
        counts -> counts.disk().bytes());
    counter(
        "minke_cache_disk_written_units",
        "Units of 64 tokens written to disk",
        counts -> counts.disk().writtenUnits());
    counter(
        "minke_cache_disk_dropped_units",
        "Units not written, because too many waited or memory was needed",
        counts -> counts.disk().droppedUnits());
    counter(
        "minke_cache_disk_failed_units",
        "Units that could not be written",
        counts -> counts.disk().failedUnits());
    counter(
        "minke_cache_disk_damaged_units",
        "Files on disk that were not as they should be, and were deleted",
        counts -> counts.disk().damagedUnits());
    counter(
        "minke_drafted_tokens",
        "Tokens that the predictor guessed and the model judged",
        EngineCounts::draftedTokens);
    counter(
        "minke_accepted_tokens",
        "Of minke_drafted_tokens, those that were then generated",
        EngineCounts::acceptedTokens);
    counter(
        "minke_interruptions",
        "Answers that gave up their pages for others and were computed again",
        EngineCounts::interruptions);
    counter(
        "minke_step_seconds", "Time in steps of the engine", counts -> seconds(counts.inSteps()));
    counter(
        "minke_model_seconds",
        "Of minke_step_seconds, time in the model's forward passes",
        counts -> seconds(counts.inModel()));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }

  private void counter(String name, String help, ToDoubleFunction<EngineCounts> value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(MODEL)
        .callback(callback -> ofEach(value, callback::call))
        .register(registry);
  }

  private void gauge(String name, String help, ToDoubleFunction<EngineCounts> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(MODEL)
        .callback(callback -> ofEach(value, callback::call))
        .register(registry);
  }

  private interface Sink {
    void call(double value, String... labels);
  }

  private void ofEach(ToDoubleFunction<EngineCounts> value, Sink sink) {
    for (Models.Lease lease : models.open()) {
      try (lease) {
        sink.call(value.applyAsDouble(lease.model().counts()), lease.name());
      }
    }
  }

  private void times(String name, String help, ToDoubleFunction<Activity.Times> value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(MODEL)
        .callback(callback ->
            activity
                .times()
                .forEach((model, times) -> callback.call(value.applyAsDouble(times), model)))
        .register(registry);
  }

  /// Counts a request.
  ///
  /// @param path as it is routed; empty for one that is not
  /// @param status of HTTP, or `closed`
  public void request(String path, String status, Duration time) {
    requests.labelValues(path, status).inc();
    seconds.labelValues(path).observe(seconds(time));
  }

  void answer(ServerRequest request, ServerResponse response) throws IOException {
    String _ = access.user(request);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create()
        .write(text, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    response.header(HeaderNames.CONTENT_TYPE, PrometheusTextFormatWriter.CONTENT_TYPE);
    response.send(text.toByteArray());
  }
}
