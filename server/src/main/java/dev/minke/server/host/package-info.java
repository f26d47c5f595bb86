/// What a server answers with, and whom: its models, keys and limits.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.host.Models], [dev.minke.server.host.ModelHost] | the models, opened when they are asked for |
/// | [dev.minke.server.host.Access] | API keys |
/// | [dev.minke.server.host.ServerSettings] | where it listens, what it puts up with |
///
/// Unusual: a model is leased for each request, so one that is in use is never closed. Start
/// reading at [dev.minke.server.host.Models#lease].
@NullMarked
package dev.minke.server.host;

import org.jspecify.annotations.NullMarked;
