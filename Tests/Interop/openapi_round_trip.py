"""Calls every operation of a description with generated arguments, and has two judges say whether what arrived is what the description says,
with the values that were given: openapi-core (does it fit the description?), and a small decoder (is it what was given?)."""

import collections
import json
import random

import openapi_decoder
import openapi_documents as documents
from openapi_echo import Echo
from openapi_gaps import gap
from openapi_judge import Judge, bare
from openapi_stdio import Served
from openapi_values import NoValue, Values

# What a call is refused for by design, because the API would get another value: other arguments are drawn then.
REFUSALS = ("so that it can't be sent", "it is a part of the path", "which can't be sent")
DRAWS = 20
AUTHORIZATION = "Bearer a-token"


class Tally:
    def __init__(self):
        self.calls, self.refused, self.without_arguments, self.faults = 0, 0, [], []
        self.gaps = collections.Counter()

    def __str__(self):
        gaps = ", ".join(f"{count} × {name}" for name, count in sorted(self.gaps.items())) or "none"
        return (
            f"{self.calls} calls, {self.calls - sum(self.gaps.values())} judged by openapi-core, all by the decoder; "
            f"beyond openapi-core: {gaps}; {self.refused} draws refused, {len(self.without_arguments)} without arguments that fit"
        )


def run(path, seed, rounds, limit=None):
    """`rounds` calls of each operation, or of as many as `limit` evenly chosen ones."""
    draw, tally = random.Random(seed), Tally()
    lines, seen = {}, collections.Counter()
    for tool in documents.check(path)["tools"]:
        line = bare(tool["operation"])
        lines[tool["name"]] = line, seen[line]
        seen[line] += 1
    environment = {"PORTICO_API_AUTHORIZATION": AUTHORIZATION}
    with Echo() as echo, Served(path, "--server-url", echo.url, environment=environment) as served:
        calls(path, served, echo, lines, draw, tally, rounds, limit)
    return tally


def calls(path, served, echo, lines, draw, tally, rounds, limit):
    judge = Judge(path, echo.url)
    tools, shortened = served.tools(), served.resources()
    if limit and len(tools) > limit:
        tools = draw.sample(tools, limit)
    for tool in tools:
        # What is too large for the list is a resource; it is what the server checks arguments by.
        whole = f"openapi://tools/{tool['name']}/input-schema.json"
        if whole in shortened:
            tool = tool | {"inputSchema": json.loads(served.text(whole))}
        operation = openapi_decoder.Operation(judge.original, *lines[tool["name"]])
        for _ in range(rounds):
            one(tool, operation, served, echo, judge, draw, tally)


def one(tool, operation, served, echo, judge, draw, tally):
    values = Values(tool["inputSchema"], draw)
    for _ in range(DRAWS):
        try:
            arguments = values.arguments()
        except NoValue:
            break
        result = served.call(tool["name"], arguments)
        said = result["content"][0].get("text", "") if result["content"] else ""
        if echo.requests or not any(refusal in said for refusal in REFUSALS):
            return judged(tool, operation, arguments, said, echo, judge, tally)
        tally.refused += 1
    tally.without_arguments.append(tool["name"])


def judged(tool, operation, arguments, said, echo, judge, tally):
    tally.calls += 1
    called = f"{tool['name']}({json.dumps(arguments, ensure_ascii=False)[:400]})"
    if not echo.requests:
        tally.faults.append(f"{called} was not sent: {said[:300]}")
        return
    method, target, headers, body = echo.taken()
    arrived = f"{called} -> {method} {target[:400]} {body[:300]}"
    if method != operation.method:
        tally.faults.append(f"{arrived}: another method")
    try:
        found = list(openapi_decoder.differences(operation, tool, arguments, target, headers, body, judge.credentials))
    except (AssertionError, ValueError) as fault:
        found = [f"{type(fault).__name__}: {fault}"]
    tally.faults += [f"{arrived}: {difference[:600]}" for difference in found]
    try:
        judge.judge(operation, method, target, headers, body)
    except Exception as fault:  # whatever the judge throws is its judgement
        reason = f"{type(fault).__name__}: {fault} {getattr(fault, '__cause__', '') or ''}"
        content_type = next((value for field, value in headers if field.lower() == "content-type"), "")
        name = gap(operation, content_type, reason)
        if name:
            tally.gaps[name] += 1
        else:
            tally.faults.append(f"{arrived}: {reason[:800]}")
