import ast
import importlib
import inspect
import random
import unittest
from decimal import Decimal
from pathlib import Path

from tests import original_reports as original

RULE = "-" * 57


def dec(text):
    return Decimal(text)


def invoice_line(qty=1, unit="1.00", item="Item"):
    return {"item": item, "qty": qty, "unit": dec(unit)}


def article(on_hand=10, reorder=5, name="Name", sku="SKU-1"):
    return {"sku": sku, "name": name, "on_hand": on_hand, "reorder": reorder}


def entry(hours="1", rate="1.00", tax="0", employee="Name"):
    return {"employee": employee, "hours": dec(hours), "rate": dec(rate), "tax": dec(tax)}


class ReportsCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.reports = importlib.import_module("reports")

    def same(self, report, rows, *args, **kwargs):
        expected = getattr(original, report)(rows, *args, **kwargs)
        self.assertEqual(getattr(self.reports, report)(rows, *args, **kwargs), expected)
        return expected.splitlines()


class InvoiceStays(ReportsCase):
    def test_halves_of_a_cent_are_rounded_up(self):
        lines = self.same("invoice_report", [invoice_line(unit="0.125"), invoice_line(unit="0.135"), invoice_line(qty=3, unit="0.005")])
        self.assertEqual([line.split()[-1] for line in lines[2:5]], ["0.13", "0.14", "0.02"])

    def test_total_adds_the_rounded_amounts(self):
        lines = self.same("invoice_report", [invoice_line(unit="0.005")] * 3)
        self.assertEqual(lines[-1].split(), ["Total", "EUR", "3", "0.03"])

    def test_amount_comes_from_the_exact_unit_price(self):
        lines = self.same("invoice_report", [invoice_line(qty=100, unit="0.035")])
        self.assertEqual(lines[2].split()[1:], ["100", "0.04", "3.50"])

    def test_credit_lines(self):
        self.same("invoice_report", [invoice_line(qty=-2, unit="0.125"), invoice_line(qty=-1, unit="0.005"), invoice_line(qty=-1, unit="0")])

    def test_no_lines(self):
        lines = self.same("invoice_report", [])
        self.assertEqual(lines[1:3], [RULE, RULE])
        self.assertEqual(lines[3].split(), ["Total", "EUR", "0", "0.00"])

    def test_item_as_long_as_the_column_is_not_cut(self):
        self.same("invoice_report", [invoice_line(item="x" * 23), invoice_line(item="x" * 24), invoice_line(item="x" * 25)])

    def test_long_numbers_are_not_cut(self):
        self.same("invoice_report", [invoice_line(qty=1_000_000, unit="123456789.99")])

    def test_long_currency_is_not_cut(self):
        lines = self.same("invoice_report", [invoice_line()], currency="shop vouchers of 2026")
        self.assertTrue(lines[-1].startswith("Total shop vouchers of 2026  "))

    def test_currency_as_the_second_argument(self):
        self.same("invoice_report", [invoice_line()], "USD")


class StockStays(ReportsCase):
    def test_notes(self):
        lines = self.same(
            "stock_report",
            [article(5, 5), article(6, 5), article(0, 5), article(0, 0), article(0, None), article(1, None), article(-1, 0), article(-1, None), article(1, 0)],
        )
        self.assertEqual([line.split()[4:] for line in lines[2:]], [["low"], [], ["out"], ["out"], ["out"], [], ["low"], [], []])

    def test_reorder_of_zero_is_shown_and_none_is_a_dash(self):
        lines = self.same("stock_report", [article(1, 0), article(1, None)])
        self.assertEqual([line.split()[3] for line in lines[2:]], ["0", "-"])

    def test_long_sku_is_not_cut(self):
        lines = self.same("stock_report", [article(sku="ABCDEFGH"), article(sku="ABCDEFGH-12345")])
        self.assertTrue(lines[3].startswith("ABCDEFGH-12345  Name  "))

    def test_name_as_long_as_the_column_is_not_cut(self):
        self.same("stock_report", [article(name="x" * 19), article(name="x" * 20), article(name="x" * 21)])

    def test_empty_stock_has_no_total(self):
        self.assertEqual(len(self.same("stock_report", [])), 3)

    def test_empty_stock_from_an_iterator(self):
        self.assertEqual(self.reports.stock_report(iter([])), original.stock_report([]))


