package dev.minke.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.minke.Chat;
import dev.minke.Format;
import dev.minke.Minke;
import dev.minke.OpenOptions;
import dev.minke.Options;
import dev.minke.ReplyStream;
import dev.minke.inference.LogitRules;
import dev.minke.server.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a model whose answers are known answers through LangChain4j, and what it refuses.
class MinkeChatModelTest {
  private static final OpenOptions SMALL = OpenOptions.DEFAULT.withCacheMemory(64L << 20);

  /// Tokens of `<user>Why?<think>`: a byte each, and the piece that opens the thought.
  private static final int WHY_TOKENS = "<user>Why?".length() + 1;

  /// Tokens of the thought, its end included.
  private static final int THOUGHT_TOKENS = 3;

  @TempDir private static Path directory;

  private static Minke minke;

  @BeforeAll
  static void open() throws IOException {
    minke = Minke.open(ScriptedModel.write(directory.resolve("scripted")), SMALL);
  }

  @AfterAll
  static void close() {
    minke.close();
  }

  private static ChatModel model() {
    return MinkeChatModel.builder().model(minke).think(false).build();
  }

  private static ChatModel with(Consumer<MinkeChatModel.Builder> settings) {
    MinkeChatModel.Builder builder = MinkeChatModel.builder().model(minke).think(false);
    settings.accept(builder);
    return builder.build();
  }

  private static ChatRequest request(
      String text, Consumer<DefaultChatRequestParameters.Builder<?>> parameters) {
    DefaultChatRequestParameters.Builder<?> builder = ChatRequestParameters.builder();
    parameters.accept(builder);
    return ChatRequest.builder()
        .messages(UserMessage.from(text))
        .parameters(builder.build())
        .build();
  }

  private static String textOf(
      String text, Consumer<DefaultChatRequestParameters.Builder<?>> parameters) {
    return model().chat(request(text, parameters)).aiMessage().text();
  }

  // ---- an answer

  @Test
  void anAnswerHasItsThoughtItsTokensAndItsEnd() {
    ChatModel thinking = MinkeChatModel.builder().model(minke).think(true).build();
    ChatResponse response =
        thinking.chat(ChatRequest.builder().messages(UserMessage.from("Why?")).build());
    assertThat(response.aiMessage().text()).isEqualTo(ScriptedModel.ANSWER);
    assertThat(response.aiMessage().thinking()).isEqualTo(ScriptedModel.THOUGHT);
    assertThat(response.aiMessage().toolExecutionRequests()).isEmpty();
    assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(response.modelName()).isEqualTo("scripted");
    assertThat(response.id()).isNotEmpty();
    assertThat(response.tokenUsage().inputTokenCount()).isEqualTo(WHY_TOKENS);
    assertThat(response.tokenUsage().outputTokenCount())
        .isEqualTo(THOUGHT_TOKENS + ScriptedModel.ANSWER_TOKENS);
  }

  @Test
  void aModelThatShallNotThinkDoesNot() {
    ChatResponse response = model().chat(request("Why?", _ -> {}));
    assertThat(response.aiMessage().text()).isEqualTo(ScriptedModel.ANSWER);
    assertThat(response.aiMessage().thinking()).isNull();
    assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(ScriptedModel.ANSWER_TOKENS);
    assertThat(model().chat("Why?")).isEqualTo(ScriptedModel.ANSWER);
  }

  @Test
  void answersEndAtTokensAndAtStopSequences() {
    ChatResponse cut = model().chat(request("Why?", p -> p.maxOutputTokens(2)));
    assertThat(cut.aiMessage().text()).isEqualTo("The sky is blue");
    assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
    ChatResponse stopped = model().chat(request("Why?", p -> p.stopSequences("y is", "nothing")));
    assertThat(stopped.aiMessage().text()).isEqualTo("The sk");
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void heatIsFeltAndCutsCoolIt() {
    // At a temperature of ten thousand all tokens are about equally probable.
    Set<String> hot = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      hot.add(textOf("Why?", p -> p.temperature(1e4).maxOutputTokens(8)));
    }
    assertThat(hot).hasSizeGreaterThan(1);
    assertThat(textOf("Why?", p -> p.temperature(1e4).topK(1))).isEqualTo(ScriptedModel.ANSWER);
    assertThat(textOf("Why?", p -> p.temperature(1e4).topP(1e-6))).isEqualTo(ScriptedModel.ANSWER);
    assertThat(textOf("Why?", p -> p.temperature(0.0))).isEqualTo(ScriptedModel.ANSWER);
  }

