package dev.minke.kernel.reference;

import dev.minke.kernel.AdamWRule;
import dev.minke.kernel.CachedExperts;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Resident;
import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.StoredExperts;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The backend that defines what the others compute: one thread, scalar loops, F32 and F64.
public final class ReferenceKernels implements Kernels {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String describe() {
    return "reference: scalar loops, 1 thread, F32 and F64";
  }

  @Override
  public Prepared prepare(Tensor master, Orientation orientation) {
    return new ReferenceWeight(master, orientation);
  }

  @Override
  public Resident load(StoredWeight weight) {
    return new ReferenceResident(weight);
  }

  @Override
  public CachedExperts cacheExperts(List<StoredExperts> layers, int activeExperts, int slots) {
    return new ReferenceCache(layers);
  }

  @Override
  public void refresh(Prepared prepared, Tensor master) {
    own(prepared).pack(master);
  }

  private static ReferenceWeight own(Prepared prepared) {
    if (prepared instanceof ReferenceWeight weight) {
      return weight;
    }
    throw new IllegalArgumentException(
        "reference: expected a weight that it has prepared itself, found "
            + prepared.getClass().getSimpleName());
  }

  @Override
  public void matmul(Tensor x, Prepared weight, Tensor out, boolean accumulate) {
    ReferenceProducts.matmul(x, own(weight), out, accumulate);
  }

  @Override
  public void headMatmul(Tensor x, Prepared weight, Tensor out) {
    ReferenceProducts.headMatmul(x, own(weight), out);
  }

  @Override
  public void weightGradient(Tensor dOut, Tensor x, Tensor dWeight, boolean accumulate) {
    ReferenceProducts.weightGradient(dOut, x, dWeight, accumulate);
  }

  @Override
  public void groupedWeightGradient(
      Tensor dOut, Tensor x, Tensor offsets, Tensor dWeight, boolean accumulate) {
    ReferenceProducts.groupedWeightGradient(dOut, x, offsets, dWeight, accumulate);
  }

  @Override
  public void feedForward(
      Tensor x,
      Prepared gateUp,
      Prepared down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor activated,
      Tensor out) {
    ReferenceFeedForward.forward(x, own(gateUp), own(down), offsets, gates, activated, out);
  }

  @Override
  public void feedForwardGradient(
      Tensor dOut,
      Prepared gateUp,
      Prepared down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor dx,
      boolean accumulate) {
    ReferenceFeedForward.gradient(dOut, own(gateUp), own(down), offsets, gates, dx, accumulate);
  }

  @Override
  public void fill(Tensor x, float value) {
    ReferenceRows.fill(x, value);
  }

  @Override
  public void copy(Tensor x, Tensor out) {
    ReferenceRows.copy(x, out);
  }

  @Override
  public void narrow(Tensor x, Tensor out) {
    ReferenceRows.convert(x, out);
  }

  @Override
  public void widen(Tensor x, Tensor out) {
    ReferenceRows.convert(x, out);
  }

  @Override
  public void encode(Tensor x, KvRows out) {
    ReferenceRows.encode(x, out);
  }

  @Override
  public void decode(KvRows x, Tensor out) {
    ReferenceRows.decode(x, out);
  }

  @Override
  public void add(Tensor a, Tensor b, Tensor out) {
    ReferenceRows.add(a, b, out);
  }

  @Override
  public void addRow(Tensor x, Tensor row) {
    ReferenceRows.addRow(x, row);
  }

  @Override
  public void addRowGradient(Tensor dOut, Tensor dRow) {
    ReferenceRows.addRowGradient(dOut, dRow);
  }

  @Override
  public void addScaled(Tensor x, float factor, Tensor sum) {
    ReferenceRows.addScaled(x, factor, sum);
  }

  @Override
  public void sequenceSums(
      Tensor values, Tensor weights, List<KvView.Sequence> sequences, Tensor out) {
    ReferenceRows.sequenceSums(values, weights, sequences, out);
  }

  @Override
  public void sequenceSumsGradient(
      Tensor dOut, Tensor weights, List<KvView.Sequence> sequences, Tensor dValues) {
    ReferenceRows.sequenceSumsGradient(dOut, weights, sequences, dValues);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return ReferenceRows.sumOfSquares(x);
  }

