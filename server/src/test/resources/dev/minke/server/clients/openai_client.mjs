// OpenAI's own client for JavaScript against a server with the scripted model (see ScriptedModel).

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// Installed under target, so it is not found from where this file lies.
const require = createRequire(process.env.MINKE_MODULES + "/");
const { default: OpenAI } = await import(pathToFileURL(require.resolve("openai")));

const client = new OpenAI({
  baseURL: process.env.MINKE_URL + "/v1",
  apiKey: process.env.MINKE_KEY,
  maxRetries: 0,
});
const model = "scripted";
const messages = [{ role: "user", content: "Why?" }];
const song = [{ role: "user", content: "Sing!" }];
const weather = {
  name: "weather",
  parameters: { type: "object", properties: { city: { type: "string" } } },
};
const cities = ['{"city": "Paris"}', '{"city": "Rome"}'];

const parts = {
  async chat() {
    const answer = await client.chat.completions.create({ model, messages });
    assert.equal(answer.choices[0].message.content, "The sky is blue.");
    assert.equal(answer.usage.completion_tokens, 3);
    const named = [];
    for await (const one of await client.models.list()) named.push(one.id);
    assert.deepEqual(named, [model]);
  },

  async stream() {
    const runner = client.chat.completions.stream({ model, messages });
    let text = "";
    runner.on("content", (delta) => (text += delta));
    const last = await runner.finalChatCompletion();
    assert.equal(text, "The sky is blue.");
    assert.equal(last.choices[0].finish_reason, "stop");
  },

  async tools() {
    const tools = [{ type: "function", function: weather }];
    const runner = client.chat.completions.stream({ model, messages, tools });
    const { message } = (await runner.finalChatCompletion()).choices[0];
    assert.deepEqual(message.tool_calls.map((call) => call.function.arguments), cities);
    const results = message.tool_calls.map((call) => ({
      role: "tool",
      tool_call_id: call.id,
      content: "warm",
    }));
    const answer = await client.chat.completions.create({
      model,
      messages: [...messages, message, ...results],
      tools,
    });
    assert.equal(answer.choices[0].message.content, "It is warm.");
  },

  async required() {
    const clock = { name: "clock", parameters: { type: "object", properties: {} }, strict: true };
    const tools = [weather, clock].map((one) => ({ type: "function", function: one }));
    const choose = async (tool_choice) => {
      const asked = { model, messages, tools, tool_choice };
      const answer = await client.chat.completions.create(asked);
      return answer.choices[0].message.tool_calls.map((call) => call.function.name);
    };
    assert.deepEqual(await choose("required"), ["weather", "weather"]);
    assert.deepEqual(await choose({ type: "function", function: { name: "clock" } }), ["clock"]);
  },

  async schema() {
    const schema = {
      type: "object",
      properties: { yes: { type: "boolean" } },
      required: ["yes"],
      additionalProperties: false,
    };
    const format = { type: "json_schema", name: "verdict", strict: true, schema };
    const answer = await client.responses.parse({ model, input: "Why?", text: { format } });
    assert.equal(typeof JSON.parse(answer.output_text).yes, "boolean");
    assert.deepEqual(answer.text.format, format);
  },

  async responses() {
    const answer = await client.responses.create({ model, input: "Why?" });
    assert.equal(answer.output_text, "The sky is blue.");
    const stream = client.responses.stream({ model, input: "Why?", reasoning: { effort: "low" } });
    let text = "";
    stream.on("response.output_text.delta", (event) => (text += event.delta));
    const last = await stream.finalResponse();
    assert.equal(text, "The sky is blue.");
    assert.equal(last.output[0].content[0].text, "Light scatters.");
  },

  async responsesWithTools() {
    const tools = [{ type: "function", strict: false, ...weather }];
    const stream = client.responses.stream({ model, input: messages, tools });
    const { output } = await stream.finalResponse();
    const calls = output.filter((item) => item.type === "function_call");
    assert.deepEqual(calls.map((call) => call.arguments), cities);
  },

  async errors() {
    await assert.rejects(client.responses.create({ model, input: "a", store: true }), (e) => {
      assert.equal(e.status, 400);
      assert.equal(e.param, "store");
      return e instanceof OpenAI.BadRequestError;
    });
    await assert.rejects(
      client.chat.completions.create({ model: "other", messages }),
      OpenAI.NotFoundError,
    );
  },

  async cancel() {
    const chunks = await client.chat.completions.create({
      model,
      messages: song,
      stream: true,
      max_tokens: 60000,
    });
    let count = 0;
    for await (const chunk of chunks) {
      assert.equal(chunk.object, "chat.completion.chunk");
      if (++count === 5) break;
    }
    const events = await client.responses.create({
      model,
      input: song,
      stream: true,
      max_output_tokens: 60000,
    });
    for await (const event of events) {
      if (event.sequence_number === 10) events.controller.abort();
    }
  },
};

for (const [name, part] of Object.entries(parts)) {
  await part();
  console.log("ok", name);
}
