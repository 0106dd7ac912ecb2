"""Adds up JUnit XML reports of several test runners and ends with the line `N passed, N failed, N skipped`.

    tally.py [--failed STEP]... [--run STATUS REPORT]...

A runner that died left no complete report, or none of its failures in it: that counts as a failure, as does each --failed step.
Cases are counted one by one, because the runners do not agree on whether `tests` includes the skipped ones.
"""

import argparse
import sys
import xml.etree.ElementTree as ElementTree


def outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--failed", action="append", default=[])
    parser.add_argument("--run", action="append", default=[], nargs=2, metavar=("STATUS", "REPORT"))
    options = parser.parse_args()
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for step in options.failed:
        count["failed"] += 1
        print(f"failed: {step}")
    for status, report in options.run:
        failed_before = count["failed"]
        try:
            cases = list(ElementTree.parse(report).iter("testcase"))
        except (OSError, ElementTree.ParseError) as error:
            count["failed"] += 1
            print(f"failed: no complete report of a test runner: {error}")
            continue
        for case in cases:
            result = outcome(case)
            count[result] += 1
            if result == "failed":
                print(f"failed: {case.get('classname')} {case.get('name')}")
            elif result == "skipped":
                reason = case.find("skipped")
                print(f"skipped: {case.get('classname')} {case.get('name')} {reason.get('message') or (reason.text or '').strip()}")
        if status != "0" and count["failed"] == failed_before:
            count["failed"] += 1
            print(f"failed: the runner of {report} ended with {status}, and no case of its report says why")
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**count))
    sys.exit(1 if count["failed"] else 0)


if __name__ == "__main__":
    main()
