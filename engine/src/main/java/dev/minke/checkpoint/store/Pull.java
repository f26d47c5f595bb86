package dev.minke.checkpoint.store;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Fetches a model from a hub into the Hugging Face cache.
///
/// First all blobs, each checked; then the links of the snapshot; last the name of the revision. So
/// whatever ends a download, a name never leads to half a model, and the same call goes on where it
/// was. Opened for one model, closed by the same thread; [#stop] may be called from any.
public final class Pull implements AutoCloseable {
  private final StoreRoots roots;
  private final Hub hub;
  private final StopSign stop = new StopSign();
  private final Wire wire;
  private final Retries retries;
  private final HubClient client;

  public Pull(StoreRoots roots, Hub hub, PullListener listener) {
    this(roots, hub, listener, Patience.USUAL);
  }

  Pull(StoreRoots roots, Hub hub, PullListener listener, Patience patience) {
    this.roots = roots;
    this.hub = hub;
    this.wire = new Wire(hub, patience, stop);
    this.retries = new Retries(patience, listener, stop);
    this.client = new HubClient(hub, wire, retries);
  }

  /// Asks the hub what a model's files are.
  ///
  /// @throws CheckpointException if it has no such model or does not let us see it
  /// @throws CancellationException if it was stopped
  public PullPlan plan(HubName name, Selection selection) throws IOException, InterruptedException {
    if (hub.offline()) {
      throw new CheckpointException(
          "%s: expected to reach a hub, found HF_HUB_OFFLINE set; unset it".formatted(name.text()));
    }
    HubClient.Revision revision = client.revision(name);
    List<String> paths = selection.of(name, revision.files().keySet());
    requireNoFileAsFolder(paths);
    List<RemoteFile> files = new ArrayList<>();
    for (String path : paths) {
      RemoteFile known = revision.files().get(path);
      files.add(known != null ? known : client.describe(name, revision.commit(), path));
    }
    HubRepository repository = repository(name);
    long bytes = 0;
    long present = 0;
    for (RemoteFile blob : blobs(files)) {
      bytes += blob.size();
      present += repository.present(blob.hash(), blob.size());
    }
    Path directory = repository.snapshot(revision.commit());
    return new PullPlan(name, revision.commit(), directory, files, bytes, present);
  }

  private HubRepository repository(HubName name) {
    return new HubCache(roots.hub()).repository(name.id());
  }

  /// Each content once.
  private static Collection<RemoteFile> blobs(List<RemoteFile> files) {
    Map<String, RemoteFile> blobs = new LinkedHashMap<>();
    files.forEach(file -> blobs.putIfAbsent(file.hash(), file));
    return blobs.values();
  }

  private static void requireNoFileAsFolder(List<String> paths) {
    NavigableSet<String> all = new TreeSet<>(paths);
    for (String path : paths) {
      String below = all.higher(path + "/");
      if (below != null && below.startsWith(path + "/")) {
        throw new CheckpointException(
            "list of files: expected '%s' to be a file, found '%s' in it; nothing of it is used"
                .formatted(InnerName.shown(path), InnerName.shown(below)));
      }
    }
  }

  /// Fetches what is not here yet.
  ///
  /// @param jobs how many files at a time
  /// @return the directory of the files; empty if it was stopped
  /// @throws CheckpointException if it cannot be done; what came is kept
  public Optional<Path> run(PullPlan plan, int jobs) throws IOException, InterruptedException {
    HubRepository repository = repository(plan.name());
    requireSpace(plan);
    try {
      BlobDownload download =
          new BlobDownload(client, retries, repository, plan.name(), plan.commit());
      fetch(download, blobs(plan.files()), jobs);
      stop.check();
    } catch (CancellationException _) {
      return Optional.empty();
    }
    for (RemoteFile file : plan.files()) {
      Path link = InnerName.resolve(plan.directory(), file.path(), plan.name().text());
      makeFolders(repository.snapshots(), link);
      Linking.place(link, repository.blob(file.hash()));
    }
    point(repository, plan);
    return Optional.of(plan.directory());
  }

  /// Lets a branch or a tag stand for its commit.
  private static void point(HubRepository repository, PullPlan plan) throws IOException {
    Path ref = repository.ref(plan.name().revision());
    byte[] commit = plan.commit().getBytes(StandardCharsets.US_ASCII);
    boolean isThere = Files.isRegularFile(ref) && Arrays.equals(Files.readAllBytes(ref), commit);
    if (!isThere && !plan.name().revision().equals(plan.commit())) {
      makeFolders(repository.refFolder(), ref);
      AtomicFile.write(ref, commit);
    }
  }

  private void requireSpace(PullPlan plan) throws IOException {
    Files.createDirectories(roots.hub());
    long free = Files.getFileStore(roots.hub()).getUsableSpace();
    long needed = plan.bytes() - plan.present();
    if (needed > free) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: expected %.2f GB of free space for %s, found %.2f GB; free some, or set"
                  + " HF_HUB_CACHE to a directory on another disk",
              roots.hub(),
              needed / 1e9,
              plan.name().text(),
              free / 1e9));
    }
  }

  private void fetch(BlobDownload download, Collection<RemoteFile> blobs, int jobs)
      throws IOException, InterruptedException {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(jobs, Thread.ofPlatform().name("pull-", 0).factory())) {
      ExecutorCompletionService<RemoteFile> done = new ExecutorCompletionService<>(threads);
      for (RemoteFile blob : blobs) {
        done.submit(() -> {
          download.fetch(blob);
          return blob;
        });
      }
      try {
        for (int i = 0; i < blobs.size(); i++) {
          done.take().get();
        }
      } catch (InterruptedException e) {
        stop.set();
        throw e;
      } catch (ExecutionException e) {
        // The others end soon, and what they have is kept.
        stop.set();
        throw failure(e);
      }
    }
  }

  private static RuntimeException failure(ExecutionException e) throws IOException {
    return switch (e.getCause()) {
      case RuntimeException known -> known;
      case IOException known -> throw known;
      case null, default -> new IllegalStateException(e);
    };
  }

  /// Makes the folders between a root and a file, none of them through a link.
  private static void makeFolders(Path root, Path file) throws IOException {
    Files.createDirectories(root);
    for (int parts = root.getNameCount() + 1; parts < file.getNameCount(); parts++) {
      Path place = root.resolve(file.subpath(root.getNameCount(), parts));
      if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
          throw new CheckpointException(
              "%s: expected a directory, found a link or a file; delete it".formatted(place));
        }
        Files.createDirectory(place);
      }
    }
  }

  /// Asks [#run] to end soon; what came is kept.
  public void stop() {
    stop.set();
  }

  @Override
  public void close() {
    wire.close();
  }
}
