package dev.minke.kernel.vector;

import dev.minke.kernel.KvView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Sequences of one query each that begin with the same pages of a cache, such as answers to
/// prompts with one beginning: their rows meet these pages together.
///
/// @param tiles whole ones that all of them have and see
record CommonTiles(List<KvView.Sequence> sequences, int tiles) {
  /// All that there are.
  static List<CommonTiles> of(List<KvView.Sequence> sequences) {
    Map<Integer, List<KvView.Sequence>> byFirstPage = new LinkedHashMap<>();
    for (KvView.Sequence sequence : sequences) {
      if (sequence.queries() == 1
          && sequence.length() >= KvView.TILE
          && sequence.location() instanceof KvView.Location.Pages(var pages)) {
        byFirstPage.computeIfAbsent(pages[0], page -> new ArrayList<>()).add(sequence);
      }
    }
    List<CommonTiles> found = new ArrayList<>();
    for (List<KvView.Sequence> alike : byFirstPage.values()) {
      if (alike.size() > 1) {
        found.add(new CommonTiles(alike, common(alike)));
      }
    }
    return found;
  }

  private static int common(List<KvView.Sequence> alike) {
    int[] first = pages(alike.getFirst());
    int tiles = Integer.MAX_VALUE;
    for (KvView.Sequence sequence : alike) {
      tiles = Math.min(tiles, sequence.length() / KvView.TILE);
      int[] pages = pages(sequence);
      int most = Math.min(tiles, Math.min(first.length, pages.length));
      int differs = Arrays.mismatch(first, 0, most, pages, 0, most);
      tiles = differs < 0 ? most : differs;
    }
    return tiles;
  }

  private static int[] pages(KvView.Sequence sequence) {
    return ((KvView.Location.Pages) sequence.location()).pages();
  }
}
