package dev.minke.cli.runs;

import dev.minke.ledger.Ledger;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/// Where the files of a run lie. The quickstart keeps its training in a directory `run` below the
/// one that has the ledger; both names find the same run. Later phases of a training lie below the
/// directory that has the ledger, too.
///
/// @param directory as it was named
/// @param training with the metrics
/// @param accounts with the ledger
public record RunFiles(Path directory, Path training, Path accounts) {
  static final String METRICS = "metrics.jsonl";

  /// Finds them; a directory that is not there yet is its own answer.
  public static RunFiles of(Path directory) {
    Path below = directory.resolve("run");
    boolean isOuter = !Files.exists(directory.resolve(METRICS)) && Files.isDirectory(below);
    Path training = isOuter ? below : directory;
    return new RunFiles(directory, training, accounts(directory));
  }

  /// Those of the phase whose metrics were written last: of a directory below, or of the run
  /// itself.
  static RunFiles ofLastPhase(Path directory) throws IOException {
    if (!Files.exists(directory.resolve(METRICS))) {
      return of(directory);
    }
    Path last = directory;
    try (DirectoryStream<Path> below = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path phase : below) {
        if (Files.exists(phase.resolve(METRICS)) && written(phase).compareTo(written(last)) > 0) {
          last = phase;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return of(last);
  }

  private static FileTime written(Path phase) throws IOException {
    return Files.getLastModifiedTime(phase.resolve(METRICS));
  }

  private static Path accounts(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    Path above = absolute.getParent();
    boolean isInner =
        !Files.exists(directory.resolve(Ledger.NAME))
            && Files.exists(directory.resolve(METRICS))
            && above != null
            && Files.exists(above.resolve(Ledger.NAME));
    return isInner && above != null ? above : directory;
  }

  /// @throws IllegalArgumentException if there is nothing of a run
  public void require() {
    if (!Files.exists(training.resolve(METRICS)) && !Files.exists(accounts.resolve(Ledger.NAME))) {
      throw new IllegalArgumentException(
          "%s: expected the directory of a run, with %s or %s, found neither"
              .formatted(directory, METRICS, Ledger.NAME));
    }
  }
}
