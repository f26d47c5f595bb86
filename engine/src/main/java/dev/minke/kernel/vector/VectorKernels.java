package dev.minke.kernel.vector;

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
import dev.minke.kernel.x86.IntegerProducts;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fast host backend. Each operation is in the class of its family; here is only the list.
///
/// Owns its threads and scratch memory until it is closed. May be called from several threads.
public final class VectorKernels implements Kernels {
  private final Gang gang;
  private final ScratchPool scratches = new ScratchPool();
  private final @Nullable IntegerProducts integers;
  private final MatrixProducts products;
  private final FeedForwards feedForwards;
  private final RowKernels rows;
  private final AttentionKernels attention;
  private final AttentionGradients attentionGradients;
  private final ExpertKernels experts;
  private final HeadKernels head;
  private final OptimizerKernels optimizer;

  /// @param threads that work at once, the caller's included
  /// @throws IllegalArgumentException if there is no thread or the vector width asked for cannot be
  ///   had
  public VectorKernels(int threads) {
    VectorWidth.require();
    gang = new Gang(threads);
    integers = IntegerProducts.find().orElse(null);
    products = new MatrixProducts(gang, scratches, integers);
    feedForwards = new FeedForwards(gang, scratches, products);
    rows = new RowKernels(gang);
    attention = new AttentionKernels(gang, scratches);
    attentionGradients = new AttentionGradients(gang, scratches);
    experts = new ExpertKernels(gang, scratches);
    head = new HeadKernels(gang, scratches);
    optimizer = new OptimizerKernels(gang, scratches);
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public String describe() {
    return "vector: %s, %d %s, product tiles %d x %d, second-level cache %d KB, products in integers %s"
        .formatted(
            VectorWidth.describe(),
            gang.threads(),
            gang.threads() == 1 ? "thread" : "threads",
            Tiles.PRODUCT_ROWS,
            Tiles.COLUMNS,
            SecondLevelCache.BYTES >> 10,
            integers == null ? "none" : "by machine code of " + integers.describe());
  }

  /// Fused multiply-adds in registers on every thread at once, the ceiling of every product.
  ///
  /// @param seconds how long to measure
  /// @return floating-point operations a second
  public double fmaPeak(double seconds) {
    return FmaPeak.measure(gang, seconds);
  }

  @Override
  public Prepared prepare(Tensor master, Orientation orientation) {
    return products.prepare(master, orientation);
  }

  @Override
  public Resident load(StoredWeight weight) {
    return new LoadedWeight(weight, products, gang, new SectionReader(scratches));
  }

  @Override
  public CachedExperts cacheExperts(List<StoredExperts> layers, int activeExperts, int slots) {
    return new ExpertCache(
        layers, activeExperts, slots, products, gang, new SectionReader(scratches));
  }

  @Override
  public void refresh(Prepared prepared, Tensor master) {
    products.refresh(prepared, master);
  }

  @Override
  public void matmul(Tensor x, Prepared weight, Tensor out, boolean accumulate) {
    products.matmul(x, weight, out, accumulate);
  }

  @Override
  public void headMatmul(Tensor x, Prepared weight, Tensor out) {
    products.headMatmul(x, weight, out);
  }

  @Override
  public void weightGradient(Tensor dOut, Tensor x, Tensor dWeight, boolean accumulate) {
    products.weightGradient(dOut, x, dWeight, accumulate);
  }

  @Override
  public void groupedWeightGradient(
      Tensor dOut, Tensor x, Tensor offsets, Tensor dWeight, boolean accumulate) {
    products.groupedWeightGradient(dOut, x, offsets, dWeight, accumulate);
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
    feedForwards.forward(x, gateUp, down, offsets, gates, activated, out);
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
    feedForwards.gradient(dOut, gateUp, down, offsets, gates, dx, accumulate);
  }

  @Override
  public void fill(Tensor x, float value) {
    rows.fill(x, value);
  }

  @Override
  public void copy(Tensor x, Tensor out) {
    rows.copy(x, out);
  }

  @Override
  public void narrow(Tensor x, Tensor out) {
    rows.narrow(x, out);
  }

  @Override
  public void widen(Tensor x, Tensor out) {
    rows.widen(x, out);
  }

  @Override
  public void encode(Tensor x, KvRows out) {
    rows.encode(x, out);
  }

  @Override
  public void decode(KvRows x, Tensor out) {
    rows.decode(x, out);
  }

  @Override
  public void add(Tensor a, Tensor b, Tensor out) {
    rows.add(a, b, out);
  }

  @Override
  public void addRow(Tensor x, Tensor row) {
    rows.addRow(x, row);
  }

  @Override
  public void addRowGradient(Tensor dOut, Tensor dRow) {
    rows.addRowGradient(dOut, dRow);
  }

  @Override
  public void addScaled(Tensor x, float factor, Tensor sum) {
    rows.addScaled(x, factor, sum);
  }

  @Override
  public void sequenceSums(
      Tensor values, Tensor weights, List<KvView.Sequence> sequences, Tensor out) {
    rows.sequenceSums(values, weights, sequences, out);
  }

  @Override
  public void sequenceSumsGradient(
      Tensor dOut, Tensor weights, List<KvView.Sequence> sequences, Tensor dValues) {
    rows.sequenceSumsGradient(dOut, weights, sequences, dValues);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return rows.sumOfSquares(x);
  }

  @Override
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    rows.embedding(table, ids, out);
  }

