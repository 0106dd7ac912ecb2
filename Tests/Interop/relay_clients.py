"""The official clients, each told to hold the same conversations; what they heard, as facts."""

import json

import anthropic
import openai
from google import genai
from google.genai import types as gemini
from relay_facts import CITIES, PIXEL, SCHEMA, WEATHER, Facts

SYSTEM = "Be brief"


class Chat:
    """`openai`, chat completions."""

    def __init__(self, url, key):
        self.client = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0, timeout=30)

    def _ask(self, model, messages, streamed, **more):
        if not streamed:
            answer = self.client.chat.completions.create(model=model, messages=messages, **more)
            return answer.choices[0].message, answer.choices[0].finish_reason, answer.usage
        with self.client.chat.completions.stream(model=model, messages=messages, stream_options={"include_usage": True}, **more) as stream:
            answer = stream.get_final_completion()
        return answer.choices[0].message, answer.choices[0].finish_reason, answer.usage

    def _facts(self, message, stop, usage):
        calls = [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []]
        extra = message.model_extra or {}
        details, counts = usage.completion_tokens_details, usage.prompt_tokens_details
        return Facts(
            text=message.content or "", calls=calls, reasoning=extra.get("reasoning_content") or "",
            stop={"stop": "end", "tool_calls": "tools", "length": "length"}[stop], input=usage.prompt_tokens, output=usage.completion_tokens,
            cached=counts.cached_tokens if counts else 0, reasoned=(details.reasoning_tokens or 0) if details else 0)

    def plain(self, streamed):
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "Hello"}]
        return [self._facts(*self._ask("plain", messages, streamed))]

    def tools(self, streamed):
        tools = [{"type": "function", "function": {"name": "weather", "description": "The weather", "parameters": WEATHER}}]
        messages = [{"role": "user", "content": "How warm are Oslo and Bergen?"}]
        first = self._ask("tools", messages, streamed, tools=tools)
        calls = [
            {"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": call.function.arguments}}
            for call in first[0].tool_calls
        ]
        messages.append({"role": "assistant", "content": first[0].content, "tool_calls": calls})
        for call in first[0].tool_calls:
            city = json.loads(call.function.arguments)["city"]
            messages.append({"role": "tool", "tool_call_id": call.id, "content": f"{city}={CITIES.index(city)}"})
        return [self._facts(*first), self._facts(*self._ask("tools", messages, streamed, tools=tools))]

    def structured(self, streamed):
        form = {"type": "json_schema", "json_schema": {"name": "weather", "schema": SCHEMA, "strict": True}}
        return [self._facts(*self._ask("structured", [{"role": "user", "content": "Oslo?"}], streamed, response_format=form))]

    def image(self, streamed):
        parts = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]
        return [self._facts(*self._ask("image", [{"role": "user", "content": parts}], streamed))]

    def thinking(self, streamed):
        messages = [{"role": "user", "content": "What is the answer?"}]
        first = self._ask("thinking", messages, streamed, reasoning_effort="high")
        extra = first[0].model_extra or {}
        carried = {name: extra[name] for name in ("reasoning_content", "reasoning_details", "extra_content") if extra.get(name)}
        messages += [{"role": "assistant", "content": first[0].content, **carried}, {"role": "user", "content": "And now?"}]
        second = self._ask("thinking", messages, streamed, reasoning_effort="high")
        return [self._facts(*first), self._facts(*second)]


