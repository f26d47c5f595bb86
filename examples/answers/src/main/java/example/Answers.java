package example;

import dev.minke.AnswerException;
import dev.minke.Chat;
import dev.minke.Minke;
import dev.minke.OpenOptions;
import dev.minke.Options;
import dev.minke.Reply;
import dev.minke.ReplyStream;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.nio.file.Path;

/// A model in one's own process: an answer, a conversation word by word, an answer as a record, and
/// how near two texts are.
///
/// `examples/run MODEL` builds it and starts it with the flags that Java needs.
public final class Answers {
  /// What is to be found in a text; the answer cannot be anything else.
  record Person(String name, int age) {}

  public static void main(String[] arguments) {
    Options brief = Options.GREEDY.withMaxTokens(40);
    OpenOptions options =
        OpenOptions.DEFAULT.withProgress(part -> System.err.printf("\rloading %3.0f %%", 100 * part));
    try (Minke model = Minke.open(Path.of(arguments[0]), options)) {
      System.err.println();
      Chat chat = Chat.of("Why is the sky blue?").withOptions(brief);
      Reply reply = model.answer(chat);
      System.out.println("answer: " + reply.text());

      System.out.print("stream: ");
      try (ReplyStream stream = model.stream(chat.with(reply).user("And at sunset?"))) {
        for (AnswerEvent event : stream) {
          if (event instanceof AnswerEvent.Content content) {
            System.out.print(content.text());
          }
        }
      }
      System.out.println();

      Chat question = Chat.of("Jane is 54 years old.").withOptions(brief);
      try {
        System.out.println("record: " + model.answer(question, Person.class));
      } catch (AnswerException e) {
        // Forty tokens were not enough for all of it.
        System.out.println("record: none, " + e.getMessage());
      }

      System.out.printf("nearness: %.3f%n", cosine(model.embed("a cat"), model.embed("a dog")));
    }
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      squareA += a[i] * a[i];
      squareB += b[i] * b[i];
    }
    return product / Math.sqrt(squareA * squareB);
  }

  private Answers() {}
}
