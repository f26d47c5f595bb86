package dev.minke.kernel;

import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The primitives of a backend. One method is one operation; shapes are documented, checked once,
/// and trusted below.
///
/// Conventions. Float tensors are F32 (the reference also takes F64, all floats of a call alike);
/// indices are I32. Tensors may have a row stride. `out` is overwritten; a parameter named `d…` of
/// a `…Gradient` method is *added to*. Inputs and outputs do not overlap unless said. A call is
/// ordered after the calls before it; host backends have finished when they return.
///
/// Order. A matrix product adds over its depth in order, one fused multiply-add chain per output,
/// beginning from 0 (or, with `accumulate`, from the output's old value). A reduction along a row
/// uses 16 virtual lanes (element `i` goes to lane `i mod 16`, in order) combined by the tree `(j,
/// j+8), (j, j+4), (j, j+2), (j, j+1)`; missing elements of the last 16 are not added. Sums over
/// rows (gain gradients, embedding gradients) go in row order, one chain per element.
///
/// @see dev.minke.kernel.KvView for the order of attention
public interface Kernels extends AutoCloseable {
  /// Lanes of a row reduction, whatever the hardware has.
  int LANES = 16;

  /// Short name: `reference`, `vector`.
  String name();

  /// What was chosen and why, in one line: vector width, threads, tile shapes.
  String describe();

  // ---- weights and products

  /// Packs a master weight for products.
  ///
  /// @param master `[out, in]` or `[groups, out, in]`; rows may have a stride
  /// @return a form to be closed by the caller; later changes of the master are seen after
  ///   [#refresh] only
  Prepared prepare(Tensor master, Orientation orientation);

  /// Packs the master again into the same memory.
  void refresh(Prepared prepared, Tensor master);

  /// Reads a stored weight into this backend's memory, whatever its formats, in about as many bytes
  /// as it has in its file. What is multiplied is the exact value of each element, in the order of
  /// [#matmul].
  ///
  /// Its fast forms, where it has them, take sums in integers. Each 32 activations of a row are
  /// rounded: `a = max |x| / 127`, `q = rint(x · (127 / max |x|))`; all 0, and `a = max |x|`, where
  /// the maximum or the factor is not finite. Weights are `s · w − m` with whole numbers `w`, and
  /// `s` and `m` of a run of 16 or 32 k. For each run in order: the exact `Σ q · w`, as F32, times
  /// `s · a` is added by one fused multiply-add; where the format has minima, then `Σ q` times `m ·
  /// a` is subtracted by one.
  ///
  /// @return to be closed by the caller
  Resident load(StoredWeight weight);

  /// Keeps some experts of all layers in memory and reads the others when they are wanted. Products
  /// are those of [#load], bit for bit.
  ///
  /// @param layers in the order in which a token passes them, all with as many experts
  /// @param activeExperts chosen for a token
  /// @param slots how many fit, at least those of a layer
  /// @return to be closed by the caller
  CachedExperts cacheExperts(List<StoredExperts> layers, int activeExperts, int slots);

  /// `out[t, n] = Σ_k x[t, k] · w[n, k]` (FORWARD) or `Σ_k x[t, k] · w[k, n]` (BACKWARD).
  ///
  /// @param x `[tokens, depth]`
  /// @param weight one group
  /// @param out `[tokens, width]`
  /// @param accumulate begin the chains at the old content of `out` instead of 0
  void matmul(Tensor x, Prepared weight, Tensor out, boolean accumulate);

  /// The same with one matrix per head and every token meeting all of them (absorbed attention).
  ///
  /// @param x `[tokens, heads, depth]`
  /// @param weight `groups` = heads
  /// @param out `[tokens, heads, width]`
  void headMatmul(Tensor x, Prepared weight, Tensor out);

  /// `dWeight[n, k] += Σ_t dOut[t, n] · x[t, k]`, adding over tokens in order.
  ///
  /// @param dOut `[tokens, out]`
  /// @param x `[tokens, in]`
  /// @param dWeight `[out, in]`
  /// @param accumulate begin the chains at the old content of `dWeight` instead of 0
  void weightGradient(Tensor dOut, Tensor x, Tensor dWeight, boolean accumulate);

  /// The same with one matrix per expert, rows as in [#feedForward].
  ///
  /// @param dWeight `[experts, out, in]`; without `accumulate` that of an expert without rows
  ///   becomes 0
  void groupedWeightGradient(
      Tensor dOut, Tensor x, Tensor offsets, Tensor dWeight, boolean accumulate);

