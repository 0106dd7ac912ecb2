"""Values that fit a JSON Schema, drawn from a seeded generator: arguments for tools whose schemas are not known beforehand."""

import base64
import re._constants as parts
import re._parser as parser
import string

import jsonschema

DEPTH = 6
FORMATS = {
    "date-time": lambda draw: f"20{draw.randrange(10, 30)}-0{draw.randrange(1, 10)}-1{draw.randrange(10)}T12:30:0{draw.randrange(10)}Z",
    "date": lambda draw: f"20{draw.randrange(10, 30)}-0{draw.randrange(1, 10)}-1{draw.randrange(10)}",
    "uuid": lambda draw: "%08x-%04x-4%03x-a%03x-%012x" % tuple(draw.getrandbits(bits) for bits in (32, 16, 12, 12, 48)),
    "email": lambda draw: f"user{draw.randrange(1000)}@example.com",
    "uri": lambda draw: f"https://example.com/{draw.randrange(1000)}?q=a%20b",
    "url": lambda draw: f"https://example.com/{draw.randrange(1000)}",
    "ipv4": lambda draw: f"192.0.2.{draw.randrange(256)}",
    "byte": lambda draw: base64.b64encode(draw.randbytes(6)).decode(),
    "binary": lambda draw: base64.b64encode(draw.randbytes(6)).decode(),
}
# Characters that encodings stumble over, and letters beyond ASCII.
ALPHABET = string.ascii_letters + string.digits + " -_.~!*'();:@&=+$,/?#[]%\"<>\\^`{|}|äß漢😀"


class NoValue(Exception):
    """There is none, or none is found."""


