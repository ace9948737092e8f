import unittest

from tables import Column, render_table

CITIES = [("Oslo", 709_037), ("Reykjavík", 139_875)]
COLUMNS = [
    Column("City", 10, lambda row: row[0]),
    Column("People", 9, lambda row: row[1], text="{:,}".format, align="right", total=True),
]


class RenderTable(unittest.TestCase):
    def test_titles_rule_and_rows(self):
        self.assertEqual(
            render_table(COLUMNS, CITIES),
            "City           People\n"
            "---------------------\n"
            "Oslo          709,037\n"
            "Reykjavík     139,875\n",
        )

    def test_total_line(self):
        self.assertEqual(
            render_table(COLUMNS, CITIES, total_label="Both").splitlines()[4:],
            ["---------------------", "Both          848,912"],
        )

    def test_long_text_is_cut_where_the_column_says_so(self):
        table = render_table([Column("Word", 5, str, cut=True)], ["brief", "lengthy"])
        self.assertEqual(table.splitlines()[2:], ["brief", "leng…"])

    def test_no_rows(self):
        self.assertEqual(render_table(COLUMNS, [], empty="(none)").splitlines()[2:], ["(none)"])


if __name__ == "__main__":
    unittest.main()
