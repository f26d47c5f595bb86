package dev.minke.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// One comparison.
///
/// @param name what was computed
/// @param threads of either side
/// @param isa what Minke runs on
/// @param peer whom it is compared with
/// @param minke speed in the suite's unit, the median of all rounds
/// @param peerValue the peer's speed
/// @param ratio `minke / peerValue`, the median over rounds
/// @param limitShare Minke's share of what the machine can do at best, where there is such a limit
record Row(
    @JsonProperty("case") String name,
    int threads,
    String isa,
    String peer,
    double minke,
    @JsonProperty("peer_value") double peerValue,
    double ratio,
    @JsonProperty("limit_share") @Nullable Double limitShare) {
  static final String HEADER =
      "case                     threads  peer                         minke  peer_value  ratio "
          + " limit_share";

  String line() {
    String share = limitShare == null ? "" : "%.2f".formatted(limitShare);
    return "%-24s %7d  %-26s %7.1f  %10.1f  %5.2f  %11s"
        .formatted(name, threads, peer, minke, peerValue, ratio, share);
  }
}
