package dev.minke.cli.quickstart;

import java.util.List;
import java.util.Locale;

/// The loss over the steps as an SVG picture.
final class LossCurve {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;
  private static final int MARGIN = 50;

  /// Marks along the steps.
  private static final int MARKS = 4;

  private LossCurve() {}

  /// @param losses of each step, in nats; at least one
  static String svg(List<Double> losses) {
    double top = Math.max(1, losses.stream().mapToDouble(Double::doubleValue).max().orElse(1));
    int last = Math.max(1, losses.size() - 1);
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < losses.size(); i++) {
      points.append(text("%.1f,%.1f ", across((double) i / last), up(losses.get(i) / top)));
    }
    return text(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img">
        <title>Training loss over %d steps: from %.2f to %.2f nats a token</title>
        <rect width="100%%" height="100%%" fill="white"/>
        %s<polyline points="%s" fill="none" stroke="#1a6fb0" stroke-width="1.5"/>
        <text x="%d" y="30" text-anchor="middle">training loss, nats a token</text>
        </svg>
        """,
        WIDTH,
        HEIGHT,
        losses.size(),
        losses.getFirst(),
        losses.getLast(),
        lossMarks(top) + stepMarks(losses.size()),
        points.toString().strip(),
        WIDTH / 2);
  }

  private static String lossMarks(double top) {
    StringBuilder marks = new StringBuilder();
    for (int loss = 0; loss <= top; loss++) {
      double y = up(loss / top);
      marks.append(
          text(
              """
              <line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/>
              <text x="%d" y="%.1f" text-anchor="end">%d</text>
              """,
              MARGIN, y, WIDTH - MARGIN, y, MARGIN - 8, y + 4, loss));
    }
    return marks.toString();
  }

  private static String stepMarks(int steps) {
    StringBuilder marks = new StringBuilder();
    for (int mark = 0; mark <= MARKS; mark++) {
      marks.append(
          text(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
              across((double) mark / MARKS),
              HEIGHT - MARGIN + 20,
              mark == MARKS ? steps + " steps" : steps * mark / MARKS));
    }
    return marks.toString();
  }

  private static double across(double share) {
    return MARGIN + (WIDTH - 2 * MARGIN) * share;
  }

  private static double up(double share) {
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
