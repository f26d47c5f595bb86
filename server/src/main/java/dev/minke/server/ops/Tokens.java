package dev.minke.server.ops;

import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.Fields;
import dev.minke.server.wire.TokenIds;
import dev.minke.tokenizer.Tokenizer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Texts to tokens and back, as llama.cpp's server has it.
public final class Tokens {
  private final Models models;
  private final Access access;
  private final ServerSettings settings;

  public Tokens(Models models, Access access, ServerSettings settings) {
    this.models = models;
    this.access = access;
    this.settings = settings;
  }

  void tokenize(ServerRequest request, ServerResponse response) {
    String _ = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""))) {
      Tokenizer tokenizer = lease.model().tokenizer();
      String content = fields.requiredText("content");
      boolean pieces = fields.flag("with_pieces", false);
      IntStream begin =
          fields.flag("add_special", false) && tokenizer.addsBeginOfText()
              ? tokenizer.beginOfText().stream()
              : IntStream.empty();
      int[] ids =
          fields.flag("parse_special", true)
              ? tokenizer.encodeWithSpecials(content)
              : tokenizer.encode(content);
      fields.end();
      ObjectNode json = JsonMapper.shared().createObjectNode();
      ArrayNode tokens = json.putArray("tokens");
      IntStream.concat(begin, IntStream.of(ids))
          .forEach(id -> {
            if (pieces) {
              piece(tokens.addObject().put("id", id), tokenizer.bytes(id));
            } else {
              tokens.add(id);
            }
          });
      Bodies.send(response, json);
    }
  }

  /// A text, or bytes where a token is part of a character.
  private static void piece(ObjectNode token, byte[] bytes) {
    try {
      token.put(
          "piece", StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException _) {
      ArrayNode list = token.putArray("piece");
      for (byte one : bytes) {
        list.add(one & 0xFF);
      }
    }
  }

  void detokenize(ServerRequest request, ServerResponse response) {
    String _ = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""))) {
      Tokenizer tokenizer = lease.model().tokenizer();
      JsonNode tokens =
          fields.any("tokens").orElseThrow(() -> fields.missing("tokens", "ids of tokens"));
      int[] ids = TokenIds.read("tokens", tokens, tokenizer.vocab());
      fields.end();
      Bodies.send(
          response, JsonMapper.shared().createObjectNode().put("content", tokenizer.decode(ids)));
    }
  }
}
