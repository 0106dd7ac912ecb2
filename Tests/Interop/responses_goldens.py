"""Judges what the Responses codec writes: answers, events and listed items by the models of the official client, strictly;
requests by OpenAI's own description.

    PORTICO_GOLDENS=<folder> swift test --filter ResponsesJudgeTests
    python responses_goldens.py <folder>/responses.json [openai-3.1.yaml]

Ends with 1 where something is not as it should be. Members that the models don't know are listed.
"""
import json
import sys

import jsonschema
import openai
import yaml
from openai.types.responses import Response, ResponseItem, ResponseStreamEvent
from pydantic import TypeAdapter, ValidationError

# What is passed on though no description has it: items of kinds yet to come, and sounds, which some servers take.
UNDESCRIBED = {"new_kind_of_item", "input_audio"}


def undescribed(value):
    if isinstance(value, dict):
        return value.get("type") in UNDESCRIBED or any(map(undescribed, value.values()))
    return isinstance(value, list) and any(map(undescribed, value))


class Judge:
    def __init__(self):
        self.faults = 0
        self.unknown = set()

    def fault(self, where, why):
        self.faults += 1
        print(f"FAULT {where}: {why}")

    def model(self, adapter, value, where):
        try:
            self.note_unknown(adapter.validate_json(json.dumps(value), strict=True))
        except ValidationError as error:
            self.fault(where, str(error)[:2000])

    def note_unknown(self, value):
        if isinstance(value, openai.BaseModel):
            self.unknown |= {f"{type(value).__name__}.{name}" for name in value.model_extra or {}}
            value = [getattr(value, name) for name in type(value).model_fields]
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                self.note_unknown(item)


def request_validator(path):
    """The schema of a request, without what only generators of code read."""

    def clean(value):
        if isinstance(value, dict):
            return {k: clean(v) for k, v in value.items() if k not in ("discriminator", "example", "examples")}
        return [clean(v) for v in value] if isinstance(value, list) else value

    with open(path) as file:
        schemas = clean(yaml.load(file, Loader=yaml.CSafeLoader)["components"]["schemas"])
    return jsonschema.Draft202012Validator(
        {"$ref": "#/components/schemas/CreateResponse", "components": {"schemas": schemas}}
    )


def main():
    with open(sys.argv[1]) as file:
        goldens = json.load(file)
    judge = Judge()
    response, event, item = (TypeAdapter(kind) for kind in (Response, ResponseStreamEvent, ResponseItem))
    for index, answer in enumerate(goldens["answers"]):
        judge.model(response, answer, f"answer {index}")
    events = [(index, entry) for index, stream in enumerate(goldens["streams"]) for entry in stream]
    for index, entry in events:
        judge.model(event, entry, f"stream {index}, {entry['type']}")
    items = [
        entry
        for page in goldens["lists"]
        for entry in page["data"]
        if entry["type"] != "item_reference" and not undescribed(entry)
    ]
    for entry in items:
        judge.model(item, entry, f"listed {entry['type']}")
    requests = []
    if len(sys.argv) > 2:
        validator = request_validator(sys.argv[2])
        requests = [entry for entry in goldens["requests"] if not undescribed(entry)]
        for entry in requests:
            for error in validator.iter_errors(entry):
                best = jsonschema.exceptions.best_match([error])
                judge.fault(f"request, {best.json_path}", best.message[:500])
    print(
        f"openai {openai.__version__}: {len(goldens['answers'])} answers, {len(events)} events, {len(items)} listed items,"
        f" {len(requests)} requests; {judge.faults} faults; members that it doesn't know: {sorted(judge.unknown)}"
    )
    sys.exit(1 if judge.faults else 0)


main()
