"""The features of the pair matrix in which the upstream asks its client something; see mcp_features.py."""

import json

from mcp_clients import Refusal
from mcp_features import expect, failed_result, feature, offered, tag, told


@feature("sampling")
def _sampling(cell):
    result = cell.client.tool("sample", {"prompt": "What?"}).result
    expect(told(result) == "model said: <What?>", result)
    return "works"


@feature("sampling with tools")
@offered("sample_with_tools")
def _sampling_with_tools(cell):
    result = cell.client.tool("sample_with_tools").result
    if failed_result(result):
        expect("no tools in sampling" in told(result), result)
        return "not asked"
    expect(told(result) == "model said after 1 use of add: <done>", result)
    return "works"


@feature("two rounds of questions, one execution")
def _two_rounds(cell):
    mark = tag()
    result = cell.client.tool("two_rounds", {"tag": mark}).result
    expect(told(result) == "<first>, <second after <first>>", result)
    expect(len([entry for entry in cell.upstream.entries("executed") if entry["tag"] == mark]) == 1, "not one execution")
    return "works"


@feature("two questions at once")
def _two_questions(cell):
    result = cell.client.tool("two_questions").result
    expect(told(result) == "<both> and file:///home/user/project", result)
    return "works"


@feature("prompt that asks")
def _asking_prompt(cell):
    result = cell.client.call("prompts/get", {"name": "asking"}).result
    expect(result["messages"][0]["content"]["text"] == "prompt for <your name>", result)
    return "works"


@feature("resource that asks")
def _asking_resource(cell):
    result = cell.client.call("resources/read", {"uri": "peer://greeting"}).result
    expect(result["contents"][0]["text"] == "<your name>", result)
    return "works"


@feature("roots")
def _roots(cell):
    result = cell.client.tool("roots").result
    expect(told(result) == "roots: file:///home/user/project", result)
    return "works"


@feature("roots changed")
def _roots_changed(cell):
    if cell.client.is_modern:
        return "no way to say it"
    root = f"file:///home/user/{tag()}"
    answer, cell.client.answer = cell.client.answer, lambda method, params: {"roots": [{"uri": root}]}
    try:
        # An upstream that never asked has nothing that could be out of date.
        expect(told(cell.client.tool("roots").result) == "roots: " + root, "the roots of the call")
        root = f"file:///home/user/{tag()}"
        cell.client.notify("notifications/roots/list_changed")
        if cell.is_relayed or cell.upstream.kind.era == "modern":
            expect(told(cell.client.tool("roots").result) == "roots: " + root, "the roots of the next call")
            return "not told"
        asked = cell.upstream.wait_for("roots", uris=[root])
        expect(asked is not None, cell.upstream.entries("roots")[-3:])
    finally:
        cell.client.answer = answer
    return "works"


def _elicited(cell, tool):
    result = cell.client.tool(tool).result
    if failed_result(result):
        return result, None
    return result, json.loads(told(result))


@feature("elicitation by form")
@offered("elicit")
def _elicitation(cell):
    result, answer = _elicited(cell, "elicit")
    if answer is None:
        expect("no elicitation" in told(result), result)
        return "not asked"
    wanted = {"name": "Ada", "email": "user@example.com", "age": 30, "score": 95, "agrees": True, "colour": "green", "size": "l"}
    expect(answer == {"action": "accept", "content": wanted}, answer)
    return "works"


@feature("elicitation declined")
@offered("elicit")
def _elicitation_declined(cell):
    answer, cell.client.answer = cell.client.answer, lambda method, params: {"action": "decline"}
    try:
        result, given = _elicited(cell, "elicit")
    finally:
        cell.client.answer = answer
    if given is None:
        expect("no elicitation" in told(result), result)
        return "not asked"
    expect(given == {"action": "decline"}, given)
    return "works"


