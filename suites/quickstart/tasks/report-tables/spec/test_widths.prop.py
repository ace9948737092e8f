import unittest

from hypothesis import given
from hypothesis import strategies as st
from tables import Column, render_table

cell = st.text(alphabet="xy", max_size=4)


class Widths(unittest.TestCase):
    @given(st.lists(st.tuples(cell, cell), max_size=5))
    def test_right_cells_end_where_their_column_does(self, rows):
        columns = [Column("a", 4, lambda row: row[0]), Column("b", 5, lambda row: row[1], align="right")]
        lines = render_table(columns, iter(rows)).splitlines()
        self.assertEqual(lines[1], "-" * 11)
        self.assertEqual(len(lines), len(rows) + 2)
        for (left, right), line in zip(rows, lines[2:]):
            self.assertEqual(line, f"{left:<4}  {right:>5}".rstrip())


if __name__ == "__main__":
    unittest.main()
