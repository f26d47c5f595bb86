package dev.minke.cli.store;

import dev.minke.checkpoint.store.ModelStore;
import dev.minke.checkpoint.store.StoreRoots;
import dev.minke.checkpoint.store.StoredModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `minke list`.
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "List the models on this machine.",
      "",
      "Those in the Hugging Face cache and in Ollama stores, and in directories that are given. A"
          + " name in the first column is one that other commands take. Downloads that have not"
          + " ended and damaged entries stand below, with what to do.",
      "",
      "HF_HUB_CACHE, or HF_HOME/hub, is the cache (~/.cache/huggingface/hub); OLLAMA_MODELS is the"
          + " Ollama store (~/.ollama/models, and /usr/share/ollama where Ollama is a service)."
    },
    footer = {
      "",
      "Examples:",
      "  minke list",
      "  minke list ~/.lmstudio/models runs",
      "  minke list --json"
    })
public final class ListCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");

  @Parameters(paramLabel = "DIR", arity = "0..*", description = "directories to look through, too")
  private List<Path> directories = List.of();

  @Option(
      names = "--json",
      description = "one JSON object: bytes, models (name, kind, bytes, modified, place, fault)")
  private boolean isJson;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    for (Path directory : directories) {
      if (!Files.isDirectory(directory)) {
        throw new ParameterException(
            spec.commandLine(), "DIR: expected a directory, found none at " + directory);
      }
    }
    StoreRoots roots = StoreEnvironment.ofThisProcess().roots();
    ModelStore.Listing listing = new ModelStore(roots).list(directories);
    PrintWriter out = spec.commandLine().getOut();
    if (isJson) {
      out.println(
          JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json(listing)));
    } else {
      print(out, listing, roots);
    }
    return 0;
  }

  private void print(PrintWriter out, ModelStore.Listing listing, StoreRoots roots) {
    List<StoredModel> whole =
        listing.models().stream().filter(model -> model.fault() == null).toList();
    List<StoredModel> faulty =
        listing.models().stream().filter(model -> model.fault() != null).toList();
    if (whole.isEmpty()) {
      out.println(
          "no models in %s%s; minke pull ORG/NAME fetches one"
              .formatted(
                  roots.hub(),
                  roots.ollama().stream().map(root -> ", " + root).collect(Collectors.joining())));
    } else {
      table(whole).forEach(line -> out.println(shown(line)));
    }
    if (!faulty.isEmpty()) {
      out.println();
      out.println("Not to be used as they are:");
      faulty.forEach(model ->
          out.println(
              shown(
                  "  %s (%s): %s"
                      .formatted(model.name(), Bytes.words(model.bytes()), model.fault()))));
    }
    if (!listing.models().isEmpty()) {
      out.println();
      out.println("%s on disk, shared files counted once".formatted(Bytes.words(listing.bytes())));
    }
  }

  /// Names of files may hold what a terminal obeys.
  private static String shown(String line) {
    return line.replaceAll("\\p{Cntrl}", "?");
  }

  private static List<String> table(List<StoredModel> models) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NAME", "KIND", "SIZE", "MODIFIED", "WHERE"));
    for (StoredModel model : models) {
      rows.add(
          List.of(
              model.name(),
              model.kind().toString(),
              Bytes.words(model.bytes()),
              time(model.modified()),
              model.place().toString()));
    }
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < rows.getFirst().size() - 1; i++) {
      int column = i;
      widths.add(rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0));
    }
    return rows.stream()
        .map(row -> {
          StringBuilder line = new StringBuilder();
          for (int i = 0; i < widths.size(); i++) {
            String cell = row.get(i);
            line.append(cell).repeat(' ', widths.get(i) - cell.length() + 2);
          }
          return line.append(row.getLast()).toString();
        })
        .toList();
  }

  private static String time(Instant instant) {
    return TIME.format(instant.atZone(ZoneId.systemDefault()));
  }

  private static ObjectNode json(ModelStore.Listing listing) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("bytes", listing.bytes());
    ArrayNode models = json.putArray("models");
    for (StoredModel model : listing.models()) {
      models
          .addObject()
          .put("name", model.name())
          .put("kind", model.kind().toString())
          .put("bytes", model.bytes())
          .put("modified", model.modified().toString())
          .put("place", model.place().toString())
          .put("fault", model.fault());
    }
    return json;
  }
}
