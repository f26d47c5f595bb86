package dev.minke.cli.chat;

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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How a conversation becomes what the model reads.
public sealed interface Wording {
  /// What the model reads, and what takes its answer apart.
  ///
  /// @param ids one or more
  record Worded(List<Integer> ids, AnswerParser parser) {
    int[] array() {
      return ids.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /// @param thinks null leaves it to the template
  /// @throws TemplateException if the template refuses the conversation
  Worded word(List<ChatMessage> messages, @Nullable Boolean thinks);

  /// Whether the model can be told to think or not.
  boolean knowsThinking();

  /// By the template of the model.
  record ByTemplate(ChatTemplate template, Tokenizer tokenizer) implements Wording {
    @Override
    public Worded word(List<ChatMessage> messages, @Nullable Boolean thinks) {
      ChatRequest request = ChatRequest.of(messages.stream().map(template::fitted).toList());
      Prompt prompt = template.render(thinks == null ? request : request.withThinking(thinks));
      // No tools were offered; but what is written as a call shall look like one.
      AnswerStyle style = AnswerStyle.of(template.source());
      return new Worded(
          IntStream.of(prompt.ids(tokenizer)).boxed().toList(),
          new AnswerParser(style, prompt.thought()));
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
    private static final AnswerStyle STYLE = new AnswerStyle(false, ToolCallForm.NONE);

    @Override
    public Worded word(List<ChatMessage> messages, @Nullable Boolean thinks) {
      StringBuilder text = new StringBuilder();
      for (ChatMessage message : messages) {
        boolean apart = !text.isEmpty() && message.role().equals("user");
        text.append(apart ? "\n" : "").append(message.content().orElse(""));
      }
      IntStream ids = IntStream.of(tokenizer.encode(text.toString()));
      IntStream begin =
          tokenizer.addsBeginOfText() ? tokenizer.beginOfText().stream() : IntStream.empty();
      return new Worded(
          IntStream.concat(begin, ids).boxed().toList(),
          new AnswerParser(STYLE, ThoughtStart.OVER));
    }

    @Override
    public boolean knowsThinking() {
      return false;
    }
  }
}
