import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from logfmt import parse_line

APP = Path(__file__).resolve().parent.parent
HEADER = "group\trecords\terrors\tp95\tmax"


class LogsumCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_logsum(self, *args, stdin=b""):
        """Runs the program in a folder of its own; gives standard output, standard error and the exit code."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        command = [sys.executable, str(APP / "logsum.py"), *args]
        result = subprocess.run(command, cwd=self.folder, input=stdin, capture_output=True, timeout=20)
        return result.stdout.decode(), result.stderr.decode(errors="replace"), result.returncode

    def groups(self, *args, stdin=b""):
        """The lines of the table without its header."""
        stdout, _, _ = self.run_logsum(*args, stdin=stdin)
        self.assertTrue(stdout.endswith("\n"), "the table ends in a newline")
        header, *lines = stdout[:-1].split("\n")
        self.assertEqual(header, HEADER)
        return lines

    def json(self, *args, stdin=b""):
        stdout, _, _ = self.run_logsum("--json", *args, stdin=stdin)
        self.assertEqual(stdout.count("\n"), 1, "one line")
        return json.loads(stdout)

    def file(self, name, content):
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name


class Input(LogsumCase):
    def test_standard_input_is_the_default(self):
        self.assertEqual(self.groups(stdin="service=a\n"), ["a\t1\t0\t-\t-"])

    def test_dash_stands_for_standard_input_between_files(self):
        self.file("one.log", "service=a ms=1\n?\n")
        self.file("two.log", "\n\n?\nservice=a ms=3")
        stdout, stderr, code = self.run_logsum("one.log", "-", "two.log", stdin="?\nservice=a ms=2\n")
        self.assertEqual(stdout, f"{HEADER}\na\t3\t0\t3\t3\n")
        message = "column 1: expected key=value"
        self.assertEqual(stderr, f"one.log:2: {message}\n-:1: {message}\ntwo.log:3: {message}\n")
        self.assertEqual(code, 3)

    def test_standard_input_is_not_read_where_files_are_given(self):
        self.file("a.log", "service=a\n")
        self.assertEqual(self.groups("a.log", stdin="service=b\n"), ["a\t1\t0\t-\t-"])

    def test_file_given_twice_counts_twice(self):
        self.file("a.log", "service=a\n")
        self.assertEqual(self.groups("a.log", "a.log"), ["a\t2\t0\t-\t-"])

    def test_last_line_without_its_end(self):
        self.assertEqual(self.groups(stdin="service=a\nservice=b"), ["a\t1\t0\t-\t-", "b\t1\t0\t-\t-"])

    def test_crlf(self):
        stdout, stderr, code = self.run_logsum(stdin="service=a level=error\r\n\r\nservice=a ms=5\r\n")
        self.assertEqual((stdout, stderr, code), (f"{HEADER}\na\t2\t1\t5\t5\n", "", 1))

    def test_nothing_but_a_newline_ends_a_line(self):
        for end in ("\r", "\v", "\f", "\x1c", "\x85", "\u2028"):
            content = f"service=a{end}x=1\n\n?\n"
            with self.subTest(end=end):
                stdout, stderr, _ = self.run_logsum("-", self.file("a.log", content), stdin=content)
                self.assertEqual(stdout, f"{HEADER}\na\t2\t0\t-\t-\n")
                self.assertEqual([line[: line.index(" ")] for line in stderr.splitlines()], ["-:3:", "a.log:3:"])

    def test_blank_lines_are_no_records(self):
        self.assertEqual(self.json(stdin="\n  \n\t\nservice=a\n\n")["records"], 1)

    def test_bytes_that_are_not_utf8_are_replaced(self):
        self.file("a.log", b"service=caf\xe9 ms=1\n")
        self.assertEqual(self.groups("a.log"), ["caf\ufffd\t1\t0\t1\t1"])
        self.assertEqual(self.groups(stdin=b"service=caf\xe9 ms=1\n"), ["caf\ufffd\t1\t0\t1\t1"])

    def test_empty_input(self):
        self.assertEqual(self.run_logsum(), (HEADER + "\n", "", 0))
        self.assertEqual(self.json(), {"records": 0, "skipped": 0, "groups": []})


class Groups(LogsumCase):
    def test_order_by_errors_then_records_then_name(self):
        lines = ["service=quiet"] * 5 + ["service=b level=error", "service=a level=fatal", "service=Z", "service=é", "service=z"]
        lines += ["service=worst level=error"] * 2 + ["service=a"]
        self.assertEqual(
            [line.split("\t")[0] for line in self.groups(stdin="\n".join(lines))],
            ["worst", "a", "b", "quiet", "Z", "z", "é"],
        )

    def test_records_without_the_key_join_the_group_of_that_name(self):
        self.assertEqual(self.groups(stdin='ms=1\nservice="(none)" ms=2\nservice=a'), ["(none)\t2\t0\t2\t2", "a\t1\t0\t-\t-"])

    def test_empty_value_is_a_group_of_its_own(self):
        result = self.json(stdin="service=\nx=1\n")
        self.assertEqual([group["group"] for group in result["groups"]], ["", "(none)"])

    def test_white_space_in_a_name(self):
        line = 'service="a\\tb\\nc d"\n'
        self.assertEqual(self.groups(stdin=line), ["a b c d\t1\t0\t-\t-"])
        self.assertEqual(self.json(stdin=line)["groups"][0]["group"], "a\tb\nc d")

    def test_names_that_only_differ_in_white_space_stay_apart(self):
        self.assertEqual(self.groups(stdin='service="a\\tb"\nservice="a b"\n'), ["a b\t1\t0\t-\t-"] * 2)

    def test_by_key_works_with_json_and_files(self):
        self.file("a.log", "host=x\nhost=y level=error\n")
        result = self.json("--by", "host", "a.log")
        self.assertEqual([(group["group"], group["errors"]) for group in result["groups"]], [("y", 1), ("x", 0)])

    def test_by_ms(self):
        self.assertEqual(self.groups("--by", "ms", stdin="ms=7\nms=7\n"), ["7\t2\t0\t7\t7"])


class Errors(LogsumCase):
    def test_levels(self):
        levels = ["error", "ERROR", "Fatal", "FATAL", "errors", "critical", "warn", "", "true"]
        stdin = "".join(f"service=a level={level}\n" for level in levels) + "service=a\nservice=a msg=error\n"
        self.assertEqual(self.groups(stdin=stdin), ["a\t11\t4\t-\t-"])


class Times(LogsumCase):
    def p95(self, times):
        (group,) = self.json(stdin="".join(f"service=a ms={time}\n" for time in times))["groups"]
        return group["p95"]

    def test_percentile_of_few_times(self):
        self.assertEqual(self.p95([5]), 5)
        self.assertEqual(self.p95([9, 5]), 9)
        self.assertEqual(self.p95(range(1, 20)), 19)

    def test_percentile_of_multiples_of_twenty(self):
        for n in (20, 40, 100, 400):
            with self.subTest(n=n):
                self.assertEqual(self.p95(range(1, n + 1)), n * 95 // 100)

    def test_percentile_between_multiples_of_twenty(self):
        for n, place in ((21, 20), (30, 29), (39, 38), (41, 39), (59, 57), (99, 95), (101, 96)):
            with self.subTest(n=n):
                self.assertEqual(self.p95(range(1, n + 1)), place)

    def test_times_are_sorted_as_numbers(self):
        self.assertEqual(self.p95([9, 10, 2.5, 100]), 100)
        self.assertEqual(self.p95([100] + [9] * 19), 9)

    def shown(self, values):
        """The p95 and max that the table shows for each of the values alone."""
        lines = self.groups(stdin="".join(f"service={i:02} ms={value}\n" for i, value in enumerate(values)))
        self.assertEqual(len(lines), len(values))
        return {value: line.split("\t")[3:] for value, line in zip(values, lines)}

    def test_what_is_no_time(self):
        values = ["12ms", "-3", "+3", "1e3", "nan", "inf", ".5", "5.", "1_000", "0x10", "1,5", "", '" 5"', "\u0663", "1.2.3"]
        self.assertEqual(self.shown(values), {value: ["-", "-"] for value in values})

    def test_bare_key_is_no_time(self):
        self.assertEqual(self.groups(stdin="service=a ms\n"), ["a\t1\t0\t-\t-"])

    def test_records_without_a_time_do_not_count_for_the_percentile(self):
        stdin = "service=a ms=1\n" + "service=a\n" * 30 + "service=a ms=2\n"
        self.assertEqual(self.groups(stdin=stdin), ["a\t32\t0\t2\t2"])

    def test_how_times_are_written(self):
        texts = {
            "0": "0", "0.0": "0", "0.5": "0.5", "0.001": "0.001", "12.0": "12", "12.50": "12.5", "007": "7", "100": "100",
            "3000000": "3000000", "1234567.25": "1234567.25", "999999999.999": "999999999.999",
        }
        self.assertEqual(self.shown(list(texts)), {value: [text, text] for value, text in texts.items()})

    def test_times_are_numbers_or_null_in_json(self):
        result = self.json(stdin="service=a ms=12.50\nservice=b\n")
        self.assertEqual([(group["p95"], group["max"]) for group in result["groups"]], [(12.5, 12.5), (None, None)])


class ExitCodes(LogsumCase):
    def test_fine(self):
        self.assertEqual(self.run_logsum(stdin="service=a level=warn\n")[2], 0)

    def test_errors(self):
        self.assertEqual(self.run_logsum(stdin="service=a level=ERROR\n")[2], 1)
        self.assertEqual(self.run_logsum("--json", stdin="service=a level=ERROR\n")[2], 1)

    def test_skipped_goes_before_errors(self):
        stdout, stderr, code = self.run_logsum("--json", stdin="service=a level=error\na=1 a=2\n")
        self.assertEqual((json.loads(stdout)["skipped"], json.loads(stdout)["groups"][0]["errors"]), (1, 1))
        self.assertEqual((stderr, code), ("-:2: column 5: key given twice: a\n", 3))

    def test_nothing_but_skipped_lines(self):
        stdout, _, code = self.run_logsum(stdin="?\n!\n")
        self.assertEqual((stdout, code), (HEADER + "\n", 3))
        self.assertEqual(self.json(stdin="?\n!\n"), {"records": 0, "skipped": 2, "groups": []})

    def test_file_that_cannot_be_read_goes_before_all(self):
        self.file("bad.log", "?\nservice=a level=error\n")
        (self.folder / "folder").mkdir()
        for unreadable in ("missing.log", "folder"):
            for args in (("bad.log", unreadable), (unreadable, "bad.log"), ("--json", "bad.log", unreadable)):
                with self.subTest(args=args):
                    stdout, stderr, code = self.run_logsum(*args)
                    self.assertEqual((stdout, code), ("", 2))
                    self.assertIn(unreadable, stderr)
                    self.assertNotIn("Traceback", stderr)

    def test_wrong_usage(self):
        for args in (("--wat",), ("--by",), ("--wat", "--json")):
            with self.subTest(args=args):
                stdout, stderr, code = self.run_logsum(*args)
                self.assertEqual((stdout, code), ("", 2))
                self.assertTrue(stderr)


class ParserStays(unittest.TestCase):
    def test_values_are_never_converted(self):
        self.assertEqual(parse_line("ms=1e3 id=007 x=nan slow y="), {"ms": "1e3", "id": "007", "x": "nan", "slow": "true", "y": ""})
