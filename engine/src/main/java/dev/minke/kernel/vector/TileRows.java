package dev.minke.kernel.vector;

import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.AttentionKernels.Call;
import dev.minke.quant.Fp8Latents;

/// Keys and values of a part in F32, a tile at a time: where they lie if that is what they are,
/// else widened into a scratch. Values that are the first numbers of the keys are widened with
/// them.
final class TileRows {
  private final AttentionPart part;
  private final Call call;
  private final long keyRoom;
  private final long valueRoom;
  private final boolean isWidened;
  private long keys;
  private long values;

  /// @param room for [#room] floats
  TileRows(AttentionPart part, long room) {
    this.part = part;
    call = part.call();
    isWidened = call.format() != CacheFormat.F32;
    keyRoom = room;
    valueRoom =
        call.valuesAreKeys() ? room : room + (long) KvView.TILE * call.keyDim() * Float.BYTES;
  }

  /// Floats of a widened tile.
  static int room(Call call) {
    if (call.format() == CacheFormat.F32) {
      return 0;
    }
    return KvView.TILE * (call.keyDim() + (call.valuesAreKeys() ? 0 : call.valueDim()));
  }

  /// Goes on to a tile.
  ///
  /// @param count positions of it that are read
  void take(int tile, int count) {
    if (!isWidened) {
      keys = part.keys(tile);
      values = part.values(tile);
      return;
    }
    widen(part.keys(tile), call.keyStride(), keyRoom, call.keyDim(), count);
    if (!call.valuesAreKeys()) {
      widen(part.values(tile), call.valueStride(), valueRoom, call.valueDim(), count);
    }
    keys = keyRoom;
    values = valueRoom;
  }

  private void widen(long from, long stride, long to, int columns, int count) {
    long rowBytes = (long) columns * Float.BYTES;
    switch (call.source()) {
      case KvView.Source.Tensors _ -> {
        for (int p = 0; p < count; p++) {
          Bf16Rows.widen(from + p * stride, to + p * rowBytes, columns);
        }
      }
      case KvView.Source.Latents(var rows) -> {
        Fp8Latents layout = rows.layout().fp8();
        for (int p = 0; p < count; p++) {
          Fp8Rows.widen(layout, from + p * stride, to + p * rowBytes);
        }
      }
    }
  }

  /// Address of the keys of the tile's first position.
  long keys() {
    return keys;
  }

  /// Address of the values of the tile's first position.
  long values() {
    return values;
  }

  /// Bytes from the keys of a position to those of the next.
  long keyStride() {
    return isWidened ? (long) call.keyDim() * Float.BYTES : call.keyStride();
  }

  long valueStride() {
    if (!isWidened) {
      return call.valueStride();
    }
    return (long) (call.valuesAreKeys() ? call.keyDim() : call.valueDim()) * Float.BYTES;
  }
}
