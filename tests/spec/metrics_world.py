"""Small books for the metrics: vouchers, one a line, and a figure asked for by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.spec.harness import rows, run, world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.spec.harness import Spec

#: what a written metric table says of a figure that is not there
NONE = ("", "", "", "", "")


class Told(NamedTuple):
    """One row of ``met_metric`` as text; '' is NULL."""

    value: str
    numerator: str
    denominator: str
    months: str
    status: str


def books(*lines: str, **tables: str) -> Spec:
    """The metrics over vouchers ``ledger | day | debit account | credit account | amount``.

    A day that begins with ``OPEN`` is an opening balance. Other tables are drawn as in ``world``.
    """
    out = [
        "voucher_no | poolarea_no | insutype | event_id | posting_date | account_code | "
        "debit_amt | credit_amt"
    ]
    for number, line in enumerate(lines, start=1):
        ledger, day, debit, credit, amount = (cell.strip() for cell in line.split("|"))
        pool, insutype = ledger.split("-")
        event = "OPEN" if day.startswith("OPEN") else "手工"
        head = f"V{number} | {pool} | {insutype} | {event} | {day.removeprefix('OPEN').strip()}"
        out += [f"{head} | {debit} | {amount} | 0", f"{head} | {credit} | 0 | {amount}"]
    return run(world(vouchers="\n".join(out), **tables), "met_metric")


def monthly(ledger: str, months: Iterable[int], debit: str, credit: str, amount: str) -> list[str]:
    """The same voucher on the 15th of each month (yyyymm)."""
    return [
        f"{ledger} | {ym // 100}-{ym % 100:02d}-15 | {debit} | {credit} | {amount}" for ym in months
    ]


def span(first: int, count: int) -> list[int]:
    """``count`` months from ``first`` (yyyymm)."""
    start = first // 100 * 12 + first % 100 - 1
    return [(m // 12) * 100 + m % 12 + 1 for m in range(start, start + count)]


def told(spec: Spec, key: str, scope: str, ym: int, book: str = "k17") -> Told:
    """The figure ``metric/variant/fund`` of a scope and month; all '' where there is no row.

    Raises ValueError where there is more than one.
    """
    metric, variant, fund = key.split("/")
    found = rows(
        spec,
        f"""SELECT value, numerator_amt, denominator_amt, month_cnt, status FROM met_metric
        WHERE book = '{book}' AND scope_id = '{scope}' AND period_ym = {ym}
            AND metric_id = '{metric}' AND variant = '{variant}' AND fund = '{fund}'""",
    )
    if len(found) > 1:
        raise ValueError(f"{key} {scope} {ym}: {len(found)} rows")
    return Told(*found[0]) if found else Told(*NONE)
