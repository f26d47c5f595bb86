package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.autograd.EagerOps;
import dev.minke.kernel.Tolerance;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.model.TokenRows;
import dev.minke.model.WeightName;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Grouped-query attention from the tensors that files hold, as the formula of their dialect says:
/// the second half of a head turns with the first.
class GroupedQueryAttentionTest {
  private static final long SEED = 6;
  private static final double BASE = 10_000;

  /// Factors that are F32 in a computation in double: scale, cosine and sine of key and query.
  private static final int FACTORS = 5;

  @Test
  void theNamedTensorsComputeTheSameByTheFormulaOfFiles() {
    DecoderConfig config = TinyConfigs.v1();
    DecoderConfig.Grouped sizes = (DecoderConfig.Grouped) config.attention();
    int[] ids = {3, 1, 18, 0, 5};
    try (ParameterStore store = new ParameterStore(DType.F64, SEED, 0.5);
        Workspace workspace = new Workspace()) {
      DecoderModel model = DecoderModel.of(store, config);
      EagerOps ops = new EagerOps(new ReferenceKernels(), workspace);
      TokenRows rows = TokenRows.packed(workspace, List.of(ids));
      Tensor x = model.embedding().forward(ops, rows.ids());
      Tensor out = model.blocks().getFirst().attention().forward(ops, x, rows, "layer");
      double[][] expected = expected(model.weightNames(), sizes, matrix(x));
      for (int row = 0; row < ids.length; row++) {
        double norm = 0;
        double difference = 0;
        for (int column = 0; column < config.dim(); column++) {
          norm = Math.hypot(norm, expected[row][column]);
          difference = Math.hypot(difference, expected[row][column] - out.get(row, column));
        }
        assertThat(difference).as("position %d", row).isLessThan(Tolerance.relative(FACTORS, norm));
      }
    }
  }

  private static double[][] expected(
      List<WeightName> names, DecoderConfig.Grouped sizes, double[][] x) {
    int width = sizes.headDim();
    double[][] query = product(x, tensor(names, "q_proj"));
    double[][] key = product(x, tensor(names, "k_proj"));
    double[][] value = product(x, tensor(names, "v_proj"));
    for (int position = 0; position < x.length; position++) {
      turn(query[position], width, position);
      turn(key[position], width, position);
    }
    double[][] seen = new double[x.length][sizes.heads() * width];
    for (int head = 0; head < sizes.heads(); head++) {
      int from = head * width;
      int group = head / (sizes.heads() / sizes.keyHeads()) * width;
      for (int t = 0; t < x.length; t++) {
        double sum = 0;
        for (int s = 0; s <= t; s++) {
          double score = 0;
          for (int i = 0; i < width; i++) {
            score += query[t][from + i] * key[s][group + i];
          }
          double weight = Math.exp(score / Math.sqrt(width));
          sum += weight;
          for (int i = 0; i < width; i++) {
            seen[t][from + i] += weight * value[s][group + i];
          }
        }
        for (int i = 0; i < width; i++) {
          seen[t][from + i] /= sum;
        }
      }
    }
    return product(seen, tensor(names, "o_proj"));
  }

  /// Element i and element i + width / 2 of each head turn by position / base^(2i / width).
  private static void turn(double[] row, int width, int position) {
    for (int head = 0; head < row.length; head += width) {
      for (int i = 0; i < width / 2; i++) {
        double angle = position * Math.pow(BASE, -2.0 * i / width);
        double a = row[head + i];
        double b = row[head + i + width / 2];
        row[head + i] = a * Math.cos(angle) - b * Math.sin(angle);
        row[head + i + width / 2] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
  }

  private static double[][] product(double[][] x, double[][] weight) {
    double[][] out = new double[x.length][weight.length];
    for (int t = 0; t < x.length; t++) {
      for (int n = 0; n < weight.length; n++) {
        for (int k = 0; k < weight[n].length; k++) {
          out[t][n] += x[t][k] * weight[n][k];
        }
      }
    }
    return out;
  }

  private static double[][] tensor(List<WeightName> names, String kind) {
    WeightName weight =
        names.stream()
            .filter(name -> name.name().equals("model.layers.0.self_attn." + kind + ".weight"))
            .findFirst()
            .orElseThrow();
    return weight.parts().stream()
        .map(part -> matrix(part.view()))
        .reduce(
            new double[0][],
            (above, below) -> {
              double[][] both = java.util.Arrays.copyOf(above, above.length + below.length);
              System.arraycopy(below, 0, both, above.length, below.length);
              return both;
            });
  }

  private static double[][] matrix(Tensor tensor) {
    double[][] rows = new double[tensor.size(0)][tensor.shape().columns()];
    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < rows[row].length; column++) {
        rows[row][column] = tensor.get(row, column);
      }
    }
    return rows;
  }
}
