import unittest
from decimal import Decimal

from reports import invoice_report, payroll_report, stock_report

INVOICE = [
    {"item": "Espresso beans, 1 kg", "qty": 2, "unit": Decimal("18.90")},
    {"item": "Hand grinder with ceramic burrs", "qty": 1, "unit": Decimal("64.00")},
    {"item": "Filter papers", "qty": 12, "unit": Decimal("0.035")},
]

STOCK = [
    {"sku": "BN-1", "name": "Espresso beans, 1 kg", "on_hand": 40, "reorder": 15},
    {"sku": "GR-7", "name": "Hand grinder with ceramic burrs", "on_hand": 3, "reorder": 5},
    {"sku": "FP-2", "name": "Filter papers", "on_hand": 0, "reorder": 200},
    {"sku": "MG-9", "name": "Mug, chipped", "on_hand": 1, "reorder": None},
]

PAYROLL = [
    {"employee": "Ada Okafor", "hours": Decimal("38.5"), "rate": Decimal("31.00"), "tax": Decimal("0.22")},
    {"employee": "Bartholomew Featherstonehaugh", "hours": Decimal("12"), "rate": Decimal("19.40"), "tax": Decimal("0.10")},
]


class InvoiceReport(unittest.TestCase):
    maxDiff = None

    def test_invoice(self):
        self.assertEqual(
            invoice_report(INVOICE),
            "Item                        Qty        Unit        Amount\n"
            "---------------------------------------------------------\n"
            "Espresso beans, 1 kg          2       18.90         37.80\n"
            "Hand grinder with ceram…      1       64.00         64.00\n"
            "Filter papers                12        0.04          0.42\n"
            "---------------------------------------------------------\n"
            "Total EUR                    15                    102.22\n",
        )

    def test_invoice_in_another_currency(self):
        self.assertTrue(invoice_report(INVOICE, currency="CHF").splitlines()[-1].startswith("Total CHF "))


class StockReport(unittest.TestCase):
    maxDiff = None

    def test_stock(self):
        self.assertEqual(
            stock_report(STOCK),
            "SKU       Name                   On hand   Reorder  Note\n"
            "---------------------------------------------------------\n"
            "BN-1      Espresso beans, 1 kg        40        15\n"
            "GR-7      Hand grinder with c…         3         5  low\n"
            "FP-2      Filter papers                0       200  out\n"
            "MG-9      Mug, chipped                 1         -\n",
        )

    def test_empty_stock(self):
        self.assertEqual(stock_report([]).splitlines()[2:], ["(nothing in stock)"])


class PayrollReport(unittest.TestCase):
    maxDiff = None

    def test_payroll(self):
        self.assertEqual(
            payroll_report(PAYROLL),
            "Employee                  Hours        Gross          Net\n"
            "---------------------------------------------------------\n"
            "Ada Okafor                 38.5      1193.50       930.93\n"
            "Bartholomew Featherst…     12.0       232.80       209.52\n"
            "---------------------------------------------------------\n"
            "Total                      50.5      1426.30      1140.45\n",
        )


class AnyIterable(unittest.TestCase):
    def test_rows_may_come_from_a_generator(self):
        for report, rows in ((invoice_report, INVOICE), (stock_report, STOCK), (payroll_report, PAYROLL)):
            with self.subTest(report=report.__name__):
                self.assertEqual(report(row for row in rows), report(rows))


if __name__ == "__main__":
    unittest.main()
