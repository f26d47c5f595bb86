package dev.minke.eval;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Observer;
import dev.minke.inference.Session;
import dev.minke.kernel.CacheFormat;
import dev.minke.model.AttentionForm;
import dev.minke.model.TokenRows;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/// Passes windows through a model, in order: short ones together, long ones in parts through a
/// cache. The bits are the same either way.
///
/// @param subject that reads
record WindowReader(Subject subject) {
  /// Tokens that pass the model at once.
  private static final int TOGETHER = Session.CHUNK;

  /// Sees the states from which tokens are to be expected.
  @FunctionalInterface
  interface Reader {
    /// @param hidden `[targets, dim]`, ready for the head; dead on return
    /// @param targets the token that follows each
    void read(EagerOps ops, Tensor hidden, int[] targets);
  }

  /// @param progress hears how many windows are done
  void read(List<Window> windows, Reader reader, Progress progress) {
    for (Window window : windows) {
      if (window.ids().length > subject.model().maxLength()) {
        throw new IllegalArgumentException(
            "window: expected at most the %d tokens that the model has room for, found %d"
                .formatted(subject.model().maxLength(), window.ids().length));
      }
    }
    try (Workspace workspace = new Workspace()) {
      int done = 0;
      while (done < windows.size()) {
        int end = together(windows, done);
        List<Window> next = windows.subList(done, end);
        if (next.getFirst().ids().length > TOGETHER) {
          readInParts(next.getFirst(), reader);
        } else {
          readPacked(workspace, next, reader);
        }
        done = end;
        progress.at(done, windows.size());
      }
    }
  }

  private static int together(List<Window> windows, int from) {
    int end = from + 1;
    int tokens = windows.get(from).ids().length;
    while (end < windows.size() && tokens + windows.get(end).ids().length <= TOGETHER) {
      tokens += windows.get(end++).ids().length;
    }
    return end;
  }

  private void readPacked(Workspace workspace, List<Window> windows, Reader reader) {
    Workspace.Mark mark = workspace.mark();
    EagerOps ops = new EagerOps(subject.kernels(), workspace, Observer.NONE, subject.arithmetic());
    TokenRows rows = TokenRows.packed(workspace, windows.stream().map(Window::ids).toList());
    Tensor hidden = subject.model().hidden(ops, rows);
    int row = 0;
    for (Window window : windows) {
      int[] ids = window.ids();
      int first = window.firstTarget();
      Tensor before = hidden.rows(row + first - 1, row + ids.length - 1);
      reader.read(ops, before, Arrays.copyOfRange(ids, first, ids.length));
      row += ids.length;
    }
    workspace.release(mark);
  }

  private void readInParts(Window window, Reader reader) {
    int[] ids = window.ids();
    try (Session session =
        new Session(
            subject.model(),
            subject.kernels(),
            subject.arithmetic(),
            CacheFormat.F32,
            ids.length)) {
      for (int at = 0; at < ids.length; at += TOGETHER) {
        int start = at;
        int end = Math.min(ids.length, start + TOGETHER);
        int from = Math.max(start, window.firstTarget() - 1);
        int to = Math.min(end, ids.length - 1);
        session.append(
            Arrays.copyOfRange(ids, start, end),
            AttentionForm.EXPANDED,
            (ops, hidden) -> {
              if (from < to) {
                Tensor before = hidden.rows(from - start, to - start);
                reader.read(ops, before, Arrays.copyOfRange(ids, from + 1, to + 1));
              }
            });
      }
    }
  }
}
