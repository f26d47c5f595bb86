package dev.minke.post.chat;

import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import dev.minke.tokenizer.chat.ChatTemplate;
import dev.minke.tokenizer.chat.Markers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Makes tokens of conversations by a model's own template, and marks what the assistant said: from
/// where its prompt ends to the token that ends its answer.
///
/// Where a template writes an earlier answer differently once the conversation goes on (R1 drops
/// its thoughts), the earlier answer becomes an example of its own: each is learned in the form in
/// which it would be generated.
///
/// @param template of the model
/// @param tokenizer of the model
public record ChatEncoder(ChatTemplate template, Tokenizer tokenizer) {
  /// An answer in the tokens of a transcript that ends with it.
  ///
  /// @param prompt text before it, as the model would be asked
  /// @param whole text with it
  private record Turn(String prompt, String whole) {}

  /// The tokens of a conversation; more than one example where not all answers can be learned in
  /// one.
  ///
  /// @throws dev.minke.tokenizer.jinja.TemplateException if the template refuses the conversation
  public List<Example> examples(Conversation conversation) {
    List<ChatMessage> messages = conversation.messages().stream().map(template::fitted).toList();
    List<Example> examples = new ArrayList<>();
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).role().equals(Conversation.ASSISTANT)) {
        Turn turn = turn(conversation, messages, i);
        if (!turns.isEmpty() && !turn.whole.startsWith(turns.getLast().whole)) {
          examples.add(example(turns));
          turns.clear();
        }
        turns.add(turn);
      }
    }
    examples.add(example(turns));
    return List.copyOf(examples);
  }

  private Turn turn(Conversation conversation, List<ChatMessage> messages, int index) {
    String prompt = text(conversation, messages.subList(0, index), ChatRequest.Ending.ANSWER);
    String whole =
        text(conversation, messages.subList(0, index + 1), ChatRequest.Ending.TRANSCRIPT);
    ChatMessage message = messages.get(index);
    String content = message.content().orElse("");
    String reasoning = message.json().path("reasoning_content").asString("").strip();
    if (whole.contains(content.strip()) && whole.contains(reasoning)) {
      return new Turn(prompt, whole);
    }
    String said = reasoning.isEmpty() ? content : thought(reasoning) + content;
    return new Turn(prompt, prompt + behind(prompt, said) + tail(whole, said));
  }

  private static String thought(String reasoning) {
    return Markers.THOUGHT_BEGIN + "\n" + reasoning + "\n" + Markers.THOUGHT_END + "\n\n";
  }

  /// What was said without the beginning of a thought that the prompt has already.
  private static String behind(String prompt, String said) {
    boolean open = prompt.stripTrailing().endsWith(Markers.THOUGHT_BEGIN);
    return open && said.startsWith(Markers.THOUGHT_BEGIN)
        ? said.substring(Markers.THOUGHT_BEGIN.length()).stripLeading()
        : said;
  }

  /// What a template writes behind an answer whose thought it leaves out.
  private static String tail(String whole, String said) {
    int end = said.lastIndexOf(Markers.THOUGHT_END);
    String answer = end < 0 ? said : said.substring(end + Markers.THOUGHT_END.length());
    int at = answer.isBlank() ? -1 : whole.lastIndexOf(answer.strip());
    if (at < 0) {
      throw new IllegalArgumentException(
          "expected a template that writes what the assistant said, found one that leaves out \"%s\""
              .formatted(said.strip().lines().findFirst().orElse("")));
    }
    return whole.substring(at + answer.strip().length());
  }

  private String text(
      Conversation conversation, List<ChatMessage> messages, ChatRequest.Ending ending) {
    return template
        .render(new ChatRequest(messages, conversation.tools(), ending, Map.of()))
        .text();
  }

  private Example example(List<Turn> turns) {
    int[] ids = tokenizer.encodeWithSpecials(turns.getLast().whole);
    boolean[] targets = new boolean[ids.length];
    for (Turn turn : turns) {
      int from = Math.max(1, common(ids, tokenizer.encodeWithSpecials(turn.prompt)));
      int to = common(ids, tokenizer.encodeWithSpecials(turn.whole));
      Arrays.fill(targets, Math.min(from, to), end(ids, from, to), true);
    }
    return new Example(ids, targets);
  }

  /// Tokens that both begin with.
  private static int common(int[] a, int[] b) {
    int first = Arrays.mismatch(a, b);
    return first < 0 ? a.length : first;
  }

  /// Behind the special token that ends an answer: what a template writes after it, such as a line
  /// feed, is never generated. The end of the text where there is none.
  private int end(int[] ids, int from, int to) {
    for (int end = to; end > from; end--) {
      if (tokenizer.isSpecial(ids[end - 1])) {
        return end;
      }
    }
    return to;
  }
}
