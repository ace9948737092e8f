"""Plain-text tables: what the columns are is said once, how they are laid out is written here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

GAP = "  "


@dataclass(frozen=True)
class Column:
    """One column: `value` takes a row, `text` takes that value. `cut` and `total` are explained at `render_table`."""

    title: str
    width: int
    value: Callable[[Any], Any]
    text: Callable[[Any], str] = str
    align: str = "left"
    cut: bool = False
    total: bool = False

    def pad(self, text: str) -> str:
        return text.rjust(self.width) if self.align == "right" else text.ljust(self.width)

    def cell(self, row: Any) -> str:
        text = self.text(self.value(row))
        return text[: self.width - 1] + "…" if self.cut and len(text) > self.width else text


def render_table(columns: Sequence[Column], rows: Iterable[Any], total_label: str | None = None, empty: str | None = None) -> str:
    """Titles, a rule and one line per row (or `empty` without rows); with `total_label` a rule and a total line too.

    A row's text that is too long is cut if its column says so. The total line holds the sums of the columns that have
    a total, the label in place of the first.
    """
    rows = list(rows)
    rule = "-" * (sum(column.width for column in columns) + len(GAP) * (len(columns) - 1))

    def line(texts: Iterable[str]) -> str:
        return GAP.join(column.pad(text) for column, text in zip(columns, texts)).rstrip()

    lines = [line(column.title for column in columns), rule]
    lines += [line(column.cell(row) for column in columns) for row in rows]
    if not rows and empty is not None:
        lines.append(empty.rstrip())
    if total_label is not None:
        sums = [column.text(sum(map(column.value, rows))) if column.total else "" for column in columns[1:]]
        lines += [rule, line([total_label, *sums])]
    return "\n".join(lines) + "\n"
