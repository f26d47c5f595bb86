package dev.minke.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A process of `tokenizer_peer.py`: Hugging Face's tokenizers and tiktoken, which work when asked
/// and sleep meanwhile.
final class TokenizerPeer implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final Writer requests;
  private final JsonNode versions;

  /// What a request took.
  ///
  /// @param seconds of the work alone
  /// @param cpuSeconds of all its threads
  /// @param result fingerprint of ids, or a file
  record Answer(double seconds, double cpuSeconds, String result) {}

  TokenizerPeer(Path python, Path script, TokenizerFiles files, int threads) throws IOException {
    List<String> command =
        List.of(
            python.toString(),
            script.toString(),
            files.directory().toString(),
            Integer.toString(threads));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    answers = process.inputReader(StandardCharsets.UTF_8);
    requests = process.outputWriter(StandardCharsets.UTF_8);
    versions = answer();
  }

  /// What is compared with: `tiktoken 0.14.0`.
  String name(String peer) {
    return peer + " " + versions.get(peer).stringValue();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /// Encodes the book.
  ///
  /// @param characters of a document, 0 for the whole book
  /// @return with the SHA-256 of the ids
  Answer encode(String peer, String vocabulary, int characters) throws IOException {
    Map<String, Object> request =
        Map.of("work", "encode", "peer", peer, "vocabulary", vocabulary, "characters", characters);
    return ask(request, "sha256");
  }

  /// Trains a tokenizer on the corpus.
  ///
  /// @return with the file of the tokenizer
  Answer train(int vocab) throws IOException {
    return ask(Map.of("work", "train", "vocab", vocab), "file");
  }

  private Answer ask(Map<String, Object> request, String result) throws IOException {
    requests.write(JsonMapper.shared().writeValueAsString(request) + "\n");
    requests.flush();
    JsonNode answer = answer();
    return new Answer(
        answer.get("seconds").doubleValue(),
        answer.get("cpuSeconds").doubleValue(),
        answer.get(result).stringValue());
  }

  private JsonNode answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the peer: expected an answer, found that it ended; see its errors");
    }
    return JsonMapper.shared().readTree(line);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
