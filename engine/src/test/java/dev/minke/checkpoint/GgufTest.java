package dev.minke.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Shared;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// GGUF files are read as gguf-py wrote them, and as ours are written.
class GgufTest {
  @TempDir private Path directory = Path.of("");

  private static Path golden(String name) {
    return Shared.shared("golden/files/gguf").resolve(name);
  }

  private static JsonNode expected(String name) {
    return JsonMapper.shared().readTree(golden(name).toFile());
  }

  @Test
  void everyTypeOfMetadataIsReadAsItWasWritten() {
    JsonNode expected = expected("all-types.json");
    try (Gguf gguf = Gguf.open(golden("all-types.gguf"))) {
      GgufMetadata metadata = gguf.metadata();
      for (Map.Entry<String, JsonNode> value : expected.path("values").properties()) {
        assertThat(plain(metadata.value(value.getKey())))
            .as(value.getKey())
            .isEqualTo(plain(value.getKey(), value.getValue()));
      }
      assertThat(metadata.whole("general.alignment")).isEqualTo(64);
      assertThat(metadata.whole("t.u32")).isEqualTo(4294967295L);
      assertThat(metadata.ints("t.array.i32")).containsExactly(1, -2, 3);
      assertThat(metadata.floats("t.array.f32")).containsExactly(0.5f, -0.25f);
      assertThat(metadata.flag("t.bool")).isTrue();
    }
  }

  private static Object plain(GgufValue value) {
    return switch (value) {
      case GgufValue.Whole(GgufType type, long number) ->
          type == GgufType.U64 ? Long.toUnsignedString(number) : String.valueOf(number);
      case GgufValue.Real(_, double number) -> number;
      case GgufValue.Flag(boolean flag) -> flag;
      case GgufValue.Text(String text) -> text;
      case GgufValue.Texts(List<String> texts) -> texts;
      case GgufValue.Nested(List<GgufValue> values) ->
          values.stream().map(GgufTest::plain).toList();
      case GgufValue.Numbers numbers ->
          IntStream.range(0, numbers.size()).mapToObj(numbers::real).toList();
    };
  }

  private static Object plain(String key, JsonNode value) {
    if (value.isArray()) {
      return value
          .valueStream()
          .map(element ->
              element.isString()
                  ? element.stringValue()
                  : element.isBoolean()
                      ? (Object) (element.booleanValue() ? 1.0 : 0.0)
                      : element.isNumber() ? element.doubleValue() : plain(key, element))
          .toList();
    }
    boolean whole = !key.equals("t.f32") && !key.equals("t.f64");
    return value.isBoolean()
        ? (Object) value.booleanValue()
        : value.isNumber() && !whole ? value.doubleValue() : value.asString();
  }

  @Test
  void tensorsLieWhereTheReferencePutThem() {
    JsonNode expected = expected("all-types.json").path("tensors");
    try (Gguf gguf = Gguf.open(golden("all-types.gguf"))) {
      assertThat(gguf.tensors().keySet()).containsExactlyElementsOf(expected.propertyNames());
      for (Map.Entry<String, JsonNode> tensor : expected.properties()) {
        Gguf.Entry entry = gguf.tensor(tensor.getKey());
        JsonNode facts = tensor.getValue();
        assertThat(gguf.type(entry).name()).isEqualTo(facts.path("type").stringValue());
        assertThat(entry.begin()).isEqualTo(facts.path("absolute_offset").longValue());
        assertThat(entry.bytes()).isEqualTo(facts.path("bytes").longValue());
        assertThat(entry.shape())
            .isEqualTo(
                facts.path("shape_in_ggml_order").valueStream().map(JsonNode::longValue).toList());
        assertThat(values(gguf, entry))
            .as(entry.name())
            .isEqualTo(facts.path("values").valueStream().map(JsonNode::doubleValue).toList());
      }
    }
  }

