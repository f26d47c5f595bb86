/// `minke watch`: a run while it runs, in a terminal, in a pipe or on a page.
///
/// | here | what |
/// |---|---|
/// | [WatchCommand] | chooses one of the three |
/// | [Screen], [Dashboard] | the whole terminal, renewed every second |
/// | [WebServer], [WebPage] | a live page on the loopback address; its script asks again every two seconds |
/// | [Lines] | one line for each thing that is new |
///
/// Unusual: nothing is asked of the process that trains; the files of its run say everything, so a
/// run can be watched by anybody who may read them, before it begins and after it ended. Start
/// reading at [WatchCommand].
@NullMarked
package dev.minke.cli.watch;

import org.jspecify.annotations.NullMarked;
