package dev.minke.checkpoint;

import dev.minke.Shared;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Inputs that fuzz targets begin with, beside those that they have kept: one for each thing that a
/// hostile file may do, and the files of the goldens.
final class HostileSeeds {
  private HostileSeeds() {}

  static Stream<byte[]> safetensors() throws IOException {
    return Stream.concat(golden("files/safetensors", ".safetensors"), headers().stream());
  }

  static Stream<byte[]> ggufs() throws IOException {
    List<byte[]> split = golden("files/gguf", "of-00003.gguf").toList();
    return Stream.of(
            golden("files/gguf", ".gguf"),
            HostileGgufTest.files().map(arguments -> (byte[]) arguments.get()[1]),
            split.isEmpty() ? Stream.<byte[]>of() : Stream.of(joined(split)),
            split.isEmpty() ? Stream.<byte[]>of() : Stream.of(joined(split.reversed())),
            TinyGgufs.all().values().stream().map(TinyGgufs::bytes))
        .flatMap(one -> one);
  }

  /// Parts of a split model as [GgufFuzzTest] takes them.
  private static byte[] joined(List<byte[]> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      if (all.size() > 0) {
        all.writeBytes(GgufFuzzTest.CUT);
      }
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static List<byte[]> headers() {
    String deep = "[".repeat(5000);
    return List.of(
        header("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8),
        header(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[1152921504606846976],\"data_offsets\":[0,8]}}",
            8),
        header(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[0,1152921504606846976],\"data_offsets\":[0,0]}}",
            0),
        header("{\"w\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,0]}}", 0),
        header("{\"a\\nb\":{\"dtype\":\"X\",\"shape\":[],\"data_offsets\":[0,0]}}", 0),
        header("{\"w\":" + deep, 0),
        header(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
            8));
  }

  static byte[] header(String json, int dataBytes) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + text.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  /// The files of a golden folder; none where it is absent.
  static Stream<byte[]> golden(String folder, String ending) throws IOException {
    Path golden = Shared.root().resolveSibling("shared/golden").resolve(folder);
    List<byte[]> contents = new ArrayList<>();
    if (Files.isDirectory(golden)) {
      try (Stream<Path> files = Files.list(golden)) {
        for (Path file : files.sorted().toList()) {
          if (file.toString().endsWith(ending)) {
            contents.add(Files.readAllBytes(file));
          }
        }
      }
    }
    return contents.stream();
  }
}