  @Override
  public void embedding(Resident table, Tensor ids, Tensor out) {
    rows.embedding((LoadedWeight) table, ids, out, scratches);
  }

  @Override
  public void embeddingGradient(Tensor dOut, Tensor ids, Tensor dTable) {
    rows.embeddingGradient(dOut, ids, dTable);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor gain, float epsilon, Tensor out, Tensor inverseRms) {
    rows.rmsNorm(x, gain, epsilon, out, inverseRms);
  }

  @Override
  public void rmsNormInputGradient(
      Tensor dOut, Tensor x, Tensor gain, Tensor inverseRms, Tensor dx) {
    rows.rmsNormInputGradient(dOut, x, gain, inverseRms, dx);
  }

  @Override
  public void rmsNormGainGradient(Tensor dOut, Tensor x, Tensor inverseRms, Tensor dGain) {
    rows.rmsNormGainGradient(dOut, x, inverseRms, dGain);
  }

  @Override
  public void rotate(Tensor x, Tensor positions, Rotation rotation, boolean inverse) {
    rows.rotate(x, positions, rotation, inverse);
  }

  @Override
  public void joinKeys(Tensor own, Tensor shared, Tensor out) {
    rows.joinKeys(own, shared, out);
  }

  @Override
  public void joinKeysGradient(Tensor dOut, Tensor dOwn, Tensor dShared) {
    rows.joinKeysGradient(dOut, dOwn, dShared);
  }

  @Override
  public void attention(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {
    attention.attention(query, view, scale, out, logSumExp);
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
    AttentionKernels.Call call = AttentionKernels.Call.of(query, view, scale, out, logSumExp);
    AttentionGradients.Sums sums =
        new AttentionGradients.Sums(
            FloatRows.of(dOut),
            FloatRows.of(dQuery),
            FloatRows.of(dKeys),
            FloatRows.of(dValues),
            accumulate);
    attentionGradients.attentionGradient(call, view, sums);
  }

  @Override
  public void route(Tensor logits, Tensor bias, RouterRule rule, Tensor chosen, Tensor weights) {
    experts.route(logits, bias, rule, chosen, weights);
  }

  @Override
  public void routeGradient(
      Tensor dWeights, Tensor logits, Tensor chosen, RouterRule rule, Tensor dLogits) {
    experts.routeGradient(dWeights, logits, chosen, rule, dLogits);
  }

  @Override
  public void dispatch(Tensor chosen, Tensor slots, Tensor places, Tensor offsets) {
    experts.dispatch(chosen, slots, places, offsets);
  }

  @Override
  public void gatherSlots(Tensor x, Tensor slots, int activeExperts, Tensor out) {
    experts.gatherSlots(x, slots, activeExperts, out);
  }

  @Override
  public void gatherSlotsGradient(Tensor dOut, Tensor places, int activeExperts, Tensor dx) {
    experts.gatherSlotsGradient(dOut, places, activeExperts, dx);
  }

  @Override
  public void combine(Tensor y, Tensor places, Tensor weights, Tensor out) {
    experts.combine(y, places, weights, out);
  }

  @Override
  public void combineInputGradient(
      Tensor dOut, Tensor places, Tensor weights, Tensor dy, boolean accumulate) {
    experts.combineInputGradient(dOut, places, weights, dy, accumulate);
  }

  @Override
  public void combineWeightGradient(Tensor dOut, Tensor y, Tensor places, Tensor dWeights) {
    experts.combineWeightGradient(dOut, y, places, dWeights);
  }

  @Override
  public void balanceLoss(
      Tensor logits, Tensor chosen, List<KvView.Sequence> sequences, RouterRule rule, Tensor out) {
    experts.balanceLoss(logits, chosen, sequences, rule, out);
  }

  @Override
  public void balanceLossGradient(
      Tensor dOut,
      Tensor logits,
      Tensor chosen,
      List<KvView.Sequence> sequences,
      RouterRule rule,
      Tensor dLogits) {
    experts.balanceLossGradient(dOut, logits, chosen, sequences, rule, dLogits);
  }

  @Override
  public void logProbs(Tensor logits, Tensor targets, Tensor logProbs, Tensor logSumExp) {
    head.logProbs(logits, targets, logProbs, logSumExp);
  }

  @Override
  public void logProbsGradient(Tensor dLogProbs, Tensor targets, Tensor logSumExp, Tensor logits) {
    head.logProbsGradient(dLogProbs, targets, logSumExp, logits);
  }

  @Override
  public void adamW(
      Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamWRule rule) {
    optimizer.adamW(parameter, gradient, firstMoment, secondMoment, rule);
  }

  @Override
  public void close() {
    scratches.close();
    gang.close();
  }
}
