package dev.minke.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardFileTest {
  @TempDir Path directory;

  private static TokenShard shard(int vocab) {
    var encoding =
        new Corpus.Encoding(
            text -> text.codePoints().map(c -> vocab - 1 - c % 100).toArray(),
            "identity",
            vocab,
            0,
            1);
    return Corpus.encode(List.of("one", "", "zwölf"), encoding);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 65536, 65537, 129280})
  void aShardReadsAsItWasWritten(int vocab) throws IOException {
    TokenShard written = shard(vocab);
    Path file = directory.resolve("a.shard");
    ShardFile.write(written, file);
    TokenShard read = ShardFile.read(file);
    assertThat(read.hash()).isEqualTo(written.hash());
    assertThat(read.tokenizer()).isEqualTo("identity");
    assertThat(read.vocab()).isEqualTo(vocab);
    assertThat(read.documents()).isEqualTo(3);
    assertThat(read.bytes(2)).isEqualTo(6);
    assertThat(read.length(1)).isEqualTo(2);
    assertThat(read.token(0, 1)).isEqualTo(vocab - 1 - 'o' % 100);
    assertThat(Files.list(directory)).containsExactly(file);
  }

  @Test
  void anyChangedOrMissingByteIsFound() throws IOException {
    Path file = directory.resolve("a.shard");
    ShardFile.write(shard(300), file);
    byte[] good = Files.readAllBytes(file);
    Path bad = directory.resolve("bad.shard");
    for (int at = 0; at < good.length; at++) {
      byte[] changed = good.clone();
      changed[at] ^= 1;
      Files.write(bad, changed);
      assertThatThrownBy(() -> ShardFile.read(bad))
          .as("byte %d", at)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("bad.shard");
      Files.write(bad, Arrays.copyOf(good, at));
      assertThatThrownBy(() -> ShardFile.read(bad))
          .as("length %d", at)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("bad.shard");
    }
  }

  @Test
  void aDirectoryThatIsNotThereLeavesNothingBehind() {
    Path file = directory.resolve("none").resolve("a.shard");
    assertThatThrownBy(() -> ShardFile.write(shard(300), file)).isInstanceOf(IOException.class);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anIdOutsideTheVocabularyIsRefused() {
    assertThatThrownBy(() -> TokenShard.builder("t", 4).add(new int[] {4}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token id 4 is outside the vocabulary of 4");
  }

  /// A file with a right hash and a wrong id: the 16-bit id 299 where the vocabulary is 128.
  @Test
  void anIdOfAFileOutsideItsVocabularyIsNamedWithItsPlace() throws Exception {
    Path file = directory.resolve("a.shard");
    ShardFile.write(TokenShard.builder("t", 300).add(new int[] {5, 299}, 2).build(), file);
    byte[] all = Files.readAllBytes(file);
    ByteBuffer bytes = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    int vocabulary = Long.BYTES + Integer.BYTES;
    assertThat(bytes.getInt(vocabulary)).isEqualTo(300);
    bytes.putInt(vocabulary, 128);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(all, 0, all.length - 32);
    bytes.put(all.length - 32, digest.digest());
    Files.write(file, all);
    assertThatThrownBy(() -> ShardFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.shard")
        .hasMessageContaining(
            "token 1 of document 0 has the id 299, outside its vocabulary of 128");
  }
}
