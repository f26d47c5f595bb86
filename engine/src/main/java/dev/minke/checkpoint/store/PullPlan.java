package dev.minke.checkpoint.store;

import java.nio.file.Path;
import java.util.List;

/// What a download comes to, before it begins.
///
/// @param commit that the revision is at
/// @param directory where the files will stand
/// @param bytes of all files; equal ones count once
/// @param present of these, what is here already
public record PullPlan(
    HubName name, String commit, Path directory, List<RemoteFile> files, long bytes, long present) {
  public PullPlan {
    files = List.copyOf(files);
  }
}
