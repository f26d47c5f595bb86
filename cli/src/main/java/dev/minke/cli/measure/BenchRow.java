package dev.minke.cli.measure;

import dev.minke.eval.Speed;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A timed test of a model.
///
/// @param setup on what
/// @param threads that computed
/// @param chunk tokens of a prompt that pass the model at once
/// @param time of the test
/// @param speed what was measured
public record BenchRow(Setup setup, int threads, int chunk, Instant time, Speed speed) {
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

  /// The program, the machine and the model.
  ///
  /// @param commit of the program
  /// @param processor its name
  /// @param file of the model, as the user named it
  /// @param type of the model: architecture, size and format
  /// @param bytes of its tensors
  /// @param parameters of the model
  public record Setup(
      String commit, String processor, String file, String type, long bytes, long parameters) {}

  /// By llama-bench's names, in its order. Fields about what is not here (other devices, how a file
  /// is mapped) are left out.
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("build_commit", setup.commit);
    fields.put("cpu_info", setup.processor);
    fields.put("gpu_info", "");
    fields.put("backends", "CPU");
    fields.put("model_filename", setup.file);
    fields.put("model_type", setup.type);
    fields.put("model_size", setup.bytes);
    fields.put("model_n_params", setup.parameters);
    fields.put("n_batch", chunk);
    fields.put("n_ubatch", chunk);
    fields.put("n_threads", threads);
    fields.put("type_k", "f32");
    fields.put("type_v", "f32");
    fields.put("n_prompt", speed.test().prompt());
    fields.put("n_gen", speed.test().generated());
    fields.put("n_depth", speed.test().depth());
    fields.put("test_time", time.truncatedTo(ChronoUnit.SECONDS).toString());
    fields.put("avg_ns", Math.round(speed.time().mean()));
    fields.put("stddev_ns", Math.round(speed.time().deviation()));
    fields.put("avg_ts", speed.rate().mean());
    fields.put("stddev_ts", speed.rate().deviation());
    return fields;
  }

  /// [#fields] and every single run.
  public Map<String, Object> fieldsAndSamples() {
    Map<String, Object> fields = fields();
    fields.put("samples_ns", speed.nanos());
    fields.put("samples_ts", speed.rates());
    return fields;
  }

  /// For people: model, size, params, backend, threads, test, t/s.
  String[] cells() {
    return new String[] {
      setup.type,
      size(setup.bytes),
      parameters(setup.parameters),
      "CPU",
      Integer.toString(threads),
      speed.test().toString(),
      String.format(Locale.ROOT, "%.2f ± %.2f", speed.rate().mean(), speed.rate().deviation())
    };
  }

  private static String size(long bytes) {
    return bytes < GIB
        ? String.format(Locale.ROOT, "%.2f MiB", bytes / MIB)
        : String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
  }

  private static String parameters(long count) {
    return count < 1e9
        ? String.format(Locale.ROOT, "%.2f M", count / 1e6)
        : String.format(Locale.ROOT, "%.2f B", count / 1e9);
  }

  /// What a model is in a few words: `deepseek2 15.7B Q4_0`.
  ///
  /// @param architecture its name in GGUF files
  /// @param bytesByFormat of its tensors; the format of most bytes is named
  public static String type(String architecture, long parameters, Map<String, Long> bytesByFormat) {
    String format =
        bytesByFormat.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse("");
    String count =
        parameters < 1e6
            ? String.format(Locale.ROOT, "%.0fK", parameters / 1e3)
            : parameters < 1e9
                ? String.format(Locale.ROOT, "%.0fM", parameters / 1e6)
                : String.format(Locale.ROOT, "%.1fB", parameters / 1e9);
    return String.join(" ", Arrays.asList(architecture, count, format)).strip();
  }
}
