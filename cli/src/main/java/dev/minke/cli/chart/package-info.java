/// Curves and heat maps, for terminals and for pages.
///
/// | here | what |
/// |---|---|
/// | [Series], [Chart] | what is drawn: points, their scale, its marks |
/// | [Smoothing] | geometric running mean, for losses |
/// | [SvgChart], [SvgHeat] | drawn as SVG: pages, reports, `loss.svg` |
/// | [TextChart], [LoadStrip] | drawn in letters: braille dots, bars of eighths |
///
/// Unusual: pages and reports are drawn here, in Java, and not by a script; what a page adds is to
/// ask again. Long series are thinned so that no peak is lost ([Series#thinned]). Numbers are
/// written in the root locale. Start reading at [Chart].
@NullMarked
package dev.minke.cli.chart;

import org.jspecify.annotations.NullMarked;
