"""Metrics whose figures stand in no account: the source rows they count or add up (M-13 … M-20)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.drill.computed import make
from pipelines.drill.keys import AccountKey
from pipelines.drill.node import LeftOut, Node
from pipelines.drill.sources import find_sources
from pipelines.drill.terms import account_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.drill.books import Books
    from pipelines.drill.metrics import Figure
    from pipelines.drill.node import Fact
    from pipelines.drill.terms import Cell

ZERO = Decimal("0.00")
_ROWS = 20

_DUE = """
select 'contributions' as table_name, source_sha, src_row, premium_amt as amt
from met_premium_due
where ledger_id = $ledger and {where}
"""
_YEAR = "due_ym between $ym // 100 * 100 + 1 and $ym"
_R12 = "due_ym > (case when $ym % 100 = 12 then $ym - 12 else $ym - 100 end) and due_ym <= $ym"
_OPEN = (
    "not is_refund and due_ym <= $ym and (cash_ym is null or cash_ym > due_ym) "
    "and (cash_ym is null or cash_ym > $ym)"
)
_OVERDUE = (
    " and last_day(make_date($ym // 100, $ym % 100, 1))"
    " - last_day(make_date(due_ym // 100, due_ym % 100, 1)) > 90"
)
_WAIT = """
select 'clearing' as table_name, source_sha, src_row, {amount}::decimal(18, 2) as amt
from met_wait
where ledger_id = $ledger and period_ym between $ym // 100 * 100 + 1 and $ym {where}
"""
_RECOVERED = """
select 'recoveries' as table_name, source_sha, src_row, added_amt as amt
from stg_recovery
where ledger_id = $ledger and not is_prepayment
    and not (retn_way is not distinct from '1' and obj_type = '11' and scheme = '310')
    and year(return_date) * 100 + month(return_date) between $ym // 100 * 100 + 1 and $ym
"""
_HEADS = """
select 'insured_headcount' as table_name, h.source_sha, h.src_row,
    h.insu_psncnt::decimal(18, 2) as amt