  // ---- feed-forward layers

  /// A gated feed-forward layer (arXiv:2002.05202): `gates = x · gateUp`, `activated = silu(gate) ·
  /// up` of the two halves of each row of `gates`, `out = activated · down`; the products as in
  /// [#matmul].
  ///
  /// With offsets one layer per expert: rows `offsets[e] … offsets[e+1]-1` meet matrices `e`; no
  /// weight of an expert without rows is touched.
  ///
  /// @param x `[rows, dim]`, with offsets sorted by expert
  /// @param gateUp FORWARD, gate rows and then up rows of each expert
  /// @param down FORWARD
  /// @param offsets I32 `[experts + 1]`, ascending, from 0 to rows; null: all rows meet the one
  ///   group
  /// @param gates `[rows, 2 · hidden]`
  /// @param activated `[rows, hidden]`
  /// @param out `[rows, dim]`
  void feedForward(
      Tensor x,
      Prepared gateUp,
      Prepared down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor activated,
      Tensor out);

  /// The gradient of the rows. Those of the weights are weight gradients of `dOut` and `activated`,
  /// and of what becomes of `gates` and `x`.
  ///
  /// @param gateUp BACKWARD
  /// @param down BACKWARD
  /// @param gates what [#feedForward] gave; **becomes its own gradient**
  /// @param dx `[rows, dim]`
  /// @param accumulate add to the old content of `dx` instead of zeros
  void feedForwardGradient(
      Tensor dOut,
      Prepared gateUp,
      Prepared down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor dx,
      boolean accumulate);

  // ---- rows

  /// Sets every element.
  void fill(Tensor x, float value);

  /// `out = x`; same shape, strides may differ. Takes indices and BF16, too.
  void copy(Tensor x, Tensor out);

  /// `out = x` in half the bytes, rounded to nearest, ties to even; NaN stays NaN. Bound by memory:
  /// 6 bytes an element.
  ///
  /// @param x any shape
  /// @param out BF16, of the same shape; strides may differ
  void narrow(Tensor x, Tensor out);

  /// `out = x`, exactly: the way back from [#narrow].
  ///
  /// @param x BF16, any shape
  /// @param out of the same shape; strides may differ
  void widen(Tensor x, Tensor out);

  /// Rounds rows into the format of a cache, see [CacheFormat]; one in F32 takes them as they are.
  ///
  /// @param x `[rows, width]`
  /// @param out as many rows of that width
  void encode(Tensor x, KvRows out);

  /// What a cache holds, widened: BF16 exactly, FP8 with one rounding to F32.
  ///
  /// @param x rows of a cache
  /// @param out `[rows, width]`
  void decode(KvRows x, Tensor out);

  /// `out = a + b`; `out` may be `a` or `b`.
  void add(Tensor a, Tensor b, Tensor out);

  /// `x[t] += row` for every row, **in place**: a bias.
  ///
  /// @param x `[rows, dim]`
  /// @param row `[dim]`
  void addRow(Tensor x, Tensor row);

  /// `dRow[c] += Σ_rows dOut[row, c]`, in row order.
  void addRowGradient(Tensor dOut, Tensor dRow);

  /// `sum += factor · x`, one fused multiply-add each; `x` may be `sum`.
  void addScaled(Tensor x, float factor, Tensor sum);

  /// `out[s] = Σ_t values[t] · weights[t]` over the rows of each sequence, in row-reduction order
  /// from its own first row on: a sequence's sum does not depend on those beside it.
  ///
  /// @param values `[tokens]`
  /// @param weights `[tokens]`
  /// @param sequences which rows belong together; `firstQuery` and `queries` are read
  /// @param out `[sequences]`
  void sequenceSums(Tensor values, Tensor weights, List<KvView.Sequence> sequences, Tensor out);

  /// `dValues[t] += dOut[s] · weights[t]`, one fused multiply-add each.
  ///
  /// @param dOut `[sequences]`
  /// @param dValues `[tokens]`
  void sequenceSumsGradient(
      Tensor dOut, Tensor weights, List<KvView.Sequence> sequences, Tensor dValues);

  /// `Σ x²` over all elements, added in double: rows in order, within a row the 16-lane tree.
  double sumOfSquares(Tensor x);

  /// Row `ids[t]` of the table for each token.
  ///
  /// @param table `[vocab, dim]`
  /// @param ids I32 `[tokens]`; the caller has checked the range
  /// @param out `[tokens, dim]`
  void embedding(Tensor table, Tensor ids, Tensor out);

