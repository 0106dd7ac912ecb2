"""Reads a request back into the values that it says, by the styles and content types of a description: a second judge beside openapi-core,
for the styles, encodings and bodies that openapi-core does not read. It takes the shape (text, list, members) from what was given, so that it
needs no schema: an argument that arrived in another shape is another value."""

import base64
import email
import email.policy
import json
import re
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlsplit

from openapi_judge import bare

SEPARATORS = {"spaceDelimited": r"%20|\+", "pipeDelimited": r"%7C|\|", "tabDelimited": "%09"}
ABSENT = object()


class Operation:
    """One operation of a description, its references followed."""

    def __init__(self, document, line, ordinal=0):
        """The operation with that method and path; some documents have several of one path, told apart by a query or fragment, and then it
        is the one that comes after so many others."""
        self.document = document
        self.method, path = line.split(" ", 1)
        self.template = bare(path)
        found = [(key, self.followed(item)) for key, item in document["paths"].items() if bare(key) == self.template]
        self.key, item = [one for one in found if self.method.lower() in one[1]][ordinal]
        self.fixed = parse_qsl(urlsplit(self.key).query)
        operation = item[self.method.lower()]
        merged = {}
        for parameter in item.get("parameters", []) + operation.get("parameters", []):
            parameter = self.followed(parameter)
            merged[parameter["in"], parameter["name"]] = parameter
        self.parameters = list(merged.values())
        self.contents = self.followed(operation.get("requestBody", {})).get("content", {})

    def followed(self, value):
        for _ in range(20):
            if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
                return value
            target = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[unquote(step).replace("~1", "/").replace("~0", "~")]
            value = target
        raise AssertionError("a reference leads nowhere")

    def content(self, content_type):
        """The media type object that a `Content-Type` fits."""
        essence = content_type.split(";")[0].strip().lower()
        for ranged in (essence, essence.split("/")[0] + "/*", "*/*"):
            for name, content in self.contents.items():
                if name.split(";")[0].strip().lower() == ranged:
                    return content
        raise AssertionError(f"{content_type} is none of {list(self.contents)}")


def plain(name):
    """A name with nothing but letters that names of tools and arguments may have."""
    return re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9_.-]", "_", name)).strip("_")


def names(tool, parameters):
    """Which argument each parameter is. A name that is good as it is belongs to whom it fits first (path, query, header, cookie, body); the
    others have their place before their name, and those that are still the same a number behind it."""
    places = ["path", "query", "header", "cookie"]
    known, found = set(tool["inputSchema"].get("properties", {})), {}
    by_place = sorted(parameters, key=lambda one: (places.index(one["in"]), one["name"] != plain(one["name"]), one["name"]))
    for parameter in by_place:
        place, name = parameter["in"], parameter["name"]
        placed = f"{place}_{plain(name)}"
        for spelling in (name, plain(name), placed, *sorted(one for one in known if re.fullmatch(re.escape(placed) + "_[0-9a-f]{8}", one))):
            if spelling in known:
                known.remove(spelling)
                found[place, name] = spelling
                break
    return found


