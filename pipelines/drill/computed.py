"""What a computed voucher was made of: the lots a ratio split, the ratio, the balance of a rate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.drill.node import LeftOut, Node
from pipelines.drill.sources import find_sources
from pipelines.engine.runner import run_models
from pipelines.months import add_months

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.drill.books import Books
    from pipelines.drill.node import Fact

#: models that only such explanations need: made when the first one is asked for
LATER = (
    "jrn_premium",
    "jrn_transfer",
    "jrn_recovery",
    "jrn_event",
    "jrn_entry",
    "jrn_pending_lot",
    "jrn_pending_out",
    "jrn_pending_ratio",
    "jrn_pa_interest",
    "jrn_pending_presplit",
    "met_premium_due",
    "met_wait",
)
_KIND = {"PREM": "保险费", "INTE": "利息"}
#: source rows listed under one input where a drill sets no limit
_ROWS = 20


@dataclass(frozen=True)
class _Ask:
    """A ledger of an open release; ``shown`` source rows are listed under an input."""

    books: Books
    ledger_id: str
    shown: int


def inputs(books: Books, ledger_id: str, event_id: str, limit: int | None) -> tuple[Node, ...]:
    """The inputs of a computed voucher, each with its source rows; empty for other vouchers.

    Their amounts (yuan) are those of the inputs: they enter a formula, told in ``facts``, and do
    not sum to the voucher. Rows are the largest ``limit`` (20 where None).
    """
    event, *told = event_id.split("|")
    ask = _Ask(books, ledger_id, _ROWS if limit is None else limit)
    if event not in ("E84", "E85", "E86", "E87", "E16P", "E107"):
        return ()
    make(books)
    if event in ("E84", "E85"):
        return _presplit(ask, "PREM" if event == "E84" else "INTE", int(told[0]))
    if event == "E86":
        return _presplit(ask, told[0], int(told[1]) - 1)
    if event == "E87":
        return _resolved(ask, told[0], told[1], int(told[2]))
    if event == "E16P":
        lots = books.rows(
            "select distinct kind, received_ym from drill_pending where ledger_id = ? "
            "and way = 'REFUND' and day = ?::date order by all",
            ledger_id, told[0],
        )  # fmt: skip
        return tuple(
            node for kind, received in lots for node in _resolved(ask, kind, told[0], received)
        )
    return _interest(ask, int(told[0]))


def make(books: Books) -> None:
    """Make the models of ``LATER`` that are not there yet."""
    known = set(
        books.texts("select table_name from duckdb_tables() union all "
                    "select view_name from duckdb_views()")
    )  # fmt: skip
    for name, model in books.later.items():
        if name not in known:
            run_models(books.con, [model])


def _presplit(ask: _Ask, kind: str, year: int) -> tuple[Node, ...]:
    """The lots still pending at the end of a year, and the experience ratio that split them."""
    lots = ask.books.rows(
        "select received_ym, open_amt, pool_amt, pa_amt from jrn_pending_presplit where book = ? "
        "and ledger_id = ? and kind = ? and year = ? order by received_ym",
        ask.books.book, ask.ledger_id, kind, year,
    )  # fmt: skip
    nodes = [
        _lot(ask, kind, received, year * 100 + 12, (opened, pool, pa))
        for received, opened, pool, pa in lots
    ]
    return (*nodes, *_ratio(ask, kind, year))


def _lot(
    ask: _Ask, kind: str, received: int, upto: int, amounts: tuple[Decimal, Decimal, Decimal]
) -> Node:
    opened, pool, pa = amounts
    label = (
        f"{received} 收到的待转{_KIND[kind]}，至 {upto} 月末未确认归属 {opened:,.2f}："
        f"预分统筹 {pool:,.2f}、个人账户 {pa:,.2f}"
    )
    facts: dict[str, Fact] = {
        "received_ym": received,
        "pool_amt": str(pool),
        "pa_amt": str(pa),
    }
    rows = ask.books.rows(
        "select table_name, source_sha, src_row, sum(amt)::decimal(18, 2) as amt "
        "from drill_pending where ledger_id = ? and kind = ? and received_ym = ? "
        "and year(day) * 100 + month(day) <= ? group by all having sum(amt) <> 0 "
        "order by abs(sum(amt)) desc, table_name, source_sha, src_row",
        ask.ledger_id, kind, received, upto,
    )  # fmt: skip
    return _input(ask, label, opened, facts, rows)


def _ratio(ask: _Ask, kind: str, year: int) -> tuple[Node, ...]:
    """The experience ratio of a year end, or the accounts' own interest where that goes first."""
    if kind == "INTE" and ask.books.rows(
        "select 1 from stg_parameter as v inner join jrn_book as b on b.policy = 'A1999' "
        "where b.book = ? and v.name = 'a1999_interest' and v.value = 'PA_FIRST' "
        "and v.poolarea_no = ? and ?::date between v.valid_from and v.valid_to",
        ask.books.book, ask.ledger_id[:6], f"{year}-12-31",
    ):  # fmt: skip
        months = ask.books.texts(
            "select period_ym from jrn_pa_interest where ledger_id = ? and period_ym // 100 = ?",
            ask.ledger_id, year,
        )  # fmt: skip
        return _interest(ask, year * 100 + 12) if months else ()
    found = ask.books.rows(
        "select pool_fen, total_fen from jrn_pending_ratio "
        "where ledger_id = ? and kind = ? and year = ?",
        ask.ledger_id, kind, year,
    )  # fmt: skip
    if not found or not found[0][1]:
        return ()
    pool, total = (Decimal(fen) / 100 for fen in found[0])
    label = f"经验比例：统筹 {pool:,.2f} ÷ 已确认归属 {total:,.2f} = {pool / total:.6%}"
    facts: dict[str, Fact] = {
        "pool_amt": f"{pool:.2f}",
        "total_amt": f"{total:.2f}",
        "from_ym": (year - 1) * 100 + 12,
        "to_ym": year * 100 + 11,
    }
    return (Node("input", label, total.quantize(Decimal("0.01")), 0, facts),)