  @Override
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    ReferenceProducts.embedding(table, ids, out);
  }

  @Override
  public void embedding(Resident table, Tensor ids, Tensor out) {
    ReferenceProducts.embedding(((ReferenceResident) table).all(), ids, out);
  }

  @Override
  public void embeddingGradient(Tensor dOut, Tensor ids, Tensor dTable) {
    ReferenceProducts.embeddingGradient(dOut, ids, dTable);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor gain, float epsilon, Tensor out, Tensor inverseRms) {
    ReferenceRows.rmsNorm(x, gain, epsilon, out, inverseRms);
  }

  @Override
  public void rmsNormInputGradient(
      Tensor dOut, Tensor x, Tensor gain, Tensor inverseRms, Tensor dx) {
    ReferenceRows.rmsNormInputGradient(dOut, x, gain, inverseRms, dx);
  }

  @Override
  public void rmsNormGainGradient(Tensor dOut, Tensor x, Tensor inverseRms, Tensor dGain) {
    ReferenceRows.rmsNormGainGradient(dOut, x, inverseRms, dGain);
  }

  @Override
  public void rotate(Tensor x, Tensor positions, Rotation rotation, boolean inverse) {
    ReferenceRows.rotate(x, positions, rotation, inverse);
  }

  @Override
  public void joinKeys(Tensor own, Tensor shared, Tensor out) {
    ReferenceRows.joinKeys(own, shared, out);
  }

  @Override
  public void joinKeysGradient(Tensor dOut, Tensor dOwn, Tensor dShared) {
    ReferenceRows.joinKeysGradient(dOut, dOwn, dShared);
  }

  @Override
  public void attention(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {
    ReferenceAttention.attention(query, view, scale, out, logSumExp);
  }

  @Override
  public void attentionGradient(
      Tensor dOut,
      Tensor query,
      KvView view,
      float scale,
      Tensor out,
      Tensor logSumExp,
      Tensor dQuery,
      Tensor dKeys,
      Tensor dValues,
      boolean accumulate) {
    var forward = new ReferenceAttention.Forward(query, view, scale, out, logSumExp);
    if (!accumulate) {
      ReferenceAttention.clear(view, dQuery, dKeys, dValues);
    }
    ReferenceAttention.attentionGradient(dOut, forward, dQuery, dKeys, dValues);
  }

  @Override
  public void route(Tensor logits, Tensor bias, RouterRule rule, Tensor chosen, Tensor weights) {
    ReferenceRouter.route(logits, bias, rule, chosen, weights);
  }

  @Override
  public void routeGradient(
      Tensor dWeights, Tensor logits, Tensor chosen, RouterRule rule, Tensor dLogits) {
    ReferenceRouter.routeGradient(dWeights, logits, chosen, rule, dLogits);
  }

  @Override
  public void dispatch(Tensor chosen, Tensor slots, Tensor places, Tensor offsets) {
    ReferenceExperts.dispatch(chosen, slots, places, offsets);
  }

  @Override
  public void gatherSlots(Tensor x, Tensor slots, int activeExperts, Tensor out) {
    ReferenceExperts.gatherSlots(x, slots, activeExperts, out);
  }

  @Override
  public void gatherSlotsGradient(Tensor dOut, Tensor places, int activeExperts, Tensor dx) {
    ReferenceExperts.gatherSlotsGradient(dOut, places, activeExperts, dx);
  }

  @Override
  public void combine(Tensor y, Tensor places, Tensor weights, Tensor out) {
    ReferenceExperts.combine(y, places, weights, out);
  }

  @Override
  public void combineInputGradient(
      Tensor dOut, Tensor places, Tensor weights, Tensor dy, boolean accumulate) {
    ReferenceExperts.combineInputGradient(dOut, places, weights, dy, accumulate);
  }

  @Override
  public void combineWeightGradient(Tensor dOut, Tensor y, Tensor places, Tensor dWeights) {
    ReferenceExperts.combineWeightGradient(dOut, y, places, dWeights);
  }

  @Override
  public void balanceLoss(
      Tensor logits, Tensor chosen, List<KvView.Sequence> sequences, RouterRule rule, Tensor out) {
    ReferenceExperts.balanceLoss(logits, chosen, sequences, rule, out);
  }

  @Override
  public void balanceLossGradient(
      Tensor dOut,
      Tensor logits,
      Tensor chosen,
      List<KvView.Sequence> sequences,
      RouterRule rule,
      Tensor dLogits) {
    ReferenceExperts.balanceLossGradient(dOut, logits, chosen, sequences, rule, dLogits);
  }

  @Override
  public void logProbs(Tensor logits, Tensor targets, Tensor logProbs, Tensor logSumExp) {
    ReferenceHead.logProbs(logits, targets, logProbs, logSumExp);
  }

  @Override
  public void logProbsGradient(Tensor dLogProbs, Tensor targets, Tensor logSumExp, Tensor logits) {
    ReferenceHead.logProbsGradient(dLogProbs, targets, logSumExp, logits);
  }

  @Override
  public void adamW(
      Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamWRule rule) {
    ReferenceHead.adamW(parameter, gradient, firstMoment, secondMoment, rule);
  }

  @Override
  public void close() {}
}
