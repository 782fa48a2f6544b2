"""Tables as CSV files that a Czech office opens by a double click: UTF-8 with its mark, semicolons, decimal commas, CRLF.

A cell that a spreadsheet would run as a formula is disarmed by an apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

MARK = "\ufeff"
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")

Value = str | int | float | None


def csv_file(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """The text of a CSV file; quoting by RFC 4180. Floats are written with a decimal comma, None as an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_cell(text) for text in head])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return MARK + out.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value.lstrip(" \u00a0").startswith(DANGEROUS) else value
