"""Reads single lines of logfmt: `key=value` pairs, parted by spaces."""

import re

_PAIR = re.compile(r'([A-Za-z_][\w.]*)(?:=("(?:[^"\\]|\\.)*"|[^\s"]*))?(?=\s|$)')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}


class LogfmtError(ValueError):
    """A line is not logfmt. `column` is where it stops to be, counted from 1."""

    def __init__(self, column, message):
        super().__init__(f"column {column}: {message}")
        self.column = column


def parse_line(line):
    """Returns the pairs of a line as a dict of strings, in their order.

    A value may be quoted, with `\\"`, `\\\\`, `\\n` and `\\t` in it. A key without `=` has the value `"true"`. Values are
    never converted: `ms=12` gives `{"ms": "12"}`. A blank line gives an empty dict. Raises a LogfmtError for what is
    no pair and for a key that is given twice.
    """
    record = {}
    position = 0
    line = line.rstrip()
    while True:
        while position < len(line) and line[position].isspace():
            position += 1
        if position == len(line):
            return record
        match = _PAIR.match(line, position)
        if match is None:
            raise LogfmtError(position + 1, "expected key=value")
        key, value = match.groups()
        if key in record:
            raise LogfmtError(position + 1, f"key given twice: {key}")
        if value is None:
            value = "true"
        elif value.startswith('"'):
            value = _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), value[1:-1])
        record[key] = value
        position = match.end()
