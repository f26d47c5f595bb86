package dev.minke.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The tiles that sequences hold, laid behind each other, each once however many hold it: what is
/// rebuilt of a prompt's beginning is rebuilt once for all that share it.
///
/// @param runs rows of the source, in the order in which they lie
/// @param sequences the same sequences with the same queries, located in these rows
public record GatheredTiles(List<Run> runs, List<KvView.Sequence> sequences) {
  /// Rows behind each other.
  ///
  /// @param firstRow of the source
  /// @param count how many, at most [KvView#TILE]
  public record Run(int firstRow, int count) {}

  /// Of some sequences, in their order.
  public static GatheredTiles of(List<KvView.Sequence> sequences) {
    Map<Integer, Integer> places = new HashMap<>();
    List<Run> runs = new ArrayList<>();
    for (KvView.Sequence one : sequences) {
      for (int tile = 0; tile * KvView.TILE < one.length(); tile++) {
        int row = one.location().rowOfTile(tile);
        Run run = new Run(row, Math.min(KvView.TILE, one.length() - tile * KvView.TILE));
        Integer place = places.putIfAbsent(row, runs.size());
        if (place == null) {
          runs.add(run);
        } else if (run.count > runs.get(place).count) {
          runs.set(place, run);
        }
      }
    }
    int[] firstRows = new int[runs.size()];
    for (int i = 1; i < firstRows.length; i++) {
      firstRows[i] = firstRows[i - 1] + runs.get(i - 1).count;
    }
    return new GatheredTiles(
        runs, sequences.stream().map(one -> located(one, places, firstRows)).toList());
  }

  private static KvView.Sequence located(
      KvView.Sequence one, Map<Integer, Integer> places, int[] firstRows) {
    int[] tiles = new int[(one.length() + KvView.TILE - 1) / KvView.TILE];
    for (int tile = 0; tile < tiles.length; tile++) {
      int row = one.location().rowOfTile(tile);
      tiles[tile] = firstRows[Objects.requireNonNull(places.get(row))];
    }
    return new KvView.Sequence(
        one.firstQuery(), one.queries(), one.length(), new KvView.Location.Tiles(tiles));
  }

  /// Rows of all tiles together.
  public int rows() {
    return runs.stream().mapToInt(Run::count).sum();
  }
}
