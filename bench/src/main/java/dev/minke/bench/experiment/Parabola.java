package dev.minke.bench.experiment;

/// a + b x + c x², the least squares through points.
record Parabola(double a, double b, double c) {
  /// @param x where, three different places at least
  /// @param y what was found there
  static Parabola through(double[] x, double[] y) {
    double mean = Trials.mean(x);
    double[][] rows = new double[3][4];
    for (int i = 0; i < x.length; i++) {
      double[] powers = {1, x[i] - mean, (x[i] - mean) * (x[i] - mean)};
      for (int r = 0; r < 3; r++) {
        for (int s = 0; s < 3; s++) {
          rows[r][s] += powers[r] * powers[s];
        }
        rows[r][3] += powers[r] * y[i];
      }
    }
    double all = determinant(rows, -1);
    double at = determinant(rows, 0) / all;
    double slope = determinant(rows, 1) / all;
    double bend = determinant(rows, 2) / all;
    return new Parabola(at - slope * mean + bend * mean * mean, slope - 2 * bend * mean, bend);
  }

  /// Cramer's rule: the matrix with a column replaced by the right-hand side; -1 for none.
  private static double determinant(double[][] rows, int replaced) {
    double[][] m = new double[3][3];
    for (int r = 0; r < 3; r++) {
      for (int s = 0; s < 3; s++) {
        m[r][s] = rows[r][s == replaced ? 3 : s];
      }
    }
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
  }

  double at(double x) {
    return a + b * x + c * x * x;
  }

  /// Whether it has a lowest point.
  boolean opensUpwards() {
    return c > 0;
  }

  /// Where it is lowest.
  double lowest() {
    return -b / (2 * c);
  }
}
