"""Appends bad rows to the open files of a demo and labels each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.demo.appender import Appender
from pipelines.demo.labels import Label

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.demo.appender import Fields


@dataclass
class Planter:
    """Where rows are planted: the open files, and the labels so far."""

    folder: Path
    areacode: str
    batch: str
    pools: tuple[str, ...]
    labels: list[Label] = field(default_factory=list)
    serial: int = 0
    _files: dict[str, Appender] = field(default_factory=dict)

    def file(self, table: str, ym: int) -> Appender:
        """The extract of a month, opened once."""
        name = f"{table}_{self.areacode}_{ym}_{self.batch}.csv"
        if name not in self._files:
            self._files[name] = Appender(self.folder / name)
        return self._files[name]

    def next_id(self) -> str:
        """A serial no good row carries."""
        self.serial += 1
        return f"{self.serial:013d}"

    def plant(
        self,
        table: str,
        target: Appender,
        row: Fields,
        outcome: tuple[str, str],
        *,
        key: str,
        line: bytes | None = None,
    ) -> None:
        """Append a row (or the raw ``line``) and label it with (reason, disposition)."""
        number = target.add(line if line is not None else target.line(row))
        reason, disposition = outcome
        self.labels.append(
            Label(
                label_id=f"D{len(self.labels) + 1:03d}",
                kind="defect",
                table_name=table,
                file=target.path.name,
                key_value=key,
                poolarea_no=row.get("poolarea_no", ""),
                insutype=row.get("insutype", ""),
                reason=reason,
                disposition=disposition,
                detail=f"src_row={number}",
            )
        )

    def flush(self) -> None:
        """Write all files."""
        for target in self._files.values():
            target.flush()
