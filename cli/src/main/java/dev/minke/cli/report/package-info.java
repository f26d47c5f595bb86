/// A run in words and curves: what the watching page, the report and the terminal share.
///
/// | here | what |
/// |---|---|
/// | [RunReport] | `report.html`, the whole of a run in one file |
/// | [Panels] | what the report and the live page share |
/// | [RunCharts] | the curves of a run |
/// | [RunWords] | how it stands, in words |
///
/// Start reading at [RunReport].
@NullMarked
package dev.minke.cli.report;

import org.jspecify.annotations.NullMarked;
