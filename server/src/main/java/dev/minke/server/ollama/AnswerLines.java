package dev.minke.server.ollama;

import dev.minke.inference.text.TextEnding;
import dev.minke.server.answer.AnswerWriter;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.server.wire.LineStream;
import dev.minke.tokenizer.chat.AnswerEvent;
import dev.minke.tokenizer.chat.ToolCall;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An answer as lines. A call is one line, as soon as it is complete. Belongs to one request.
final class AnswerLines implements AnswerWriter {
  private final LineStream lines;
  private final AnswerObjects objects;
  private @Nullable String called;
  private final StringBuilder arguments = new StringBuilder();

  AnswerLines(LineStream lines, AnswerObjects objects) {
    this.lines = lines;
    this.objects = objects;
  }

  @Override
  public void begin() {}

  @Override
  public void say(AnswerEvent event) throws IOException {
    switch (event) {
      case AnswerEvent.Reasoning(String text) -> lines.send(objects.said("", text, List.of(), 0));
      case AnswerEvent.Content(String text) -> lines.send(objects.said(text, "", List.of(), 0));
      case AnswerEvent.CallBegun(int _, String name) -> {
        called = name;
        arguments.setLength(0);
      }
      case AnswerEvent.CallArguments(int _, String text) -> arguments.append(text);
      case AnswerEvent.CallEnded(int index) -> {
        if (called != null) {
          List<ToolCall> call = List.of(new ToolCall(called, arguments.toString()));
          lines.send(objects.said("", "", call, index));
        }
      }
    }
  }

  /// A line that says nothing: there are no others that clients would skip.
  @Override
  public void keepAlive() throws IOException {
    lines.send(objects.said("", "", List.of(), 0));
  }

  @Override
  public void end(TextEnding ending) throws IOException {
    lines.send(objects.ended(objects.said("", "", List.of(), 0), ending));
  }

  @Override
  public void fail(ApiException error) throws IOException {
    lines.send(ErrorStyle.OLLAMA.body(error));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