@feature("elicitation with titled choices")
@offered("elicit_titled")
def _elicitation_titled(cell):
    since = len(cell.client.asked)
    result, answer = _elicited(cell, "elicit_titled")
    if answer is None:
        expect("no elicitation" in told(result), result)
        return "not asked"
    expect(answer == {"action": "accept", "content": {"planet": "p2"}}, answer)
    field = cell.client.asked[since][1]["requestedSchema"]["properties"]["planet"]
    if "oneOf" in field:
        return "works"
    expect(field["enum"] == ["p1", "p2"] and field["enumNames"] == ["Mercury", "Venus"], field)
    return "enumNames"


@feature("elicitation with multiple choices")
@offered("elicit_multiple")
def _elicitation_multiple(cell):
    since = len(cell.client.asked)
    reply = cell.client.tool("elicit_multiple")
    result = reply.result
    if failed_result(result):
        expect(len(cell.client.asked) == since, cell.client.asked[since:])
        return "not asked"
    answer = json.loads(told(result))
    if answer["action"] == "cancel":
        expect(len(cell.client.asked) == since, cell.client.asked[since:])
        return "cancelled"
    expect(answer == {"action": "accept", "content": {"plain": ["b"], "titled": ["y"]}}, answer)
    return "works"


@feature("elicitation by URL")
@offered("elicit_url")
def _elicitation_url(cell):
    since = len(cell.client.asked)
    result = cell.client.tool("elicit_url").result
    if failed_result(result):
        expect("secret=1" not in json.dumps(result), result)
        return "not asked"
    expect(told(result) == "visit: accept", result)
    ((_, params),) = cell.client.asked[since:]
    expect(params["url"] == "https://example.com/visit?secret=1" and params["mode"] == "url", params)
    return "works"


def ended(cell, identifier, seconds=3):
    """The notification that a visit is over; None where none comes."""
    return cell.client.wait_for(
        lambda m: m["method"] == "notifications/elicitation/complete" and m["params"]["elicitationId"] == identifier, seconds
    )


@feature("end of a visit")
@offered("elicit_url")
def _end_of_visit(cell):
    since = len(cell.client.asked)
    result = cell.client.tool("elicit_url", {"tag": tag()}).result
    if failed_result(result):
        return "not asked"
    expect(told(result) == "visit: accept", result)
    if cell.client.is_modern:
        return "no way to say it"
    ((_, params),) = cell.client.asked[since:]
    expect(ended(cell, params["elicitationId"]) is not None, params)
    return "works"


@feature("URL by error")
@offered("url_error")
def _url_error(cell):
    mark = tag()
    since = len(cell.client.asked)
    reply = cell.client.tool("url_error", {"tag": mark})
    if reply.error is not None and reply.error["code"] == -32042:
        (elicitation,) = reply.error["data"]["elicitations"]
        expect(elicitation["elicitationId"] == mark and elicitation["url"].endswith("secret=1"), reply.error)
        expect(ended(cell, mark) is not None, "nobody said that the visit is over")
        expect(told(cell.client.tool("url_error", {"tag": mark}).result) == "thank you for visiting", "the second call")
        return "works"
    result = reply.result
    if failed_result(result):
        expect("secret=1" not in json.dumps(result), result)
        return "tool failure"
    expect(told(result) == "thank you for visiting", result)
    expect([params.get("mode") for _, params in cell.client.asked[since:]] == ["url"], cell.client.asked[since:])
    return "question"


# Last, as a client of 2026-07-28 leaves a call behind that waits for it.


@feature("sampling refused")
def _sampling_refused(cell):
    def refuse(method, params):
        raise Refusal(-1, "The user said no")

    answer, cell.client.answer = cell.client.answer, refuse
    try:
        if cell.client.is_modern:
            # There is no way to say no: the client does not come back.
            result = cell.client.start("tools/call", {"name": "sample"}).wait().result
            expect(result["resultType"] == "input_required", result)
            return "no way to say it"
        reply = cell.client.tool("sample")
        expect(reply.error is not None or failed_result(reply.result), reply.message)
        return "error"
    finally:
        cell.client.answer = answer
