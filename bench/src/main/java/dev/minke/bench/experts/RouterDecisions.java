package dev.minke.bench.experts;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// What the router of DeepSeek-V2-Lite chose for the texts of a task.
///
/// @param lengths tokens of each sequence
/// @param chosen `[layers][tokens · ACTIVE]`, sequences one after the other
record RouterDecisions(int[] lengths, byte[][] chosen) {
  static final int LAYERS = 26;
  static final int EXPERTS = 64;
  static final int ACTIVE = 6;

  /// Of an expert's three matrices, 18 bytes for 32 weights.
  static final long EXPERT_BYTES = 3L * 2048 * 1408 / 32 * 18;

  /// Reads a folder `moe-routing/TASK`.
  ///
  /// @throws IllegalStateException where layers differ in sequences or tokens
  static RouterDecisions read(Path folder) throws IOException {
    int[] lengths = new int[0];
    byte[][] chosen = new byte[LAYERS][];
    for (int layer = 0; layer < LAYERS; layer++) {
      Path file = folder.resolve("expert_weights_%d.txt.gz".formatted(layer + 1));
      List<byte[]> sequences = sequences(file);
      int[] here = sequences.stream().mapToInt(ids -> ids.length / ACTIVE).toArray();
      if (layer > 0 && !Arrays.equals(here, lengths)) {
        throw new IllegalStateException(
            "%s: expected the sequences of the layer before, found %d of other lengths"
                .formatted(file, here.length));
      }
      lengths = here;
      chosen[layer] = joined(sequences);
    }
    return new RouterDecisions(lengths, chosen);
  }

  private static List<byte[]> sequences(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(
          "%s: expected decisions of a router, found none; name the data with MINKE_DATA"
              .formatted(file));
    }
    List<byte[]> sequences = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        sequences.add(ids(line, file));
      }
    }
    return sequences;
  }

  /// The first half of a line, up to the empty field.
  private static byte[] ids(String line, Path file) {
    List<String> fields = List.of(line.split("\t", -1));
    int length = (fields.size() - 1) / 2;
    if (fields.indexOf("") != length || length % ACTIVE != 0) {
      throw new IllegalStateException(
          "%s: expected %d ids a token, an empty field and as many weights, found %d fields"
              .formatted(file, ACTIVE, fields.size()));
    }
    byte[] ids = new byte[length];
    for (int i = 0; i < length; i++) {
      ids[i] = Byte.parseByte(fields.get(i));
    }
    return ids;
  }

  private static byte[] joined(List<byte[]> sequences) {
    byte[] all = new byte[sequences.stream().mapToInt(ids -> ids.length).sum()];
    int at = 0;
    for (byte[] ids : sequences) {
      System.arraycopy(ids, 0, all, at, ids.length);
      at += ids.length;
    }
    return all;
  }

  int tokens() {
    return chosen[0].length / ACTIVE;
  }

  /// The first tokens, as one sequence.
  RouterDecisions first(int tokens) {
    byte[][] begin = new byte[LAYERS][];
    Arrays.setAll(begin, layer -> Arrays.copyOf(chosen[layer], tokens * ACTIVE));
    return new RouterDecisions(new int[] {tokens}, begin);
  }

  /// Sequences side by side, a token of each a pass; one that ends makes room for the next.
  ///
  /// @return of each pass the tokens
  List<int[]> passes(int sideBySide) {
    List<int[]> passes = new ArrayList<>();
    int[] at = new int[sideBySide];
    int[] left = new int[sideBySide];
    int next = 0;
    int begin = 0;
    while (true) {
      int[] pass = new int[sideBySide];
      int size = 0;
      for (int i = 0; i < sideBySide; i++) {
        if (left[i] == 0 && next < lengths.length) {
          at[i] = begin;
          left[i] = lengths[next];
          begin += lengths[next++];
        }
        if (left[i] > 0) {
          pass[size++] = at[i]++;
          left[i]--;
        }
      }
      if (size == 0) {
        return passes;
      }
      passes.add(Arrays.copyOf(pass, size));
    }
  }

  /// Copies what the tokens of a pass chose in a layer.
  ///
  /// @param to `[tokens, ACTIVE]`
  void copy(int layer, int[] pass, int[] to) {
    for (int row = 0; row < pass.length; row++) {
      for (int i = 0; i < ACTIVE; i++) {
        to[row * ACTIVE + i] = chosen[layer][pass[row] * ACTIVE + i];
      }
    }
  }
}
