package dev.minke.inference.text;

import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.AnswerParser;
import dev.minke.tokenizer.chat.AnswerStyle;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import dev.minke.tokenizer.chat.ChatTemplate;
import dev.minke.tokenizer.chat.Prompt;
import dev.minke.tokenizer.chat.ThoughtStart;
import dev.minke.tokenizer.chat.ToolCallForm;
import dev.minke.tokenizer.jinja.TemplateException;
import java.util.List;

/// How a conversation becomes what the model reads.
public sealed interface Wording {
  /// What the model reads, and what is known of its answer.
  ///
  /// @param text with special tokens written out
  /// @param ids of the text, one or more; not to be changed
  /// @param style how the answer marks thoughts and, where tools were offered, calls
  /// @param thought whether the answer begins inside a thought
  record Worded(String text, int[] ids, AnswerStyle style, ThoughtStart thought) {
    /// Whether the answer begins inside a thought, as far as it marks thoughts at all.
    public ThoughtStart start() {
      return style.thoughts() ? thought : ThoughtStart.OVER;
    }

    /// Takes one answer apart.
    public AnswerParser parser() {
      return new AnswerParser(style, thought);
    }
  }

  /// @throws TemplateException if the template refuses the conversation
  /// @throws IllegalArgumentException if nothing was said, or something that this wording has no
  ///   words for
  Worded word(ChatRequest request);

  /// How answers mark thoughts and calls, were all tools offered.
  AnswerStyle style();

  /// Whether the model can be told to think or not.
  boolean knowsThinking();

  private static Worded worded(String text, int[] ids, AnswerStyle style, ThoughtStart thought) {
    if (ids.length == 0) {
      throw new IllegalArgumentException("message: expected some text, found none");
    }
    return new Worded(text, ids, style, thought);
  }

  /// By the template of the model.
  record ByTemplate(ChatTemplate template, Tokenizer tokenizer) implements Wording {
    @Override
    public Worded word(ChatRequest request) {
      List<ChatMessage> fitted = request.messages().stream().map(template::fitted).toList();
      Prompt prompt =
          template.render(
              new ChatRequest(fitted, request.tools(), request.ending(), request.variables()));
      return worded(prompt.text(), prompt.ids(tokenizer), prompt.style(), prompt.thought());
    }

    @Override
    public AnswerStyle style() {
      return AnswerStyle.of(template.source());
    }

    @Override
    public boolean knowsThinking() {
      ChatRequest request = ChatRequest.of(List.of(ChatMessage.of("user", "?")));
      try {
        String with = template.render(request.withThinking(true)).text();
        return !with.equals(template.render(request.withThinking(false)).text());
      } catch (TemplateException _) {
        return false;
      }
    }
  }

  /// As one text that the model continues: what was said, without who said it. For models without a
  /// template.
  record Plain(Tokenizer tokenizer) implements Wording {
    @Override
    public Worded word(ChatRequest request) {
      if (!request.tools().isEmpty()) {
        throw new IllegalArgumentException(
            "tools: this model has no chat template, it can be offered none");
      }
      StringBuilder text = new StringBuilder();
      for (ChatMessage message : request.messages()) {
        boolean apart = !text.isEmpty() && message.role().equals("user");
        text.append(apart ? "\n" : "").append(message.content().orElse(""));
      }
      int[] ids = tokenizer.encodeBegun(text.toString());
      return worded(text.toString(), ids, style(), ThoughtStart.OVER);
    }

    @Override
    public AnswerStyle style() {
      return new AnswerStyle(false, ToolCallForm.NONE);
    }

    @Override
    public boolean knowsThinking() {
      return false;
    }
  }
}
