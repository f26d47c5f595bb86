"""Anthropic's own client against a server with the scripted model (see ScriptedModel)."""

import os

import anthropic
import pydantic

URL = os.environ["MINKE_URL"]
KEY = os.environ["MINKE_KEY"]
QUESTION = [{"role": "user", "content": "Why?"}]
WEATHER = {
    "name": "weather",
    "description": "tells it",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}

client = anthropic.Anthropic(base_url=URL, api_key=KEY, max_retries=0)


def ask(**more):
    return {"model": "scripted", "max_tokens": 2000, "messages": QUESTION, **more}


def chat():
    message = client.messages.create(**ask())
    assert [block.text for block in message.content] == ["The sky is blue."], message
    assert message.stop_reason == "end_turn", message
    assert message.usage.output_tokens == 3, message
    assert client.messages.count_tokens(model="scripted", messages=QUESTION).input_tokens == 12


def stream():
    with client.messages.stream(
        **ask(thinking={"type": "enabled", "budget_tokens": 1024})
    ) as events:
        kinds = [event.type for event in events]
        message = events.get_final_message()
    assert "thinking" in kinds and "text" in kinds, kinds
    assert [block.type for block in message.content] == ["thinking", "text"], message
    assert message.content[0].thinking == "Light scatters.", message
    assert message.content[1].text == "The sky is blue.", message
    assert message.usage.output_tokens == 6, message
    with client.messages.stream(**ask(stop_sequences=["blue"])) as events:
        assert "".join(events.text_stream) == "The sky is "
        assert events.get_final_message().stop_sequence == "blue"


def tools():
    whole = client.messages.create(**ask(tools=[WEATHER]))
    with client.messages.stream(**ask(tools=[WEATHER])) as events:
        streamed = events.get_final_message()
    for message in (whole, streamed):
        calls = [block for block in message.content if block.type == "tool_use"]
        assert [call.input for call in calls] == [{"city": "Paris"}, {"city": "Rome"}], message
        assert message.stop_reason == "tool_use", message
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": "warm"} for call in calls
        ]
        again = QUESTION + [
            {"role": "assistant", "content": message.content},
            {"role": "user", "content": results},
        ]
        answer = client.messages.create(**ask(messages=again, tools=[WEATHER]))
        assert answer.content[0].text == "It is warm.", answer


def held():
    class Verdict(pydantic.BaseModel):
        yes: bool

    clock = {"name": "clock", "strict": True, "input_schema": {"type": "object", "properties": {}}}
    both = [WEATHER, clock]
    message = client.messages.create(**ask(tools=both, tool_choice={"type": "any"}))
    assert [block.type for block in message.content] == ["tool_use", "tool_use"], message
    choice = {"type": "tool", "name": "clock", "disable_parallel_tool_use": True}
    [call] = client.messages.create(**ask(tools=both, tool_choice=choice)).content
    assert call.name == "clock" and call.input == {}, call
    parsed = client.messages.parse(**ask(output_format=Verdict))
    assert isinstance(parsed.parsed_output.yes, bool), parsed


def errors():
    for error, request, maker in (
        (anthropic.BadRequestError, ask(extra_body={"temprature": 1}), client),
        (anthropic.NotFoundError, ask(model="other"), client),
        (anthropic.AuthenticationError, ask(), client.with_options(api_key="wrong")),
    ):
        try:
            maker.messages.create(**request)
        except error as e:
            assert e.body["type"] == "error" and e.body["error"]["message"], e.body
        else:
            raise AssertionError(f"expected {error}")


def cancel():
    song = ask(messages=[{"role": "user", "content": "Sing!"}], max_tokens=60000)
    with client.messages.stream(**song) as events:
        for number, text in enumerate(events.text_stream):
            assert text == " la", text
            if number == 5:
                break


for part in (chat, stream, tools, held, errors, cancel):
    part()
    print("ok", part.__name__)
