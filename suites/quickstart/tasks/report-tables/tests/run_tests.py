"""Runs unittest modules of a workspace and writes their results as CTRF JSON.

Usage: run_tests.py WORKSPACE CTRF_FILE EXPECTED_TESTS MODULE...
Exit code 0 only if exactly the expected number of tests ran and all of them passed.
"""

import json
import sys
import time
import unittest


class Recorder(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.tests = []

    def startTest(self, test):
        super().startTest(test)
        self.current = {"name": test.id().removeprefix("tests."), "status": "passed", "duration": 0}
        self.started = time.monotonic()

    def stopTest(self, test):
        self.current["duration"] = round((time.monotonic() - self.started) * 1000)
        self.tests.append(self.current)
        print(f"{self.current['status']:8}{self.current['name']}")
        super().stopTest(test)

    def mark(self, status, message, trace=""):
        if self.current["status"] == "passed":
            self.current.update(status=status, message=message[:1000], trace=trace[-4000:])

    def mark_error(self, test, err):
        self.mark("failed", f"{err[0].__name__}: {err[1]}", self._exc_info_to_string(err, test))

    addError = addFailure = mark_error

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.mark_error(test, err)

    def addSkip(self, test, reason):
        self.mark("skipped", reason)

    def addExpectedFailure(self, test, err):
        self.mark("other", "expected failure")

    def addUnexpectedSuccess(self, test):
        self.mark("failed", "unexpected success")


def main(workspace, ctrf_file, expected, *modules):
    # Behind the standard library, so that no file of the workspace can stand in for one of its modules.
    sys.path.append(workspace)
    started = round(time.time() * 1000)
    recorder = Recorder()
    unittest.defaultTestLoader.loadTestsFromNames(modules).run(recorder)

    count = {status: 0 for status in ("passed", "failed", "skipped", "pending", "other")}
    for test in recorder.tests:
        count[test["status"]] += 1
    summary = {"tests": len(recorder.tests), **count, "start": started, "stop": round(time.time() * 1000)}
    report = {"tool": {"name": "unittest"}, "summary": summary, "tests": recorder.tests}
    with open(ctrf_file, "w", encoding="utf-8") as file:
        json.dump({"reportFormat": "CTRF", "specVersion": "0.0.0", "results": report}, file, indent=1)

    for test in recorder.tests:
        if test["status"] != "passed":
            print(f"\n{test['name']}: {test['message']}\n{test['trace']}")
    print(f"{count['passed']} of {len(recorder.tests)} tests passed, {expected} expected")
    return 0 if count["passed"] == len(recorder.tests) == int(expected) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
