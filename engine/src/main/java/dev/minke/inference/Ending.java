package dev.minke.inference;

/// How an answer ended, and what it took.
///
/// @param stop why it ended
/// @param prompt tokens of the prompt, those that were dropped before it was read not counted
/// @param cached of these, how many were there from earlier requests
/// @param generated tokens drawn, without the one that ended it
/// @param dropped tokens that the context had no room for, see [Overflow.DropMiddle]
/// @param drafted tokens that the predictor guessed and the model judged
/// @param accepted of these, those that were then drawn: so many steps were saved
public record Ending(
    Stop stop, int prompt, int cached, int generated, int dropped, int drafted, int accepted) {}
