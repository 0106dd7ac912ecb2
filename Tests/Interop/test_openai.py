"""The official OpenAI client against /v1, as an application uses it."""

import openai
import pytest


@pytest.fixture
def client(gateway, key):
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=key, max_retries=0, timeout=20) as client:
        yield client


def ask(client, **more):
    return client.chat.completions.create(model="fake-model", messages=[{"role": "user", "content": "Hello"}], **more)


def test_the_models_of_the_token_are_listed(client):
    assert [model.id for model in client.models.list()] == ["fake-model"]


def test_a_chat_is_answered_with_usage(client):
    answer = ask(client)
    assert answer.choices[0].message.content == "Hello from the fake provider, in a few words."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_a_stream_says_the_same_in_pieces(client):
    chunks = list(ask(client, stream=True))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == "Hello from the fake provider, in a few words."
    assert len([piece for piece in pieces if piece]) > 1
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"


def test_a_stream_that_did_not_ask_for_usage_gets_none(client):
    assert all(chunk.usage is None and chunk.choices for chunk in ask(client, stream=True))


def test_a_stream_that_asked_for_usage_gets_it_last(client):
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens > 0


def test_each_answer_names_its_request(client):
    raw = client.chat.completions.with_raw_response.create(model="fake-model", messages=[{"role": "user", "content": "Hello"}])
    assert raw.headers["x-request-id"] and raw.request_id == raw.headers["x-request-id"]


def test_a_wrong_key_is_an_authentication_error(gateway):
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key="sk-wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            ask(client)
    assert caught.value.status_code == 401 and caught.value.body["message"]


def test_an_unknown_model_is_not_found_and_the_message_lists_the_known(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="no-such-model", messages=[{"role": "user", "content": "Hello"}])
    message = caught.value.body["message"]
    assert "no-such-model" in message and "fake-model" in message
    assert caught.value.request_id


def test_a_disabled_token_is_refused(gateway, key):
    other = gateway.token("interop", "disabled")
    identifier = gateway.token_record("interop", "disabled")["id"]
    gateway.admin.call("POST", f"/api/token/interop/{identifier}/status", {"status": 2})
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=other, max_retries=0) as client:
        with pytest.raises((openai.AuthenticationError, openai.PermissionDeniedError)):
            ask(client)