class Responses:
    """`openai`, responses."""

    def __init__(self, url, key):
        self.client = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0, timeout=30)

    def _ask(self, model, items, streamed, **more):
        more = {"store": False, "include": ["reasoning.encrypted_content"], **more}
        if not streamed:
            return self.client.responses.create(model=model, input=items, **more)
        with self.client.responses.stream(model=model, input=items, **more) as stream:
            return stream.get_final_response()

    def _facts(self, answer):
        calls = [(item.name, json.loads(item.arguments)) for item in answer.output if item.type == "function_call"]
        thoughts = [item for item in answer.output if item.type == "reasoning"]
        reasoning = "".join(part.text for item in thoughts for part in [*item.summary, *(item.content or [])])
        assert answer.status in ("completed", "incomplete")
        usage = answer.usage
        return Facts(
            text=answer.output_text, calls=calls, reasoning=reasoning, stop="tools" if calls else "end", input=usage.input_tokens,
            output=usage.output_tokens, cached=usage.input_tokens_details.cached_tokens,
            reasoned=usage.output_tokens_details.reasoning_tokens)

    def plain(self, streamed):
        return [self._facts(self._ask("plain", "Hello", streamed, instructions=SYSTEM))]

    def tools(self, streamed):
        tools = [{"type": "function", "name": "weather", "description": "The weather", "parameters": WEATHER, "strict": False}]
        items = [{"role": "user", "content": "How warm are Oslo and Bergen?"}]
        first = self._ask("tools", items, streamed, tools=tools)
        for item in first.output:
            items.append(item.model_dump(mode="json", exclude_none=True, exclude={"parsed_arguments"}))
            if item.type == "message":
                items[-1]["content"] = [{"type": "output_text", "text": first.output_text, "annotations": []}]
        for item in first.output:
            if item.type == "function_call":
                city = json.loads(item.arguments)["city"]
                items.append({"type": "function_call_output", "call_id": item.call_id, "output": f"{city}={CITIES.index(city)}"})
        return [self._facts(first), self._facts(self._ask("tools", items, streamed, tools=tools))]

    def structured(self, streamed):
        form = {"format": {"type": "json_schema", "name": "weather", "schema": SCHEMA, "strict": True}}
        return [self._facts(self._ask("structured", "Oslo?", streamed, text=form))]

    def image(self, streamed):
        parts = [{"type": "input_text", "text": "What?"}, {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "auto"}]
        return [self._facts(self._ask("image", [{"role": "user", "content": parts}], streamed))]

    def thinking(self, streamed):
        items = [{"role": "user", "content": "What is the answer?"}]
        how = {"reasoning": {"effort": "high", "summary": "auto"}}
        first = self._ask("thinking", items, streamed, **how)
        for item in first.output:
            items.append(item.model_dump(mode="json", exclude_none=True))
            if item.type == "message":
                items[-1]["content"] = [{"type": "output_text", "text": first.output_text, "annotations": []}]
        items.append({"role": "user", "content": "And now?"})
        return [self._facts(first), self._facts(self._ask("thinking", items, streamed, **how))]


class Messages:
    """`anthropic`."""

    def __init__(self, url, key):
        self.client = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0, timeout=30)

    def _ask(self, model, messages, streamed, **more):
        more = {"max_tokens": 20_000, **more}
        if not streamed:
            return self.client.messages.create(model=model, messages=messages, **more)
        with self.client.messages.stream(model=model, messages=messages, **more) as stream:
            return stream.get_final_message()

    def _facts(self, message):
        text = "".join(block.text for block in message.content if block.type == "text")
        calls = [(block.name, block.input) for block in message.content if block.type == "tool_use"]
        reasoning = "".join(block.thinking for block in message.content if block.type == "thinking")
        usage = message.usage
        cached = usage.cache_read_input_tokens or 0
        return Facts(
            text=text, calls=calls, reasoning=reasoning, stop={"end_turn": "end", "tool_use": "tools", "max_tokens": "length"}[message.stop_reason],
            input=usage.input_tokens + cached + (usage.cache_creation_input_tokens or 0), output=usage.output_tokens, cached=cached)

    def plain(self, streamed):
        return [self._facts(self._ask("plain", [{"role": "user", "content": "Hello"}], streamed, system=SYSTEM))]

    def tools(self, streamed):
        tools = [{"name": "weather", "description": "The weather", "input_schema": WEATHER}]
        messages = [{"role": "user", "content": "How warm are Oslo and Bergen?"}]
        first = self._ask("tools", messages, streamed, tools=tools)
        messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]})
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": f"{block.input['city']}={CITIES.index(block.input['city'])}"}
            for block in first.content if block.type == "tool_use"
        ]
        messages.append({"role": "user", "content": results})
        return [self._facts(first), self._facts(self._ask("tools", messages, streamed, tools=tools))]

    def structured(self, streamed):
        form = {"format": {"type": "json_schema", "schema": SCHEMA}}
        return [self._facts(self._ask("structured", [{"role": "user", "content": "Oslo?"}], streamed, output_config=form))]

    def image(self, streamed):
        source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
        parts = [{"type": "text", "text": "What?"}, {"type": "image", "source": source}]
        return [self._facts(self._ask("image", [{"role": "user", "content": parts}], streamed))]

    def thinking(self, streamed):
        messages = [{"role": "user", "content": "What is the answer?"}]
        how = {"thinking": {"type": "enabled", "budget_tokens": 16_384}}
        first = self._ask("thinking", messages, streamed, **how)
        messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]})
        messages.append({"role": "user", "content": "And now?"})
        return [self._facts(first), self._facts(self._ask("thinking", messages, streamed, **how))]


