"""The checks before the load of bench/relay: text, stop reason and usage of an answer, whole or streamed."""

import json

from chats import CHAT, MESSAGES

# What upstream.c answers.
TEXT = "The quick brown fox jumps over the lazy dog, and the relay in between has nothing to add to it."
PIECES = {CHAT: 98, MESSAGES: 100}
INPUT_TOKENS, OUTPUT_TOKENS = 19, 24
# A relay may join a few pieces, but one that holds the stream back to its end streams nothing.
LEAST_PIECES = 50


class Wrong(RuntimeError):
    """An answer that is not what it should be."""


class Lacking(RuntimeError):
    """An answer that is right but for its usage, which is a relay's to bill by and not the reader's of the text."""


class Reply:
    """What an answer says, whatever its format."""

    def __init__(self):
        self.pieces, self.stop_reason, self.usage = [], None, {}

    def count(self, usage):
        """A stream may say a part of its usage early and the rest late; what comes later counts."""
        self.usage |= {name: value for name, value in (usage or {}).items() if value is not None}


def events(answer):
    """(name, data) of each server-sent event; the name is empty where there is none."""
    for block in answer.text.replace("\r\n", "\n").split("\n\n"):
        fields = [line.partition(":") for line in block.split("\n")]
        name = "".join(value.strip() for field, _, value in fields if field == "event")
        data = "\n".join(value.strip() for field, _, value in fields if field == "data")
        if data:
            yield name, data


def whole_chat(answer):
    reply, body = Reply(), answer.json()
    choice = body["choices"][0]
    reply.pieces, reply.stop_reason = [choice["message"]["content"]], choice["finish_reason"]
    reply.count(body.get("usage"))
    return reply


def streamed_chat(answer):
    reply, found = Reply(), [data for _, data in events(answer)]
    if not found or found[-1] != "[DONE]":
        raise Wrong(f"the stream does not end with [DONE]: {answer.text[-200:]}")
    for chunk in map(json.loads, found[:-1]):
        reply.count(chunk.get("usage"))
        for choice in chunk.get("choices", []):
            if choice["delta"].get("content"):
                reply.pieces.append(choice["delta"]["content"])
            reply.stop_reason = choice.get("finish_reason") or reply.stop_reason
    return reply


def whole_message(answer):
    reply, body = Reply(), answer.json()
    if body["type"] != "message" or body["role"] != "assistant":
        raise Wrong(f"not a message: {answer.text[:200]}")
    reply.pieces = [block["text"] for block in body["content"] if block["type"] == "text"]
    reply.stop_reason = body["stop_reason"]
    reply.count(body.get("usage"))
    return reply


def streamed_message(answer):
    """The order of the events is a part of the format: a client builds its message by it."""
    reply, order = Reply(), []
    for name, text in events(answer):
        data = json.loads(text)
        kind = data["type"]
        if name != kind:
            raise Wrong(f"an event {name!r} with data of the type {kind!r}")
        if kind == "ping":
            continue
        if not order or order[-1] != kind:
            order.append(kind)
        if kind == "message_start":
            reply.count(data["message"].get("usage"))
        elif kind == "content_block_delta":
            reply.pieces.append(data["delta"]["text"])
        elif kind == "message_delta":
            reply.stop_reason = data["delta"]["stop_reason"]
            reply.count(data.get("usage"))
    expected = ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]
    if order != expected:
        raise Wrong(f"the events come in the order {', '.join(order)}")
    return reply


READERS = {(CHAT, False): whole_chat, (CHAT, True): streamed_chat, (MESSAGES, False): whole_message, (MESSAGES, True): streamed_message}
STOP_REASONS = {CHAT: "stop", MESSAGES: "end_turn"}
USAGE_NAMES = {CHAT: ("prompt_tokens", "completion_tokens"), MESSAGES: ("input_tokens", "output_tokens")}


def check(chat, answer):
    """Raises `Wrong` or `Lacking` where this is not the answer to the scenario's request."""
    if answer.status != 200:
        raise Wrong(f"{answer.status} {answer.text[:200]}")
    reply = READERS[chat.client, chat.streamed](answer)
    pieces = PIECES[chat.upstream]
    text, output_tokens = (" word" * pieces, pieces) if chat.streamed else (TEXT, OUTPUT_TOKENS)
    if "".join(reply.pieces) != text:
        raise Wrong(f"the text is {''.join(reply.pieces)[:100]!r}…, not {text[:20]!r}…")
    if chat.streamed and len(reply.pieces) < LEAST_PIECES:
        raise Wrong(f"a stream of {pieces} pieces comes in {len(reply.pieces)}")
    if reply.stop_reason != STOP_REASONS[chat.client]:
        raise Wrong(f"the stop reason is {reply.stop_reason!r}")
    expected = dict(zip(USAGE_NAMES[chat.client], (INPUT_TOKENS, output_tokens), strict=True))
    found = {name: reply.usage.get(name) for name in expected}
    if chat.counts_usage and found != expected:
        raise Lacking(f"its usage is {found}, not {expected}")
