import json
import subprocess
import sys
import unittest
from pathlib import Path

APP = Path(__file__).resolve().parent.parent


def logsum(*args, stdin=""):
    return subprocess.run(
        [sys.executable, "logsum.py", *args], cwd=APP, input=stdin, capture_output=True, encoding="utf-8", timeout=20
    )


class Logsum(unittest.TestCase):
    maxDiff = None

    def test_table(self):
        result = logsum("sample.logfmt")
        self.assertEqual(
            result.stdout,
            "group\trecords\terrors\tp95\tmax\n"
            "checkout\t2\t1\t3012\t3012\n"
            "search\t3\t0\t230\t230\n"
            "(none)\t1\t0\t-\t-\n",
        )
        self.assertEqual(result.returncode, 1)

    def test_json(self):
        result = logsum("--json", stdin="service=a ms=1.5\nservice=a\n")
        self.assertEqual(
            json.loads(result.stdout),
            {"records": 2, "skipped": 0, "groups": [{"group": "a", "records": 2, "errors": 0, "p95": 1.5, "max": 1.5}]},
        )
        self.assertEqual(result.returncode, 0)

    def test_by_another_key(self):
        result = logsum("--by", "level", stdin="level=info ms=3\nlevel=warn ms=10\nlevel=info ms=4\n")
        self.assertEqual(result.stdout.splitlines()[1:], ["info\t2\t0\t4\t4", "warn\t1\t0\t10\t10"])

    def test_skipped_line(self):
        result = logsum(stdin='service=a\n\n"what"\n')
        self.assertEqual(result.stdout.splitlines()[1:], ["a\t1\t0\t-\t-"])
        self.assertEqual(result.stderr, "-:3: column 1: expected key=value\n")
        self.assertEqual(result.returncode, 3)

    def test_missing_file(self):
        result = logsum("sample.logfmt", "missing.log")
        self.assertEqual((result.stdout, result.returncode), ("", 2))
        self.assertIn("missing.log", result.stderr)


if __name__ == "__main__":
    unittest.main()