class Gemini:
    """`google-genai`."""

    def __init__(self, url, key):
        self.client = genai.Client(api_key=key, http_options=gemini.HttpOptions(base_url=url, timeout=30_000))

    def _ask(self, model, contents, streamed, **config):
        config = gemini.GenerateContentConfig(automatic_function_calling={"disable": True}, **config)
        if not streamed:
            answer = self.client.models.generate_content(model=model, contents=contents, config=config)
            return answer.candidates[0].content.parts, answer
        parts, last = [], None
        for chunk in self.client.models.generate_content_stream(model=model, contents=contents, config=config):
            if chunk.candidates and chunk.candidates[0].content:
                parts += chunk.candidates[0].content.parts or []
            last = chunk if chunk.usage_metadata else last
        return parts, last

    def _facts(self, parts, last):
        calls = [(part.function_call.name, part.function_call.args) for part in parts if part.function_call]
        usage = last.usage_metadata
        reasoned = usage.thoughts_token_count or 0
        return Facts(
            text="".join(part.text or "" for part in parts if not part.thought), calls=calls,
            reasoning="".join(part.text or "" for part in parts if part.thought), stop="tools" if calls else "end",
            input=usage.prompt_token_count, output=(usage.candidates_token_count or 0) + reasoned,
            cached=usage.cached_content_token_count or 0, reasoned=reasoned)

    def plain(self, streamed):
        return [self._facts(*self._ask("plain", "Hello", streamed, system_instruction=SYSTEM))]

    def tools(self, streamed):
        declaration = gemini.FunctionDeclaration(name="weather", description="The weather", parameters_json_schema=WEATHER)
        tools = [gemini.Tool(function_declarations=[declaration])]
        contents = [gemini.Content(role="user", parts=[gemini.Part(text="How warm are Oslo and Bergen?")])]
        first = self._ask("tools", contents, streamed, tools=tools)
        contents.append(gemini.Content(role="model", parts=[part for part in first[0] if part.text or part.function_call]))
        results = []
        for part in first[0]:
            if call := part.function_call:
                response = {"output": f"{call.args['city']}={CITIES.index(call.args['city'])}"}
                results.append(gemini.Part(function_response=gemini.FunctionResponse(id=call.id, name=call.name, response=response)))
        contents.append(gemini.Content(role="user", parts=results))
        return [self._facts(*first), self._facts(*self._ask("tools", contents, streamed, tools=tools))]

    def structured(self, streamed):
        how = {"response_mime_type": "application/json", "response_json_schema": SCHEMA}
        return [self._facts(*self._ask("structured", "Oslo?", streamed, **how))]

    def image(self, streamed):
        blob = gemini.Blob(mime_type="image/png", data=PIXEL)
        parts = [gemini.Part(text="What?"), gemini.Part(inline_data=blob)]
        return [self._facts(*self._ask("image", [gemini.Content(role="user", parts=parts)], streamed))]

    def thinking(self, streamed):
        contents = [gemini.Content(role="user", parts=[gemini.Part(text="What is the answer?")])]
        how = {"thinking_config": gemini.ThinkingConfig(include_thoughts=True, thinking_budget=16_384)}
        first = self._ask("thinking", contents, streamed, **how)
        contents.append(gemini.Content(role="model", parts=first[0]))
        contents.append(gemini.Content(role="user", parts=[gemini.Part(text="And now?")]))
        return [self._facts(*first), self._facts(*self._ask("thinking", contents, streamed, **how))]


CLIENTS = {"chat-completions": Chat, "responses": Responses, "messages": Messages, "generate-content": Gemini}
SCENES = ["plain", "tools", "structured", "image", "thinking"]
