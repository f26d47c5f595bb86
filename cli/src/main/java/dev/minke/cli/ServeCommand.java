package dev.minke.cli;

import dev.minke.Minke;
import dev.minke.OpenOptions;
import dev.minke.cli.console.Meter;
import dev.minke.inference.DiskCache;
import dev.minke.inference.Precision;
import dev.minke.kernel.CacheFormat;
import dev.minke.server.MinkeServer;
import dev.minke.server.host.ModelHost;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/// Serves models over HTTP.
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Serve models to OpenAI's clients and others.",
      "",
      "At / a chat page. OpenAI's /v1/chat/completions, /v1/completions, /v1/responses,"
          + " /v1/embeddings and /v1/models; Jina's /v1/rerank; Anthropic's /v1/messages; Ollama's"
          + " /api; llama.cpp's /tokenize, /props, /metrics and /health; /openapi.json describes"
          + " all.",
      "",
      "A request names its model; without a name the first is meant. Many requests are answered at"
          + " once, and none changes the answer of another.",
      "",
      "Ctrl-C or SIGTERM takes no new requests and ends when those under way are answered; a second"
          + " one ends at once."
    },
    footer = {
      "",
      "Examples:",
      "  minke serve qwen3-Q4_K_M.gguf",
      "  minke serve deepseek-ai/DeepSeek-V2-Lite-Chat -c 32768 -np 8 --port 9000",
      "  minke serve llama3.2:1b qwen3:4b --models-max 1 --sleep-idle-seconds 600",
      "  minke serve MODEL --cache-dir ~/.cache/minke/prefixes --cache-disk 50g",
      "  minke serve MODEL --host 0.0.0.0 --api-key-file keys.txt",
      "  curl localhost:8080/v1/chat/completions -d '{\"messages\": [{\"role\": \"user\","
          + " \"content\": \"Hello\"}]}'"
    })
final class ServeCommand implements Callable<Integer> {
  private static final int SIGNALLED = 128;

  /// A scheme, a host, perhaps a port: browsers send nothing else (RFC 6454, 6.2).
  private static final Pattern ORIGIN = Pattern.compile("\\*|[a-z][a-z0-9+.-]*://[^\\s/*@?#]+");

  @Parameters(arity = "1..*", paramLabel = "MODEL", description = ModelPath.HELP)
  private List<String> names = List.of();

