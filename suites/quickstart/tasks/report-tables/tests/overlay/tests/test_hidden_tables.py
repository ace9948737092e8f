import importlib
import unittest
from fractions import Fraction


class TablesCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        tables = importlib.import_module("tables")
        self.Column, self.render_table = tables.Column, tables.render_table

    def lines(self, *args, **kwargs):
        text = self.render_table(*args, **kwargs)
        self.assertTrue(text.endswith("\n"))
        return text[:-1].split("\n")


class Layout(TablesCase):
    def test_one_column(self):
        self.assertEqual(self.lines([self.Column("Day", 5, str)], ["Mon"]), ["Day", "-----", "Mon"])

    def test_left_and_right(self):
        columns = [self.Column("L", 3, lambda r: r[0], align="left"), self.Column("R", 4, lambda r: r[1], align="right")]
        self.assertEqual(self.lines(columns, [("a", 1), ("bcd", 1234)]), ["L       R", "-" * 9, "a       1", "bcd  1234"])

    def test_positional_arguments_in_the_documented_order(self):
        columns = [self.Column("A", 3, str, str, "left", True, False), self.Column("B", 4, int, hex, "right", False, True)]
        self.assertEqual(self.lines(columns, ["1234"], "Sum", None)[2:], ["12…  0x4d2", "-" * 9, "Sum  0x4d2"])

    def test_no_line_ends_in_white_space(self):
        columns = [self.Column("A", 4, lambda r: r[0]), self.Column("", 6, lambda r: r[1])]
        self.assertEqual(self.lines(columns, [("x", ""), ("y", "z  ")], total_label="T"), ["A", "-" * 12, "x", "y     z", "-" * 12, "T"])

    def test_long_text_is_shown_whole_without_cut(self):
        columns = [self.Column("A", 2, lambda r: r), self.Column("B", 3, len, align="right")]
        self.assertEqual(self.lines(columns, ["abcdef"])[2:], ["abcdef    6"])

    def test_text_as_long_as_the_column_is_not_cut(self):
        self.assertEqual(self.lines([self.Column("A", 4, str, cut=True)], ["abcd", "abcde"])[2:], ["abcd", "abc…"])

    def test_right_aligned_text_can_be_cut_too(self):
        self.assertEqual(self.lines([self.Column("A", 4, str, align="right", cut=True)], ["ab", "abcde"])[2:], ["  ab", "abc…"])

    def test_titles_are_not_cut(self):
        self.assertEqual(self.lines([self.Column("Title", 3, str, cut=True)], ["a"]), ["Title", "---", "a"])

    def test_text_is_applied_to_the_value(self):
        columns = [self.Column("Share", 6, lambda r: Fraction(r, 8), text=lambda v: f"{float(v):.3f}", align="right")]
        self.assertEqual(self.lines(columns, [1, 4])[2:], [" 0.125", " 0.500"])


class TotalLine(TablesCase):
    def columns(self, **first):
        return [
            self.Column("Name", 6, lambda r: r[0], cut=True, **first),
            self.Column("N", 4, lambda r: r[1], align="right", total=True),
            self.Column("M", 4, lambda r: r[1], align="right"),
            self.Column("Half", 5, lambda r: Fraction(r[1], 2), text=lambda v: f"{float(v):.1f}", align="right", total=True),
        ]

    def test_total_adds_values_and_not_texts(self):
        rows = [("a", 1), ("b", 2)]
        self.assertEqual(self.lines(self.columns(), rows, total_label="All")[-1], "All        3          1.5")

    def test_no_label_no_total_line(self):
        self.assertEqual(len(self.lines(self.columns(), [("a", 1)])), 3)

    def test_label_that_is_empty_still_gives_a_total_line(self):
        self.assertEqual(self.lines(self.columns(), [("a", 1)], total_label="")[-2:], ["-" * 25, "           1          0.5"])

    def test_label_is_not_cut(self):
        self.assertEqual(self.lines(self.columns(), [("a", 1)], total_label="Everything")[-1], "Everything     1          0.5")

    def test_label_stands_in_the_first_column_even_if_it_has_a_total(self):
        columns = [self.Column("N", 4, int, total=True), self.Column("M", 4, int, total=True)]
        self.assertEqual(self.lines(columns, [2, 3], total_label="Sum")[-1], "Sum   5")

    def test_total_of_no_rows_is_the_text_of_zero(self):
        self.assertEqual(self.lines(self.columns(), [], total_label="All")[2:], ["-" * 25, "All        0          0.0"])


class Rows(TablesCase):
    def test_empty_text_stands_before_the_total_line(self):
        columns = [self.Column("N", 4, int, total=True), self.Column("M", 4, int, total=True)]
        self.assertEqual(self.lines(columns, [], "Sum", "(none)")[2:], ["(none)", "-" * 10, "Sum   0"])

    def test_empty_text_is_not_shown_with_rows(self):
        self.assertEqual(self.lines([self.Column("A", 2, str)], ["a"], empty="(none)"), ["A", "--", "a"])

    def test_no_rows_and_no_text(self):
        self.assertEqual(self.lines([self.Column("A", 2, str)], []), ["A", "--"])

    def test_rows_are_gone_through_once(self):
        columns = [self.Column("A", 2, str), self.Column("B", 3, int, align="right", total=True)]
        self.assertEqual(self.lines(columns, iter([1, 2]), total_label="T"), self.lines(columns, [1, 2], total_label="T"))

    def test_columns_may_be_a_tuple(self):
        self.assertEqual(self.lines((self.Column("A", 2, str),), ["a"]), ["A", "--", "a"])
