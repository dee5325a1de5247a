"""What comes and goes at the fund's bank accounts, and the balances it leaves day by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

ZERO = Decimal("0.00")
MID_SWEEP = 15


@dataclass(frozen=True)
class Flows:
    """What came and went at one ledger's accounts in a month, before the fund's own moves."""

    tax_early: Decimal = ZERO
    tax_late: Decimal = ZERO
    other_in: Decimal = ZERO
    refunded: Decimal = ZERO
    paid: Decimal = ZERO
    returned: Decimal = ZERO
    fiscal_in: Decimal = ZERO
    fiscal_out: Decimal = ZERO
    #: (account, day) → what the day brings (+) or takes (-)
    days: Mapping[tuple[str, dt.date], Decimal] = field(default_factory=dict)


def read_flows(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Flows]:
    """Sum the month's outside movements (``b_ext``, ``b_rare``) by ledger and account."""
    days: dict[tuple[str, str], dict[tuple[str, dt.date], Decimal]] = defaultdict(dict)
    for pool, scheme, acct, day, net in con.execute(
        """
        SELECT poolarea_no, insutype, acct, day, sum(CASE dirc WHEN '1' THEN amt ELSE -amt END)
        FROM (FROM b_ext UNION ALL BY NAME FROM b_rare)
        GROUP BY ALL ORDER BY ALL
        """
    ).fetchall():
        days[pool, scheme][acct, day] = Decimal(net)
    rows = con.execute(
        f"""
        SELECT poolarea_no, insutype,
            coalesce(sum(amt) FILTER (side = '51' AND day(day) < {MID_SWEEP}), 0),
            coalesce(sum(amt) FILTER (side = '51' AND day(day) >= {MID_SWEEP}), 0),
            coalesce(sum(amt) FILTER (side = '11'), 0),
            coalesce(sum(amt) FILTER (side = '12'), 0),
            coalesce(sum(amt) FILTER (side = '22'), 0),
            coalesce(sum(amt) FILTER (side = '21'), 0),
            coalesce(sum(amt) FILTER (side = '41'), 0),
            coalesce(sum(amt) FILTER (side = '42'), 0)
        FROM (
            SELECT poolarea_no, insutype, acct || dirc AS side, day, amt
            FROM (FROM b_ext UNION ALL BY NAME FROM b_rare)
        )
        GROUP BY poolarea_no, insutype ORDER BY ALL
        """
    ).fetchall()
    told: dict[tuple[str, str], Flows] = {}
    for pool, scheme, *sums in rows:
        early, late, other, refunded, paid, returned, came, went = map(Decimal, sums)
        told[pool, scheme] = Flows(
            early, late, other, refunded, paid, returned, came, went, days[pool, scheme]
        )
    return told


def day_total(
    opening: Decimal, nets: Mapping[dt.date, Decimal], first: dt.date, last: dt.date
) -> Decimal:
    """The sum of the balances at the end of each day from ``first`` to ``last``, in yuan-days.

    ``opening`` is the balance before the month of ``first``; ``nets`` what each of its days brings.
    """
    balance = opening + sum((net for day, net in nets.items() if day < first), ZERO)
    total = ZERO
    for number in range((last - first).days + 1):
        balance += nets.get(first + dt.timedelta(days=number), ZERO)
        total += balance
    return total
