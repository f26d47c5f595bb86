package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The questions that a hub answers: which files a revision has, what a file is, its bytes.
final class HubClient {
  private static final int MOST_LIST_BYTES = 128 << 20;

  /// No failure: the same question without a range has an answer.
  private static final int RANGE_REFUSED = 416;

  private final Hub hub;
  private final Wire wire;
  private final Retries retries;

  HubClient(Hub hub, Wire wire, Retries retries) {
    this.hub = hub;
    this.wire = wire;
    this.retries = retries;
  }

  /// The files of a commit.
  ///
  /// @param files by path; null where the hub did not say what it is, as some mirrors do
  record Revision(String commit, SortedMap<String, @Nullable RemoteFile> files) {}

  /// @throws CheckpointException if there is none or we may not see it, with the remedy
  Revision revision(HubName name) throws IOException, InterruptedException {
    URI address =
        hub.at(
            "/api/models/%s/revision/%s?blobs=true"
                .formatted(encodedPath(name.id()), encoded(name.revision())));
    byte[] text =
        retries.run(
            name.withRevision() + " at " + hub.endpoint(),
            () -> 0,
            () -> {
              try (Wire.Answer answer = wire.ask(Wire.Question.get(address))) {
                requireOk(answer, name, null);
                return wire.readAll(answer, MOST_LIST_BYTES);
              }
            });
    try {
      return read(JsonMapper.shared().readTree(text));
    } catch (JacksonException e) {
      throw new CheckpointException(
          "%s: expected a list of files in JSON, found a fault: %s; is HF_ENDPOINT a hub?"
              .formatted(hub.endpoint(), e.getOriginalMessage()),
          e);
    }
  }

  private Revision read(JsonNode answer) {
    String commit = answer.path("sha").asString("");
    if (!HubRepository.isCommit(commit)) {
      throw new CheckpointException(
          "%s: expected a commit of 40 hexadecimal digits, found '%s'"
              .formatted(hub.endpoint(), InnerName.shown(commit)));
    }
    SortedMap<String, @Nullable RemoteFile> files = new TreeMap<>();
    for (JsonNode one : answer.path("siblings")) {
      String path = one.path("rfilename").asString("");
      InnerName.require(path, hub.endpoint() + ", list of files");
      JsonNode large = one.path("lfs");
      String hash = large.path("sha256").asString(one.path("blobId").asString(""));
      long size = large.path("size").asLong(one.path("size").asLong(-1));
      files.put(path, hash.isEmpty() || size < 0 ? null : new RemoteFile(path, size, hash));
    }
    return new Revision(commit, files);
  }

  /// What a file is, asked of the file itself.
  RemoteFile describe(HubName name, String commit, String path)
      throws IOException, InterruptedException {
    Wire.Question question = new Wire.Question("HEAD", address(name, commit, path), 0, null);
    return retries.run(
        path,
        () -> 0,
        () -> {
          try (Wire.Answer answer = wire.ask(question)) {
            if (!answer.about().containsKey("X-Linked-Etag")) {
              requireOk(answer, name, path);
            }
            String size =
                answer
                    .about()
                    .getOrDefault(
                        "X-Linked-Size", answer.headers().firstValue("Content-Length").orElse(""));
            return new RemoteFile(
                path,
                size.matches("\\d{1,18}") ? Long.parseLong(size) : -1,
                answer.hash().orElse(""));
          }
        });
  }

  /// The bytes of a file from one of them on; the answer may begin before, with the first.
  ///
  /// @throws CheckpointException if the hub has another content under this name meanwhile
  Wire.Answer open(HubName name, String commit, RemoteFile file, long from)
      throws IOException, InterruptedException {
    // The hub itself serves small files, whose ETag is their hash; where large ones come from, the
    // ETag is another.
    boolean isSmall = file.hash().length() == 40;
    Wire.Answer answer =
        wire.ask(
            new Wire.Question(
                "GET",
                address(name, commit, file.path()),
                from,
                from > 0 && isSmall ? file.hash() : null));
    try {
      requireOk(answer, name, file.path());
      require(file.path(), "hash", file.hash(), answer.hash().orElse(file.hash()));
      require(file.path(), "commit", commit, answer.about().getOrDefault("X-Repo-Commit", commit));
      return answer;
    } catch (IOException | RuntimeException e) {
      answer.close();
      throw e;
    }
  }

  private static void require(String path, String what, String expected, String found) {
    if (!found.equals(expected)) {
      throw new CheckpointException(
          "%s: expected %s %s, found %s; the model changed meanwhile, the same command again"
              .formatted(path, what, expected, InnerName.shown(found)));
    }
  }

  private URI address(HubName name, String commit, String path) {
    return hub.at("/%s/resolve/%s/%s".formatted(encodedPath(name.id()), commit, encodedPath(path)));
  }

  private static String encodedPath(String path) {
    return Arrays.stream(path.split("/")).map(HubClient::encoded).collect(Collectors.joining("/"));
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// @param path of a file, or null for the list of them
  /// @throws PassingFault if the server may do better later
  /// @throws CheckpointException otherwise, with the remedy
  private void requireOk(Wire.Answer answer, HubName name, @Nullable String path)
      throws PassingFault {
    int status = answer.status();
    if (status == 200 || status == 206 || status == RANGE_REFUSED) {
      return;
    }
    // A signed address of another server may have expired; the hub gives a new one.
    boolean passes = status == 408 || status == 429 || status >= 500 || !answer.own();
    if (passes) {
      throw new PassingFault("the server answered " + status, wished(answer));
    }
    String subject = path == null ? name.withRevision() : name.withRevision() + ", " + path;
    throw new CheckpointException(
        "%s: %s".formatted(subject, refusal(status, answer.about(), name)));
  }

  private String refusal(int status, Map<String, String> about, HubName name) {
    String code = about.getOrDefault("X-Error-Code", "");
    boolean hasToken = hub.token() != null;
    if (code.equals("GatedRepo") || status == 403) {
      return "its owner lets in only who agreed to terms: agree at %s/%s%s"
          .formatted(
              hub.endpoint(),
              name.id(),
              hasToken
                  ? ", with the account of your token"
                  : ", then set HF_TOKEN to a token of yours");
    }
    if (code.equals("RevisionNotFound")) {
      return "expected revision '%s' at %s, found none; leave it out for main"
          .formatted(name.revision(), hub.endpoint());
    }
    if (code.equals("EntryNotFound")) {
      return "expected this file at %s, found none".formatted(hub.endpoint());
    }
    return switch (status) {
      case 401 ->
          hasToken
              ? "%s does not accept the token, or has no such model; check the name and HF_TOKEN"
                  .formatted(hub.endpoint())
              : "%s has no such model, or it is private; check the name, or set HF_TOKEN"
                  .formatted(hub.endpoint());
      case 404 -> "%s has no such model; check the name".formatted(hub.endpoint());
      default -> "%s answered %d".formatted(hub.endpoint(), status);
    };
  }

  /// The pause that the server asks for, as a number of seconds or as a date.
  private static @Nullable Duration wished(Wire.Answer answer) {
    String text = answer.headers().firstValue("Retry-After").orElse("");
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Instant end = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(Instant.now(), end);
      return left.isNegative() ? Duration.ZERO : left;
    } catch (DateTimeException _) {
      return null;
    }
  }
}