  private static List<Double> values(Gguf gguf, Gguf.Entry entry) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(entry.bytes());
      gguf.read(entry, 0, memory);
      ByteBuffer bytes = memory.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      List<Double> values = new ArrayList<>();
      for (int i = 0; i < entry.elements(); i++) {
        values.add(
            switch (gguf.type(entry)) {
              case F32 -> (double) bytes.getFloat(4 * i);
              case F16 -> (double) Float.float16ToFloat(bytes.getShort(2 * i));
              case I32 -> (double) bytes.getInt(4 * i);
              case I8 -> (double) bytes.get(i);
              case I64 -> (double) bytes.getLong(8 * i);
              case F64 -> bytes.getDouble(8 * i);
              case Q8_0 ->
                  (double) Float.float16ToFloat(bytes.getShort(34 * (i / 32)))
                      * bytes.get(34 * (i / 32) + 2 + i % 32);
              default -> throw new AssertionError(entry);
            });
      }
      return values;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aSplitModelIsOpenedFromAnyOfItsParts(int part) {
    JsonNode expected = expected("split.json").path("tensors");
    try (Gguf gguf = Gguf.open(golden("split-0000%d-of-00003.gguf".formatted(part)))) {
      assertThat(gguf.metadata().text("t.string")).isEqualTo("in the first part only");
      assertThat(gguf.files()).hasSize(3);
      assertThat(gguf.tensors().keySet()).containsExactlyElementsOf(expected.propertyNames());
      for (Map.Entry<String, JsonNode> tensor : expected.properties()) {
        List<Double> rows =
            tensor
                .getValue()
                .valueStream()
                .flatMap(JsonNode::valueStream)
                .map(JsonNode::doubleValue)
                .toList();
        assertThat(values(gguf, gguf.tensor(tensor.getKey()))).isEqualTo(rows);
      }
    }
  }

