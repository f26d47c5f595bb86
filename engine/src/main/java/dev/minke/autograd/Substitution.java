package dev.minke.autograd;

import dev.minke.kernel.KvView;
import dev.minke.tensor.Tensor;

/// Other tensors in the place of an operation's, by what its backward rule does with each: the list
/// of what the rules read.
interface Substitution {
  /// For a tensor whose elements a rule reads and that may be rounded.
  Tensor rounded(Tensor x);

  /// For a tensor whose elements a rule reads as they are: indices, and what is one number for a
  /// row, a head or an expert.
  Tensor exact(Tensor x);

  /// For a tensor whose gradient alone a rule wants.
  Tensor unread(Tensor x);

  /// The operation with other tensors.
  ///
  /// @throws IllegalArgumentException for a segment, which holds operations of its own
  default Op in(Op op) {
    return switch (op) {
      case Op.Embedding(var table, var ids, var out) ->
          new Op.Embedding(table, exact(ids), unread(out));
      case Op.MatMul(var x, var weight, var out) -> new Op.MatMul(rounded(x), weight, unread(out));
      case Op.AddBias(var x, var bias) -> new Op.AddBias(unread(x), bias);
      case Op.FeedForward(var x, var up, var down, var offsets, var gates, var hidden, var out) ->
          new Op.FeedForward(
              rounded(x),
              up,
              down,
              offsets == null ? null : exact(offsets),
              rounded(gates),
              rounded(hidden),
              unread(out));
      case Op.Add(var a, var b, var out) -> new Op.Add(unread(a), unread(b), unread(out));
      case Op.Concat(var left, var right, var out) ->
          new Op.Concat(unread(left), unread(right), unread(out));
      case Op.RmsNorm(var x, var gain, var inverseRms, var out) ->
          new Op.RmsNorm(rounded(x), gain, exact(inverseRms), unread(out));
      case Op.Rotate(var x, var positions, var rotation) ->
          new Op.Rotate(unread(x), exact(positions), rotation);
      case Op.JoinKeys(var own, var shared, var out) ->
          new Op.JoinKeys(unread(own), unread(shared), unread(out));
      case Op.Attention(var query, var view, var scale, var logSumExp, var out) ->
          new Op.Attention(
              rounded(query),
              new KvView(
                  rounded(view.tensors().keys()),
                  rounded(view.tensors().values()),
                  view.sequences()),
              scale,
              exact(logSumExp),
              rounded(out));
      case Op.Route(var logits, var chosen, var rule, var weights) ->
          new Op.Route(exact(logits), exact(chosen), rule, unread(weights));
      case Op.GatherSlots(var x, var routing, var out) ->
          new Op.GatherSlots(unread(x), in(routing, unread(routing.weights())), unread(out));
      case Op.Combine(var y, var routing, var out) ->
          new Op.Combine(rounded(y), in(routing, exact(routing.weights())), unread(out));
      case Op.BalanceLoss(var logits, var chosen, var sequences, var rule, var out) ->
          new Op.BalanceLoss(exact(logits), exact(chosen), sequences, rule, unread(out));
      case Op.HeadLogProbs(var hidden, var head, var targets, var sum, var logits, var out) ->
          new Op.HeadLogProbs(
              rounded(hidden),
              head,
              exact(targets),
              exact(sum),
              logits == null ? null : exact(logits),
              unread(out));
      case Op.SequenceSums(var values, var weights, var sequences, var out) ->
          new Op.SequenceSums(unread(values), exact(weights), sequences, unread(out));
      case Op.Recomputed _, Op.Stored _ ->
          throw new IllegalArgumentException("expected an operation, found a segment: " + op);
    };
  }

  private Routing in(Routing routing, Tensor weights) {
    return new Routing(
        routing.rule(),
        unread(routing.logits()),
        unread(routing.chosen()),
        weights,
        unread(routing.slots()),
        exact(routing.places()),
        unread(routing.offsets()));
  }
}
