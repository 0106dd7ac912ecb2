"""Random JSON Schemas of 2020-12, each with a value that it is likely to have an opinion on.

Standard library only. References form no loop that does not look further into the value: what such a schema says of a
value depends on the order in which a validator reads its keywords.
"""

import random

NAMES = ["a", "b", "c", "ab", "x-1", "é"]
TEXTS = ["", "a", "ab", "abc", "aaab", "x-1", "2026", "é", "😀😀", "B"]
PATTERNS = ["^a", "b$", "^[a-c]+$", "^(a|b)*c?$", "[0-9]{2,3}", "^.{1,2}$", "a.*b", "^x-\\d$", "[^a-z]", "^$", "(ab?)+"]
# In the text of JSON, because a float would not survive being written down.
NUMBERS = ["0", "1", "-1", "2", "3", "1.0", "1.5", "0.1", "0.3", "-0", "1e2", "100", "12345678901234567890", "0.30000000000000004"]
FACTORS = ["1", "2", "3", "0.5", "0.1", "1e1", "0.01"]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
DEFINITIONS = 3


class Number:
    """A number by its text."""

    def __init__(self, text):
        self.text = text


def write(value):
    """JSON text, numbers as they were chosen."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(write(name) + ":" + write(member) for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None:
        return "null"
    return str(value).lower()


class Pairs:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pair(self):
        """A schema and a value, as JSON text."""
        if self.chance(0.05):
            schema = {"multipleOf": Number(self.random.choice(FACTORS))}
            return write(schema), self.random.choice(NUMBERS)
        schema = self.schema(3, -1)
        if isinstance(schema, dict):
            schema["$defs"] = {f"d{number}": self.schema(2, number) for number in range(DEFINITIONS)}
            if self.random.random() < 0.2:
                schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        return write(schema), write(self.value(3))

    def chance(self, probability):
        return self.random.random() < probability

    def value(self, depth):
        kind = self.random.randrange(8 if depth else 5)
        if kind == 0:
            return None
        if kind == 1:
            return self.chance(0.5)
        if kind == 2:
            return Number(self.random.choice(NUMBERS))
        if kind in (3, 4):
            return self.random.choice(TEXTS)
        if kind == 5:
            return [self.value(depth - 1) for _ in range(self.random.randrange(5))]
        return {name: self.value(depth - 1) for name in self.random.sample(NAMES, self.random.randrange(5))}

    def schema(self, depth, level):
        """A schema; at the same place in the value it may refer to definitions after `level` only."""
        if self.chance(0.07):
            return self.chance(0.6)
        writers = [self.assertion] * 3 + ([self.members, self.elements, self.combination] * 2 if depth else [])
        schema = {}
        for _ in range(self.random.choice([1, 1, 2, 3])):
            self.random.choice(writers)(schema, depth, level)
        return schema

    def below(self, depth):
        """A schema for a part of the value, which may refer to anything."""
        return self.schema(depth - 1, -1)

    def same(self, depth, level):
        return self.schema(depth - 1, level)

    def assertion(self, schema, depth, level):
        choice, small = self.random.choice, self.random.randrange(4)
        keyword = choice(
            ["type", "type", "type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
            + ["multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "required", "minProperties"]
            + ["maxProperties", "dependentRequired", "$ref", "format"]
        )
        if keyword == "type":
            schema["type"] = choice(TYPES) if self.chance(0.6) else self.random.sample(TYPES, 3)
        elif keyword == "enum":
            schema["enum"] = [self.value(2) for _ in range(1 + small)]
        elif keyword == "const":
            schema["const"] = self.value(2)
        elif keyword == "multipleOf":
            schema["multipleOf"] = Number(choice(FACTORS))
        elif keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            schema[keyword] = Number(choice(NUMBERS))
        elif keyword == "pattern":
            schema["pattern"] = choice(PATTERNS)
        elif keyword == "uniqueItems":
            schema["uniqueItems"] = self.chance(0.9)
        elif keyword == "required":
            schema["required"] = self.random.sample(NAMES, self.random.randrange(3))
        elif keyword == "dependentRequired":
            schema["dependentRequired"] = {choice(NAMES): self.random.sample(NAMES, 1 + self.random.randrange(2))}
        elif keyword == "$ref":
            after = list(range(level + 1, DEFINITIONS))
            if after:
                schema["$ref"] = f"#/$defs/d{choice(after)}"
        elif keyword == "format":
            schema["format"] = choice(["date", "uri", "ipv4"])
        else:
            schema[keyword] = small

    def members(self, schema, depth, level):
        keyword = self.random.choice(
            ["properties"] * 3 + ["patternProperties", "additionalProperties", "additionalProperties", "propertyNames"]
            + ["unevaluatedProperties", "dependentSchemas", "required"]
        )
        if keyword == "properties":
            names = self.random.sample(NAMES, 1 + self.random.randrange(3))
            schema["properties"] = {name: self.part(depth) for name in names}
        elif keyword == "patternProperties":
            schema["patternProperties"] = {pattern: self.below(depth) for pattern in self.random.sample(PATTERNS, 2)}
        elif keyword == "dependentSchemas":
            schema["dependentSchemas"] = {self.random.choice(NAMES): self.same(depth, level)}
        elif keyword == "required":
            schema["required"] = self.random.sample(NAMES, 1)
        elif keyword == "propertyNames":
            schema["propertyNames"] = {"pattern": self.random.choice(PATTERNS)}
        else:
            schema[keyword] = False if self.chance(0.4) else self.below(depth)

    def elements(self, schema, depth, level):
        keyword = self.random.choice(["items", "items", "prefixItems", "contains", "unevaluatedItems"])
        if keyword == "prefixItems":
            schema["prefixItems"] = [self.below(depth) for _ in range(1 + self.random.randrange(3))]
        elif keyword == "contains":
            schema["contains"] = self.below(depth)
            if self.chance(0.4):
                schema["minContains"] = self.random.randrange(3)
            if self.chance(0.4):
                schema["maxContains"] = self.random.randrange(3)
        else:
            schema[keyword] = False if self.chance(0.2) else self.part(depth)

    def part(self, depth):
        """A schema for a part of the value: now and then the whole schema again."""
        return {"$ref": "#"} if self.chance(0.08) else self.below(depth)

    def combination(self, schema, depth, level):
        keyword = self.random.choice(["allOf", "anyOf", "anyOf", "oneOf", "not", "if", "$ref"])
        if keyword == "not":
            schema["not"] = self.same(depth, level)
        elif keyword == "if":
            schema["if"] = self.same(depth, level)
            for branch in ("then", "else"):
                if self.chance(0.7):
                    schema[branch] = self.same(depth, level)
        elif keyword == "$ref":
            self.assertion(schema, depth, level)
        else:
            schema[keyword] = [self.same(depth, level) for _ in range(1 + self.random.randrange(3))]
