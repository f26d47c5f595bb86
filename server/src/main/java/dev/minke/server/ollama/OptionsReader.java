package dev.minke.server.ollama;

import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.inference.LogitRules;
import dev.minke.inference.Overflow;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `options` of a request.
final class OptionsReader {
  /// How far back Ollama's repetition penalty looks.
  private static final int USUAL_WINDOW = 64;

  private OptionsReader() {}

  /// @param model that will answer
  /// @param user on whose account
  /// @param patience time for the whole answer
  static Options read(Fields request, Minke model, String user, Duration patience) {
    int keep = request.object("options").map(its -> keep(its, model)).orElse(0);
    return withoutOverflow(request, model, user, patience).withOverflow(overflow(request, keep));
  }

  /// The same for requests that have no answer to make room for.
  static Options withoutOverflow(Fields request, Minke model, String user, Duration patience) {
    Options none = Options.DEFAULT.withUser(user).withPatience(patience);
    return request.object("options").map(its -> read(its, model, none)).orElse(none);
  }

  /// As Ollama has it, what the context has no room for is dropped, of a prompt and of what an
  /// answer adds to it, unless a request says otherwise.
  ///
  /// @param keep tokens at the beginning that stay
  private static Overflow overflow(Fields request, int keep) {
    boolean truncates = request.flag("truncate", true);
    boolean shifts = request.flag("shift", truncates);
    if (shifts != truncates) {
      throw ApiException.badField(
          request.name("shift"),
          "this server drops of prompts and of answers, or of neither; expected the value of"
              + " `truncate`");
    }
    return truncates ? new Overflow.DropMiddle(keep) : Overflow.END;
  }

  private static Options read(Fields fields, Minke model, Options none) {
    Options options =
        none.withTemperature(fields.numberOrNull("temperature", 0, Integer.MAX_VALUE))
            .withTopK(fields.integerOrNull("top_k", 0, Integer.MAX_VALUE))
            .withTopP(fields.numberOrNull("top_p", 0, 1))
            .withMinP(fields.numberOrNull("min_p", 0, 1))
            .withSeed(fields.longOrNull("seed"))
            .withStops(fields.stops("stop"))
            .withMaxTokens(maxTokens(fields))
            .withRules(rules(fields));
    requireContext(fields, model);
    int _ = keep(fields, model);
    refuseRunner(fields);
    fields.end();
    return options;
  }

  private static int keep(Fields fields, Minke model) {
    return fields.integer("num_keep", 0, model.context() - 2).orElse(0);
  }

  /// Below 0 stands for as many as there is room for.
  private static @Nullable Integer maxTokens(Fields fields) {
    Integer most = fields.integerOrNull("num_predict", -2, Integer.MAX_VALUE);
    if (most != null && most == 0) {
      throw ApiException.badField(fields.name("num_predict"), "expected 1 or more, or -1, found 0");
    }
    return most == null || most < 0 ? null : most;
  }

  private static LogitRules rules(Fields fields) {
    double repeat = fields.number("repeat_penalty", 0.01, 100).orElse(1);
    int window = fields.integer("repeat_last_n", -1, Integer.MAX_VALUE).orElse(USUAL_WINDOW);
    return new LogitRules(
        // A penalty that looks at no token is none.
        window == 0 ? 1 : repeat,
        Math.max(window, 0),
        fields.number("frequency_penalty", -2, 2).orElse(0),
        fields.number("presence_penalty", -2, 2).orElse(0),
        Map.of());
  }

  private static void requireContext(Fields fields, Minke model) {
    int asked = fields.integer("num_ctx", 1, Integer.MAX_VALUE).orElse(1);
    if (asked > model.context()) {
      throw ApiException.badField(
          fields.name("num_ctx"),
          "expected at most %d, the context of this model here, found %d"
              .formatted(model.context(), asked));
    }
  }

  private static void refuseRunner(Fields fields) {
    for (String name :
        List.of(
            "num_gpu", "main_gpu", "num_thread", "num_batch", "use_mmap", "use_mlock", "numa")) {
      fields.refuse(name, "has its machine set up when it starts");
    }
    fields.refuse("low_vram", "has its machine set up when it starts", "false");
    fields.refuse("typical_p", "has top_k, top_p and min_p", "1", "1.0");
    fields.refuse("tfs_z", "has top_k, top_p and min_p", "1", "1.0");
    fields.refuse("mirostat", "has top_k, top_p and min_p", "0");
    // These two say nothing where there is no mirostat.
    fields.number("mirostat_tau", 0, Integer.MAX_VALUE);
    fields.number("mirostat_eta", 0, Integer.MAX_VALUE);
    fields.refuse("penalize_newline", "treats line ends as other tokens", "true");
  }
}
