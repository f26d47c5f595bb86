/// What all protocols of the server share: JSON fields, errors, streams, slow clients.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.wire.Fields] | fields of a request: read, or refused by name |
/// | [dev.minke.server.wire.ApiException] | an error before it is written in a protocol's way |
/// | [dev.minke.server.wire.EventStream], [dev.minke.server.wire.LineStream] | server-sent events, lines of JSON |
/// | [dev.minke.server.wire.SlowClients] | cuts connections that stand still |
/// | [dev.minke.server.wire.EarlyErrors] | errors of requests that reach no handler |
/// | [dev.minke.server.wire.Cors] | which web pages may ask |
///
/// Unusual: no field is ever ignored. What a handler did not ask for is an error that names it, so
/// a client that misspells `temperature` hears of it. Start reading at
/// [dev.minke.server.wire.Fields#end].
@NullMarked
package dev.minke.server.wire;

import org.jspecify.annotations.NullMarked;
