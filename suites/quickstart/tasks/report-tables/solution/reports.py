"""Plain-text reports of the shop's back office."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from operator import itemgetter

from tables import Column, render_table

CENT = Decimal("0.01")
TENTH = Decimal("0.1")


def _half_up(amount):
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def _half_even(unit):
    return lambda number: str(Decimal(number).quantize(unit, ROUND_HALF_EVEN))


def _invoice_text(amount):
    return str(_half_up(amount))


def _amount(line):
    # Rounded here and not only when shown: the total of an invoice adds what its lines say.
    return _half_up(line["qty"] * line["unit"])


def _reorder_text(reorder):
    return "-" if reorder is None else str(reorder)


def _note(item):
    if item["on_hand"] == 0:
        return "out"
    if item["reorder"] is not None and item["on_hand"] <= item["reorder"]:
        return "low"
    return ""


def _gross(entry):
    return entry["hours"] * entry["rate"]


def _net(entry):
    return _gross(entry) * (1 - entry["tax"])


INVOICE_COLUMNS = (
    Column("Item", 24, itemgetter("item"), cut=True),
    Column("Qty", 5, itemgetter("qty"), align="right", total=True),
    Column("Unit", 10, itemgetter("unit"), text=_invoice_text, align="right"),
    Column("Amount", 12, _amount, text=_invoice_text, align="right", total=True),
)

STOCK_COLUMNS = (
    Column("SKU", 8, itemgetter("sku")),
    Column("Name", 20, itemgetter("name"), cut=True),
    Column("On hand", 8, itemgetter("on_hand"), align="right"),
    Column("Reorder", 8, itemgetter("reorder"), text=_reorder_text, align="right"),
    Column("Note", 5, _note),
)

PAYROLL_COLUMNS = (
    Column("Employee", 22, itemgetter("employee"), cut=True),
    Column("Hours", 7, itemgetter("hours"), text=_half_even(TENTH), align="right", total=True),
    Column("Gross", 11, _gross, text=_half_even(CENT), align="right", total=True),
    Column("Net", 11, _net, text=_half_even(CENT), align="right", total=True),
)


def invoice_report(lines, currency="EUR"):
    """One line per invoice position: dicts with `item`, `qty` (int) and `unit` (Decimal)."""
    return render_table(INVOICE_COLUMNS, lines, total_label="Total " + currency)


def stock_report(items):
    """One line per article: dicts with `sku`, `name`, `on_hand` (int) and `reorder` (int or None)."""
    return render_table(STOCK_COLUMNS, items, empty="(nothing in stock)")


def payroll_report(entries):
    """One line per employee: dicts with `employee`, `hours` (Decimal), `rate` (Decimal) and `tax` (Decimal, 0 to 1)."""
    return render_table(PAYROLL_COLUMNS, entries, total_label="Total")
