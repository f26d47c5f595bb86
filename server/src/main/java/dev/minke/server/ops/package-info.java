/// For whoever runs the server, in the words of llama.cpp's server and of Prometheus.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.ops.OpsService] | the paths |
/// | [dev.minke.server.ops.Probes] | `/health`, `/ready` |
/// | [dev.minke.server.ops.Metrics] | `/metrics` |
/// | [dev.minke.server.ops.Facts] | `/props`, `/slots` |
/// | [dev.minke.server.ops.Tokens] | `/tokenize`, `/detokenize` |
/// | [dev.minke.server.ops.Traffic] | counts requests, and refuses new ones when the server ends |
///
/// Unusual: nothing here tells what anybody asked or was answered. `/health`, `/ready` and
/// `/openapi.json` need no key, all else does. Start reading at
/// [dev.minke.server.ops.OpsService#routing].
@NullMarked
package dev.minke.server.ops;

import org.jspecify.annotations.NullMarked;