  @Test
  void penaltiesEndASong() {
    String song = textOf("Sing!", p -> p.maxOutputTokens(6));
    assertThat(song.strip()).isEqualTo("la la la la la la");
    // A piece that follows has a logit below 40, all others have 0.
    assertThat(textOf("Sing!", p -> p.temperature(0.0).maxOutputTokens(6).presencePenalty(40.0)))
        .doesNotContain("la la");
    assertThat(textOf("Sing!", p -> p.temperature(0.0).maxOutputTokens(6).frequencyPenalty(20.0)))
        .contains("la la")
        .doesNotContain("la la la");
  }

  @Test
  void aRequestGoesBeforeTheBuilderAndThatBeforeTheOptions() {
    ChatModel short1 =
        with(b -> b.options(Options.DEFAULT.withMaxTokens(1).withStops(List.of("blue"))));
    assertThat(short1.chat("Why?")).isEqualTo("The sky");
    ChatModel short2 =
        with(b ->
            b.options(Options.DEFAULT.withMaxTokens(1).withStops(List.of("blue")))
                .maxOutputTokens(3));
    assertThat(short2.chat("Why?")).isEqualTo("The sky is ");
    assertThat(
            short2
                .chat(request("Why?", p -> p.maxOutputTokens(2).stopSequences(List.of("none"))))
                .aiMessage()
                .text())
        .isEqualTo("The sky is blue");
    assertThat(
            with(b ->
                    b.temperature(1e4)
                        .defaultRequestParameters(
                            ChatRequestParameters.builder().topK(1).maxOutputTokens(2).build()))
                .chat("Why?"))
        .isEqualTo("The sky is blue");
    assertThat(
            with(b -> b.options(Options.DEFAULT.withRules(new LogitRules(1, 0, 0, 40, Map.of()))))
                .chat(request("Sing!", p -> p.maxOutputTokens(6).frequencyPenalty(0.1)))
                .aiMessage()
                .text())
        .doesNotContain("la la");
  }

  // ---- messages

