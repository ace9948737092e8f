import unittest

from logfmt import LogfmtError, parse_line


class ParseLine(unittest.TestCase):
    def test_pairs_in_their_order(self):
        self.assertEqual(list(parse_line("b=2 a=1").items()), [("b", "2"), ("a", "1")])

    def test_values_stay_text(self):
        self.assertEqual(parse_line("ms=12 ratio=0.50 id=007"), {"ms": "12", "ratio": "0.50", "id": "007"})

    def test_quoted_values(self):
        self.assertEqual(parse_line(r'a="x y" b="say \"hi\"\n" c=""'), {"a": "x y", "b": 'say "hi"\n', "c": ""})

    def test_key_without_value(self):
        self.assertEqual(parse_line("slow empty="), {"slow": "true", "empty": ""})

    def test_blank_line(self):
        self.assertEqual(parse_line("  \n"), {})

    def test_what_is_no_pair(self):
        for line, column in (('a=1 "b"', 5), ('a="open', 1), ("a=1 =2", 5), ("{}", 1)):
            with self.subTest(line=line), self.assertRaises(LogfmtError) as caught:
                parse_line(line)
            self.assertEqual(caught.exception.column, column)

    def test_key_given_twice(self):
        with self.assertRaisesRegex(LogfmtError, "^column 5: key given twice: a$"):
            parse_line("a=1 a=2")


if __name__ == "__main__":
    unittest.main()
