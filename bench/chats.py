"""The chats of bench/relay: what is sent in each scenario, in which format, and to an upstream of which format."""

import dataclasses
import json

CHAT, MESSAGES = "chat", "messages"
# Of the upstreams, by their format: a relay chooses the upstream by the model.
MODELS = {CHAT: "bench-model", MESSAGES: "bench-messages"}
PATHS = {CHAT: "/v1/chat/completions", MESSAGES: "/v1/messages"}

SYSTEM = "You are a relay under test. Answer in a sentence."
QUESTION = "What does a relay cost? " * 10
# Nine turns that make a body of about 4 KB.
TURN = 'It reads a request, looks at the "model", and sends it on:\nwhat it adds is time, and what it keeps is memory. ' * 4


@dataclasses.dataclass(frozen=True)
class Chat:
    """One scenario: who speaks what, and how much of it."""

    title: str
    client: str
    upstream: str
    streamed: bool
    conversation: bool = True

    @property
    def converts(self):
        return self.client != self.upstream

    @property
    def counts_usage(self):
        """Whether the answer says how many tokens it took. A stream of chunks does only where the client asks, as most do today."""
        return self.conversation or not self.streamed

    def turns(self):
        texts = [TURN] * 8 + [QUESTION] if self.conversation else [QUESTION]
        return [{"role": "assistant" if number % 2 else "user", "content": text} for number, text in enumerate(texts)]

    def body(self):
        """The request as compact JSON, as the official clients send it."""
        request = {"model": MODELS[self.upstream]}
        if self.client == MESSAGES:
            request |= {"system": SYSTEM, "messages": self.turns()}
        else:
            request |= {"messages": [{"role": "system", "content": SYSTEM}, *self.turns()]}
        request |= {"temperature": 0.2, "max_tokens": 128, "stream": self.streamed}
        if self.client == CHAT and self.streamed and self.counts_usage:
            request["stream_options"] = {"include_usage": True}
        return json.dumps(request, separators=(",", ":"))

    def headers(self, key):
        """Those of the official clients that matter to a relay."""
        secret = {"x-api-key": key, "anthropic-version": "2023-06-01"} if self.client == MESSAGES else {"Authorization": "Bearer " + key}
        return {"Content-Type": "application/json"} | secret


TITLES = {CHAT: "chat completions", MESSAGES: "messages"}


def conversations():
    """A conversation from each format to each, whole and streamed; those that need no conversion first."""
    pairs = [(CHAT, CHAT), (MESSAGES, MESSAGES), (MESSAGES, CHAT), (CHAT, MESSAGES)]
    for client, upstream in pairs:
        for streamed in (False, True):
            way = f"from {TITLES[client]} to {TITLES[upstream]}" if client != upstream else f"{TITLES[client]} passed through"
            name = client if client == upstream else f"{client}-to-{upstream}"
            title = f"4 KB, {way}{', 100 chunks' if streamed else ''}"
            yield name + ("-sse" if streamed else ""), Chat(title, client, upstream, streamed)


SCENARIOS = {
    "json": Chat("JSON", CHAT, CHAT, False, conversation=False),
    "sse": Chat("SSE, 100 chunks", CHAT, CHAT, True, conversation=False),
} | dict(conversations())
# Those that a relay can serve which knows no format.
PASSED_THROUGH = tuple(name for name, chat in SCENARIOS.items() if not chat.converts)
# For each conversion what the same upstream answers to a client of its own format.
BASES = {name: chat.upstream + ("-sse" if chat.streamed else "") for name, chat in SCENARIOS.items() if chat.converts}
