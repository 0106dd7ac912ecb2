"""Judges what the codec of the Messages API writes by the official client's own types.

    PORTICO_MESSAGES_GOLDENS=goldens swift test --filter MessagesGoldenFile
    python Tests/Interop/judge_messages.py goldens

Needs the package `anthropic`. Requests must satisfy the parameters' types with no member beyond them, answers the models strictly, and
each stream, put together by the client's own helper, must give the same message as the whole answer.
"""

import json
import sys
import typing

import anthropic.types.beta as beta
import pydantic
import typing_extensions
from anthropic.lib.streaming._beta_messages import accumulate_event
from anthropic.types.beta import message_create_params

# Taken by older models; the newest client has no parameter for them and sends them as extra members.
SAMPLING = ("temperature", "top_p", "top_k")


def forbid_unknown(kind, seen):
    """Lets each typed dictionary that a type is made of refuse members that it doesn't know."""
    if kind in seen:
        return
    seen.add(kind)
    if typing_extensions.is_typeddict(kind):
        if not hasattr(kind, "__pydantic_config__"):
            kind.__pydantic_config__ = pydantic.ConfigDict(extra="forbid", strict=True)
        for hint in typing_extensions.get_type_hints(kind, include_extras=True).values():
            forbid_unknown(hint, seen)
    for inner in typing.get_args(kind):
        if isinstance(inner, type) or typing.get_args(inner) or typing_extensions.is_typeddict(inner):
            forbid_unknown(inner, seen)


def exhaust(value):
    """Validates what is validated only when it is read."""
    if isinstance(value, dict):
        return {name: exhaust(inner) for name, inner in value.items()}
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return value
    return [exhaust(inner) for inner in value]


def extras(value, place=""):
    if isinstance(value, pydantic.BaseModel):
        for name in value.model_extra or {}:
            yield f"{place}.{name}"
        for name in type(value).model_fields:
            yield from extras(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from extras(inner, f"{place}[{index}]")


def events(stream):
    for block in stream.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        data = data.removeprefix("data: ")
        if json.loads(data)["type"] != name.removeprefix("event: "):
            raise ValueError(f"event {name} holds another type")
        yield data


def judge(line, request, event):
    if line["kind"] == "request":
        body = {name: value for name, value in line["body"].items() if name not in SAMPLING}
        exhaust(request.validate_python(body))
        return
    whole = beta.BetaMessage.model_validate_json(json.dumps(line["body"]), strict=True)
    snapshot = None
    buffers = {}
    for data in events(line["stream"]):
        told = event.validate_json(data, strict=True)
        found = list(extras(told))
        if found:
            raise ValueError(f"unknown members {found}")
        snapshot = accumulate_event(
            event=told, current_snapshot=snapshot, json_bufs=buffers, request_headers={})
    found = list(extras(whole))
    if found:
        raise ValueError(f"unknown members {found}")
    streamed = pydantic.TypeAdapter(dict).dump_python(snapshot.to_dict(mode="json"))
    expected = whole.to_dict(mode="json")
    for message in (streamed, expected):
        # Null and absent are the same to the client.
        for name in [name for name, value in message.items() if value is None]:
            del message[name]
        for block in message["content"]:
            for name in [name for name, value in block.items() if value is None]:
                del block[name]
            block.pop("parsed_output", None)
    if streamed != expected:
        raise ValueError(f"the stream says {json.dumps(streamed)}\n    the answer {json.dumps(expected)}")


def main():
    forbid_unknown(message_create_params.MessageCreateParamsStreaming, set())
    forbid_unknown(message_create_params.MessageCreateParamsNonStreaming, set())
    request = pydantic.TypeAdapter(message_create_params.MessageCreateParams)
    event = pydantic.TypeAdapter(beta.BetaRawMessageStreamEvent)
    failures = 0
    count = 0
    with open(sys.argv[1], encoding="utf-8") as file:
        for text in file:
            line = json.loads(text)
            count += 1
            try:
                judge(line, request, event)
            except (ValueError, KeyError) as error:
                failures += 1
                print(f"{line['kind']} {line['name']!r}: {error}")
    print(f"{count} judged, {failures} failed")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main())
