package dev.minke.cli.quickstart;

import java.util.List;
import java.util.Locale;

/// The loss over the steps as an SVG picture.
final class LossCurve {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;
  private static final int MARGIN = 50;

  private LossCurve() {}

  /// @param losses of each step, in nats; at least one
  static String svg(List<Double> losses) {
    double top = Math.max(1, losses.stream().mapToDouble(Double::doubleValue).max().orElse(1));
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < losses.size(); i++) {
      double x = MARGIN + (double) (WIDTH - 2 * MARGIN) * i / Math.max(1, losses.size() - 1);
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, height(losses.get(i) / top)));
    }
    StringBuilder marks = new StringBuilder();
    for (int loss = 0; loss <= top; loss++) {
      double y = height(loss / top);
      marks.append(
          String.format(
              Locale.ROOT,
              """
              <line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/>
              <text x="%d" y="%.1f" text-anchor="end">%d</text>
              """,
              MARGIN,
              y,
              WIDTH - MARGIN,
              y,
              MARGIN - 8,
              y + 4,
              loss));
    }
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
    <rect width="100%%" height="100%%" fill="white"/>
    %s<polyline points="%s" fill="none" stroke="#1a6fb0" stroke-width="1.5"/>
    <text x="%d" y="30" text-anchor="middle">training loss, nats a token</text>
    <text x="%d" y="%d" text-anchor="middle">%d steps</text>
    </svg>
    """
        .formatted(
            WIDTH,
            HEIGHT,
            marks,
            points.toString().strip(),
            WIDTH / 2,
            WIDTH / 2,
            HEIGHT - 15,
            losses.size());
  }

  private static double height(double share) {
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share;
  }
}
