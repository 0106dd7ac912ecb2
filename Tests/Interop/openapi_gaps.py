"""What openapi-core 0.23 can't judge: here is all of it. Where it objects to a request that has one of these features, in the way that is said,
the call counts as judged by the decoder alone, and the tally names the feature. Everything else that it objects to is a fault."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Gap:
    name: str
    why: str
    # Whether the request has the feature, and the objection is the one that comes of it.
    applies: Callable


def styled(where, *styles):
    return lambda operation: any(
        parameter["in"] == where and parameter.get("style", "simple" if where in ("path", "header") else "form") in styles
        for parameter in operation.parameters
    )


def kinds(operation, parameter):
    return operation.followed(parameter.get("schema", {})).get("type")


def has_unstyled_object(operation, content):
    members = operation.followed(content["schema"]).get("properties", {})
    return any(
        operation.followed(member).get("type") == "object" and "style" not in content.get("encoding", {}).get(name, {})
        for name, member in members.items()
    )


def undescribed(schema):
    return set(schema.get("required", [])) - set(schema.get("properties", {}))


GAPS = [
    Gap(
        "parts of multipart bodies",
        "it gives the bytes of a part to the schema, which wants text, a number or an array, and applies styles in 3.0, too",
        lambda operation, content_type, reason: content_type.startswith("multipart/")
        and reason.startswith(("InvalidRequestBody", "RequestBodyValidationError", "TypeError")),
    ),
    Gap(
        "label",
        "its template of the path takes the point before a name for access to an attribute, and fails",
        lambda operation, content_type, reason: styled("path", "label")(operation) and reason.startswith("IndexError"),
    ),
    Gap(
        "exploded members in a path or header",
        "it has no reader for the style simple with explode and members (`a=1,b=2`)",
        lambda operation, content_type, reason: "('simple', 'object')" in reason
        and any(parameter.get("explode") and kinds(operation, parameter) == "object" for parameter in operation.parameters),
    ),
    Gap(
        "members of a form that are required and not described",
        "it drops those that are not among the properties of the schema, and then misses them",
        lambda operation, content_type, reason: content_type.startswith("application/x-www-form-urlencoded")
        and "is a required property" in reason
        and bool(undescribed(operation.followed(operation.content(content_type)["schema"]))),
    ),
    Gap(
        "objects in a form",
        "it looks for their members among the form's; without a style they are JSON (`contentType`, 3.1.1 section 4.8.15.1.1)",
        lambda operation, content_type, reason: content_type.startswith("application/x-www-form-urlencoded")
        and reason.startswith(("RequestBodyValidationError", "InvalidRequestBody"))
        and has_unstyled_object(operation, operation.content(content_type)),
    ),
    Gap(
        "deepObject with more than named texts",
        "it reads only members that the schema names, and none that are nested, which the specification leaves open",
        lambda operation, content_type, reason: styled("query", "deepObject")(operation)
        and reason.startswith("ParameterValidationError: Query parameter")
        and ("Failed to cast value to object type" in reason or "('deepObject', " in reason),
    ),
    Gap(
        "arrays of objects in the query",
        "no style says how they are written; they are sent as JSON, element by element, which it does not read",
        lambda operation, content_type, reason: "Failed to cast value to object type" in reason
        and any(kinds(operation, parameter) == "array" for parameter in operation.parameters),
    ),
]


def gap(operation, content_type, reason):
    return next((gap.name for gap in GAPS if gap.applies(operation, content_type, reason)), None)
