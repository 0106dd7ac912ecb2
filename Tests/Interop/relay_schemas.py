"""Requests judged by the official clients' own types: what no client of that provider could have sent is refused."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Union

import pydantic
from google.genai import types as gemini
from typing_extensions import is_typeddict


def _forbid_unknown(package):
    """Makes every TypedDict below a package refuse members that it doesn't name."""
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        try:
            loaded = importlib.import_module(module.name)
        except ImportError:
            continue
        # An open file stands beside base64 in the client's types; on the wire there is only the text.
        for name in ("Base64FileInput", "FileTypes"):
            if hasattr(loaded, name):
                setattr(loaded, name, str)
        for _, value in inspect.getmembers(loaded, is_typeddict):
            # A schema is any object: the clients type it as a dictionary or as a TypedDict that is open.
            value.__pydantic_config__ = pydantic.ConfigDict(extra="allow" if "Schema" in value.__name__ else "forbid")


def _unknown(value, place=""):
    """The members that the types of answers don't know, which clients may send back and which take any. Reading to the end is also what
    makes pydantic validate the elements of an `Iterable`."""
    if isinstance(value, pydantic.BaseModel):
        yield from (f"{place}.{name}" for name in value.model_extra or {})
        value = dict(value)
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _unknown(member, f"{place}.{name}")
    elif isinstance(value, (list, tuple, Iterator)):
        for index, member in enumerate(value):
            yield from _unknown(member, f"{place}[{index}]")


def _adapters():
    import anthropic.types
    import openai.types
    from anthropic.types.message_create_params import MessageCreateParams
    from openai.types.chat.completion_create_params import CompletionCreateParams
    from openai.types.responses.response_create_params import ResponseCreateParams

    _forbid_unknown(openai.types)
    _forbid_unknown(anthropic.types)
    return {
        "chat-completions": pydantic.TypeAdapter(CompletionCreateParams),
        "responses": pydantic.TypeAdapter(ResponseCreateParams),
        "messages": pydantic.TypeAdapter(MessageCreateParams),
        "generate-content": pydantic.TypeAdapter(GenerateContentRequest),
    }


class GenerateContentRequest(gemini._common.BaseModel):
    """The body of generateContent as the client puts it together."""

    contents: list[gemini.Content]
    system_instruction: Union[gemini.Content, None] = None
    generation_config: Union[gemini.GenerationConfig, None] = None
    tools: Union[list[gemini.Tool], None] = None
    tool_config: Union[gemini.ToolConfig, None] = None
    safety_settings: Union[list[gemini.SafetySetting], None] = None
    cached_content: Union[str, None] = None


_built = {}


# Of other providers that speak chat completions; OpenAI's own has no member for thoughts.
THOUGHTS = ("reasoning_content", "reasoning_details", "extra_content", "reasoning")


def _without_thoughts(body):
    messages = [{name: value for name, value in message.items() if name not in THOUGHTS} for message in body["messages"]]
    return {name: value for name, value in body.items() if name not in THOUGHTS} | {"messages": messages}


def faults(wire_format, body):
    """What is wrong with a request, as texts; none where it is valid."""
    if wire_format == "chat-completions":
        body = _without_thoughts(body)
    if not _built:
        _built.update(_adapters())
    try:
        return [f"{place}: unknown" for place in _unknown(_built[wire_format].validate_python(body))]
    except pydantic.ValidationError as error:
        return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:20]]
