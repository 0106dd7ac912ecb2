"""What is said in the conversations that the relay's tests hold, in no format: what a client has to hear whatever was in between."""

from dataclasses import dataclass, field

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
    "required": ["city", "degrees"],
    "additionalProperties": False,
}
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
CITIES = ["Oslo", "Bergen"]
# What only the upstream can read of its thoughts; base64, as every provider's is.
SIGNATURE = "c2lnbmF0dXJlIG9mIHRoZSB1cHN0cmVhbQ=="
THOUGHT = "Six times seven, let me see."


@dataclass
class Facts:
    """One answer."""

    text: str = ""
    calls: list = field(default_factory=list)
    reasoning: str = ""
    stop: str = "end"
    input: int = 0
    output: int = 0
    cached: int = 0
    reasoned: int = 0


@dataclass
class Seen:
    """What an upstream was asked, as far as its answer depends on it."""

    model: str
    streamed: bool
    system: str = ""
    results: dict = field(default_factory=dict)
    images: list = field(default_factory=list)
    schema: dict | None = None
    tools: list = field(default_factory=list)
    signatures: list = field(default_factory=list)
    thinks: bool = False
    turns: int = 0


def answer(seen: Seen) -> Facts:
    """The upstream's answer: by the model's name, and by what it was asked."""
    facts = Facts(input=120, output=30, cached=40)
    match seen.model:
        case "plain":
            facts.text = f"Hello there, friend. [{seen.system}]"
        case "tools" if seen.results:
            facts.text = "; ".join(f"{city}: {seen.results[city]}" for city in CITIES if city in seen.results)
        case "tools":
            facts.text = "I look."
            facts.calls = [("weather", {"city": city}) for city in CITIES if seen.tools]
            facts.stop = "tools" if facts.calls else "end"
        case "structured":
            facts.text = '{"city":"Oslo","degrees":5}' if seen.schema else "no schema came"
        case "image":
            facts.text = "; ".join(f"{kind} of {len(data)}" for kind, data in seen.images) or "no image came"
        case "thinking" if seen.turns > 1:
            facts.text = "remembered" if SIGNATURE in seen.signatures else f"forgot: {seen.signatures}"
        case "thinking":
            facts.reasoning = THOUGHT if seen.thinks else ""
            facts.reasoned = 12 if seen.thinks else 0
            facts.text = "The answer is 42."
    return facts


def pieces(text, size=7):
    return [text[start : start + size] for start in range(0, len(text), size)]
