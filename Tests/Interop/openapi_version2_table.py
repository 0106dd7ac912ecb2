"""Requests of the fixture version-2.0.yaml, written by hand; rows as in openapi_harbor_table.py, but that a form is its text, and a form with a
file the list of its parts."""

FORM = {"content-type": "application/x-www-form-urlencoded"}
LISTS = "/base/lists/1,2"
IDS = {"ids": [1, 2]}


class Form(str):
    """The text of a form."""


class Parts(list):
    """Name, file name and bytes of each part."""


REQUESTS = [
    ("lists", {"ids": [1, 2]}, None, "GET", LISTS, {}),
    ("lists", IDS | {"csv": ["a,b", "c d"]}, None, "GET", LISTS + "?csv=a%2Cb,c%20d", {}),
    ("lists", IDS | {"ssv": ["a,b", "c"]}, None, "GET", LISTS + "?ssv=a%2Cb%20c", {}),
    ("lists", IDS | {"tsv": ["a b", "c"]}, None, "GET", LISTS + "?tsv=a%20b%09c", {}),
    ("lists", IDS | {"pipes": ["a", "ü"]}, None, "GET", LISTS + "?pipes=a%7C%C3%BC", {}),
    ("lists", IDS | {"multi": ["a&b", "c|d"]}, None, "GET", LISTS + "?multi=a%26b&multi=c%7Cd", {}),
    ("lists", IDS | {"plain": [1.5, -2]}, None, "GET", LISTS + "?plain=1.5,-2", {}),
    ("lists", IDS | {"X-Trace": ["a", "b c"]}, None, "GET", LISTS, {"x-trace": "a,b c"}),
    ("change", IDS, {"name": "ü", "size": None}, "POST", LISTS, {"content-type": "application/merge-patch+json"}),
    ("form", {"name": "a b&c"}, Form("name=a%20b%26c"), "POST", "/base/form", FORM),
    ("form", {"name": "x", "csv": ["a", "b,c"], "flag": True}, Form("name=x&csv=a,b%2Cc&flag=true"), "POST", "/base/form", FORM),
    ("form", {"name": "x", "multi": ["a", "b"]}, Form("name=x&multi=a&multi=b"), "POST", "/base/form", FORM),
    ("upload", {"file": "AAEC/w=="}, Parts([("file", "file", b"\0\1\2\xff")]), "POST", "/base/files", {}),
    (
        "upload",
        {"file": "data:text/plain;name=a%20b.txt;base64,SGFsbG8=", "note": "größe"},
        Parts([("file", "a b.txt", b"Hallo"), ("note", None, "größe".encode())]),
        "POST",
        "/base/files",
        {},
    ),
]
