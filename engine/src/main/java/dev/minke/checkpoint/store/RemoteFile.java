package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;

/// A file of a repository on a hub.
///
/// @param path in the repository
/// @param size in bytes
/// @param hash SHA-256 or git's, in hexadecimal digits; the name of its blob
public record RemoteFile(String path, long size, String hash) {
  /// @throws CheckpointException if the path leads elsewhere, or the hash is none: then nothing
  ///   could be checked, and it names a file
  public RemoteFile {
    InnerName.require(path, "list of files");
    if (!Checksum.isHash(hash) || size < 0) {
      throw new CheckpointException(
          "%s: expected its size and hash (40 or 64 hexadecimal digits) from the hub, found %d bytes, hash '%s'; use another HF_ENDPOINT"
              .formatted(InnerName.shown(path), size, InnerName.shown(hash)));
    }
  }
}
