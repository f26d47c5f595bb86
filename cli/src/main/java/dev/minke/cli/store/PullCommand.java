package dev.minke.cli.store;

import dev.minke.checkpoint.store.Hub;
import dev.minke.checkpoint.store.HubName;
import dev.minke.checkpoint.store.ModelFiles;
import dev.minke.checkpoint.store.ModelStore;
import dev.minke.checkpoint.store.Pull;
import dev.minke.checkpoint.store.PullPlan;
import dev.minke.checkpoint.store.RemoteFile;
import dev.minke.checkpoint.store.Selection;
import dev.minke.checkpoint.store.StoreRoots;
import dev.minke.cli.console.Interrupt;
import dev.minke.cli.console.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `minke pull`.
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    description = {
      "Fetch a model from Hugging Face or a mirror.",
      "",
      "It goes into the cache that other programs use, too, and is known by its name from then on."
          + " Every file is checked against its hash before it counts. Whatever ends a download,"
          + " Ctrl-C, a crash or a bad line, the same command goes on where it was.",
      "",
      "ORG/NAME@REV names a branch, tag or commit. Of a repository with GGUF files one model is"
          + " fetched: ORG/NAME:Q4_K_M the one of that type, all its parts; ORG/NAME:FILE the one"
          + " with that file; without either the only one, else Q4_K_M, else Q8_0. Of others:"
          + " configuration, tokenizer, chat template, safetensors, README and LICENSE.",
      "",
      "HF_ENDPOINT is the hub (https://huggingface.co); HF_TOKEN, or the file HF_HOME/token, opens"
          + " what is private or gated; HF_HUB_CACHE, or HF_HOME/hub, is the cache"
          + " (~/.cache/huggingface/hub). With HF_HUB_OFFLINE=1 nothing is asked, and what is here"
          + " is enough or not. Behind a proxy:",
      "",
      "  MINKE_JAVA_OPTIONS='-Dhttps.proxyHost=HOST -Dhttps.proxyPort=PORT'"
    },
    footer = {
      "",
      "Examples:",
      "  minke pull deepseek-ai/DeepSeek-V2-Lite",
      "  minke pull unsloth/DeepSeek-R1-Distill-Qwen-1.5B-GGUF:Q4_K_M --dry-run",
      "  minke pull org/name@v1.0 --include '*.json' --include 'tokenizer*'",
      "  HF_ENDPOINT=https://hub.example.com minke pull org/name"
    })
public final class PullCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "ORG/NAME[@REV][:FILE|TYPE]",
      description = "the model, as its page on the hub is called")
  private String model = "";

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description =
          "fetch files like this in place of what a model needs; * is any text; may be given"
              + " several times")
  private List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "leave out files like this; may be given several times")
  private List<String> exclude = List.of();

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "4",
      description = "files at a time (default: ${DEFAULT-VALUE})")
  private int jobs;

  @Option(names = "--dry-run", description = "list files and sizes, and fetch nothing")
  private boolean isDryRun;

  @Option(
      names = "--json",
      description =
          "one JSON object: name, commit, directory, bytes, present, files; offline name, path")
  private boolean isJson;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    HubName name = name();
    StoreEnvironment environment = StoreEnvironment.ofThisProcess();
    StoreRoots roots = environment.roots();
    Hub hub = environment.hub();
    Progress progress = Progress.on(spec.commandLine().getErr(), name.text());
    if (hub.offline()) {
      return offline(roots, name, progress);
    }
    PullProgress listener = new PullProgress(progress);
    try (Pull pull = new Pull(roots, hub, listener);
        Interrupt interrupt =
            Interrupt.requesting(progress, pull::stop, List.of("stopping; what came is kept"))) {
      Optional<PullPlan> plan = plan(pull, name);
      if (plan.isPresent() && isDryRun) {
        print(plan.get());
        return 0;
      }
      if (plan.isPresent() && fetch(pull, plan.get(), listener, progress)) {
        return 0;
      }
      progress.say("stopped", "the same command goes on");
      return interrupt.code();
    }
  }

  private HubName name() {
    HubName name =
        HubName.parse(model)
            .orElseThrow(
                () -> wrong("expected ORG/NAME[@REV][:FILE|TYPE], found '%s'".formatted(model)));
    if (jobs < 1 || jobs > 64) {
      throw wrong("--jobs: expected 1 to 64, found " + jobs);
    }
    if (name.selector() != null && !include.isEmpty()) {
      throw wrong(
          "--include: expected a model without ':%s', found both".formatted(name.selector()));
    }
    return name;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /// What is to be done; empty if it was stopped.
  private Optional<PullPlan> plan(Pull pull, HubName name)
      throws IOException, InterruptedException {
    try {
      return Optional.of(pull.plan(name, new Selection(include, exclude)));
    } catch (CancellationException _) {
      return Optional.empty();
    }
  }

  /// Whether it was not stopped.
  private boolean fetch(Pull pull, PullPlan plan, PullProgress listener, Progress progress)
      throws IOException, InterruptedException {
    listener.begin(plan);
    long begin = System.nanoTime();
    Optional<Path> directory = pull.run(plan, jobs);
    if (directory.isEmpty()) {
      return false;
    }
    progress.say(
        "fetched",
        "%s in %s, all checked",
        Bytes.words(plan.bytes() - plan.present()),
        Progress.duration((System.nanoTime() - begin) / 1e9));
    if (isJson) {
      print(plan);
    } else {
      spec.commandLine().getOut().println(directory.get());
    }
    return true;
  }

  private int offline(StoreRoots roots, HubName name, Progress progress) throws IOException {
    ModelFiles files = new ModelStore(roots).find(name.text());
    progress.say("offline", "HF_HUB_OFFLINE is set; %s is here", name.text());
    Path path =
        switch (files) {
          case ModelFiles.HuggingFaceDirectory(Path directory) -> directory;
          case ModelFiles.GgufFile(Path first, _, _) -> first;
        };
    if (isJson) {
      ObjectNode json = JsonMapper.shared().createObjectNode();
      print(json.put("name", name.text()).put("path", path.toString()));
    } else {
      spec.commandLine().getOut().println(path);
    }
    return 0;
  }

  private void print(PullPlan plan) {
    if (isJson) {
      print(json(plan));
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    for (RemoteFile file : plan.files()) {
      out.println("%10s  %s".formatted(Bytes.words(file.size()), file.path()));
    }
    out.println(
        "%10s  in %d files, %s of it here; would go to %s"
            .formatted(
                Bytes.words(plan.bytes()),
                plan.files().size(),
                Bytes.words(plan.present()),
                plan.directory()));
  }

  private void print(ObjectNode json) {
    spec.commandLine()
        .getOut()
        .println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json));
  }

  private static ObjectNode json(PullPlan plan) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("name", plan.name().text());
    json.put("commit", plan.commit());
    json.put("directory", plan.directory().toString());
    json.put("bytes", plan.bytes());
    json.put("present", plan.present());
    ArrayNode files = json.putArray("files");
    for (RemoteFile file : plan.files()) {
      files.addObject().put("path", file.path()).put("bytes", file.size()).put("hash", file.hash());
    }
    return json;
  }
}