  /// Row `ids[t]` of a stored table for each token.
  ///
  /// @param table `[vocab, dim]`
  /// @param ids I32 `[tokens]`; the caller has checked the range
  /// @param out `[tokens, dim]`
  void embedding(Resident table, Tensor ids, Tensor out);

  /// `dTable[ids[t]] += dOut[t]`, in token order.
  void embeddingGradient(Tensor dOut, Tensor ids, Tensor dTable);

  /// `out = x · gain / sqrt(mean(x²) + epsilon)` for each row (arXiv:1910.07467).
  ///
  /// @param x `[rows, dim]`
  /// @param gain `[dim]`
  /// @param out `[rows, dim]`
  /// @param inverseRms `[rows]`, `1 / sqrt(mean(x²) + epsilon)`
  void rmsNorm(Tensor x, Tensor gain, float epsilon, Tensor out, Tensor inverseRms);

  /// `dx += r · (gain · dOut) - x · r³ · Σ(gain · dOut · x) / dim`, with r the saved inverse.
  void rmsNormInputGradient(Tensor dOut, Tensor x, Tensor gain, Tensor inverseRms, Tensor dx);

  /// `dGain[c] += Σ_rows dOut[row, c] · x[row, c] · inverseRms[row]`.
  void rmsNormGainGradient(Tensor dOut, Tensor x, Tensor inverseRms, Tensor dGain);

  /// Turns interleaved pairs of each row **in place** by the angle of its token's position.
  ///
  /// @param x `[tokens, ropeDim]` or `[tokens, heads, ropeDim]`; usually a view of columns
  /// @param positions I32 `[tokens]`
  /// @param inverse turn back: the gradient of the forward turn (the magnitude stays a factor)
  void rotate(Tensor x, Tensor positions, Rotation rotation, boolean inverse);

  /// Keys from their two parts: `out[t, h] = [own[t, h] ; shared[t]]` (DeepSeek-V2 eq. 15).
  ///
  /// @param own `[tokens, heads, nopeDim]`
  /// @param shared `[tokens, ropeDim]`
  /// @param out `[tokens, heads, nopeDim + ropeDim]`
  void joinKeys(Tensor own, Tensor shared, Tensor out);

  /// `dOwn += …`, `dShared[t] += Σ_h …` in head order.
  void joinKeysGradient(Tensor dOut, Tensor dOwn, Tensor dShared);

  // ---- attention

  /// Causal attention with an online softmax over tiles of [KvView#TILE] positions.
  ///
  /// For a query: scores of a tile are chains over keyDim in order, times `scale`; the running
  /// maximum is updated; a position weighs the exponential of its score less the maximum. The
  /// weights of a tile are summed by a row reduction over the positions the query sees. When the
  /// maximum rises, sum and outputs so far are multiplied by `exp(old - new)`; then the tile's sum
  /// is added, and each position by one fused multiply-add in order. At the end outputs are divided
  /// by the sum. Query head `h` reads key head `h · kvHeads / heads`. Keys and values that are not
  /// in F32 are widened first, as by [#widen] and [#decode].
  ///
  /// @param query `[tokens, heads, keyDim]`
  /// @param scale factor on the scores
  /// @param out `[tokens, heads, valueDim]`
  /// @param logSumExp `[tokens, heads]`: log of the sum of exp of the scaled scores
  void attention(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp);

  /// Gradients of [#attention] for a view of tensors in which every sequence is whole (`queries` =
  /// `length`).
  ///
  /// @param out what [#attention] gave
  /// @param dKeys like the view's keys; a row gets its queries in ascending order
  /// @param dValues like the view's values, sharing no element with `dKeys`
  /// @param accumulate add to what the three gradients hold; if not, rows that belong to a sequence
  ///   are overwritten
  void attentionGradient(
      Tensor dOut,
      Tensor query,
      KvView view,
      float scale,
      Tensor out,
      Tensor logSumExp,
      Tensor dQuery,
      Tensor dKeys,
      Tensor dValues,
      boolean accumulate);

  // ---- mixture of experts

  /// Chooses experts for each token, see [RouterRule].
  ///
  /// @param logits `[tokens, experts]`
  /// @param bias `[experts]` added for selection only; zeros for none
  /// @param chosen I32 `[tokens, activeExperts]`, by descending selection score
  /// @param weights `[tokens, activeExperts]`
  void route(Tensor logits, Tensor bias, RouterRule rule, Tensor chosen, Tensor weights);

