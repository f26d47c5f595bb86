"""OpenAI's own client for Python against a server with the scripted model (see ScriptedModel)."""

import os
import typing

import openai
import pydantic

URL = os.environ["MINKE_URL"] + "/v1"
KEY = os.environ["MINKE_KEY"]
QUESTION = [{"role": "user", "content": "Why?"}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"name": "weather", "description": "tells it", "parameters": SCHEMA}

CLOCK = {"name": "clock", "parameters": {"type": "object", "properties": {}}}


class Verdict(pydantic.BaseModel):
    yes: bool


client = openai.OpenAI(base_url=URL, api_key=KEY, max_retries=0)
chats = client.chat.completions
responses = client.responses


def chat():
    [model] = client.models.list()
    assert model.id == "scripted", model
    answer = chats.create(model="scripted", messages=QUESTION, temperature=0)
    assert answer.choices[0].message.content == "The sky is blue.", answer
    assert answer.choices[0].finish_reason == "stop" and answer.usage.completion_tokens == 3, answer


def stream():
    chunks = list(
        chats.create(
            model="scripted",
            messages=QUESTION,
            stream=True,
            stream_options={"include_usage": True},
            extra_body={"thinking": {"type": "enabled"}},
        )
    )
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert "".join(d.content or "" for d in deltas) == "The sky is blue.", deltas
    thoughts = [getattr(d, "reasoning_content", None) or "" for d in deltas]
    assert "".join(thoughts) == "Light scatters.", deltas
    assert chunks[-1].usage.completion_tokens == 6, chunks


def tools():
    tool = {"type": "function", "function": TOOL}
    answer = chats.create(model="scripted", messages=QUESTION, tools=[tool])
    message = answer.choices[0].message
    names = [call.function.name for call in message.tool_calls]
    assert names == ["weather", "weather"], message
    assert message.tool_calls[1].function.arguments == '{"city": "Rome"}', message
    again = QUESTION + [message]
    again += [
        {"role": "tool", "tool_call_id": call.id, "content": "warm"} for call in message.tool_calls
    ]
    answer = chats.create(model="scripted", messages=again, tools=[tool])
    assert answer.choices[0].message.content == "It is warm.", answer


def required():
    tool = {"type": "function", "function": TOOL}
    clock = {"type": "function", "function": CLOCK}
    asked = {"model": "scripted", "messages": QUESTION, "tools": [tool, clock], "temperature": 0}
    message = chats.create(**asked, tool_choice="required").choices[0].message
    assert len(message.tool_calls) == 2 and not message.content, message
    single = chats.create(**asked, tool_choice="required", parallel_tool_calls=False)
    assert len(single.choices[0].message.tool_calls) == 1, single
    named = {"type": "function", "function": {"name": "clock"}}
    [call] = chats.create(**asked, tool_choice=named).choices[0].message.tool_calls
    assert call.function.name == "clock" and call.function.arguments == "{}", call
    some = {"mode": "required", "tools": [named]}
    allowed = chats.create(
        **asked, tool_choice={"type": "allowed_tools", "allowed_tools": some}
    )
    assert allowed.choices[0].message.tool_calls[0].function.name == "clock", allowed


def strict():
    class Weather(pydantic.BaseModel):
        city: typing.Literal["Paris", "Rome"]

    tool = openai.pydantic_function_tool(Weather, name="weather")
    assert tool["function"]["strict"], tool
    answer = chats.parse(model="scripted", messages=QUESTION, tools=[tool], temperature=0)
    calls = answer.choices[0].message.tool_calls
    assert [call.function.parsed_arguments.city for call in calls] == ["Paris", "Rome"], calls


def schema():
    answer = chats.parse(
        model="scripted", messages=QUESTION, response_format=Verdict, temperature=0
    )
    assert isinstance(answer.choices[0].message.parsed.yes, bool), answer
    answer = responses.parse(model="scripted", input="Why?", text_format=Verdict, temperature=0)
    assert isinstance(answer.output_parsed.yes, bool), answer


def vectors():
    texts = ["aab", "ab", "c"]
    answer = client.embeddings.create(model="scripted", input=texts)
    first, second, third = (one.embedding for one in answer.data)
    product = sum(a * b for a, b in zip(first, second))
    assert abs(product - 3 / 10**0.5) < 1e-5, product
    ranked = client.post(
        "/rerank", cast_to=object, body={"query": "ab", "documents": texts, "top_n": 2}
    )
    assert [result["index"] for result in ranked["results"]] == [1, 0], ranked


def response():
    answer = responses.create(model="scripted", input="Why?", max_output_tokens=50)
    assert answer.output_text == "The sky is blue.", answer
    assert answer.status == "completed" and answer.usage.output_tokens == 3, answer
    cut = responses.create(model="scripted", input="Why?", max_output_tokens=2)
    assert cut.incomplete_details.reason == "max_output_tokens", cut


def response_stream():
    with responses.stream(model="scripted", input="Why?", reasoning={"effort": "high"}) as events:
        told = list(events)
        answer = events.get_final_response()
    assert answer.output_text == "The sky is blue.", answer
    assert answer.output[0].content[0].text == "Light scatters.", answer
    text = [e.delta for e in told if e.type == "response.output_text.delta"]
    thought = [e.delta for e in told if e.type == "response.reasoning_text.delta"]
    assert "".join(text) == "The sky is blue." and "".join(thought) == "Light scatters.", told
    assert [e.sequence_number for e in told] == list(range(len(told))), told


def response_tools():
    tool = {"type": "function", "strict": False, **TOOL}
    asked = [{"role": "user", "content": "Why?"}]
    answer = responses.create(model="scripted", input=asked, tools=[tool])
    calls = [item for item in answer.output if item.type == "function_call"]
    assert [call.arguments for call in calls] == ['{"city": "Paris"}', '{"city": "Rome"}'], answer
    asked += [item.to_dict() for item in answer.output]
    asked += [
        {"type": "function_call_output", "call_id": call.call_id, "output": "warm"} for call in calls
    ]
    answer = responses.create(model="scripted", input=asked, tools=[tool])
    assert answer.output_text == "It is warm.", answer
    clock = {"type": "function", "strict": True, **CLOCK}
    named = responses.create(
        model="scripted",
        input="Why?",
        tools=[tool, clock],
        tool_choice={"type": "function", "name": "clock"},
    )
    assert [item.name for item in named.output] == ["clock"], named


def errors():
    for error, request in (
        (openai.BadRequestError, lambda c: c.responses.create(input="a", store=True)),
        (openai.BadRequestError, lambda c: c.responses.create(input="a", previous_response_id="r")),
        (openai.NotFoundError, lambda c: c.responses.create(input="a", model="other")),
        (
            openai.AuthenticationError,
            lambda c: c.with_options(api_key="wrong").responses.create(input="a"),
        ),
    ):
        try:
            request(client)
        except error as e:
            assert e.body["message"], e
        else:
            raise AssertionError(f"expected {error}")


def cancel():
    song = [{"role": "user", "content": "Sing!"}]
    with chats.create(model="scripted", messages=song, stream=True, max_tokens=60000) as chunks:
        for _ in range(5):
            next(chunks)
    with responses.create(
        model="scripted", input=song, stream=True, max_output_tokens=60000
    ) as events:
        for _ in range(10):
            next(events)


for part in (
    chat,
    stream,
    tools,
    required,
    strict,
    schema,
    vectors,
    response,
    response_stream,
    response_tools,
    errors,
    cancel,
):
    part()
    print("ok", part.__name__)
