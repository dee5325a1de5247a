"""The warnings of a release with where each stands by today's log: the list, and one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.warnings.procedure import SETTLED, STATES, Standing, Subject, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from pipelines.warnings.state import WarningEvent

LEVELS = ("grey", "blue", "yellow", "orange", "red")
TOP = 30
#: fewer characters of an id than this name no warning
ID_LEAST = 4
#: columns of ``fct_warning`` and what stands for them in a release made before they were there
_COLUMNS = {
    "warning_id": "", "rule_id": "", "series_id": "", "ledger_id": "", "poolarea_no": "",
    "insutype": "", "fund": "", "period_ym": "", "opened_ym": "", "level": "", "level_order": "",
    "value": "", "threshold": "", "unit": "", "excess_amt": "", "owner": "", "due_date": "",
    "reason_zh": "", "action_zh": "", "rule_valid_from": "", "data_through_ym": "",
    "rule_zh": "rule_id",
    "monthly_amt": "excess_amt",
    "series_type": "'ledger'",
    "fixmedins_code": "null",
    "spending_class": "null",
    "comparison": "null",
    "amount_amt": "null::decimal(18, 2)",
    "base_amt": "null::decimal(18, 2)",
    "is_raised": "true",
    "is_confirmed": "true",
    "is_suppressed": "false",
    "linked_warning_id": "null",
    "rule_source": "null",
    "recompute_sql": "null",
}  # fmt: skip
_NEWEST = """
    with told as (select {columns} from fct_warning where book = $book),
    passed as (
        select warning_id, list(period_ym order by period_ym) as yms,
            list(level_order order by period_ym) as orders
        from told where period_ym <= $ym
        group by warning_id
    ),
    newest as (
        select * from told where period_ym <= $ym
        qualify row_number() over (partition by warning_id order by period_ym desc) = 1
    )
    select n.*, h.yms, h.orders, coalesce(p.poolarea_name, n.poolarea_no) as pool_zh
    from newest as n
    inner join passed as h using (warning_id)
    left join (
        select poolarea_no, min(poolarea_name) as poolarea_name
        from dim_pooling_area group by poolarea_no
    ) as p using (poolarea_no)
    where $every or n.period_ym = $ym or list_contains($touched, n.warning_id)
    order by n.monthly_amt desc nulls last, n.level_order desc, n.warning_id