def _resolved(ask: _Ask, kind: str, day: str, received: int) -> tuple[Node, ...]:
    """What a day of a later year resolved of a lot, beside the lot as it was presplit."""
    rows = ask.books.rows(
        "select table_name, source_sha, src_row, -sum(amt)::decimal(18, 2) as amt "
        "from drill_pending where ledger_id = ? and kind = ? and received_ym = ? "
        "and day = ?::date and way <> 'IN' group by all having sum(amt) <> 0 "
        "order by abs(sum(amt)) desc, table_name, source_sha, src_row",
        ask.ledger_id, kind, received, day,
    )  # fmt: skip
    gone = ask.books.rows(
        "select way, sum(out_amt)::decimal(18, 2), sum(pool_amt)::decimal(18, 2), "
        "sum(pa_amt)::decimal(18, 2) from jrn_pending_out where ledger_id = ? and kind = ? "
        "and received_ym = ? and out_date = ?::date group by way order by way",
        ask.ledger_id, kind, received, day,
    )  # fmt: skip
    nodes = []
    for way, out, pool, pa in gone:
        told = (
            f"{day} 确认归属：统筹 {pool:,.2f}、个人账户 {pa:,.2f}"
            if way == "ATTRIBUTE"
            else f"{day} 退还 {out:,.2f}，按预分数由各基金负担"
        )
        facts: dict[str, Fact] = {"received_ym": received, "way": way}
        nodes.append(_input(ask, told, out, facts, rows))
    lots = ask.books.rows(
        "select open_amt, pool_amt, pa_amt, year from jrn_pending_presplit where book = ? "
        "and ledger_id = ? and kind = ? and received_ym = ? order by year limit 1",
        ask.books.book, ask.ledger_id, kind, received,
    )  # fmt: skip
    for opened, pool, pa, year in lots:
        lot = _lot(ask, kind, received, year * 100 + 12, (opened, pool, pa))
        nodes.append(lot)
    return tuple(nodes)


def _interest(ask: _Ask, ym: int) -> tuple[Node, ...]:
    """A month's interest of the personal accounts; in December that of the whole year."""
    months = ask.books.rows(
        "select period_ym, start_amt, rate, interest_amt from jrn_pa_interest "
        "where ledger_id = ? and period_ym between ? and ? and start_amt <> 0 order by period_ym",
        ask.ledger_id, ym - 11 if ym % 100 == 12 else ym, ym,
    )  # fmt: skip
    nodes = []
    for month, start, rate, amount in months:
        before = add_months(month, -1)
        label = f"{month}：月初个人账户 {start:,.2f} × 年利率 {rate * 100:f}% ÷ 12 = {amount:,.2f}"
        facts: dict[str, Fact] = {
            "start_amt": str(start),
            "rate": str(rate),
            "parameter": "pa_interest_rate",
            "key": f"A:{ask.ledger_id}:{before}:300102",
        }
        nodes.append(Node("input", label, amount, 0, facts))
    return tuple(nodes)


def _input(
    ask: _Ask,
    label: str,
    amount: Decimal,
    facts: dict[str, Fact],
    rows: Sequence[tuple[str, str, int, Decimal]],
) -> Node:
    """An input over its source rows, the largest of them listed."""
    listed = rows[: ask.shown]
    found = find_sources(ask.books, [row[:3] for row in listed])
    children = []
    for _, sha, src_row, value in listed:
        source = found[sha, src_row]
        children.append(Node("source", source.label(), value, 1, source.facts()))
    rest = rows[ask.shown :]
    left = LeftOut(len(rest), sum((row[3] for row in rest), Decimal("0.00"))) if rest else None
    return Node("input", label, amount, len(rows), facts, tuple(children), left)