class PayrollStays(ReportsCase):
    def test_halves_of_a_cent_are_rounded_to_even(self):
        lines = self.same("payroll_report", [entry(rate="0.125"), entry(rate="0.135"), entry(rate="0.145")])
        self.assertEqual([line.split()[-1] for line in lines[2:5]], ["0.12", "0.14", "0.14"])

    def test_halves_of_a_tenth_of_an_hour_are_rounded_to_even(self):
        lines = self.same("payroll_report", [entry(hours="7.25"), entry(hours="7.35")])
        self.assertEqual([line.split()[1] for line in lines[2:4]], ["7.2", "7.4"])

    def test_totals_add_what_is_not_rounded(self):
        lines = self.same("payroll_report", [entry(hours="0.04", rate="0.10")] * 3)
        self.assertEqual(lines[-1].split(), ["Total", "0.1", "0.01", "0.01"])

    def test_net_comes_from_the_exact_gross(self):
        self.same("payroll_report", [entry(hours="7.77", rate="13.337", tax="0.333")])

    def test_no_entries(self):
        lines = self.same("payroll_report", [])
        self.assertEqual(lines[3].split(), ["Total", "0.0", "0.00", "0.00"])

    def test_name_as_long_as_the_column_is_not_cut(self):
        self.same("payroll_report", [entry(employee="x" * 21), entry(employee="x" * 22), entry(employee="x" * 23)])


class SameOutputForManyInputs(ReportsCase):
    """Rows from a fixed generator, printed by the original and by the candidate."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(57)

    def word(self):
        return "".join(self.random.choice("abc é-") for _ in range(self.random.randrange(0, 30))) + "."

    def decimal(self, limit, places):
        return Decimal(self.random.randrange(limit)).scaleb(-self.random.randrange(places + 1))

    def test_invoices(self):
        for _ in range(200):
            rows = [
                {"item": self.word(), "qty": self.random.randrange(-3, 50), "unit": self.decimal(10**6, 4)}
                for _ in range(self.random.randrange(6))
            ]
            self.same("invoice_report", rows)

    def test_stock(self):
        for _ in range(200):
            rows = [
                article(self.random.randrange(-2, 12), self.random.choice([None, 0, 5, 11]), self.word(), self.word())
                for _ in range(self.random.randrange(6))
            ]
            self.same("stock_report", rows)

    def test_payroll(self):
        for _ in range(200):
            rows = [
                {"employee": self.word(), "hours": self.decimal(10**4, 3), "rate": self.decimal(10**5, 3), "tax": self.decimal(100, 2) / 100}
                for _ in range(self.random.randrange(6))
            ]
            self.same("payroll_report", rows)


class Refactored(ReportsCase):
    def tree(self, name):
        return ast.parse(Path(inspect.getfile(importlib.import_module(name))).read_text(encoding="utf-8"))

    def test_signatures_stay(self):
        for name in ("invoice_report", "stock_report", "payroll_report"):
            with self.subTest(report=name):
                self.assertEqual(self.parameters(self.reports, name), self.parameters(original, name))

    def parameters(self, module, name):
        return [(p.name, p.kind, p.default) for p in inspect.signature(getattr(module, name)).parameters.values()]

    def test_reports_are_described_by_columns(self):
        tables = importlib.import_module("tables")
        for name, length in (("INVOICE_COLUMNS", 4), ("STOCK_COLUMNS", 5), ("PAYROLL_COLUMNS", 4)):
            with self.subTest(columns=name):
                columns = getattr(self.reports, name)
                self.assertIsInstance(columns, (list, tuple))
                self.assertEqual([type(column) for column in columns], [tables.Column] * length)

    def test_column_descriptions_alone_give_the_reports(self):
        render_table = importlib.import_module("tables").render_table
        lines, items, entries = [invoice_line()] * 2, [article()], [entry(), entry("2.5", "9.99", "0.1")]
        self.assertEqual(
            render_table(self.reports.INVOICE_COLUMNS, lines, total_label="Total EUR"), original.invoice_report(lines)
        )
        self.assertEqual(render_table(self.reports.STOCK_COLUMNS, items), original.stock_report(items))
        self.assertEqual(
            render_table(self.reports.PAYROLL_COLUMNS, entries, total_label="Total"), original.payroll_report(entries)
        )

    def test_reports_has_no_loop_left(self):
        importlib.import_module("tables")
        loops = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        for node in ast.walk(self.tree("reports")):
            if isinstance(node, loops) or (isinstance(node, ast.Name) and node.id in ("map", "filter")):
                self.fail(f"reports.py, line {node.lineno}: {type(node).__name__}")

    def test_reports_has_no_layout_left(self):
        importlib.import_module("tables")
        for node in ast.walk(self.tree("reports")):
            if isinstance(node, ast.Attribute) and node.attr in ("ljust", "rjust", "center", "join"):
                self.fail(f"reports.py, line {node.lineno}: {node.attr}")

    def test_tables_knows_nothing_of_the_reports(self):
        imported = set()
        for node in ast.walk(self.tree("tables")):
            if isinstance(node, ast.Import):
                imported.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
        self.assertFalse(imported & {"reports", "decimal"}, f"tables.py imports {sorted(imported)}")
