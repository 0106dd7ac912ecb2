"""Calls every operation of a description with generated arguments, and has an independent judge say whether what arrived is what the
description says, with the values that were given."""

import json
import random
import re

from openapi_echo import Echo
from openapi_judge import Judge
from openapi_stdio import Served
from openapi_values import NoValue, Values


class Tally:
    def __init__(self):
        self.calls, self.without_arguments, self.unjudged, self.faults = 0, [], [], []


def plain(value):
    """A value as it compares: numbers by value, bytes as text, members in any order."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return str(value)


def differences(given, found):
    """The arguments that arrived as something else, where the judge has a value of that name."""
    for name, value in found.items():
        for spelling in (name, re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_")):
            if spelling in given and plain(given[spelling]) != plain(value):
                yield f"{name}: {given[spelling]!r} arrived as {value!r}"


def run(path, seed, rounds, limit=None):
    """`rounds` calls of each operation, or of as many as `limit` evenly chosen ones."""
    draw, tally = random.Random(seed), Tally()
    with Echo() as echo, Served(path, "--server-url", echo.url) as served:
        judge = Judge(path, echo.url)
        tools = served.tools()
        if limit and len(tools) > limit:
            tools = draw.sample(tools, limit)
        for tool in tools:
            for _ in range(rounds):
                one(tool, served, echo, judge, draw, tally)
    return tally


def one(tool, served, echo, judge, draw, tally):
    values = Values(tool["inputSchema"], draw)
    try:
        arguments = values.value(tool["inputSchema"])
    except (NoValue, RecursionError):
        tally.without_arguments.append(tool["name"])
        return
    result = served.call(tool["name"], arguments)
    tally.calls += 1
    if not echo.requests:
        text = result["content"][0].get("text", "")
        tally.faults.append(f"{tool['name']}({json.dumps(arguments)[:300]}) was not sent: {text[:300]}")
        return
    method, target, headers, body = echo.taken()
    try:
        said = judge.unmarshalled(method, target, headers, body)
    except RecursionError:
        tally.unjudged.append(tool["name"])
        return
    except Exception as fault:  # whatever the judge throws is its judgement
        cause = f"{type(fault).__name__}: {fault} {getattr(fault, '__cause__', '') or ''}"
        tally.faults.append(f"{tool['name']}({json.dumps(arguments)[:300]}) -> {method} {target[:300]} {body[:300]}: {cause[:600]}")
        return
    parameters = said.parameters
    found = {**parameters.query, **parameters.header, **parameters.cookie, **parameters.path}
    for difference in differences(arguments, found):
        tally.faults.append(f"{tool['name']} -> {method} {target[:300]}: {difference[:400]}")


