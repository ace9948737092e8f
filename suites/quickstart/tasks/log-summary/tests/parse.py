"""Shows what the existing parser makes of standard input: other programs use it, so it has to stay as it is."""

import json
import sys

from logfmt import LogfmtError, parse_line

try:
    print(json.dumps(list(parse_line(sys.stdin.read()).items())))
except LogfmtError as error:
    print(error, error.column)