def text(value):
    """A value that is neither list nor members, as it reads where everything is text."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    return value if isinstance(value, str) else json.dumps(value)


def same(given, found):
    """Whether texts say what was given; what is nested deeper than a style foresees may be JSON text."""
    if isinstance(given, dict):
        if isinstance(found, str):
            return same_json(given, found)
        given = {name: member for name, member in given.items() if member not in (None, [], {})}
        return isinstance(found, dict) and given.keys() == found.keys() and all(same(given[name], found[name]) for name in given)
    if isinstance(given, list):
        if isinstance(found, str):
            return same_json(given, found)
        given = [element for element in given if element is not None]
        return isinstance(found, list) and len(given) == len(found) and all(map(same, given, found))
    return text(given) == found


def same_json(given, found):
    try:
        return json.loads(found) == given
    except ValueError:
        return False


def is_nothing(given):
    """`null`, and what has nothing in it, is no value (RFC 6570 section 2.3)."""
    if isinstance(given, dict):
        return all(is_nothing(member) for member in given.values())
    return given is None or (isinstance(given, list) and all(element is None for element in given))


def members(flat):
    return dict(zip(flat[::2], flat[1::2], strict=True))


def assigned(parts):
    return {unquote(name): unquote(value) for name, _, value in (part.partition("=") for part in parts)}


class Arrived:
    """A request as it arrived, read by the description of its operation."""

    def __init__(self, operation, target, headers, body):
        self.operation, self.body = operation, body
        parts = urlsplit(target)
        self.query = [tuple(pair.partition("=")[::2]) for pair in parts.query.split("&") if pair]
        self.headers = {name.lower(): value.encode("latin-1").decode("utf-8", "replace") for name, value in headers}
        self.cookies = [tuple(pair.partition("=")[::2]) for pair in self.headers.get("cookie", "").split("; ") if pair]
        self.content_type = self.headers.get("content-type", "")
        pieces = re.split(r"\{([^{}]*)\}", operation.template)
        pattern = "".join("([^/]*)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
        match = re.fullmatch(pattern, parts.path)
        assert match, f"{target} is not {operation.template}"
        self.segments = dict(zip(pieces[1::2], match.groups(), strict=True))
        self.used = set()

    def value(self, parameter, given):
        """What the parameter says, in the shape of what was given; `ABSENT` where nothing is there."""
        where, name = parameter["in"], parameter["name"]
        style = parameter.get("style", "form" if where in ("query", "cookie") else "simple")
        explode = parameter.get("explode", style == "form")
        if where == "path":
            return self.path(name, style, explode, given)
        if where == "header":
            return self.header(name, explode, given)
        pairs = self.query if where == "query" else self.cookies
        if "content" in parameter:
            found = self.text_of(pairs, name)
            return found if found is ABSENT else json.loads(found)
        return self.pairs(pairs, name, style, explode, given)

    # Path

    def path(self, name, style, explode, given):
        raw = self.segments[name]
        if style == "label":
            assert raw.startswith("."), raw
            raw = raw[1:]
        if style == "matrix":
            assert raw.startswith(";"), raw
            raw = raw[1:]
            if explode and isinstance(given, dict):
                return assigned(raw.split(";"))
            if explode and isinstance(given, list):
                pairs = [part.partition("=") for part in raw.split(";")]
                assert {unquote(pair[0]) for pair in pairs} == {name}, raw
                return [unquote(pair[2]) for pair in pairs]
            start, _, raw = raw.partition("=")
            assert unquote(start) == name, raw
        separator = "." if style == "label" and explode else ","
        if isinstance(given, dict):
            parts = raw.split(separator)
            return assigned(parts) if explode else members([unquote(part) for part in parts])
        return [unquote(part) for part in raw.split(separator)] if isinstance(given, list) else unquote(raw)

    # Header

    def header(self, name, explode, given):
        raw = self.headers.get(name.lower(), ABSENT)
        if raw is ABSENT or not isinstance(given, (dict, list)):
            return raw
        parts = [part.strip() for part in raw.split(",")]
        if isinstance(given, list):
            return parts
        return dict(part.split("=", 1) for part in parts) if explode else members(parts)

    # Query and cookies

    def named(self, pairs, test):
        found = [(index, pair) for index, pair in enumerate(pairs) if test(unquote_plus(pair[0]))]
        if pairs is self.query:
            self.used |= {index for index, _ in found}
        return [pair for _, pair in found]

    def text_of(self, pairs, name):
        found = self.named(pairs, lambda other: other == name)
        assert len(found) <= 1, found
        return unquote_plus(found[0][1]) if found else ABSENT

    def pairs(self, pairs, name, style, explode, given):
        if style == "deepObject" and isinstance(given, (dict, list)):
            found = self.named(pairs, lambda other: other.startswith(name + "["))
            return deep([(re.findall(r"\[([^\[\]]*)\]", unquote_plus(pair[0])), unquote_plus(pair[1])) for pair in found])
        if isinstance(given, dict) and explode:
            found = {}
            for member in given:
                values = [unquote_plus(value) for _, value in self.named(pairs, lambda other: other == member)]
                if values:
                    found[member] = values if isinstance(given[member], list) else values[0]
            return found or ABSENT
        if not isinstance(given, (dict, list)):
            return self.text_of(pairs, name)
        found = self.named(pairs, lambda other: other == name)
        if not found:
            return ABSENT
        if explode:
            return [unquote_plus(value) for _, value in found]
        assert len(found) == 1, found
        parts = [unquote_plus(part) for part in re.split(SEPARATORS.get(style, ","), found[0][1])]
        return parts if isinstance(given, list) else members(parts)

    # Bodies

    def body_differences(self, given):
        """Where the body does not say what was given: one argument `body`, or an argument for each member."""
        content = self.operation.content(self.content_type)
        essence = self.content_type.split(";")[0].strip().lower()
        if essence.endswith("json"):
            found = json.loads(self.body)
            lifted = {argument(given, name): value for name, value in found.items()} if isinstance(found, dict) else None
            if found != given.get("body", ABSENT) and lifted != given:
                yield f"the body: {given!r} arrived as {found!r}"
        elif essence == "application/x-www-form-urlencoded":
            form = [tuple(pair.partition("=")[::2]) for pair in self.body.decode().split("&") if pair]
            yield from self.form_differences(given, form, content)
        elif essence.startswith("multipart/"):
            yield from self.part_differences(given, content)
        else:
            expected = given.get("body")
            is_bytes = not essence.startswith("text/") and essence not in ("application/sdp",)
            if self.body != (file_bytes(expected) if is_bytes else text(expected).encode()):
                yield f"the body: {expected!r} arrived as {self.body[:300]!r}"

    def styled(self, content):
        """The members of a form that are written as parameters are. Before 3.1 a multipart body has none."""
        if self.content_type.startswith("multipart/") and self.operation.document["openapi"].startswith("3.0"):
            return {}
        found = {}
        for name, encoding in content.get("encoding", {}).items():
            if encoding.keys() & {"style", "explode", "allowReserved"}:
                style = encoding.get("style", "form")
                found[name] = style, encoding.get("explode", style == "form")
        return found

    def form_differences(self, given, form, content):
        if set(given) == {"body"} and isinstance(given["body"], dict):
            given = given["body"]
        seen, styled = 0, self.styled(content)
        for name, value in given.items():
            found = [unquote_plus(raw) for other, raw in form if argument(given, unquote_plus(other)) == name]
            if name in styled:
                found = self.pairs(form, name, *styled[name], value)
                seen = len(form)
            else:
                seen += len(found)
                found = found if isinstance(value, list) else found[0] if found else ABSENT
            if (found not in (ABSENT, [])) if is_nothing(value) else not same(value, found):
                yield f"{name}: {value!r} arrived as {found!r}"
        if seen < len(form):
            yield f"the form has what nobody gave: {form}"

    def part_differences(self, given, content):
        if set(given) == {"body"} and isinstance(given["body"], dict):
            given = given["body"]
        head = f"Content-Type: {self.content_type}\r\n\r\n".encode()
        message = email.message_from_bytes(head + self.body, policy=email.policy.HTTP)
        # Nothing but the end, where nothing is to be said.
        is_empty = self.body.rstrip().endswith(b"--") and self.body.count(b"\r\n") == 1
        assert is_empty or (message.is_multipart() and not message.defects), message.defects
        parts, pairs, styled = {}, [], self.styled(content)
        members = {member for name in styled if isinstance(given.get(name), dict) for member in given[name]}
        for part in [] if is_empty else message.iter_parts():
            assert not part.defects, part.defects
            name = part.get_param("name", header="content-disposition")
            if name in styled or name.partition("[")[0] in styled or name in members:
                pairs.append((quote(name), quote(part.get_payload(decode=True).decode(), safe=",")))
            else:
                parts.setdefault(argument(given, name), []).append(part)
        for name in parts.keys() - given.keys():
            yield f"the body has a part {name} that nobody gave"
        for name, value in given.items():
            found = parts.get(name, [])
            if name in styled:
                found = self.pairs(pairs, name, *styled[name], value)
                if (found is not ABSENT) if is_nothing(value) else not same(value, found):
                    yield f"{name}: {value!r} arrived as {found!r}"
                continue
            values = value if isinstance(value, list) and not (len(found) == 1 and is_json(found[0])) else [value]
            values = [element for element in values if element is not None]
            if len(values) != len(found) or not all(map(part_says, values, found)):
                yield f"{name}: {value!r} arrived as {[part.as_bytes()[:200] for part in found]!r}"


def argument(given, name):
    """Which of the arguments for a body a member is."""
    return next((spelling for spelling in (f"body_{plain(name)}", name, plain(name)) if spelling in given), name)


def is_json(part):
    return part.get("content-type", "").startswith("application/json")


def part_says(value, part):
    payload = part.get_payload(decode=True)
    if part.get_filename() is not None:
        return payload == file_bytes(value)
    if isinstance(value, (dict, list)) or is_json(part):
        found = json.loads(payload)
        return found == value or (isinstance(value, str) and same_json(found, value))
    return payload.decode() == text(value)


def file_bytes(value):
    """The bytes that an argument for a file stands for."""
    if value.startswith("data:"):
        return base64.b64decode(value.split(",", 1)[1])
    value = value.replace("-", "+").replace("_", "/")
    return base64.b64decode(value + "=" * (-len(value) % 4))


def deep(pairs):
    """Members from the paths in brackets after a deepObject's name."""
    root = {}
    for path, value in pairs:
        place = root
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
    return listed(root) if root else ABSENT


