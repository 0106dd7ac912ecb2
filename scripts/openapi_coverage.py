"""Prints docs/openapi-coverage.md: how much of each real API description becomes tools, and what is said about the rest.

Started by scripts/openapi-coverage. The same descriptions and the same Portico give the same text.
"""

import collections
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests" / "Interop"))

import openapi_documents as documents  # noqa: E402

SEVERITIES = ("error", "warning", "note")
HEAD = """# How much of real API descriptions becomes tools

Made by `scripts/openapi-coverage`; not to be edited. What the columns and codes mean: [openapi.md](openapi.md).

*Compiled* operations are tools, *with warnings* are those of them that a warning is about, *refused* ones have an error that names the
defect of the document. *Inbound* are webhooks and callbacks: calls that the API makes. The *list* is what `tools/list` answers, the
*document* has the files that it refers to in it. *Shortened* are tools whose input or output schema lacks something for the sake of its size;
the whole schema is a resource.
"""


def specification(path):
    """The version of OpenAPI that the document names."""
    found = re.search(r'^\s*"?(?:openapi|swagger)"?\s*:\s*["\']?([0-9.]+)', path.read_text(), re.MULTILINE)
    return found[1] if found else "?"


def pruned(report, code):
    return len({entry["pointer"] for entry in report["diagnostics"] if entry["code"] == code})


def table(columns, rows):
    texts = len(columns) - sum(isinstance(cell, int) for cell in rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * texts + "--:|" * (len(columns) - texts)]
    return lines + ["| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in row) + " |" for row in rows]


def main():
    paths = documents.entries()
    if not paths:
        sys.exit(f"there are no documents in {documents.SPECS}: set PORTICO_SHARED to the folder that has openapi/specs")
    rows, errors, omitted = [], [], 0
    codes = collections.Counter()
    affected = collections.defaultdict(set)
    for path in paths:
        report = documents.check(path)
        coverage = report["coverage"]
        size = len(documents.compile(path).rstrip(b"\n"))
        omitted += report["omitted_diagnostics"]
        for entry in report["diagnostics"]:
            key = (SEVERITIES.index(entry["severity"]), entry["code"])
            codes[key] += 1
            affected[key].add(path)
            if entry["severity"] == "error":
                errors.append(f"- `{documents.name(path)}`, line {entry.get('line', '?')}, `{entry['code']}`: {entry['message']}")
        counts = [coverage[name] for name in ("operations", "compiled", "with_warnings", "refused", "inbound")]
        rows.append([documents.name(path), specification(path), *counts, size, documents.size(path), pruned(report, "pruned-input"), pruned(report, "pruned-output")])
    rows.append(["all", "", *(sum(row[index] for row in rows) for index in range(2, len(rows[0])))])

    columns = ["document", "OpenAPI", "operations", "compiled", "with warnings", "refused", "inbound", "list bytes", "document bytes", "shortened input", "shortened output"]
    lines = [HEAD, *table(columns, rows), "", "## Diagnostics", ""]
    lines += table(
        ["severity", "code", "times", "documents"],
        [[SEVERITIES[key[0]], f"`{key[1]}`", count, len(affected[key])] for key, count in sorted(codes.items())],
    )
    if omitted:
        lines += ["", f"{omitted:,} further diagnostics were left out: a report has at most 2,000."]
    lines += ["", "## Errors", "", *(errors or ["None."])]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
