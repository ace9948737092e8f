"""The body of the report, see report.ts: one outcome for every test that was found."""
import json
import re

MAX_MESSAGE = 1000
MAX_VIOLATIONS = 100
MAX_NOTES = 1000
MAX_BODY = 7 * 1024 ** 2
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")


def body(runs, settings):
    files, tests, violations = [], [], []
    for run in runs:
        is_complete = run.has_ended and run.ending == "exit code 0"
        files.append(file_entry(run))
        tests.extend(test_entries(run, is_complete))
        for text in [*run.violations, *unchecked(run, is_complete, settings["integrity"])]:
            violations.append(cut("%s: %s" % (run.path, text)))
    report = {
        "version": 1,
        "exitCode": max([run.code for run in runs]) if all(run.has_ended for run in runs) else None,
        "files": files,
        "tests": tests,
        "violations": violations[:MAX_VIOLATIONS],
    }
    notes = [note for run in runs for note in run.notes]
    if notes:
        report["notes"] = notes[:MAX_NOTES]
    encoded = json.dumps(report).encode("ascii")
    if len(encoded) > MAX_BODY:
        for entry in [*files, *tests]:
            entry.pop("message", None)
        encoded = json.dumps(report).encode("ascii")
    return encoded


def file_entry(run):
    if run.is_loaded:
        return {"path": run.path, "loaded": True}
    message = run.problem
    if message is None:
        code = "" if run.code is None else "the framework ended with %d; " % run.code
        message = "its tests never became known: %s%s" % (code, run.ending)
    return {"path": run.path, "loaded": False, "message": cut(message)}


def test_entries(run, is_complete):
    if not run.is_loaded:
        return
    for index, name in enumerate(run.names):
        reason = "the framework stopped before" if is_complete else "its process ended early, " + run.ending
        outcome, message = run.results.get(index, ("error", "did not finish: " + reason))
        entry = {"file": run.path, "name": list(name), "outcome": outcome}
        if message:
            entry["message"] = cut(message)
        yield entry


def unchecked(run, is_complete, is_guarded):
    """Fails closed: where nobody looked at the end, nobody knows."""
    if is_complete:
        if is_guarded and not run.is_guarded:
            yield "what it replaced was not looked at"
    elif is_guarded or len(run.results) == len(run.names):
        yield "its process ended early (%s), before it was checked" % run.ending


def cut(text):
    # Addresses differ between two equal runs.
    text = ADDRESS.sub("0x…", text)
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE - 1] + "…"
