package dev.minke.bench.agreement;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The peer: llama.cpp's programs, one process for each request.
///
/// Its caches are F32 and its attention the plain one, so that what is left between it and the
/// exact products are its own products with the weights. It has one thread: two wait for each other
/// by spinning.
///
/// @param programs the folder that has them
record LlamaCpp(Path programs) {
  private static final int SHOWN = 20;
  private static final int ATTEMPTS = 5;

  /// @throws IllegalStateException if there is no llama.cpp
  LlamaCpp {
    for (String name : List.of("llama-quantize", "llama-perplexity")) {
      if (!Files.isExecutable(programs.resolve(name))) {
        throw new IllegalStateException(
            "llama.cpp: expected %s in %s, found none; name the folder of its programs in MINKE_LLAMA"
                .formatted(name, programs));
      }
    }
  }

  /// What `llama-perplexity --kl-divergence` says.
  ///
  /// @param perplexity of llama.cpp
  /// @param fromBase how far it is from the distributions in the file
  record Said(double perplexity, Distance fromBase) {}

  void quantize(Path from, Path importances, QuantType type, Path to) throws IOException {
    List<String> arguments = new ArrayList<>();
    if (type.pure()) {
      arguments.add("--pure");
    }
    if (type.needsImportances()) {
      arguments.addAll(List.of("--imatrix", importances.toString()));
    }
    arguments.addAll(List.of(from.toString(), to.toString(), type.argument(), "2"));
    run("llama-quantize", arguments);
  }

  /// Writes llama.cpp's distributions on a text.
  ///
  /// @return its perplexity
  double write(Path model, Path text, int windows, int context, Path distributions)
      throws IOException {
    List<String> arguments = arguments(model, context, distributions);
    arguments.addAll(List.of("-f", text.toString(), "--chunks", Integer.toString(windows)));
    return number(measured(arguments, "Final estimate"), "Final estimate: PPL = ([-0-9.]+)", 1);
  }

  /// Holds llama.cpp against distributions.
  Said compare(Path model, int context, Path distributions) throws IOException {
    List<String> arguments = arguments(model, context, distributions);
    arguments.add("--kl-divergence");
    String said = measured(arguments, "Same top p:");
    String mean = "Mean    KLD: +([-0-9.]+) ± +([-0-9.]+)";
    return new Said(
        number(said, "Mean PPL\\(Q\\) +: +([-0-9.]+)", 1),
        new Distance(
            number(said, mean, 1),
            number(said, mean, 2),
            number(said, "Maximum KLD: +([-0-9.]+)", 1),
            number(said, "Same top p: +([-0-9.]+)", 1) / 100));
  }

  private static List<String> arguments(Path model, int context, Path distributions) {
    return new ArrayList<>(
        List.of(
            "-m",
            model.toString(),
            "-c",
            Integer.toString(context),
            "-t",
            "1",
            "-ctk",
            "f32",
            "-ctv",
            "f32",
            "-fa",
            "off",
            "--kl-divergence-base",
            distributions.toString()));
  }

  /// What it says. On a busy machine it may exit before its last lines are out.
  ///
  /// @param last words of the line that is needed last
  private String measured(List<String> arguments, String last) throws IOException {
    String said = "";
    for (int attempt = 0; attempt < ATTEMPTS && !said.contains(last); attempt++) {
      said = run("llama-perplexity", arguments);
    }
    return said;
  }

  private static double number(String said, String pattern, int group) {
    Matcher matcher = Pattern.compile(pattern).matcher(said);
    if (!matcher.find()) {
      throw new IllegalStateException(
          "llama.cpp: expected '%s', found%n%s".formatted(pattern, tail(said)));
    }
    return Double.parseDouble(matcher.group(group));
  }

  private String run(String program, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(programs.resolve(program).toString());
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.onExit().join().exitValue();
    if (code != 0) {
      throw new IllegalStateException(
          "%s: expected success, found exit code %d%n%s"
              .formatted(String.join(" ", command), code, tail(said)));
    }
    return said;
  }

  private static String tail(String said) {
    List<String> lines = said.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN), lines.size()));
  }
}