  static Stream<Path> refused() throws IOException {
    try (Stream<Path> files = Files.list(Shared.shared("golden/files/gguf"))) {
      return files
          .filter(file -> file.toString().matches(".*/(bad|big).*"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aDamagedFileIsRefusedInOneLineThatNamesIt(Path file) {
    assertThatThrownBy(() -> Gguf.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(file.getFileName().toString(), "expected", "found")
        .hasMessageNotContaining("\n");
  }

  @Test
  void modelsOfEveryFamilyAreOpened() throws IOException {
    try (Stream<Path> files = Files.list(Shared.shared("golden/gguf"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".gguf")).toList()) {
        try (Gguf gguf = Gguf.open(file)) {
          Gguf.Entry embedding = gguf.tensor("token_embd.weight");
          String architecture = gguf.metadata().text("general.architecture");
          assertThat(embedding.shape())
              .containsExactly(
                  gguf.metadata().whole(architecture + ".embedding_length"),
                  gguf.metadata().whole(architecture + ".vocab_size"));
        }
      }
    }
  }

  /// Cutting the file anywhere leaves no file that is believed, but where only the last filling is
  /// gone.
  @Test
  void everyTruncationIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(golden("all-types.gguf"));
    int end = 1740;
    Path file = directory.resolve("cut.gguf");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      if (length == end) {
        Gguf.open(file).close();
      } else {
        assertThatThrownBy(() -> Gguf.open(file))
            .as("length " + length)
            .isInstanceOf(CheckpointException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x80, 0xFF})
  void aFileWithAChangedByteIsReadOrRefused(int change) throws IOException {
    byte[] whole = Files.readAllBytes(golden("all-types.gguf"));
    Path file = directory.resolve("changed.gguf");
    int refused = 0;
    for (int at = 0; at < 1024; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) change;
      Files.write(file, changed);
      try (Gguf gguf = Gguf.open(file)) {
        assertThat(gguf.tensors()).hasSize(8);
      } catch (CheckpointException e) {
        assertThat(e).hasMessageContaining("changed.gguf").hasMessageNotContaining("\n");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Path file = directory.resolve("written.gguf");
    GgufValue nested =
        new GgufValue.Nested(
            List.of(
                GgufValue.Numbers.of(1, 2),
                new GgufValue.Nested(List.of(new GgufValue.Texts(List.of("", "\uD83D\uDC0B"))))));
    new GgufWriter()
        .put("general.alignment", 128)
        .put("a.text", "two\nlines")
        .put("a.flag", true)
        .put("a.real", 0.1f)
        .put("a.nested", nested)
        .put("a.floats", GgufValue.Numbers.of(0.5f, Float.NEGATIVE_INFINITY))
        .put("a.u64", new GgufValue.Whole(GgufType.U64, -1))
        .tensor("half", GgmlType.F16, List.of(3L), bytes(6))
        .tensor("none", GgmlType.F32, List.of(0L), bytes(0))
        .tensor("scalar", GgmlType.F64, List.of(), bytes(8))
        .tensor("blocks", GgmlType.Q4_K, List.of(512L, 3L), bytes(3 * 2 * 144))
        .write(file);
    try (Gguf gguf = Gguf.open(file);
        Arena arena = Arena.ofConfined()) {
      GgufMetadata metadata = gguf.metadata();
      assertThat(metadata.text("a.text")).isEqualTo("two\nlines");
      assertThat(metadata.real("a.real")).isEqualTo(0.1f);
      assertThat(metadata.value("a.nested")).isEqualTo(nested);
      assertThat(metadata.floats("a.floats")).containsExactly(0.5f, Float.NEGATIVE_INFINITY);
      assertThat(gguf.tensors().keySet()).containsExactly("half", "none", "scalar", "blocks");
      gguf.tensors().values().forEach(entry -> assertThat(entry.begin() % 128).isZero());
      MemorySegment middle = arena.allocate(100);
      gguf.read(gguf.tensor("blocks"), 700, middle);
      for (int i = 0; i < 100; i++) {
        assertThat(middle.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) (700 + i));
      }
      assertThatThrownBy(() -> gguf.read(gguf.tensor("blocks"), 765, middle))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has 864");
    }
  }

  /// The bytes 0, 1, 2, …
  private static GgufWriter.Content bytes(int count) {
    return channel -> {
      ByteBuffer bytes = ByteBuffer.allocate(count);
      for (int i = 0; i < count; i++) {
        bytes.put((byte) i);
      }
      channel.write(bytes.flip());
    };
  }

  @Test
  void contentOfAnotherSizeIsNotWritten() {
    Path file = directory.resolve("short.gguf");
    GgufWriter writer = new GgufWriter().tensor("w", GgmlType.F32, List.of(3L), bytes(11));
    assertThatThrownBy(() -> writer.write(file)).hasMessageContaining("expected 12 bytes");
    assertThat(file).doesNotExist();
  }

  @Test
  void aQuestionOfTheWrongTypeNamesFileAndKey() {
    try (Gguf gguf = Gguf.open(golden("all-types.gguf"))) {
      GgufMetadata metadata = gguf.metadata();
      assertThatThrownBy(() -> metadata.whole("t.string"))
          .hasMessageContainingAll("all-types.gguf", "t.string", "whole number", "a text");
      assertThatThrownBy(() -> metadata.whole("t.u64"))
          .hasMessageContainingAll("t.u64", "18446744073709551615");
      assertThatThrownBy(() -> metadata.text("t.absent"))
          .hasMessageContainingAll("all-types.gguf", "t.absent", "found none");
      assertThat(metadata.whole("t.absent", 7)).isEqualTo(7);
      assertThatThrownBy(() -> gguf.tensor("absent")).hasMessageContaining("tensor absent");
    }
  }

  @Test
  void theHeaderOfAHugeFileIsReadAlone() throws IOException {
    Path file = directory.resolve("huge.gguf");
    GgufOutput header = new GgufOutput();
    header.int32(GgufHeader.MAGIC);
    header.int32(2);
    header.int64(1);
    header.int64(0);
    header.text("w");
    header.int32(2);
    header.int64(1L << 20);
    header.int64(100_000);
    header.int32(GgmlType.F32.number());
    header.int64(0);
    Files.write(file, header.bytes());
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(96 + (400_000L << 20));
    }
    try (Gguf gguf = Gguf.open(file);
        Arena arena = Arena.ofConfined()) {
      assertThat(gguf.tensor("w").end()).isEqualTo(Files.size(file));
      MemorySegment last = arena.allocate(8);
      gguf.read(gguf.tensor("w"), gguf.tensor("w").bytes() - 8, last);
    }
  }

  @Test
  void halfAMillionTokensOpenInLessThanASecond() {
    Path file = directory.resolve("tokens.gguf");
    List<String> tokens = IntStream.range(0, 500_000).mapToObj(i -> "\u0120token" + i).toList();
    new GgufWriter()
        .put("tokenizer.ggml.tokens", new GgufValue.Texts(tokens))
        .put("tokenizer.ggml.token_type", GgufValue.Numbers.of(new int[500_000]))
        .write(file);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      long begin = System.nanoTime();
      try (Gguf gguf = Gguf.open(file)) {
        assertThat(gguf.metadata().texts("tokenizer.ggml.tokens")).isEqualTo(tokens);
      }
      best = Math.min(best, System.nanoTime() - begin);
    }
    assertThat(best).isLessThan(1_000_000_000L);
  }
}
