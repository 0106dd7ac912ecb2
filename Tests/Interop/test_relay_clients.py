"""The official clients of every format against an upstream of every format: what is heard through Portico is what is heard directly."""

import dataclasses

import openai
import pytest
from portico import Portico
from relay_clients import CLIENTS, SCENES
from relay_upstream import DIALECTS, RelayUpstream

# A kind of provider is a file: these speak one format each, so that what has to be converted is known.
PROVIDERS = {
    "chat-completions": (
        9001,
        "paths:\n  chat-completions: /v1/chat/completions\n"
        "formats:\n  chat-completions: {quirks: {thinking: reasoning-object}}\n",
    ),
    "responses": (9002, "paths:\n  responses: /v1/responses\n"),
    "messages": (9003, "paths:\n  messages: /v1/messages\n"),
    "generate-content": (
        9004,
        "paths:\n  generate-content: /v1beta/models/{model}:generateContent\n"
        "streamPaths:\n  generate-content: /v1beta/models/{model}:streamGenerateContent?alt=sse\n",
    ),
}


@pytest.fixture(scope="module")
def provider():
    with RelayUpstream() as upstream:
        yield upstream
        assert upstream.faults == []


@pytest.fixture(scope="module")
def furnished(provider, tmp_path_factory):
    """A gateway on SQLite, a channel for each format, and the models of the scenes as `<scene>-at-<format>`."""
    folder = tmp_path_factory.mktemp("relay")
    templates = folder / "templates"
    (templates / "providers").mkdir(parents=True)
    for name, (number, paths) in PROVIDERS.items():
        text = f"name: only-{name}\ntype: {number}\nbaseURL: {provider.url}\nkeyHelp: any\nauthentication: bearer\n{paths}"
        (templates / "providers" / f"only-{name}.yaml").write_text(text)
    gateway = Portico(folder, environment={"PORTICO_TEMPLATES": str(templates)}).start()
    gateway.admin.call("POST", "/api/group/relay", {})
    for name, (number, _) in PROVIDERS.items():
        models = {f"{scene}-at-{name}": scene for scene in SCENES}
        body = {"type": number, "name": f"only {name}", "key": "none", "models": list(models), "model_mapping": models}
        gateway.admin.call("POST", "/api/channel/", body)
        for model in models:
            gateway.price(model)
    yield gateway, gateway.token("relay")
    assert gateway.stop() == 0


class Named:
    """A client whose models have other names."""

    def __init__(self, kind, url, key, suffix):
        self.client = CLIENTS[kind](url, key)
        ask = self.client._ask
        self.client._ask = lambda model, *rest, **more: ask(model + suffix, *rest, **more)

    def hold(self, scene, streamed):
        return [dataclasses.asdict(facts) for facts in getattr(self.client, scene)(streamed)]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("spoken", DIALECTS)
@pytest.mark.parametrize("kind", CLIENTS)
def test_a_conversation_is_the_same_through_any_format(furnished, provider, kind, spoken, scene, streamed):
    gateway, key = furnished
    before = len(provider.requests)
    heard = Named(kind, gateway.url, key, f"-at-{spoken}").hold(scene, streamed)
    assert {asked for asked, _ in provider.requests[before:]} == {spoken}
    expected = Named(spoken, provider.url, key, "").hold(scene, streamed)
    for facts in (*heard, *expected):
        # How much of the output was thought is said by no answer of Anthropic's.
        if "messages" in (kind, spoken):
            facts["reasoned"] = 0
    assert heard == expected


@pytest.mark.parametrize("kind", CLIENTS)
def test_what_is_billed_is_what_the_client_was_told(furnished, kind):
    gateway, key = furnished
    rows = len(gateway.log_rows())
    [facts] = Named(kind, gateway.url, key, "-at-messages").hold("plain", True)
    for _ in range(100):
        if len(found := gateway.log_rows()) > rows:
            break
    usage = found[-1]["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["cached_tokens"]) == (facts["input"], facts["output"], facts["cached"])


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("spoken", DIALECTS)
def test_a_stored_response_is_gone_on_from_at_any_upstream(furnished, spoken, streamed):
    gateway, key = furnished
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=key, max_retries=0, timeout=30) as client:

        def ask(text, **more):
            how = {"model": f"thinking-at-{spoken}", "input": text, "reasoning": {"effort": "high", "summary": "auto"}, **more}
            if not streamed:
                return client.responses.create(**how)
            with client.responses.stream(**how) as stream:
                return stream.get_final_response()

        first = ask("What is the answer?")
        # Its thoughts went back to the upstream with their signature, though the client sent neither.
        if spoken != "responses":
            assert ask("And now?", previous_response_id=first.id).output_text == "remembered"
        kept = client.responses.retrieve(first.id)
        assert (kept.id, kept.output_text) == (first.id, "The answer is 42.")
        [item] = client.responses.input_items.list(first.id).data
        assert item.content[0].text == "What is the answer?"
        client.responses.delete(first.id)
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(first.id)
