import json
import subprocess
import sys
import unittest

from hypothesis import given
from hypothesis import strategies as st

word = st.text(alphabet="abc", min_size=1, max_size=2)
record = st.builds(lambda service, level: f"service={service} level={level}", word, st.sampled_from(["info", "error", "Fatal"]))
line = st.one_of(record, st.just("= not logfmt"), st.just(""))


class Groups(unittest.TestCase):
    @given(st.lists(line, max_size=12))
    def test_groups_hold_every_record_once(self, lines):
        text = "".join(f"{each}\n" for each in lines)
        result = subprocess.run(
            [sys.executable, "logsum.py", "--json"], input=text, capture_output=True, text=True, timeout=20
        )
        summary = json.loads(result.stdout)
        records = [each for each in lines if each.startswith("service=")]
        errors = [each for each in records if each.endswith(("error", "Fatal"))]
        self.assertEqual(summary["records"], len(records))
        self.assertEqual(summary["skipped"], lines.count("= not logfmt"))
        self.assertEqual(sum(group["records"] for group in summary["groups"]), len(records))
        self.assertEqual(sum(group["errors"] for group in summary["groups"]), len(errors))


if __name__ == "__main__":
    unittest.main()