  @Option(
      names = {"-a", "--alias"},
      paramLabel = "NAME",
      split = ",",
      description =
          "names that requests use, one for each model, separated by commas (default: as they are"
              + " given here; env LLAMA_ARG_ALIAS)",
      defaultValue = "${env:LLAMA_ARG_ALIAS:-}")
  private List<String> aliases = List.of();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "where to listen; any but this machine's own needs API keys (default: ${DEFAULT-VALUE};"
              + " env LLAMA_ARG_HOST)",
      defaultValue = "${env:LLAMA_ARG_HOST:-127.0.0.1}")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "0 for one that is free (default: ${DEFAULT-VALUE}; env LLAMA_ARG_PORT)",
      defaultValue = "${env:LLAMA_ARG_PORT:-8080}")
  private int port;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      split = ",",
      description =
          "keys that let a request in; others can see them here, --api-key-file hides them (env"
              + " LLAMA_API_KEY)",
      defaultValue = "${env:LLAMA_API_KEY:-}")
  private List<String> keys = List.of();

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "the same, one a line",
      defaultValue = "${env:LLAMA_ARG_API_KEY_FILE:-}")
  private String keyFile = "";

  @Option(
      names = "--without-api-key",
      description = "let everybody in, on an address that others can reach")
  private boolean letsEverybodyIn;

  @Option(
      names = "--origins",
      paramLabel = "ORIGIN",
      split = ",",
      description =
          "web pages that may ask, as browsers name them, such as https://example.org, separated by"
              + " commas; * for all (default: this server's own page alone; env OLLAMA_ORIGINS)",
      defaultValue = "${env:OLLAMA_ORIGINS:-}")
  private List<String> origins = List.of();

  @Option(
      names = {"-to", "--timeout"},
      paramLabel = "SECONDS",
      description =
          "time for a whole answer, waiting included; what is said until then is the answer"
              + " (default: ${DEFAULT-VALUE}; env LLAMA_ARG_TIMEOUT)",
      defaultValue = "${env:LLAMA_ARG_TIMEOUT:-1800}")
  private int timeoutSeconds;

  @Option(
      names = {"-c", "--ctx-size"},
      paramLabel = "N",
      description =
          "most tokens of a prompt and its answer; 0 for as many as the model and the memory have"
              + " room for (default: ${DEFAULT-VALUE}; env LLAMA_ARG_CTX_SIZE)",
      defaultValue = "${env:LLAMA_ARG_CTX_SIZE:-0}")
  private int context;

  @Option(
      names = {"-np", "--parallel"},
      paramLabel = "N",
      description =
          "requests answered at a time (default: ${DEFAULT-VALUE}; env LLAMA_ARG_N_PARALLEL)",
      defaultValue = "${env:LLAMA_ARG_N_PARALLEL:-16}")
  private int parallel;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description =
          "requests that may wait beside them; others are told when to come back (default:"
              + " ${DEFAULT-VALUE}; env OLLAMA_MAX_QUEUE)",
      defaultValue = "${env:OLLAMA_MAX_QUEUE:-256}")
  private int queue;

  @Option(
      names = "--cache-memory",
      paramLabel = "SIZE",
      description =
          "most memory for what is kept of tokens, such as 2g (default: a quarter of what the"
              + " weights leave)")
  private @Nullable String cacheMemory;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      description =
          "where the cache goes on, on disk: beginnings of prompts, 64 tokens a file, are read from"
              + " there instead of computed, also after a restart; what users said can be told from"
              + " these files (default: memory alone; env MINKE_CACHE_DIR)",
      defaultValue = "${env:MINKE_CACHE_DIR:-}")
  private String cacheFolder = "";

  @Option(
      names = "--cache-disk",
      paramLabel = "SIZE",
      description =
          "most bytes of all its files; the least recently used go (default: ${DEFAULT-VALUE}; env"
              + " MINKE_CACHE_DISK)",
      defaultValue = "${env:MINKE_CACHE_DISK:-16g}")
  private String cacheDisk = "";

  @Option(
      names = {"-ctk", "--cache-type"},
      paramLabel = "TYPE",
      description =
          "how it is kept: ${COMPLETION-CANDIDATES}; less than F32 rounds, FP8 is for latent"
              + " attention alone (default: ${DEFAULT-VALUE}; env LLAMA_ARG_CACHE_TYPE_K)",
      defaultValue = "${env:LLAMA_ARG_CACHE_TYPE_K:-F32}")
  private CacheFormat cacheFormat = CacheFormat.F32;

  @Option(
      names = {"--draft", "--draft-max"},
      paramLabel = "N",
      description =
          "tokens that the model's predictor (multi-token prediction) guesses of each answer,"
              + " judged by the model in one step; answers stay the same; 0 for none (default:"
              + " ${DEFAULT-VALUE}; env LLAMA_ARG_DRAFT_MAX)",
      defaultValue = "${env:LLAMA_ARG_DRAFT_MAX:-0}")
  private int drafts;

  @Option(
      names = "--models-max",
      paramLabel = "N",
      description =
          "models open at a time; the one not used for longest makes room (default: all of them;"
              + " env LLAMA_ARG_MODELS_MAX)",
      defaultValue = "${env:LLAMA_ARG_MODELS_MAX:-0}")
  private int mostOpen;

  @Option(
      names = "--sleep-idle-seconds",
      paramLabel = "N",
      description =
          "close a model that nobody asked for so long; 0 for never (default: ${DEFAULT-VALUE};"
              + " env LLAMA_ARG_SLEEP_IDLE_SECONDS)",
      defaultValue = "${env:LLAMA_ARG_SLEEP_IDLE_SECONDS:-0}")
  private int idleSeconds;

  @Mixin private PrecisionOption precision = new PrecisionOption();

  @Mixin private MemoryOption memory = new MemoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  /// The web server tells of its parts at each start, and of an address that is taken at length;
  /// what fails is told in any case.
  private static final Logger WEB_SERVER = Logger.getLogger("io.helidon");

  private static final Logger WEB_SERVER_START =
      Logger.getLogger("io.helidon.webserver.LoomServer");

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    WEB_SERVER.setLevel(Level.WARNING);
    WEB_SERVER_START.setLevel(Level.OFF);
    ServerSettings settings = settings();
    DiskCache disk = disk();
    if (disk != null) {
      disk.requireWritable();
    }
    Map<String, ModelHost.Opener> openers = openers(err);
    int most = mostOpen == 0 ? openers.size() : mostOpen;
    CountDownLatch asked = new CountDownLatch(1);
    int[] code = {0};
    listen(asked, code, err);
    try (ModelHost models = new ModelHost(openers, most, Duration.ofSeconds(idleSeconds));
        MinkeServer server = start(settings, models)) {
      try (Models.Lease first = models.lease("")) {
        err.printf(
            Locale.ROOT,
            "context    %,d tokens, %d requests at a time%n",
            first.model().context(),
            parallel);
      }
      err.printf(Locale.ROOT, "listening  http://%s:%d%n", host, server.port());
      asked.await();
      err.println("ending     when what is under way is answered; again to end at once");
    }
    return code[0];
  }

  /// What the options say of the server; those of the models are checked, too.
  ServerSettings settings() throws IOException {
    require("--parallel", parallel, 1);
    require("--queue", queue, 0);
    require("--timeout", timeoutSeconds, 1);
    require("--draft", drafts, 0);
    ServerSettings settings = ServerSettings.DEFAULT;
    return settings
        .withHost(host)
        .withPort(port)
        .withApiKeys(apiKeys())
        .withOrigins(allowedOrigins())
        .withLimits(settings.limits().withAnswer(Duration.ofSeconds(timeoutSeconds)));
  }

  private static void require(String option, int value, int least) {
    if (value < least) {
      throw new UsageException("%s: expected %d or more, found %d".formatted(option, least, value));
    }
  }

  private Set<String> allowedOrigins() {
    Set<String> all = new LinkedHashSet<>();
    for (String origin : origins) {
      if (origin.isBlank()) {
        continue;
      }
      if (!ORIGIN.matcher(origin).matches()) {
        throw new UsageException(
            "--origins: expected * or origins such as https://example.org or http://localhost:3000, found %s"
                .formatted(origin));
      }
      all.add(origin);
    }
    return all;
  }

  private static MinkeServer start(ServerSettings settings, ModelHost models) {
    try {
      return MinkeServer.start(settings, models);
    } catch (IllegalStateException e) {
      throw new UsageException("--host, --port: " + e.getMessage(), e);
    }
  }

  /// Ctrl-C, a closing terminal and SIGTERM ask for the end; a second one ends the process.
  private static void listen(CountDownLatch asked, int[] code, PrintWriter err) {
    for (String name : List.of("INT", "TERM", "HUP")) {
      try {
        Signal.handle(
            new Signal(name),
            signal -> {
              if (asked.getCount() == 0) {
                Runtime.getRuntime().halt(SIGNALLED + signal.getNumber());
              }
              code[0] = SIGNALLED + signal.getNumber();
              asked.countDown();
            });
      } catch (IllegalArgumentException leftToTheSystem) {
        err.println("signal     " + leftToTheSystem.getMessage());
      }
    }
  }

  private Map<String, ModelHost.Opener> openers(PrintWriter err) throws IOException {
    List<String> served = aliases.stream().filter(name -> !name.isBlank()).toList();
    if (!served.isEmpty() && served.size() != names.size()) {
      throw new UsageException(
          "--alias: expected a name for each of %d models, found %d"
              .formatted(names.size(), served.size()));
    }
    Map<String, ModelHost.Opener> openers = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      Path path = ModelPath.ofThisProcess().required(names.get(i));
      String name = served.isEmpty() ? shortName(names.get(i)) : served.get(i);
      if (openers.put(name, () -> open(name, path, err)) != null) {
        throw new UsageException(
            "MODEL: expected different names, found %s twice; --alias gives others"
                .formatted(name));
      }
    }
    return openers;
  }

  /// A path is called by its last part, as other servers do it.
  private static String shortName(String given) {
    Path path = Path.of(given);
    if (!Files.exists(path)) {
      return given;
    }
    Path last = path.toAbsolutePath().normalize().getFileName();
    return last == null ? given : last.toString().replaceFirst("\\.gguf$", "");
  }

  private Minke open(String name, Path path, PrintWriter err) {
    try (Meter meter = Meter.on(err, "loading")) {
      return Minke.open(
          path,
          OpenOptions.DEFAULT
              .withMemory(memory.bytes())
              .withContext(context)
              .withCacheMemory(
                  cacheMemory == null ? 0 : MemoryOption.parse("--cache-memory", cacheMemory))
              .withRequests(parallel, queue)
              .withDisk(disk())
              .withDrafts(drafts)
              .withPrecision(precision.or(Precision.FAST).with(cacheFormat))
              .withProgress(part ->
                  meter.show(() ->
                      String.format(Locale.ROOT, "%s, %d %%", name, Math.round(100 * part)))));
    }
  }

  private @Nullable DiskCache disk() {
    return cacheFolder.isBlank()
        ? null
        : new DiskCache(Path.of(cacheFolder), MemoryOption.parse("--cache-disk", cacheDisk));
  }

  private Set<String> apiKeys() throws IOException {
    Set<String> all = new LinkedHashSet<>();
    keys.stream().filter(key -> !key.isBlank()).forEach(all::add);
    if (!keyFile.isBlank()) {
      for (String line : Files.readAllLines(Path.of(keyFile), StandardCharsets.UTF_8)) {
        if (!line.isBlank() && !line.startsWith("#")) {
          all.add(line.strip());
        }
      }
      if (all.isEmpty()) {
        throw new UsageException(
            "--api-key-file: expected a key a line in %s, found none".formatted(keyFile));
      }
    }
    boolean isOwn = host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    if (all.isEmpty() && !isOwn && !letsEverybodyIn) {
      throw new UsageException(
          "--host: others can reach %s; expected --api-key-file, or --without-api-key if everybody is to be let in"
              .formatted(host));
    }
    return all;
  }
}
