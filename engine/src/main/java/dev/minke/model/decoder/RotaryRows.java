package dev.minke.model.decoder;

import dev.minke.autograd.Parameter;
import dev.minke.model.WeightName;
import java.util.ArrayList;
import java.util.List;

/// In which order files have the rows of a head, whose pairs lie side by side here.
enum RotaryRows {
  /// As here.
  IN_PAIRS,
  /// Pairs that turn together lie half a head apart.
  IN_HALVES;

  /// Heads that follow each other from `first` on.
  static int[] heads(int count, int first, int width) {
    int[] rows = new int[count];
    for (int head = 0; head < count; head++) {
      rows[head] = (first + head) * width;
    }
    return rows;
  }

  /// First rows of the keys of a joint projection of keys and values.
  static int[] keys(DecoderConfig.Grouped sizes) {
    int[] rows = new int[sizes.keyHeads()];
    for (int head = 0; head < rows.length; head++) {
      rows[head] = 2 * head * sizes.headDim();
    }
    return rows;
  }

  /// First rows of the values.
  static int[] values(DecoderConfig.Grouped sizes) {
    int[] rows = keys(sizes);
    for (int head = 0; head < rows.length; head++) {
      rows[head] += sizes.headDim();
    }
    return rows;
  }

  /// What files have of some heads of a weight, bias or gain.
  ///
  /// @param first row, or element, of each head
  /// @param width rows of a head
  List<WeightName.Part> heads(Parameter parameter, int[] first, int width) {
    List<WeightName.Part> parts = new ArrayList<>();
    for (int head : first) {
      parts.addAll(head(parameter, head, width));
    }
    return parts;
  }

  /// What files have of one head.
  List<WeightName.Part> head(Parameter parameter, int first, int width) {
    return switch (this) {
      case IN_PAIRS -> List.of(new WeightName.Part(parameter, first, width));
      case IN_HALVES -> {
        List<WeightName.Part> parts = new ArrayList<>();
        for (int half = 0; half < 2; half++) {
          for (int row = first + half; row < first + width; row += 2) {
            parts.add(new WeightName.Part(parameter, row, 1));
          }
        }
        yield parts;
      }
    };
  }
}
