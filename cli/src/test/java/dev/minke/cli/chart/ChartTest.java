package dev.minke.cli.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

class ChartTest {
  private static Series series(int points, java.util.function.IntToDoubleFunction value) {
    return new Series(
        "a <name> & \"more\"",
        Series.Style.LINE,
        0,
        IntStream.rangeClosed(1, points)
            .mapToObj(x -> new Series.Point(x, value.applyAsDouble(x)))
            .toList());
  }

  private static Chart chart(Series series) {
    return Chart.of("title", List.of(series), 0, 1e9, true);
  }

  @Test
  void smoothingALineOfEqualFactorsLeavesItStraightAfterAWhile() {
    Series halved = series(400, x -> 5 * Math.pow(0.99, x));
    Series smooth = Smoothing.of(halved, "smooth", 20);
    double ratio = smooth.points().getLast().y() / smooth.points().get(398).y();
    assertThat(ratio).isCloseTo(0.99, within(1e-6));
    assertThat(Smoothing.of(halved, "same", 1).points()).hasSameSizeAs(halved.points());
    assertThat(Smoothing.of(series(30, _ -> 7), "flat", 9).points())
        .allSatisfy(point -> assertThat(point.y()).isCloseTo(7, within(1e-12)));
  }

  @Test
  void thinningKeepsEveryPeak() {
    Series spiked = series(10_000, x -> x % 977 == 0 ? 100 + x : Math.sin(x));
    Series thin = spiked.thinned(300);
    assertThat(thin.points()).hasSizeLessThan(700);
    assertThat(thin.points().stream().map(Series.Point::y))
        .containsAll(spiked.points().stream().map(Series.Point::y).filter(y -> y > 50).toList());
    assertThat(thin.points().getFirst()).isEqualTo(spiked.points().getFirst());
    assertThat(thin.points().getLast()).isEqualTo(spiked.points().getLast());
  }

  @Test
  void marksAreRoundAndInside() {
    Chart chart = chart(series(1234, x -> 3.1 + x / 1000.0));
    assertThat(chart.heightMarks()).hasSizeBetween(3, 7).allMatch(y -> y > 3 && y < 4.5);
    assertThat(chart.acrossMarks()).contains(200.0, 1000.0).allMatch(x -> x <= 1234);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "0.5, 0.5",
    "12.34, 12.3",
    "1234, 1234",
    "17500, 17.5k",
    "671026419200, 671G",
    "-3.5, -3.5",
    "0.0025, 2.5e-3",
    "0.04, 0.04",
    "0.969, 0.969",
    "0.00015, 1.5e-4"
  })
  void numbersAreShort(double value, String expected) {
    assertThat(Chart.number(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5000})
  void everySeriesGivesWellFormedSvg(int points) throws Exception {
    for (Chart chart :
        List.of(chart(series(points, _ -> 1)), chart(series(points, x -> Math.exp(x / 400.0))))) {
      String svg = SvgChart.file(chart, 700, 300);
      var document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(svg)));
      assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
      assertThat(svg).doesNotContain("NaN", "Infinity").doesNotContain("href", "url(");
      assertThat(svg.contains("<path")).isEqualTo(points > 0);
    }
  }

  /// Of a falling line the first letter has its upper left dot, the last one its lower right.
  @Test
  void aFallingLineFallsInBrailleToo() {
    List<String> lines = TextChart.draw(chart(series(100, x -> 100 - x)), 40, 12);
    assertThat(lines).hasSize(12).allMatch(line -> line.length() <= 40);
    List<String> body = lines.subList(1, 11).stream().map(line -> line.substring(9)).toList();
    int before = -1;
    for (String line : body) {
      int first =
          IntStream.range(0, line.length())
              .filter(i -> line.charAt(i) != 0x2800)
              .findFirst()
              .orElse(-1);
      if (first >= 0) {
        assertThat(first).isGreaterThanOrEqualTo(before);
        before = first;
      }
    }
    assertThat(before).isGreaterThan(20);
    assertThat(body.getFirst().charAt(0)).isNotEqualTo((char) 0x2800);
  }

  @Test
  void loadsAreHeights() {
    assertThat(LoadStrip.of(List.of(0.0, 1.5, 3.0, 9.0), 10, false)).isEqualTo(" ▄██");
    assertThat(LoadStrip.of(List.of(0.0, 3.0, 0.0, 0.0), 2, false)).isEqualTo("█ ");
  }
}
