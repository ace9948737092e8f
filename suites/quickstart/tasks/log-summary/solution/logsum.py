"""Summarises logfmt logs: records, errors and times per group."""

import argparse
import json
import re
import sys
from dataclasses import dataclass, field

from logfmt import LogfmtError, parse_line

TIME = re.compile(r"[0-9]+(\.[0-9]+)?")
ERROR_LEVELS = {"error", "fatal"}


@dataclass
class Group:
    name: str
    records: int = 0
    errors: int = 0
    times: list[float] = field(default_factory=list)

    def add(self, record):
        self.records += 1
        self.errors += record.get("level", "").lower() in ERROR_LEVELS
        if TIME.fullmatch(record.get("ms", "")):
            self.times.append(float(record["ms"]))

    @property
    def p95(self):
        place = -(-95 * len(self.times) // 100)
        return sorted(self.times)[place - 1] if self.times else None

    @property
    def max(self):
        return max(self.times, default=None)


def read(name, groups, by):
    """Adds the records of one input to the groups. Returns the number of lines that were skipped."""
    skipped = 0
    # Only "\n" ends a line. Standard input is left open, for it may be named twice.
    with open(0 if name == "-" else name, encoding="utf-8", errors="replace", newline="\n", closefd=name != "-") as lines:
        for number, line in enumerate(lines, 1):
            if line.isspace():
                continue
            try:
                record = parse_line(line)
            except LogfmtError as error:
                print(f"{name}:{number}: {error}", file=sys.stderr)
                skipped += 1
                continue
            key = record.get(by, "(none)")
            groups.setdefault(key, Group(key)).add(record)
    return skipped


def show_time(time):
    return "-" if time is None else f"{time:.3f}".rstrip("0").rstrip(".")


def show_table(groups):
    print("group", "records", "errors", "p95", "max", sep="\t")
    for group in groups:
        name = re.sub(r"\s", " ", group.name)
        print(name, group.records, group.errors, show_time(group.p95), show_time(group.max), sep="\t")


def show_json(groups, skipped):
    fields = [
        {"group": group.name, "records": group.records, "errors": group.errors, "p95": group.p95, "max": group.max}
        for group in groups
    ]
    print(json.dumps({"records": sum(group.records for group in groups), "skipped": skipped, "groups": fields}))


def main():
    parser = argparse.ArgumentParser(prog="logsum.py", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--by", metavar="KEY", default="service", help="the key to group by (default: service)")
    parser.add_argument("files", metavar="FILE", nargs="*", help="a log; - or none is standard input")
    args = parser.parse_args()

    groups = {}
    try:
        skipped = sum([read(name, groups, args.by) for name in args.files or ["-"]])
    except OSError as error:
        print(f"logsum.py: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2

    ordered = sorted(groups.values(), key=lambda group: (-group.errors, -group.records, group.name))
    if args.json:
        show_json(ordered, skipped)
    else:
        show_table(ordered)
    return 3 if skipped else 1 if any(group.errors for group in ordered) else 0


if __name__ == "__main__":
    sys.exit(main())