  /// The gradient of the gate weights with the choice held fixed.
  ///
  /// @param dWeights `[tokens, activeExperts]`
  /// @param dLogits `[tokens, experts]`
  void routeGradient(
      Tensor dWeights, Tensor logits, Tensor chosen, RouterRule rule, Tensor dLogits);

  /// Sorts slots (`token · activeExperts + k`) by expert, stably.
  ///
  /// @param chosen I32 `[tokens, activeExperts]`
  /// @param slots I32 `[tokens · activeExperts]`: the slot at each sorted place
  /// @param places I32 `[tokens · activeExperts]`: the sorted place of each slot
  /// @param offsets I32 `[experts + 1]`: where each expert's rows begin
  void dispatch(Tensor chosen, Tensor slots, Tensor places, Tensor offsets);

  /// `out[place] = x[slots[place] / activeExperts]`.
  ///
  /// @param x `[tokens, dim]`
  /// @param out `[tokens · activeExperts, dim]`
  void gatherSlots(Tensor x, Tensor slots, int activeExperts, Tensor out);

  /// `dx[t] += Σ_k dOut[places[t · activeExperts + k]]` in slot order.
  void gatherSlotsGradient(Tensor dOut, Tensor places, int activeExperts, Tensor dx);

  /// `out[t] = Σ_k weights[t, k] · y[places[t · activeExperts + k]]`, a chain in slot order from 0.
  ///
  /// @param y `[tokens · activeExperts, dim]`
  /// @param weights `[tokens, activeExperts]`
  /// @param out `[tokens, dim]`
  void combine(Tensor y, Tensor places, Tensor weights, Tensor out);

  /// `dy[place] += weights[slot] · dOut[token]`.
  ///
  /// @param accumulate add to the old content of `dy` instead of zeros
  void combineInputGradient(
      Tensor dOut, Tensor places, Tensor weights, Tensor dy, boolean accumulate);

  /// `dWeights[t, k] += Σ_c dOut[t, c] · y[place, c]`, a row reduction.
  void combineWeightGradient(Tensor dOut, Tensor y, Tensor places, Tensor dWeights);

  /// The sequence-wise balance loss (DeepSeek-V3 eq. 17-20): `Σ_i f_i P_i` of each sequence,
  /// without the factor α.
  ///
  /// f counts the actual choice (bias and groups included); P is the mean over the sequence of
  /// affinities divided by their sum over experts (softmax affinities are used as they are).
  ///
  /// @param logits `[tokens, experts]`
  /// @param chosen I32 `[tokens, activeExperts]`
  /// @param sequences which rows belong together; `firstQuery` and `queries` are read
  /// @param out `[sequences]`
  void balanceLoss(
      Tensor logits, Tensor chosen, List<KvView.Sequence> sequences, RouterRule rule, Tensor out);

  /// `dLogits += dOut[s] · ∂loss[s]/∂logits` with the choice held fixed.
  ///
  /// @param dOut `[sequences]`
  void balanceLossGradient(
      Tensor dOut,
      Tensor logits,
      Tensor chosen,
      List<KvView.Sequence> sequences,
      RouterRule rule,
      Tensor dLogits);

  // ---- head and optimizer

  /// Log-probabilities of targets under the softmax of each row.
  ///
  /// @param logits `[tokens, vocab]`
  /// @param targets I32 `[tokens]`; a negative one gives 0
  /// @param logProbs `[tokens]`
  /// @param logSumExp `[tokens]`
  void logProbs(Tensor logits, Tensor targets, Tensor logProbs, Tensor logSumExp);

  /// `logits[t, v] = dLogProbs[t] · ([v = target] - exp(logits[t, v] - logSumExp[t]))` **in
  /// place**; rows with a negative target become 0.
  void logProbsGradient(Tensor dLogProbs, Tensor targets, Tensor logSumExp, Tensor logits);

  /// One AdamW update of a parameter, see [AdamWRule]. Factors are computed in double once and
  /// rounded to F32, the rest is F32. Moments in BF16 are rounded when they are stored; the update
  /// itself uses them as they were computed.
  ///
  /// @param parameter any shape, contiguous
  /// @param gradient like the parameter
  /// @param firstMoment like the parameter, or in BF16
  /// @param secondMoment of the shape and type of the first
  void adamW(
      Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamWRule rule);

  /// Ends the backend's threads. Tensors and prepared weights belong to others.
  @Override
  void close();
}