"""


@dataclass(frozen=True)
class Warned:
    """One warning in the newest month asked for, and where it stands. Amounts in yuan."""

    warning_id: str
    rule_id: str
    rule_zh: str
    series_id: str
    series_type: str
    ledger_id: str
    poolarea_no: str
    pool_zh: str
    insutype: str
    fund: str
    fixmedins_code: str | None
    spending_class: str | None
    period_ym: int
    opened_ym: int
    level: str
    level_order: int
    value: Decimal | None
    threshold: Decimal | None
    comparison: str | None
    unit: str
    amount_amt: Decimal | None
    base_amt: Decimal | None
    excess_amt: Decimal | None
    monthly_amt: Decimal | None
    is_raised: bool
    is_confirmed: bool
    is_suppressed: bool
    linked_warning_id: str | None
    owner: str
    due_date: date | None
    reason_zh: str
    action_zh: str
    rule_valid_from: date
    rule_source: str | None
    data_through_ym: int
    recompute_sql: str | None
    months: tuple[tuple[int, int], ...]
    standing: Standing

    @property
    def is_settled(self) -> bool:
        return self.standing.state in SETTLED

    def overdue_days(self, today: date) -> int:
        """Days past the due date, 0 where nothing is due."""
        due = self.standing.due_date
        return max((today - due).days, 0) if due and not self.is_settled else 0

    @property
    def subject(self) -> Subject:
        """What a step is judged on."""
        return Subject(
            self.warning_id,
            self.rule_id,
            self.series_id,
            self.period_ym,
            self.level,
            self.level_order,
            self.owner,
            self.due_date or date.max,
            self.months,
        )


def last_month(con: duckdb.DuckDBPyConnection, month: int | None) -> int:
    """The month asked for, or the last of the release.

    Raises JiecunError WARNING_MONTH where the release has no such month.
    """
    first, last = con.execute("select min(period_ym), max(period_ym) from dim_month").fetchall()[0]
    chosen = last if month is None else month
    if not first <= chosen <= last or chosen % 100 not in range(1, 13):
        raise refused("WARNING_MONTH", "--month", f"{first}—{last} 中的月份（yyyymm）", str(month))
    return int(chosen)


def load(
    con: duckdb.DuckDBPyConnection,
    events: Sequence[WarningEvent],
    ym: int,
    *,
    every: bool = False,
    book: str = "k17",
) -> tuple[Warned, ...]:
    """The warnings with a row in the month, and older ones that somebody has begun to work on.

    With ``every``, each warning in its newest month up to ``ym``. Sorted by yuan a month, the most
    first; those without an amount last.
    """
    by_id: dict[str, list[WarningEvent]] = {}
    for event in events:
        by_id.setdefault(event.warning_id, []).append(event)
    there = {row[0] for row in con.execute("describe fct_warning").fetchall()}
    columns = ", ".join(
        name if name in there else f"{default} as {name}" for name, default in _COLUMNS.items()
    )
    found = con.execute(
        _NEWEST.format(columns=columns),
        {"book": book, "ym": ym, "touched": sorted(by_id), "every": every},
    )
    names = [column[0] for column in found.description or []]
    return tuple(_warned(dict(zip(names, row, strict=True)), by_id) for row in found.fetchall())


def find(warned: Sequence[Warned], asked: str) -> Warned:
    """The warning of that id, or of the one id that begins so.

    Raises JiecunError WARNING_UNKNOWN, WARNING_AMBIGUOUS.
    """
    found = [one for one in warned if one.warning_id.startswith(asked)]
    if len(asked) < ID_LEAST or not found:
        raise refused("WARNING_UNKNOWN", "预警标识", "当前发布中有的（至少前4位）", asked)
    if len(found) > 1:
        told = "、".join(one.warning_id for one in found[:5])
        raise refused("WARNING_AMBIGUOUS", "预警标识", "只指一条预警", f"{asked} 可指 {told}")
    return found[0]


def pools_of(one: Warned, known: Sequence[Warned]) -> tuple[str, ...]:
    """The pooling areas whose books a warning is about: its own.

    For a province those linked to it, else all of the province that are warned of at all.
    """
    if one.series_type != "province":
        return (one.poolarea_no,)
    cities = [other for other in known if other.series_type != "province"]
    linked = {other.poolarea_no for other in cities if other.linked_warning_id == one.warning_id}
    inside = {o.poolarea_no for o in cities if o.poolarea_no[:2] == one.poolarea_no[:2]}
    return tuple(sorted(linked or inside))


def history(
    con: duckdb.DuckDBPyConnection, warning_id: str
) -> tuple[tuple[int, str, Decimal | None, Decimal | None], ...]:
    """Month, level, value and yuan affected of every month of a warning."""
    rows = con.execute(
        "select period_ym, level, value, excess_amt from fct_warning "
        "where warning_id = ? order by period_ym",
        [warning_id],
    ).fetchall()
    return tuple((int(ym), str(level), value, amount) for ym, level, value, amount in rows)


def recompute(con: duckdb.DuckDBPyConnection, one: Warned) -> Decimal | None:
    """The value that the warning's own SQL gives on ``con`` now; None where it has none.

    Raises duckdb.Error where the SQL does not run on that release.
    """
    if not one.recompute_sql:
        return None
    rows = con.execute(one.recompute_sql).fetchall()
    return None if not rows or rows[0][0] is None else Decimal(str(rows[0][0]))


def to_json(one: Warned, today: date) -> dict[str, Any]:
    """A warning as plain values; money as text with two decimals."""
    told = {
        name: getattr(one, name)
        for name in Warned.__dataclass_fields__
        if name not in ("standing", "owner", "due_date", "months")
    }
    where = one.standing
    return {
        **{name: _plain(value) for name, value in told.items()},
        "state": where.state,
        "state_zh": STATES[where.state],
        "owner": where.owner,
        "due_date": _plain(where.due_date),
        "is_back": where.is_back,
        "is_quiet": where.is_quiet,
        "overdue_days": one.overdue_days(today),
    }


def refused(
    code: str, place: str, expected: str, found: str, remedy: str = "用 jiecun warnings list 查看"
) -> JiecunError:
    """A wrong option, as an error with exit code 2."""
    return JiecunError(Problem(code, place, expected, found, remedy), exit_code=EXIT_USAGE)


def _warned(row: dict[str, Any], by_id: dict[str, list[WarningEvent]]) -> Warned:
    yms, orders = row.pop("yms"), row.pop("orders")
    row["rule_zh"] = row["rule_zh"] or row["rule_id"]
    row["months"] = tuple(zip(yms, orders, strict=True))
    told = {name: row[name] for name in Subject.__dataclass_fields__}
    return Warned(**row, standing=standing(Subject(**told), by_id.get(row["warning_id"], ())))


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int) else str(value)
