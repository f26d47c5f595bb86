package dev.minke.inference;

/// How an answer ended, and what it took.
///
/// @param stop why it ended
/// @param prompt tokens of the prompt, those that were dropped before it was read not counted
/// @param cached of these, how many were there from earlier requests
/// @param generated tokens drawn, without the one that ended it
/// @param dropped tokens that the context had no room for, see [Overflow.DropMiddle]
public record Ending(Stop stop, int prompt, int cached, int generated, int dropped) {}
