"""Ollama's own client against a server with the scripted model (see ScriptedModel)."""

import os

import ollama
import pydantic

client = ollama.Client(
    host=os.environ["MINKE_URL"], headers={"Authorization": "Bearer " + os.environ["MINKE_KEY"]}
)
QUESTION = [{"role": "user", "content": "Why?"}]


def weather(city: str) -> str:
    """Tells it.

    Args:
      city: where
    """
    return "warm"


def models():
    [model] = client.list().models
    assert model.model == "scripted" and model.details.family == "llama", model
    [running] = client.ps().models
    assert running.model == "scripted" and running.expires_at, running
    shown = client.show("scripted")
    assert shown.capabilities == ["completion", "tools", "thinking"], shown
    assert shown.modelinfo["general.architecture"] == "llama", shown


def chat():
    answer = client.chat("scripted", QUESTION, options={"temperature": 0})
    assert answer.message.content == "The sky is blue.", answer
    assert answer.done and answer.done_reason == "stop" and answer.eval_count == 3, answer
    assert client.generate("scripted", "Why?").response == "The sky is blue."


def stream():
    parts = list(client.chat("scripted", QUESTION, think=True, stream=True, keep_alive="5m"))
    assert "".join(p.message.thinking or "" for p in parts) == "Light scatters.", parts
    assert "".join(p.message.content or "" for p in parts) == "The sky is blue.", parts
    assert [p.done for p in parts] == [False] * (len(parts) - 1) + [True], parts
    parts = list(client.generate("scripted", "Why?", stream=True))
    assert "".join(p.response for p in parts) == "The sky is blue.", parts


def tools():
    answer = client.chat("scripted", QUESTION, tools=[weather])
    calls = answer.message.tool_calls
    assert [c.function.arguments for c in calls] == [{"city": "Paris"}, {"city": "Rome"}], calls
    again = QUESTION + [answer.message]
    again += [{"role": "tool", "tool_name": "weather", "content": "warm"} for _ in calls]
    assert client.chat("scripted", again, tools=[weather]).message.content == "It is warm."
    streamed = client.chat("scripted", QUESTION, tools=[weather], stream=True)
    told = [call for part in streamed for call in part.message.tool_calls or []]
    assert [c.function.arguments for c in told] == [{"city": "Paris"}, {"city": "Rome"}], told


def formats():
    class Verdict(pydantic.BaseModel):
        yes: bool

    schema = Verdict.model_json_schema()
    options = {"temperature": 0}
    answer = client.chat("scripted", QUESTION, format=schema, options=options)
    assert isinstance(Verdict.model_validate_json(answer.message.content).yes, bool), answer
    answer = client.generate("scripted", "Why?", format=schema, options=options)
    assert isinstance(Verdict.model_validate_json(answer.response).yes, bool), answer
    some = client.generate(
        "scripted", "Why?", format="json", options={"temperature": 0, "num_predict": 5}
    )
    assert some.response.startswith("{"), some


def vectors():
    first, second = client.embed("scripted", ["aab", "ab"]).embeddings
    product = sum(a * b for a, b in zip(first, second))
    assert abs(product - 3 / 10**0.5) < 1e-5, product
    assert list(client.embeddings("scripted", "aab").embedding) == list(first)


def errors():
    for request, status, word in (
        (lambda: client.chat("other", QUESTION), 404, "model"),
        (lambda: client.embed("scripted", "Why?", dimensions=5), 400, "dimensions"),
        (lambda: client.pull("other"), 400, "minke pull"),
    ):
        try:
            request()
        except ollama.ResponseError as e:
            assert e.status_code == status and word in e.error, e
        else:
            raise AssertionError(f"expected an error with {word}")


def cancel():
    song = [{"role": "user", "content": "Sing!"}]
    parts = client.chat("scripted", song, stream=True, options={"num_predict": 60000})
    for _ in range(5):
        assert next(parts).message.content == " la"
    parts.close()


for part in (models, chat, stream, tools, formats, vectors, errors, cancel):
    part()
    print("ok", part.__name__)
