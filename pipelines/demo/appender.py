"""Appending bad lines to finished extract files, and knowing where each one came to stand."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Fields = dict[str, str]
#: rows of a file kept as patterns for planted rows
PATTERNS = 400


class Appender:
    """One extract file: its header, some of its good rows, and the lines to add at its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = path.read_bytes().count(b"\n") - 1
        self.clean_rows = self.rows
        self._added: list[bytes] = []
        self._uses: dict[str, int] = {}
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle)
            self.names = list(reader.fieldnames or ())
            self._patterns = [row for row, _ in zip(reader, range(PATTERNS * 10), strict=False)]

    def pattern(self, name: str, fits: Callable[[Fields], bool]) -> Fields | None:
        """A copy of the next good row that fits; the same ``name`` walks through the rows."""
        found = [row for row in self._patterns if fits(row)][:PATTERNS]
        if not found:
            return None
        turn = self._uses.get(name, 0)
        self._uses[name] = turn + 1
        return dict(found[turn % len(found)])

    def line(self, fields: Fields) -> bytes:
        """The row as a CSV line."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow([fields.get(n, "") for n in self.names])
        return out.getvalue().encode("utf-8")

    def add(self, line: bytes) -> int:
        """Add a line; returns its record number among the data rows (1 = first)."""
        self._added.append(line)
        self.rows += 1
        return self.rows

    def flush(self) -> None:
        """Write the added lines."""
        with self.path.open("ab") as handle:
            handle.writelines(self._added)
        self._added.clear()
