"""The reports as they were before the refactoring: what the candidate's must still print."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
TENTH = Decimal("0.1")


def invoice_report(lines, currency="EUR"):
    """One line per invoice position: dicts with `item`, `qty` (int) and `unit` (Decimal)."""
    out = []
    header = "Item".ljust(24) + "  " + "Qty".rjust(5) + "  " + "Unit".rjust(10) + "  " + "Amount".rjust(12)
    out.append(header.rstrip())
    out.append("-" * 57)
    total_qty = 0
    total = Decimal("0.00")
    for line in lines:
        item = line["item"]
        if len(item) > 24:
            item = item[:23] + "…"
        unit = line["unit"].quantize(CENT, ROUND_HALF_UP)
        amount = (line["qty"] * line["unit"]).quantize(CENT, ROUND_HALF_UP)
        total_qty += line["qty"]
        total += amount
        row = item.ljust(24) + "  " + str(line["qty"]).rjust(5) + "  " + str(unit).rjust(10) + "  " + str(amount).rjust(12)
        out.append(row.rstrip())
    out.append("-" * 57)
    label = "Total " + currency
    row = label.ljust(24) + "  " + str(total_qty).rjust(5) + "  " + "".rjust(10) + "  " + str(total).rjust(12)
    out.append(row.rstrip())
    return "\n".join(out) + "\n"


def stock_report(items):
    """One line per article: dicts with `sku`, `name`, `on_hand` (int) and `reorder` (int or None)."""
    out = []
    header = "SKU".ljust(8) + "  " + "Name".ljust(20) + "  " + "On hand".rjust(8) + "  " + "Reorder".rjust(8) + "  " + "Note".ljust(5)
    out.append(header.rstrip())
    out.append("-" * 57)
    count = 0
    for item in items:
        count += 1
        name = item["name"]
        if len(name) > 20:
            name = name[:19] + "…"
        reorder = "-" if item["reorder"] is None else str(item["reorder"])
        note = ""
        if item["reorder"] is not None and item["on_hand"] <= item["reorder"]:
            note = "low"
        if item["on_hand"] == 0:
            note = "out"
        row = item["sku"].ljust(8) + "  " + name.ljust(20) + "  " + str(item["on_hand"]).rjust(8) + "  " + reorder.rjust(8) + "  " + note.ljust(5)
        out.append(row.rstrip())
    if count == 0:
        out.append("(nothing in stock)")
    return "\n".join(out) + "\n"


def payroll_report(entries):
    """One line per employee: dicts with `employee`, `hours` (Decimal), `rate` (Decimal) and `tax` (Decimal, 0 to 1)."""
    out = []
    header = "Employee".ljust(22) + "  " + "Hours".rjust(7) + "  " + "Gross".rjust(11) + "  " + "Net".rjust(11)
    out.append(header.rstrip())
    out.append("-" * 57)
    hours = Decimal("0")
    gross = Decimal("0")
    net = Decimal("0")
    for entry in entries:
        employee = entry["employee"]
        if len(employee) > 22:
            employee = employee[:21] + "…"
        entry_gross = entry["hours"] * entry["rate"]
        entry_net = entry_gross * (1 - entry["tax"])
        hours += entry["hours"]
        gross += entry_gross
        net += entry_net
        row = (
            employee.ljust(22)
            + "  "
            + str(entry["hours"].quantize(TENTH, ROUND_HALF_EVEN)).rjust(7)
            + "  "
            + str(entry_gross.quantize(CENT, ROUND_HALF_EVEN)).rjust(11)
            + "  "
            + str(entry_net.quantize(CENT, ROUND_HALF_EVEN)).rjust(11)
        )
        out.append(row.rstrip())
    out.append("-" * 57)
    row = (
        "Total".ljust(22)
        + "  "
        + str(hours.quantize(TENTH, ROUND_HALF_EVEN)).rjust(7)
        + "  "
        + str(gross.quantize(CENT, ROUND_HALF_EVEN)).rjust(11)
        + "  "
        + str(net.quantize(CENT, ROUND_HALF_EVEN)).rjust(11)
    )
    out.append(row.rstrip())
    return "\n".join(out) + "\n"