from insured_headcount as h
inner join rule_insutype as i on h.insutype = i.insutype and i.in_scope
where h.poolarea_no || '-' || i.scheme = $ledger and h.stt_ym = $ym and h.psn_type = '{psn_type}'
"""
#: metric and variant → rows of the numerator, rows of the denominator ('' = no rows)
_SIDES: dict[tuple[str, str], tuple[str, str]] = {
    ("M-13", "YTD"): (
        _DUE.format(where=f"{_YEAR} and cash_ym <= $ym"),
        _DUE.format(where=f"{_YEAR} and assessed_ym <= $ym"),
    ),
    ("M-13", "R12"): (
        _DUE.format(where=f"{_R12} and cash_ym <= $ym"),
        _DUE.format(where=f"{_R12} and assessed_ym <= $ym"),
    ),
    ("M-13", "ARREAR"): (_DUE.format(where=_OPEN), ""),
    ("M-13", "OVER90"): (_DUE.format(where=_OPEN + _OVERDUE), ""),
    ("M-18", "YTD"): (_RECOVERED, ""),
    ("M-19", "YTD"): (
        _WAIT.format(amount="1", where="and is_in_time"),
        _WAIT.format(amount="1", where=""),
    ),
    ("M-19", "DAYS"): (
        _WAIT.format(amount="workday_cnt", where=""),
        _WAIT.format(amount="1", where=""),
    ),
    ("M-20", "M"): (_HEADS.format(psn_type="12"), _HEADS.format(psn_type="11")),
}


def evidence(
    books: Books, told: Figure, at: int, limit: int | None
) -> tuple[list[Node], list[Cell]] | None:
    """The nodes and cells that sum to a side (0 numerator, 1 denominator) of a figure.

    None where the figure comes from the statements. Amounts as the metric counts them: yuan,
    persons, applications or days. At most ``limit`` rows are listed (20 where None); of several
    ledgers, one node each that names its own metric.
    """
    metric, variant = told.key.split(":")[0].split("/")[:2]
    known = _SIDES.get((metric, variant))
    if known is None and metric not in ("M-15", "M-17"):
        return None
    if not told.ledger_id:
        return _by_ledger(books, told, at, metric, variant), []
    if known is not None:
        return (_rows(books, told, known[at], limit) if known[at] else []), []
    if metric == "M-15":
        return _advanced(books, told, variant) if at == 0 else None
    return _difference(books, told, at)


def _by_ledger(books: Books, told: Figure, at: int, metric: str, variant: str) -> list[Node]:
    side = ("numerator_amt", "denominator_amt")[at]
    found = books.rows(
        f"select ledger_id, {side} from fct_fund_metric where scope_type = 'ledger' and book = ? "
        f"and metric_id = ? and variant = ? and period_ym = ? and {side} <> 0 "
        "and list_contains(?, ledger_id) order by ledger_id",
        books.book, metric, variant, told.period_ym, list(told.members),
    )  # fmt: skip
    return [
        Node(
            "ledger", f"账套 {ledger}", amount, 0,
            {"ledger_id": ledger, "key": told.ledger_keys[ledger]},
        )
        for ledger, amount in found
        if ledger in told.ledger_keys
    ]  # fmt: skip


def _rows(books: Books, told: Figure, sql: str, limit: int | None) -> list[Node]:
    """One node over the source rows of a query, the largest of them listed."""
    make(books)
    found = books.con.execute(
        f"select table_name, source_sha, src_row, amt from ({sql}) where amt <> 0 "
        "order by abs(amt) desc, table_name, source_sha, src_row",
        {"ledger": told.ledger_id, **({"ym": told.period_ym} if "$ym" in sql else {})},
    ).fetchall()
    if not found:
        return []
    shown = found[: _ROWS if limit is None else limit]
    sources = find_sources(books, [row[:3] for row in shown])
    children = []
    for _, sha, src_row, value in shown:
        source = sources[sha, src_row]
        children.append(Node("row", source.label(), value, 1, source.facts()))
    rest = found[len(shown) :]
    left = LeftOut(len(rest), sum((row[3] for row in rest), ZERO)) if rest else None
    total = sum((row[3] for row in found), ZERO)
    label = f"{told.ledger_id} 的来源行"
    return [Node("rows", label, total, len(found), {}, tuple(children), left)]


def _advanced(books: Books, told: Figure, variant: str) -> tuple[list[Node], list[Cell]]:
    """The accounts of prepaid money, or what of it is older than twelve months by institution."""
    if variant == "R12":
        return [], [_account(books, told, code) for code in ("110102", "110103")]
    found = books.rows(
        "select cntp_code, advance_amt, old_advance_amt from fct_advance where ledger_id = ? "
        "and period_ym = ? and old_advance_amt <> 0 order by cntp_code",
        told.ledger_id, told.period_ym,
    )  # fmt: skip
    nodes = [
        Node(
            "computed", f"机构 {code or '未写明'}：逾12个月未清（先进先出）", old, 0,
            {"cntp_code": code},
            (Node("input", f"预付金余额（{told.period_ym} 月末）", standing, 0,
                  {"key": f"A:{told.ledger_id}:{told.period_ym}:11010"}),),
        )
        for code, standing, old in found
    ]  # fmt: skip
    return nodes, []


def _difference(books: Books, told: Figure, at: int) -> tuple[list[Node], list[Cell]]:
    """The accounts as the platform counts them, less the book without what is presplit."""
    ((platform, book, presplit, diff),) = books.rows(
        "select platform_amt, book_amt, presplit_amt, diff_amt from fct_pa_difference "
        "where book = ? and ledger_id = ? and period_ym = ?",
        books.book, told.ledger_id, told.period_ym,
    )  # fmt: skip
    if at == 1:
        return [], [_account(books, told, "300102")]
    sign = -1 if diff < 0 else 1
    key: dict[str, Fact] = {"key": f"A:{told.ledger_id}:{told.period_ym}:300102"}
    parts: Sequence[tuple[str, Decimal, dict[str, Fact]]] = (
        ("平台个人账户余额合计（account_details，个人明细不列示）", sign * platform, {}),
        ("减：个人账户基金账面余额", -sign * book, key),
        ("加：年末预分、尚未确认归属的个人账户部分（E84、E85）", sign * presplit, {}),
    )
    return [Node("cell", label, part, 0, facts) for label, part, facts in parts if part], []


def _account(books: Books, told: Figure, prefix: str) -> Cell:
    return account_cell(books, AccountKey(told.ledger_id, told.period_ym, prefix))
