/// A run in words and curves: what the watching page, the report and the terminal share.
///
/// | here | what |
/// |---|---|
/// | [RunCharts] | the curves of a run |
/// | [RunWords] | how it stands, in words |
///
/// Start reading at [RunCharts].
@NullMarked
package dev.minke.cli.report;

import org.jspecify.annotations.NullMarked;
