package dev.minke.checkpoint;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a GGUF model is split: into files beside each other whose names differ in their number,
/// `name-00002-of-00003.gguf`. Names come from the name of the file that was asked for, never from
/// a file's content.
///
/// @param beside a file of the model
/// @param prefix of the names
/// @param number of that file, from 1
/// @param count of the parts
record GgufSplit(Path beside, String prefix, int number, int count) {
  private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

  private static final String NO = "split.no";
  private static final String COUNT = "split.count";
  private static final String TENSORS = "split.tensors.count";
  private static final String ARCHITECTURE = "general.architecture";

  /// Opens the other parts of the model that a file belongs to, if it is split.
  ///
  /// @param parts holds that file; holds all parts in order afterwards
  static void openOthers(List<GgufPart> parts) {
    Path file = parts.getFirst().file();
    long count = parts.getFirst().header().metadata().whole(COUNT, 1);
    if (count <= 1) {
      return;
    }
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    if (!name.matches() || Integer.parseInt(name.group(3)) != count) {
      throw new CheckpointException(
          "%s: key %s is %d: expected a name that ends in -0000N-of-%05d.gguf, found this one"
                  .formatted(file, COUNT, count, count)
              + "; give the parts their names back");
    }
    int number = Integer.parseInt(name.group(2));
    new GgufSplit(file, name.group(1), number, (int) count).open(parts);
  }

  private void open(List<GgufPart> parts) {
    for (int other = 1; other <= count; other++) {
      if (other != number) {
        Path file = beside.resolveSibling("%s-%05d-of-%05d.gguf".formatted(prefix, other, count));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
          throw new CheckpointException(
              "%s: part %d of %d: expected %s beside it, found none; fetch all parts"
                  .formatted(beside, number, count, file.getFileName()));
        }
        parts.add(other - 1, GgufPart.open(file));
      }
    }
    GgufMetadata first = parts.getFirst().header().metadata();
    long tensors = 0;
    for (int i = 0; i < count; i++) {
      Path file = parts.get(i).file();
      GgufMetadata metadata = parts.get(i).header().metadata();
      require(file, metadata, NO, i);
      require(file, metadata, COUNT, count);
      require(file, metadata, TENSORS, first.whole(TENSORS));
      String architecture = first.text(ARCHITECTURE, "");
      String its = metadata.text(ARCHITECTURE, architecture);
      if (!its.equals(architecture)) {
        throw refused(file, ARCHITECTURE, architecture, its);
      }
      tensors += parts.get(i).header().entries().size();
    }
    if (tensors != first.whole(TENSORS)) {
      throw new CheckpointException(
          "%s: key %s: expected the %d tensors that its %d parts hold, found %d"
              .formatted(parts.getFirst().file(), TENSORS, tensors, count, first.whole(TENSORS)));
    }
  }

  private static void require(Path file, GgufMetadata metadata, String key, long expected) {
    long found = metadata.whole(key);
    if (found != expected) {
      throw refused(file, key, String.valueOf(expected), String.valueOf(found));
    }
  }

  private static CheckpointException refused(Path file, String key, String expected, String found) {
    return new CheckpointException(
        "%s: key %s: expected %s as the other parts have it, found %s; the part is another model's"
            .formatted(file, key, expected, found));
  }
}
