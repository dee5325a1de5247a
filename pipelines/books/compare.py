"""``jiecun books compare``: the same events under every book, and why the figures differ.

The figures are those published; the reasons are added up from the journal, so that a reason that is
missing shows as ``unexplained``.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.books import compare_sql as sql
from pipelines.books.comparison import (
    Arrear,
    Book,
    Bridge,
    Cause,
    Comparison,
    Difference,
    FalseDeficit,
    Inflation,
    Line,
    OpenItem,
    Trend,
)
from pipelines.books.scope import event_names
from pipelines.errors import EXIT_CHECK, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import ItemsView, Mapping, Sequence

    import duckdb

#: months of the trend
TREND_MONTHS = 24

#: scheme → (key, measure, name, is a flow); measures are those of ``sql.CAUSES``
_LINES = {
    "310": (
        ("IS:5", "flow", "本期基金结余（本月）", True),
        ("IS:5.1", "flow_pool", "其中：统筹基金结余（本月）", True),
        ("IS:5.2", "flow_pa", "其中：个人账户基金结余（本月）", True),
        ("IS:5.3", "flow_pend", "其中：待转基金（本月）", True),
        ("BS:N9", "net", "净资产合计", False),
        ("BS:N1a", "net_pool", "（一）统筹基金", False),
        ("BS:N1b", "net_pa", "（二）个人账户基金", False),
        ("BS:N1c", "net_pend", "（三）待转基金", False),
        ("BS:A9", "asset", "资产总计", False),
    ),
    "390": (
        ("IS:3", "flow", "本期基金结余（本月）", True),
        ("BS:N9", "net", "净资产合计", False),
        ("BS:N1", "net_pool", "一般基金结余", False),
        ("BS:A9", "asset", "资产总计", False),
    ),
}
_ACCOUNTS = (
    ("1102", "应收医保费"),
    ("1103", "应收利息"),
    ("200104", "暂收款—预收保险费"),
    ("2102", "应付利息"),
)
_EARLIER = "以前年度的差额（上年年末带来）"
_ADJUSTING = {"E91", "E92", "E93"}
_FLOWS = ("flow_pool", "flow_pa")
_ZERO = Decimal("0.00")

#: (book, measure, scope) → event → amount
_Causes = dict[tuple[str, str, str], dict[str, Decimal]]


def compare(
    con: duckdb.DuckDBPyConnection, ledger_id: str, period_ym: int, *, release_id: str
) -> Comparison:
    """Every book of a ledger at a month, the differences to the statutory book explained.

    ``con`` holds ``scope.MARTS``. Raises JiecunError ``BOOKS_ONE`` (the release keeps one book).
    """
    asked: dict[str, str | int] = {"ledger": ledger_id, "ym": period_ym}
    books = tuple(
        Book(*row)
        for row in con.execute(
            "select book, book_name, policy, is_accrual, is_statutory from dim_book "
            "order by not is_statutory, book_order"
        ).fetchall()
    )
    if len(books) < 2:
        raise JiecunError(
            Problem(
                "BOOKS_ONE",
                f"发布 {release_id}",
                "两种以上账簿",
                "、".join(book.code for book in books) or "没有账簿",
                "重新运行 jiecun run，发布四种账簿后再比较",
            ),
            exit_code=EXIT_CHECK,
        )
    found = con.execute(
        "select distinct s.poolarea_no, s.insutype, coalesce(p.poolarea_name, s.poolarea_no) "
        "from fct_balance_sheet as s left join dim_pooling_area as p "
        "on s.poolarea_no = p.poolarea_no where s.ledger_id = ?",
        [ledger_id],
    ).fetchall()
    poolarea_no, scheme, name = found[0]
    causes = _causes(con, asked)
    lines = _lines(con, asked, scheme, books, causes)
    items = tuple(
        OpenItem(kind, received, got, left, _months_between(received, period_ym))
        for kind, received, got, left in con.execute(
            "select kind, received_ym, received_amt, open_amt from fct_pending_item "
            "where ledger_id = $ledger and period_ym = $ym and open_amt <> 0 "
            "order by kind desc, received_ym",
            asked,
        ).fetchall()
    )
    arrears = con.execute(
        "select payer_class, age_bucket, item_cnt, open_amt, late_fee_due_amt "
        "from fct_receivable_aging where ledger_id = $ledger and period_ym = $ym "
        "order by payer_class, length(age_bucket), age_bucket",
        asked,
    ).fetchall()
    return Comparison(
        release_id=release_id,
        ledger_id=ledger_id,
        poolarea_no=poolarea_no,
        poolarea_name=name,
        scheme=scheme,
        period_ym=period_ym,
        books=books,
        lines=lines,
        inflations=_inflations(books, lines, causes, items) if scheme == "310" else (),
        false_deficits=_false_deficits(books, causes) if scheme == "310" else (),
        bridge=_bridge(books, causes),
        items=items,
        arrears=tuple(Arrear(*row) for row in arrears),
        trend=_trend(con, asked, "5.1" if scheme == "310" else "3", books),
    )


def _causes(con: duckdb.DuckDBPyConnection, asked: Mapping[str, str | int]) -> _Causes:
    out: _Causes = defaultdict(dict)
    for book, measure, scope, event, amount in con.execute(sql.CAUSES, asked).fetchall():
        out[book, measure, scope][event] = amount
    return out


def _lines(
    con: duckdb.DuckDBPyConnection,
    asked: Mapping[str, str | int],
    scheme: str,
    books: Sequence[Book],
    causes: _Causes,
) -> tuple[Line, ...]:
    names = event_names(con)
    values: dict[tuple[str, str], Decimal] = {}
    for book, key, amount in con.execute(sql.VALUES, asked).fetchall():
        values[book, key] = amount
    for book in books:
        for code, _ in _ACCOUNTS:
            values[book.code, f"A:{code}"] = _ZERO
    for code, account, amount in con.execute(sql.BALANCES, asked).fetchall():
        for prefix, _ in _ACCOUNTS:
            if account.startswith(prefix):
                values[code, f"A:{prefix}"] += amount
    asked_lines = [
        *_LINES[scheme],
        *((f"A:{code}", code, f"{code} {name}", False) for code, name in _ACCOUNTS),
    ]
    out = []
    for key, measure, name, is_flow in asked_lines:
        told = tuple(values.get((book.code, key)) for book in books)
        differences = tuple(
            _difference(
                book.code,
                (value or _ZERO) - (told[0] or _ZERO),
                _reasons((books[0], book), measure, is_flow, causes, names),
            )
            for book, value in zip(books[1:], told[1:], strict=True)
        )
        out.append(Line(key, name, is_flow, told, differences))
    return tuple(out)


def _difference(book: str, amount: Decimal, causes: tuple[Cause, ...]) -> Difference:
    explained = sum((cause.amount for cause in causes), _ZERO)
    return Difference(book, amount, causes, amount - explained)


def _reasons(
    pair: tuple[Book, Book],
    measure: str,
    is_flow: bool,
    causes: _Causes,
    names: Mapping[str, str],
) -> tuple[Cause, ...]:
    scopes = ("flow",) if is_flow else ("year", "month")
    beyond = _beyond(pair, measure, scopes, causes)
    found = [Cause(event, names.get(event, event), told) for event, told in beyond.items() if told]
    before = {} if is_flow else _beyond(pair, measure, ("before",), causes)
    brought = sum(before.values(), _ZERO)
    if brought:
        events = tuple(event for event, part in before.items() if part)
        found.insert(0, Cause("", _EARLIER, brought, events))
    return tuple(found)


def _beyond(
    pair: tuple[Book, Book], measure: str, scopes: Sequence[str], causes: _Causes
) -> dict[str, Decimal]:
    """Event → what it adds in the second book less what it adds in the first, over the scopes."""
    base, book = pair
    out: dict[str, Decimal] = defaultdict(lambda: _ZERO)
    for scope in scopes:
        for event, amount in causes.get((book.code, measure, scope), {}).items():
            out[event] += amount
        for event, amount in causes.get((base.code, measure, scope), {}).items():
            out[event] -= amount
    return {event: out[event] for event in sorted(out, key=_event_order)}


def _whole(pair: tuple[Book, Book], measure: str, causes: _Causes) -> ItemsView[str, Decimal]:
    return _beyond(pair, measure, ("before", "year", "month"), causes).items()


def _inflations(
    books: Sequence[Book], lines: Sequence[Line], causes: _Causes, items: Sequence[OpenItem]
) -> tuple[Inflation, ...]:
    proposed = next((b for b in books if b.policy == "B" and not b.is_accrual), None)
    if proposed is None:
        return ()
    pending = next(line for line in lines if line.key == "BS:N1c")
    opened = sum((item.open_amt for item in items), _ZERO)
    out = []
    for at, book in enumerate(books):
        if book.policy == "B":
            continue
        pool, pa = (
            sum(
                (v for e, v in _whole((proposed, book), measure, causes) if e not in _ADJUSTING),
                _ZERO,
            )
            for measure in ("net_pool", "net_pa")
        )
        out.append(Inflation(book.code, pool, pa, opened - (pending.values[at] or _ZERO)))
    return tuple(out)


def _false_deficits(books: Sequence[Book], causes: _Causes) -> tuple[FalseDeficit, ...]:
    out = []
    for book in books[1:]:
        taken = [
            causes.get((book.code, measure, "flow"), {}).get("E86", _ZERO) for measure in _FLOWS
        ]
        if any(taken):
            effects = (
                sum(_beyond((books[0], book), measure, ("flow",), causes).values(), _ZERO)
                for measure in _FLOWS
            )
            out.append(FalseDeficit(book.code, *taken, *effects))
    return tuple(out)


def _bridge(books: Sequence[Book], causes: _Causes) -> Bridge | None:
    cash = next((b for b in books if b.policy == "B" and not b.is_accrual), None)
    accrual = next((b for b in books if b.policy == "B" and b.is_accrual), None)
    if cash is None or accrual is None:
        return None
    results = [
        sum(causes.get((book.code, "flow", "flow"), {}).values(), _ZERO) for book in (cash, accrual)
    ]
    steps = []
    for code, name in _ACCOUNTS:
        moved = sum(_beyond((cash, accrual), code, ("month",), causes).values(), _ZERO)
        steps.append((code, name, moved if code.startswith("1") else -moved))
    return Bridge(results[0], tuple(steps), results[1])


def _trend(
    con: duckdb.DuckDBPyConnection,
    asked: Mapping[str, str | int],
    row: str,
    books: Sequence[Book],
) -> tuple[Trend, ...]:
    by_month: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for ym, book, amount in con.execute(sql.TREND, {**asked, "row": row}).fetchall():
        by_month[ym][book] = amount
    return tuple(
        Trend(ym, tuple(by_month[ym].get(book.code) for book in books))
        for ym in sorted(by_month)[-TREND_MONTHS:]
    )


def _event_order(event: str) -> tuple[int, str]:
    digits = "".join(char for char in event if char.isdigit())
    return (int(digits or 0), event)


def _months_between(first: int, last: int) -> int:
    return (last // 100 - first // 100) * 12 + last % 100 - first % 100
