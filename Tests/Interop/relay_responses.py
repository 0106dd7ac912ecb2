"""The Responses format from the upstream's side; beside the other three in `relay_dialects.py`."""

import json

from relay_dialects import _result, _texts
from relay_facts import SIGNATURE, Facts, Seen, pieces


class Responses:
    @staticmethod
    def seen(body):
        seen = Seen(body["model"], body.get("stream", False), system=body.get("instructions") or "", tools=body.get("tools") or [])
        form = (body.get("text") or {}).get("format") or {}
        seen.schema = form.get("schema")
        reasoning = body.get("reasoning") or {}
        seen.thinks = reasoning.get("effort") not in (None, "none")
        items = [{"role": "user", "content": body["input"]}] if isinstance(body["input"], str) else body["input"]
        for item in items:
            match item.get("type", "message"):
                case "message" if item["role"] in ("system", "developer"):
                    seen.system += _texts(item["content"])
                case "message" if item["role"] == "user":
                    seen.turns += 1
                    for part in item["content"] if isinstance(item["content"], list) else []:
                        if part["type"] == "input_image":
                            head, _, data = part["image_url"].partition(",")
                            seen.images.append((head[5:].partition(";")[0], data))
                case "function_call_output":
                    seen.results.update([_result(_texts(item["output"]))])
                case "reasoning":
                    seen.signatures.append(item.get("encrypted_content"))
        return seen

    @staticmethod
    def items(facts):
        if facts.reasoning:
            summary = [{"type": "summary_text", "text": facts.reasoning}]
            yield {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": SIGNATURE}
        if facts.text:
            content = [{"type": "output_text", "text": facts.text, "annotations": [], "logprobs": []}]
            yield {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
        for index, (name, arguments) in enumerate(facts.calls):
            yield {
                "type": "function_call", "id": f"fc_{index}", "call_id": f"call_{index}", "name": name, "arguments": json.dumps(arguments),
                "status": "completed",
            }

    @classmethod
    def whole(cls, facts, model, status="completed"):
        usage = {
            "input_tokens": facts.input, "input_tokens_details": {"cached_tokens": facts.cached}, "output_tokens": facts.output,
            "output_tokens_details": {"reasoning_tokens": facts.reasoned}, "total_tokens": facts.input + facts.output,
        }
        return {
            "id": "resp_1", "object": "response", "created_at": 1_700_000_000, "status": status, "model": model,
            "output": list(cls.items(facts)), "usage": usage if status == "completed" else None, "error": None,
            "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True, "temperature": 1, "top_p": 1,
            "tool_choice": "auto", "tools": [],
        }

    @classmethod
    def events(cls, facts, model, _):
        number = -1

        def event(kind, **more):
            nonlocal number
            number += 1
            return kind, {"type": kind, "sequence_number": number, **more}

        begun = cls.whole(Facts(), model, "in_progress")
        yield event("response.created", response=begun)
        yield event("response.in_progress", response=begun)
        for index, item in enumerate(cls.items(facts)):
            place = {"item_id": item["id"], "output_index": index}
            # Encrypted content comes with the item's end only.
            empty = {
                "reasoning": {"summary": [], "encrypted_content": None}, "message": {"content": []}, "function_call": {"arguments": ""}
            }[item["type"]]
            yield event("response.output_item.added", output_index=index, item=item | empty | {"status": "in_progress"})
            match item["type"]:
                case "reasoning":
                    at = place | {"summary_index": 0}
                    part = item["summary"][0]
                    yield event("response.reasoning_summary_part.added", **at, part=part | {"text": ""})
                    for piece in pieces(part["text"]):
                        yield event("response.reasoning_summary_text.delta", **at, delta=piece)
                    yield event("response.reasoning_summary_text.done", **at, text=part["text"])
                    yield event("response.reasoning_summary_part.done", **at, part=part)
                case "message":
                    at = place | {"content_index": 0}
                    part = item["content"][0]
                    yield event("response.content_part.added", **at, part=part | {"text": ""})
                    for piece in pieces(part["text"]):
                        yield event("response.output_text.delta", **at, delta=piece, logprobs=[])
                    yield event("response.output_text.done", **at, text=part["text"], logprobs=[])
                    yield event("response.content_part.done", **at, part=part)
                case _:
                    for piece in pieces(item["arguments"]):
                        yield event("response.function_call_arguments.delta", **place, delta=piece)
                    yield event("response.function_call_arguments.done", **place, name=item["name"], arguments=item["arguments"])
            yield event("response.output_item.done", output_index=index, item=item)
        yield event("response.completed", response=cls.whole(facts, model))