  private static List<JsonNode> read(ChatMessage... messages) {
    return MessageReader.read(List.of(messages)).stream()
        .map(message -> (JsonNode) message.json())
        .toList();
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  @Test
  void messagesAreAsTemplatesReadThem() {
    AiMessage answer =
        AiMessage.builder()
            .text("I look.")
            .thinking("Where?")
            .toolExecutionRequests(
                List.of(
                    ToolExecutionRequest.builder().id("7").name("where").arguments("{}").build(),
                    ToolExecutionRequest.builder().name("when").build()))
            .build();
    assertThat(
            read(
                SystemMessage.from("Be brief."),
                UserMessage.from("Ann", "Hello"),
                UserMessage.from(TextContent.from("a"), TextContent.from("b")),
                answer,
                ToolExecutionResultMessage.from("7", "where", "here"),
                AiMessage.from("Here.")))
        .containsExactly(
            json("{\"role\": \"system\", \"content\": \"Be brief.\"}"),
            json("{\"role\": \"user\", \"content\": \"Hello\", \"name\": \"Ann\"}"),
            json("{\"role\": \"user\", \"content\": \"a\\nb\"}"),
            json(
                """
                {"role": "assistant", "content": "I look.", "reasoning_content": "Where?", "tool_calls": [
                  {"id": "7", "type": "function", "function": {"name": "where", "arguments": "{}"}},
                  {"id": "call_1", "type": "function", "function": {"name": "when", "arguments": "{}"}}]}
                """),
            json(
                "{\"role\": \"tool\", \"tool_call_id\": \"7\", \"content\": \"here\", \"name\":"
                    + " \"where\"}"),
            json("{\"role\": \"assistant\", \"content\": \"Here.\"}"));
  }

  @Test
  void whatIsNoTextIsRefusedWithItsPlace() {
    assertThatThrownBy(() ->
            model()
                .chat(
                    SystemMessage.from("Look."),
                    UserMessage.from(
                        TextContent.from("What is it?"),
                        ImageContent.from("https://example.org/cat.png"))))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("messages[1]")
        .hasMessageContaining("IMAGE");
    assertThatThrownBy(() -> model().chat(CustomMessage.from(Map.of("a", "b"))))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("messages[0]")
        .hasMessageContaining("CUSTOM");
  }

  // ---- tools

  private static ToolSpecification tool(String name) {
    return ToolSpecification.builder()
        .name(name)
        .description("Tells something.")
        .parameters(JsonObjectSchema.builder().addStringProperty("city").required("city").build())
        .addMetadata("owner", "tests")
        .build();
  }

  @Test
  void toolsAreCalledAndTheirResultsRead() {
    List<ChatMessage> messages = new ArrayList<>(List.of(UserMessage.from("How warm is it?")));
    ToolSpecification weather = tool(ScriptedModel.TOOL);
    ChatResponse asked =
        model().chat(ChatRequest.builder().messages(messages).toolSpecifications(weather).build());
    assertThat(asked.aiMessage().text()).isEqualTo(ScriptedModel.LOOK);
    assertThat(asked.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    List<ToolExecutionRequest> calls = asked.aiMessage().toolExecutionRequests();
    assertThat(calls).extracting(ToolExecutionRequest::name).containsOnly(ScriptedModel.TOOL);
    assertThat(calls)
        .extracting(ToolExecutionRequest::arguments)
        .containsExactly(ScriptedModel.FIRST_ARGUMENTS, ScriptedModel.SECOND_ARGUMENTS);
    assertThat(calls)
        .extracting(ToolExecutionRequest::id)
        .doesNotHaveDuplicates()
        .doesNotContainNull();
    messages.add(asked.aiMessage());
    calls.forEach(call -> messages.add(ToolExecutionResultMessage.from(call, "21")));
    ChatResponse told =
        model().chat(ChatRequest.builder().messages(messages).toolSpecifications(weather).build());
    assertThat(told.aiMessage().text()).isEqualTo(ScriptedModel.WARM);
    assertThat(told.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void theChoiceOfToolsIsHeld() {
    List<ToolSpecification> both =
        List.of(tool(ScriptedModel.TOOL), tool(ScriptedModel.OTHER_TOOL));
    AiMessage required =
        model()
            .chat(request("Hi", p -> p.toolSpecifications(both).toolChoice(ToolChoice.REQUIRED)))
            .aiMessage();
    assertThat(required.text()).isNull();
    assertThat(required.toolExecutionRequests().getFirst().name()).isEqualTo(ScriptedModel.TOOL);
    AiMessage other =
        model()
            .chat(
                request(
                    "Hi",
                    p -> p.toolSpecifications(both.subList(1, 2)).toolChoice(ToolChoice.REQUIRED)))
            .aiMessage();
    assertThat(other.toolExecutionRequests())
        .extracting(ToolExecutionRequest::name)
        .containsExactly(ScriptedModel.OTHER_TOOL);
    AiMessage none =
        model()
            .chat(request("Hi", p -> p.toolSpecifications(both).toolChoice(ToolChoice.NONE)))
            .aiMessage();
    assertThat(none.text()).isEqualTo(ScriptedModel.ANSWER);
    assertThat(none.hasToolExecutionRequests()).isFalse();
    assertThatThrownBy(() -> textOf("Hi", p -> p.toolChoice(ToolChoice.REQUIRED)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("toolChoice");
  }

  private static Chat chatOf(Consumer<DefaultChatRequestParameters.Builder<?>> parameters) {
    ChatSettings settings =
        new ChatSettings(
            minke,
            "scripted",
            Options.DEFAULT,
            null,
            DefaultChatRequestParameters.EMPTY,
            List.of());
    return ChatReader.read(request("Where?", parameters), settings);
  }

  @Test
  void strictToolsAreHeldToTheirSchema() {
    ToolSpecification free = tool("free");
    ToolSpecification strict = tool("strict").toBuilder().strict(true).build();
    assertThat(chatOf(p -> p.toolSpecifications(free)).options().format())
        .isEqualTo(new Format.Text());
    JsonNode schema =
        json(
            """
            {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
            """);
    Chat chat = chatOf(p -> p.toolSpecifications(free, strict));
    assertThat(chat.options().format())
        .isEqualTo(
            new Format.Calls(
                List.of(new Format.Tool("free", null), new Format.Tool("strict", schema)),
                new Format.Text(),
                Integer.MAX_VALUE));
    assertThat(chat.request().tools().get(1))
        .isEqualTo(
            json(
                """
                {"type": "function", "function": {
                  "name": "strict", "description": "Tells something.", "parameters": %s}}
                """
                    .formatted(schema)));
  }

  interface Assistant {
    String chat(String message);
  }

  @Test
  void aServiceOfLangChain4jCallsItsTools() {
    List<String> executed = new ArrayList<>();
    ToolExecutor executor =
        (call, _) -> {
          executed.add(call.arguments());
          return "21";
        };
    Assistant assistant =
        AiServices.builder(Assistant.class)
            .chatModel(model())
            .tools(Map.of(tool(ScriptedModel.TOOL), executor))
            .build();
    assertThat(assistant.chat("How warm is it?")).isEqualTo(ScriptedModel.WARM);
    assertThat(executed)
        .containsExactly(ScriptedModel.FIRST_ARGUMENTS, ScriptedModel.SECOND_ARGUMENTS);
  }

  // ---- formats

  private static ResponseFormat city() {
    return ResponseFormat.builder()
        .type(ResponseFormatType.JSON)
        .jsonSchema(
            JsonSchema.builder()
                .name("place")
                .rootElement(
                    JsonObjectSchema.builder()
                        .addProperty("city", JsonEnumSchema.builder().enumValues("Paris").build())
                        .required("city")
                        .additionalProperties(false)
                        .build())
                .build())
        .build();
  }

  @Test
  void anAnswerIsJsonOfItsSchema() {
    assertThat(model().supportedCapabilities()).contains(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    // The script has no JSON in it: whatever comes is drawn because nothing else is allowed.
    String text = textOf("Where?", p -> p.temperature(0.0).responseFormat(city()));
    assertThat(json(text)).isEqualTo(json("{\"city\": \"Paris\"}"));
  }

  enum Verdict {
    GUILTY
  }

  /// LangChain4j lets an answer leave out what is not required.
  record Sentence(@JsonProperty(required = true) Verdict verdict) {}

  interface Judge {
    Sentence judge(String deed);
  }

  @Test
  void aServiceOfLangChain4jGetsARecord() {
    Judge judge = AiServices.create(Judge.class, with(b -> b.temperature(0)));
    assertThat(judge.judge("He ate the last cake.")).isEqualTo(new Sentence(Verdict.GUILTY));
  }

  @Test
  void schemasAreToldAsTheyAre() {
    JsonNode schema =
        json(
            """
            {"type": "object", "properties": {"city": {"type": "string", "enum": ["Paris"]}},
             "required": ["city"], "additionalProperties": false}
            """);
    Chat chat = chatOf(p -> p.responseFormat(city()));
    assertThat(chat.options().format()).isEqualTo(new Format.JsonSchema(schema));
    assertThat(chat.request().messages().getLast().content().orElseThrow())
        .startsWith("Where?\n")
        .endsWith(schema.toString());
    assertThat(chatOf(p -> p.responseFormat(ResponseFormat.JSON)).options().format())
        .isEqualTo(new Format.JsonObject());
    assertThat(chatOf(p -> p.responseFormat(ResponseFormat.TEXT)).options().format())
        .isEqualTo(new Format.Text());
    String raw = "{\"type\": \"integer\", \"minimum\": 3, \"multipleOf\": 0.5}";
    assertThat(Schemas.of(JsonRawSchema.from(raw))).isEqualTo(json(raw));
    JsonObjectSchema recursive =
        JsonObjectSchema.builder()
            .addProperty("next", JsonReferenceSchema.builder().reference("node").build())
            .definitions(
                Map.of(
                    "node",
                    JsonObjectSchema.builder().addProperty("n", new JsonIntegerSchema()).build()))
            .build();
    assertThat(Schemas.of(recursive))
        .isEqualTo(
            json(
                """
                {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}},
                 "$defs": {"node": {"type": "object", "properties": {"n": {"type": "integer"}}}}}
                """));
    assertThat(Schemas.of(JsonStringSchema.builder().description("A name").build()))
        .isEqualTo(json("{\"type\": \"string\", \"description\": \"A name\"}"));
  }

  @Test
  void aSchemaThatCannotBeHeldIsRefused() {
    JsonSchema schema =
        JsonSchema.builder()
            .name("picture")
            .rootElement(
                JsonRawSchema.from("{\"type\": \"string\", \"contentEncoding\": \"base64\"}"))
            .build();
    assertThatThrownBy(() -> textOf("Draw!", p -> p.responseFormat(schema)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("contentEncoding");
  }

  // ---- refusals and errors

  @Test
  void anotherModelIsRefused() {
    assertThatThrownBy(() -> textOf("Why?", p -> p.modelName("gpt-5")))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("scripted")
        .hasMessageContaining("gpt-5");
    ChatModel named = with(b -> b.modelName("sky"));
    ChatResponse response = named.chat(request("Why?", p -> p.modelName("sky")));
    assertThat(response.modelName()).isEqualTo("sky");
  }

  private static final class OtherParameters extends DefaultChatRequestParameters {
    OtherParameters() {
      super(DefaultChatRequestParameters.builder());
    }

    /// Nothing of them is lost when defaults are put below them.
    @Override
    public ChatRequestParameters defaultedBy(ChatRequestParameters defaults) {
      return this;
    }
  }

  @Test
  void parametersOfAnotherAdapterAreRefused() {
    ChatRequest request =
        ChatRequest.builder()
            .messages(UserMessage.from("Why?"))
            .parameters(new OtherParameters())
            .build();
    assertThatThrownBy(() -> model().chat(request))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("OtherParameters");
    assertThatThrownBy(() -> with(b -> b.defaultRequestParameters(new OtherParameters())))
        .isInstanceOf(UnsupportedFeatureException.class);
  }

  @Test
  void numbersOutOfRangeAreRefusedByName() {
    assertThatThrownBy(() -> textOf("Why?", p -> p.temperature(-1.0)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("temperature");
    assertThatThrownBy(() -> textOf("Why?", p -> p.topP(1.5)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("top-p");
    assertThatThrownBy(() -> textOf("Why?", p -> p.topK(-1)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("top-k");
    assertThatThrownBy(() -> textOf("Why?", p -> p.maxOutputTokens(0)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("tokens");
    assertThatThrownBy(() -> textOf("x".repeat(70_000), _ -> {}))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("prompt");
  }

  @Test
  void buildersRefuseWhatCannotBe() {
    assertThatThrownBy(() -> MinkeChatModel.builder().build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model");
    assertThatThrownBy(() -> with(b -> b.options(Options.DEFAULT.withLogProbs(2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("log-probabilities");
  }

  @Test
  void patienceEnds() {
    ChatModel hasty = with(b -> b.options(Options.DEFAULT.withPatience(Duration.ofMillis(50))));
    assertThatThrownBy(() -> hasty.chat("Sing!")).isInstanceOf(TimeoutException.class);
  }

  @Test
  void aLineThatIsFullAndAModelThatIsClosedAreTold() throws IOException {
    Path path = ScriptedModel.write(directory.resolve("busy"));
    Minke busy = Minke.open(path, SMALL.withRequests(1, 0));
    ChatModel model = MinkeChatModel.builder().model(busy).build();
    try (ReplyStream _ = busy.stream(Chat.of("Sing!"))) {
      assertThatThrownBy(() -> model.chat("Why?")).isInstanceOf(RateLimitException.class);
    } finally {
      busy.close();
    }
    assertThatThrownBy(() -> model.chat("Why?")).isInstanceOf(LangChain4jException.class);
  }

  @Test
  void listenersHearOfRequestsResponsesAndErrors() {
    List<String> heard = new ArrayList<>();
    ChatModelListener listener =
        new ChatModelListener() {
          @Override
          public void onRequest(ChatModelRequestContext context) {
            heard.add("request " + context.chatRequest().modelName());
          }

          @Override
          public void onResponse(ChatModelResponseContext context) {
            heard.add("response " + context.chatResponse().aiMessage().text());
          }

          @Override
          public void onError(ChatModelErrorContext context) {
            heard.add("error " + context.error().getClass().getSimpleName());
          }
        };
    ChatModel model = with(b -> b.listeners(List.of(listener)));
    assertThat(model.chat("Why?")).isEqualTo(ScriptedModel.ANSWER);
    assertThatThrownBy(() -> model.chat(request("Why?", p -> p.modelName("other"))))
        .isInstanceOf(ModelNotFoundException.class);
    assertThat(heard)
        .containsExactly(
            "request scripted",
            "response " + ScriptedModel.ANSWER,
            "request other",
            "error ModelNotFoundException");
  }
}
