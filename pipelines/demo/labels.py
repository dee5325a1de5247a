"""What was planted: the rows of ``labels.csv``."""

from __future__ import annotations

import csv
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.demo.plan import Calendar, Shift


@dataclass(frozen=True)
class Label:
    """One planted truth. ``key_value`` is a row's rid or serial, never a person."""

    label_id: str
    kind: str
    table_name: str = ""
    file: str = ""
    key_value: str = ""
    poolarea_no: str = ""
    insutype: str = ""
    start_ym: str = ""
    reason: str = ""
    disposition: str = ""
    detail: str = ""


def shift_labels(
    shifts: Sequence[Shift], cal: Calendar, openings: dict[tuple[str, str], float]
) -> list[Label]:
    """Labels of the planted trends; ``start_ym`` is the first month of care that is affected."""
    out = []
    for no, s in enumerate(shifts, start=1):
        start = cal.ym(max(s.start, 1))
        detail = f"med_type={s.med_type or 'ALL'};factor={s.factor}"
        if s.kind == "depletion":
            opening = openings[(s.pool, s.scheme)]
            detail = f"opening_months={opening};end_factor={s.end_factor}"
        out.append(
            Label(
                label_id=f"L{no:03d}",
                kind=s.kind,
                table_name="settlements",
                poolarea_no=s.pool,
                insutype=s.scheme,
                start_ym=str(start),
                detail=detail,
            )
        )
    return out


def deferral_labels(
    starts: dict[str, int], pools: Sequence[str], cal: Calendar, first_no: int
) -> list[Label]:
    """Labels of the pools that hold residents' premiums until their year begins from a month of the
    demo on (pool → yyyymm): the year of the change shows that much less income."""
    return [
        Label(
            label_id=f"L{no:03d}",
            kind="deferral",
            table_name="contributions",
            poolarea_no=pool,
            insutype="390",
            start_ym=str(start),
            detail="suppl2026=on",
        )
        for no, (pool, start) in enumerate(sorted(starts.items()), start=first_no)
        if pool in pools and cal.start_ym < start <= cal.ym(cal.months)
    ]


def write_labels(path: Path, labels: Sequence[Label]) -> None:
    """Write the labels as CSV, in the order given."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow([f.name for f in fields(Label)])
        writer.writerows(astuple(label) for label in labels)