def listed(value):
    if not isinstance(value, dict):
        return value
    if value and list(value) == [str(index) for index in range(len(value))]:
        return [listed(element) for element in value.values()]
    return {name: listed(member) for name, member in value.items()}


def differences(operation, tool, arguments, target, headers, body, credentials=()):
    """Every argument that did not arrive, or arrived as something else, and what arrived that nobody gave."""
    arrived = Arrived(operation, target, headers, body)
    rest, owners = dict(arguments), names(tool, operation.parameters)
    for parameter in operation.parameters:
        name = owners.get((parameter["in"], parameter["name"]))
        if name not in rest:
            continue
        given = rest.pop(name)
        found = arrived.value(parameter, given)
        if "content" in parameter:
            if found != given:
                yield f"{name}: {given!r} arrived as {None if found is ABSENT else found!r}"
        elif is_nothing(given):
            if found is not ABSENT and found not in ("", [], {}, [""]):
                yield f"{name}: {given!r} arrived as {found!r}"
        elif found is ABSENT or not same(given, found):
            yield f"{name}: {given!r} arrived as {None if found is ABSENT else found!r}"
    extra = [tuple(map(unquote_plus, pair)) for index, pair in enumerate(arrived.query) if index not in arrived.used]
    # What the path's key has as a query is an argument with one value.
    for name, value in operation.fixed:
        if name in rest and rest.pop(name) != value or (name, value) not in extra:
            yield f"the query has no {name}={value}"
    if rest and not operation.contents:
        yield f"{sorted(rest)} went nowhere"
    elif rest:
        yield from arrived.body_differences(rest)
    elif body and json_or_none(body) not in ({}, None):
        yield f"a body arrived that nobody gave: {body[:200]!r}"
    for pair in extra:
        if pair not in operation.fixed and pair[0] not in credentials:
            yield f"the query has {pair} that nobody gave"


def json_or_none(body):
    try:
        return json.loads(body)
    except ValueError:
        return ABSENT
