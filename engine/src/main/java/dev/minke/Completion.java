package dev.minke;

/// A text to be continued as it stands, without a template.
///
/// @param ids of the text, one or more, begin-of-text included where the model expects it; not to
///   be changed
/// @param options how it is continued
public record Completion(int[] ids, Options options) {}
