"""The four conversation formats from the upstream's side: what a request asks, and how an answer is said, whole and in pieces."""

import json
import re

from relay_facts import SIGNATURE, Facts, Seen, pieces

ID = "answer_1"


def _texts(content, kinds=("text", "input_text")):
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [] if part.get("type", "text") in kinds)


def _result(text):
    """A tool's result as the tests' tools give it: `Oslo=5`, perhaps within JSON."""
    city, _, degrees = text.strip('"{}').partition("=")
    return city, degrees


class ChatCompletions:
    @staticmethod
    def seen(body):
        seen = Seen(body["model"], body.get("stream", False), tools=body.get("tools") or [])
        form = body.get("response_format") or {}
        seen.schema = (form.get("json_schema") or {}).get("schema")
        # As OpenAI says it, and as OpenRouter does.
        seen.thinks = bool(body.get("reasoning_effort") or body.get("reasoning"))
        for message in body["messages"]:
            content = message.get("content")
            if message["role"] in ("system", "developer"):
                seen.system += _texts(content)
            elif message["role"] == "tool":
                seen.results.update([_result(_texts(content))])
            elif message["role"] == "user":
                seen.turns += 1
                for part in content if isinstance(content, list) else []:
                    if part["type"] == "image_url":
                        head, _, data = part["image_url"]["url"].partition(",")
                        seen.images.append((head[5:].partition(";")[0], data))
            for detail in message.get("reasoning_details") or []:
                seen.signatures += [detail[name] for name in ("signature", "data") if detail.get(name)]
        return seen

    @staticmethod
    def usage(facts):
        return {
            "prompt_tokens": facts.input, "completion_tokens": facts.output, "total_tokens": facts.input + facts.output,
            "prompt_tokens_details": {"cached_tokens": facts.cached},
            "completion_tokens_details": {"reasoning_tokens": facts.reasoned},
        }

    @staticmethod
    def stop(facts):
        return {"end": "stop", "tools": "tool_calls"}[facts.stop]

    @staticmethod
    def calls(facts):
        return [
            {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for index, (name, arguments) in enumerate(facts.calls)
        ]

    @classmethod
    def whole(cls, facts, model):
        message = {"role": "assistant", "content": facts.text, "refusal": None}
        if facts.calls:
            message["tool_calls"] = cls.calls(facts)
        if facts.reasoning:
            message["reasoning_content"] = facts.reasoning
            message["reasoning_details"] = [{"type": "reasoning.text", "text": facts.reasoning, "signature": SIGNATURE, "index": 0}]
        choice = {"index": 0, "message": message, "finish_reason": cls.stop(facts), "logprobs": None}
        return {"id": ID, "object": "chat.completion", "created": 1_700_000_000, "model": model, "choices": [choice], "usage": cls.usage(facts)}

    @classmethod
    def events(cls, facts, model, seen_body):
        def chunk(delta, finish=None, **more):
            choices = [{"index": 0, "delta": delta, "finish_reason": finish}] if delta is not None else []
            return None, {"id": ID, "object": "chat.completion.chunk", "created": 1_700_000_000, "model": model, "choices": choices, **more}

        yield chunk({"role": "assistant", "content": ""})
        for piece in pieces(facts.reasoning):
            yield chunk({"reasoning_content": piece})
        if facts.reasoning:
            yield chunk({"reasoning_details": [{"type": "reasoning.text", "signature": SIGNATURE, "index": 0}]})
        for piece in pieces(facts.text):
            yield chunk({"content": piece})
        for index, call in enumerate(cls.calls(facts)):
            arguments = call["function"]["arguments"]
            start = {**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
            yield chunk({"tool_calls": [start]})
            for piece in pieces(arguments):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        yield chunk({}, cls.stop(facts))
        if (seen_body.get("stream_options") or {}).get("include_usage"):
            yield chunk(None, usage=cls.usage(facts))
        yield None, "[DONE]"


class Messages:
    @staticmethod
    def seen(body):
        seen = Seen(body["model"], body.get("stream", False), system=_texts(body.get("system")), tools=body.get("tools") or [])
        form = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
        seen.schema = form.get("schema")
        seen.thinks = (body.get("thinking") or {}).get("type") in ("enabled", "adaptive")
        for message in body["messages"]:
            content = message["content"]
            blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
            if message["role"] == "user" and any(block["type"] != "tool_result" for block in blocks):
                seen.turns += 1
            for block in blocks:
                if block["type"] == "tool_result":
                    seen.results.update([_result(_texts(block.get("content")))])
                elif block["type"] == "image":
                    seen.images.append((block["source"]["media_type"], block["source"]["data"]))
                elif block["type"] == "thinking":
                    seen.signatures.append(block["signature"])
        return seen

    @staticmethod
    def usage(facts):
        return {
            "input_tokens": facts.input - facts.cached, "cache_read_input_tokens": facts.cached, "cache_creation_input_tokens": 0,
            "output_tokens": facts.output,
        }

    @staticmethod
    def stop(facts):
        return {"end": "end_turn", "tools": "tool_use"}[facts.stop]

    @staticmethod
    def blocks(facts):
        if facts.reasoning:
            yield {"type": "thinking", "thinking": facts.reasoning, "signature": SIGNATURE}
        if facts.text:
            yield {"type": "text", "text": facts.text}
        for index, (name, arguments) in enumerate(facts.calls):
            yield {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": arguments}

    @classmethod
    def whole(cls, facts, model):
        return {
            "id": ID, "type": "message", "role": "assistant", "model": model, "content": list(cls.blocks(facts)),
            "stop_reason": cls.stop(facts), "stop_sequence": None, "usage": cls.usage(facts),
        }

    @classmethod
    def events(cls, facts, model, _):
        start = cls.whole(Facts(input=facts.input, cached=facts.cached), model) | {"stop_reason": None}
        yield "message_start", {"type": "message_start", "message": start}
        yield "ping", {"type": "ping"}
        for index, block in enumerate(cls.blocks(facts)):
            empty = {"thinking": {"thinking": "", "signature": ""}, "text": {"text": ""}, "tool_use": {"input": {}}}[block["type"]]
            yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": block | empty}
            match block["type"]:
                case "thinking":
                    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"])]
                    deltas.append({"type": "signature_delta", "signature": block["signature"]})
                case "text":
                    deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
                case _:
                    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(json.dumps(block["input"]))]
            for delta in deltas:
                yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
            yield "content_block_stop", {"type": "content_block_stop", "index": index}
        end = {"stop_reason": cls.stop(facts), "stop_sequence": None}
        yield "message_delta", {"type": "message_delta", "delta": end, "usage": {"output_tokens": facts.output}}
        yield "message_stop", {"type": "message_stop"}


def _camel(value, name=""):
    """Members in camelCase: the official client writes some of them in snake_case, which the API takes too. What is the user's own stays."""
    if isinstance(value, list):
        return [_camel(element, name) for element in value]
    if not isinstance(value, dict) or name in ("args", "response") or name.lower().endswith("schema"):
        return value
    camel = {re.sub("_(.)", lambda found: found[1].upper(), member): member for member in value}
    return {new: _camel(value[old], new) for new, old in camel.items()}


class GenerateContent:
    @staticmethod
    def seen(body):
        body = _camel(body)
        config = body.get("generationConfig") or {}
        seen = Seen("", False, tools=body.get("tools") or [])
        seen.system = "".join(part.get("text", "") for part in (body.get("systemInstruction") or {}).get("parts", []))
        seen.schema = config.get("responseJsonSchema") or config.get("responseSchema")
        thinking = config.get("thinkingConfig") or {}
        seen.thinks = bool(thinking.get("includeThoughts") and (thinking.get("thinkingBudget") or thinking.get("thinkingLevel")))
        for content in body["contents"]:
            parts = content["parts"]
            if content.get("role", "user") == "user" and not any("functionResponse" in part for part in parts):
                seen.turns += 1
            for part in parts:
                if "functionResponse" in part:
                    response = part["functionResponse"]["response"]
                    seen.results.update([_result(str(next(iter(response.values()))))])
                if "inlineData" in part:
                    seen.images.append((part["inlineData"]["mimeType"], part["inlineData"]["data"]))
                if "thoughtSignature" in part:
                    seen.signatures.append(part["thoughtSignature"])
        return seen

    @staticmethod
    def usage(facts):
        return {
            "promptTokenCount": facts.input, "cachedContentTokenCount": facts.cached, "thoughtsTokenCount": facts.reasoned,
            "candidatesTokenCount": facts.output - facts.reasoned, "totalTokenCount": facts.input + facts.output,
        }

    @classmethod
    def chunk(cls, parts, facts, model, last):
        candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
        if last:
            candidate["finishReason"] = "STOP"
        return {"candidates": [candidate], "usageMetadata": cls.usage(facts), "modelVersion": model, "responseId": ID}

    @staticmethod
    def calls(facts):
        return [{"functionCall": {"name": name, "args": arguments}} for name, arguments in facts.calls]

    @classmethod
    def whole(cls, facts, model):
        parts = [{"text": facts.reasoning, "thought": True}] if facts.reasoning else []
        text = {"text": facts.text} | ({"thoughtSignature": SIGNATURE} if facts.reasoning else {})
        return cls.chunk(parts + [text] + cls.calls(facts), facts, model, True)

    @classmethod
    def events(cls, facts, model, _):
        for piece in pieces(facts.reasoning):
            yield None, cls.chunk([{"text": piece, "thought": True}], facts, model, False)
        for piece in pieces(facts.text):
            yield None, cls.chunk([{"text": piece}], facts, model, False)
        for call in cls.calls(facts):
            yield None, cls.chunk([call], facts, model, False)
        last = {"text": ""} | ({"thoughtSignature": SIGNATURE} if facts.reasoning else {})
        yield None, cls.chunk([last], facts, model, True)
