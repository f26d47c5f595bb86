package dev.minke.bench.agreement;

/// What came of one file.
///
/// @param kind of model
/// @param type [QuantType#name]
/// @param perplexity of the exact products
/// @param fastPerplexity of the fast products
/// @param peerPerplexity of llama.cpp
/// @param formatError how far the exact products are from those of the same model in F32
/// @param floor how far they are from themselves, through a file of 16 bits
/// @param fast how far the fast products are from the exact ones
/// @param peer how far llama.cpp is from the exact products; it prints six digits
/// @param fromPeer how far the exact products are from llama.cpp
/// @param fastFromPeer how far the fast products are from llama.cpp
record Agreement(
    Kind kind,
    String type,
    double perplexity,
    double fastPerplexity,
    double peerPerplexity,
    Distance formatError,
    Distance floor,
    Distance fast,
    Distance peer,
    Distance fromPeer,
    Distance fastFromPeer) {}