class Values:
    """Draws values for the schemas of one root, in whose `$defs` its references lead."""

    def __init__(self, root, draw):
        self.root, self.definitions, self.draw = root, root.get("$defs", {}), draw
        self.validator = jsonschema.Draft202012Validator(root)

    def arguments(self):
        """Arguments that fit the whole schema, by a validator.

        Raises `NoValue` where none are found in some draws.
        """
        for _ in range(30):
            try:
                arguments = self.value(self.root)
            except (NoValue, RecursionError):
                continue
            if self.validator.is_valid(arguments):
                return arguments
        raise NoValue

    def value(self, schema, depth=0):
        if schema is True or schema == {}:
            return self.draw.choice([True, 7, "any thing"])
        if schema is False or depth > DEPTH:
            raise NoValue
        if "$ref" in schema:
            schema = {**self.definitions[schema["$ref"].removeprefix("#/$defs/")], **{k: v for k, v in schema.items() if k != "$ref"}}
            return self.value(schema, depth + 1)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.draw.choice(schema["enum"])
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self.branch(schema, keyword, depth)
        if "allOf" in schema:
            return self.value(self.merged(schema), depth + 1)
        kind = schema.get("type")
        if isinstance(kind, list):
            kinds = [one for one in kind if one != "null"] or kind
            kind = self.draw.choice(kinds)
        if kind is None:
            kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
        return getattr(self, kind)(schema, depth)

    def branch(self, schema, keyword, depth):
        rest = {name: value for name, value in schema.items() if name != keyword}
        branches = list(schema[keyword])
        self.draw.shuffle(branches)
        for branch in branches:
            try:
                return self.value(self.merged({"allOf": [rest, branch]}) if set(rest) & {"properties", "type", "allOf"} else branch, depth + 1)
            except NoValue:
                continue
        raise NoValue

    def merged(self, schema):
        """The parts of an `allOf` as one schema."""
        whole = {name: value for name, value in schema.items() if name != "allOf"}
        for part in schema["allOf"]:
            for _ in range(8):
                if not (isinstance(part, dict) and "$ref" in part):
                    break
                part = self.definitions[part["$ref"].removeprefix("#/$defs/")]
            if not isinstance(part, dict):
                continue
            if "allOf" in part:
                part = self.merged(part)
            for name, value in part.items():
                if name == "properties":
                    whole["properties"] = {**whole.get("properties", {}), **value}
                elif name == "required":
                    whole["required"] = list(dict.fromkeys([*whole.get("required", []), *value]))
                elif name in ("anyOf", "oneOf") and name in whole:
                    continue
                else:
                    whole.setdefault(name, value)
        return whole

    def object(self, schema, depth):
        required, members = schema.get("required", []), {}
        for name, member in schema.get("properties", {}).items():
            if name not in required and (depth > 2 or self.draw.random() < 0.5):
                continue
            try:
                members[name] = self.value(member, depth + 1)
            except NoValue:
                if name in required:
                    raise
        for name in required:
            if name not in members:
                members[name] = "x"
        for name in list(members):
            for needed in schema.get("dependentRequired", {}).get(name, []):
                if needed not in members:
                    members[needed] = self.value(schema["properties"].get(needed, True), depth + 1)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and extra and not members and depth < 3:
            members["a_key"] = self.value(extra, depth + 1)
        return members

    def array(self, schema, depth):
        least = schema.get("minItems", 0)
        count = max(least, min(schema.get("maxItems", 2), self.draw.randrange(1, 4)))
        items = schema.get("items", {"type": "string"})
        found = []
        for _ in range(count * 4):
            if len(found) == count:
                break
            try:
                element = self.value(items, depth + 1)
            except NoValue:
                break
            if element not in found:
                found.append(element)
        if len(found) < least:
            raise NoValue
        return found

    def string(self, schema, depth):
        if "pattern" in schema:
            return self.matching(schema)
        if schema.get("contentEncoding") == "base64":
            return FORMATS["byte"](self.draw)
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]](self.draw)
        least = schema.get("minLength", 1)
        most = min(schema.get("maxLength", least + 12), least + 12)
        text = "".join(self.draw.choice(ALPHABET) for _ in range(self.draw.randint(least, max(least, most))))
        # Blanks at its ends are lost in a header's value, whoever sends it (RFC 9110 section 5.5).
        return text.strip() if len(text.strip()) == len(text) else "x" * len(text)

    def integer(self, schema, depth):
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) if "exclusiveMinimum" in schema else None)
        low = int(low) + ("exclusiveMinimum" in schema) if low is not None else 0
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        high = int(high) - ("exclusiveMaximum" in schema) if high is not None else low + 1000
        value = self.draw.randint(low, max(low, high))
        step = schema.get("multipleOf")
        return value - value % int(step) if step and step >= 1 else value

    def number(self, schema, depth):
        return self.integer(schema, depth)

    def boolean(self, schema, depth):
        return self.draw.random() < 0.5

    def null(self, schema, depth):
        return None

    # Patterns

    def matching(self, schema):
        try:
            tree = parser.parse(schema["pattern"])
            for _ in range(20):
                text = self.spelt(tree)
                if schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 1 << 20):
                    return text
        except (parser.error, NotImplementedError, OverflowError):
            pass
        raise NoValue

    def spelt(self, tree):
        return "".join(self.part(kind, argument) for kind, argument in tree)

    def part(self, kind, argument):
        if kind is parts.LITERAL:
            return chr(argument)
        if kind is parts.NOT_LITERAL:
            return "b" if argument == ord("a") else "a"
        if kind is parts.ANY:
            return "x"
        if kind is parts.IN:
            return self.member(argument)
        if kind in (parts.MAX_REPEAT, parts.MIN_REPEAT, parts.POSSESSIVE_REPEAT):
            least, most, body = argument
            return "".join(self.spelt(body) for _ in range(self.draw.randint(least, min(most, least + 3))))
        if kind is parts.SUBPATTERN:
            return self.spelt(argument[3])
        if kind is parts.BRANCH:
            return self.spelt(self.draw.choice(argument[1]))
        if kind is parts.AT:
            return ""
        raise NotImplementedError

    def member(self, options):
        if options[0][0] is parts.NEGATE:
            for letter in "a0_ -":
                if not any(self.holds(option, letter) for option in options[1:]):
                    return letter
            raise NotImplementedError
        kind, argument = self.draw.choice(options)
        if kind is parts.LITERAL:
            return chr(argument)
        if kind is parts.RANGE:
            return chr(self.draw.randint(argument[0], min(argument[1], argument[0] + 60)))
        if kind is parts.CATEGORY:
            return {"CATEGORY_DIGIT": "7", "CATEGORY_WORD": "w", "CATEGORY_SPACE": " "}.get(str(argument), "x")
        raise NotImplementedError

    @staticmethod
    def holds(option, letter):
        kind, argument = option
        if kind is parts.LITERAL:
            return chr(argument) == letter
        if kind is parts.RANGE:
            return argument[0] <= ord(letter) <= argument[1]
        return {"CATEGORY_DIGIT": letter.isdigit(), "CATEGORY_WORD": letter.isalnum() or letter == "_", "CATEGORY_SPACE": letter.isspace()}.get(
            str(argument), True
        )
