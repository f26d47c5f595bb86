package dev.minke.langchain4j;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.minke.inference.BusyException;
import dev.minke.inference.grammar.GrammarException;
import dev.minke.tokenizer.jinja.TemplateException;

/// Errors in the words of LangChain4j, which tell whether another try helps.
final class Failures {
  private Failures() {}

  static LangChain4jException of(RuntimeException error) {
    return switch (error) {
      case LangChain4jException its -> its;
      case BusyException busy -> new RateLimitException(busy.getMessage(), busy);
      case IllegalArgumentException bad -> new InvalidRequestException(bad.getMessage(), bad);
      case TemplateException refused -> new InvalidRequestException(refused.getMessage(), refused);
      case GrammarException refused ->
          new InvalidRequestException("responseFormat: " + refused.getMessage(), refused);
      default -> new LangChain4jException(error.getMessage(), error);
    };
  }
}
