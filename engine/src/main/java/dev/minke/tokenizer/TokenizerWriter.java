package dev.minke.tokenizer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.text.Normalizer;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes a tokenizer as Hugging Face's two files.
final class TokenizerWriter {
  /// The file beside `tokenizer.json`.
  static final String CONFIG = "tokenizer_config.json";

  private final JsonMapper mapper = JsonMapper.shared();
  private final TokenizerParts parts;
  private final TextModel.Words words;

  /// @throws TokenizerException for a tokenizer that is not byte-level
  TokenizerWriter(TokenizerParts parts) {
    this.parts = parts;
    words =
        switch (parts.model()) {
          case TextModel.Words byteLevel -> byteLevel;
          case TextModel.Pieces _ ->
              throw new TokenizerException(
                  "tokenizer.json: expected a byte-level tokenizer to write, found SentencePiece's;"
                      + " copy the file it was read from");
        };
  }

  void write(Path file) throws IOException {
    Path configFile = file.resolveSibling(CONFIG);
    ObjectNode config = config(configFile);
    writeAtomically(file, tokenizer());
    writeAtomically(configFile, config);
  }

  private ObjectNode tokenizer() {
    ObjectNode root = mapper.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    root.set("added_tokens", addedTokens());
    root.set("normalizer", normalizer());
    root.set("pre_tokenizer", preTokenizer());
    root.set(
        "post_processor",
        parts.postProcessor() == null ? mapper.nullNode() : parts.postProcessor());
    root.set("decoder", byteLevel(true, true));
    root.set("model", model());
    return root;
  }

  private ArrayNode addedTokens() {
    ArrayNode tokens = mapper.createArrayNode();
    for (AddedToken token : parts.addedTokens()) {
      tokens
          .addObject()
          .put("id", token.id())
          .put("content", token.content())
          .put("single_word", token.wholeWord())
          .put("lstrip", token.stripsLeft())
          .put("rstrip", token.stripsRight())
          .put("normalized", token.normalized())
          .put("special", token.special());
    }
    return tokens;
  }

  private JsonNode normalizer() {
    if (parts.normalization().forms().isEmpty()) {
      return mapper.nullNode();
    }
    ObjectNode sequence = mapper.createObjectNode().put("type", "Sequence");
    ArrayNode forms = sequence.putArray("normalizers");
    for (Normalizer.Form form : parts.normalization().forms()) {
      forms.addObject().put("type", form.name());
    }
    return sequence;
  }

  private ObjectNode preTokenizer() {
    PreTokenizer preTokenizer = words.preTokenizer();
    ObjectNode sequence = mapper.createObjectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    for (Split split : preTokenizer.splits()) {
      ObjectNode step = steps.addObject().put("type", "Split");
      step.putObject("pattern").put(split.literal() ? "String" : "Regex", split.pattern());
      step.put("behavior", split.behaviour().spelling()).put("invert", split.inverted());
    }
    steps.add(byteLevel(preTokenizer.addsSpace(), preTokenizer.splitsLikeGpt2()));
    return sequence;
  }

  private ObjectNode byteLevel(boolean addsSpace, boolean splits) {
    return mapper
        .createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", addsSpace)
        .put("trim_offsets", true)
        .put("use_regex", splits);
  }

  private ObjectNode model() {
    ObjectNode model = mapper.createObjectNode().put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("ignore_merges", words.wholeWordsFirst());
    Map<Integer, String> contents = new TreeMap<>();
    parts.addedTokens().forEach(token -> contents.put(token.id(), token.content()));
    Vocabulary vocabulary = parts.vocabulary();
    ObjectNode tokens = model.putObject("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.has(id)) {
        String content = contents.get(id);
        tokens.put(content == null ? ByteLetters.spell(vocabulary.bytes(id)) : content, id);
      }
    }
    ArrayNode merges = model.putArray("merges");
    for (int rank = 0; rank < words.merges().size(); rank++) {
      merges
          .addArray()
          .add(ByteLetters.spell(vocabulary.bytes(words.merges().left(rank))))
          .add(ByteLetters.spell(vocabulary.bytes(words.merges().right(rank))));
    }
    return model;
  }

  /// Keeps what else a file that is there says, such as a chat template.
  private ObjectNode config(Path file) throws IOException {
    ObjectNode config =
        Files.exists(file)
            ? TokenizerReader.object(file).asObject()
            : mapper
                .createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("clean_up_tokenization_spaces", false);
    if (parts.edges().addsBegin()) {
      config.put("add_bos_token", true);
    }
    return config
        .put("bos_token", parts.edges().beginOfText())
        .put("eos_token", parts.edges().endOfText());
  }

  /// Whole or not at all: a file beside it, forced to disk, then renamed.
  private void writeAtomically(Path file, ObjectNode root) throws IOException {
    byte[] bytes = mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    Path target = file.toAbsolutePath();
    Path beside = target.resolveSibling(target.getFileName() + ".partial");
    try {
      try (FileChannel channel =
          FileChannel.open(
              beside,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        channel.force(true);
      }
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
