"""Reads the notes from the marts of a release; nothing is computed here but sums."""

from __future__ import annotations

import csv
from calendar import monthrange
from typing import TYPE_CHECKING, Any

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.paths import RULES
from pipelines.reports import layout
from pipelines.reports.compared import KINDS
from pipelines.reports.html.text import month
from pipelines.reports.layout import money_text
from pipelines.reports.notes import sql
from pipelines.reports.notes.model import Notes, Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    import duckdb

    from pipelines.reports.notes.model import Cell

#: marts that must be bound
MARTS = (
    "dim_account",
    "dim_book",
    "dim_insurance",
    "dim_pooling_area",
    "fct_balance_sheet",
    "fct_income_statement",
    "fct_journal",
    "fct_ledger_month",
    "fct_other_fund",
    "fct_pa_difference",
    "fct_pending_item",
    "fct_unpaid_settlement",
)
_NONE = "本期没有。"
_STATUSES = {
    "matched": "相符",
    "explained": "差额有明细",
    "reported": "差额待查",
    "blocked": "调整被挡下",
}
_MOVEMENT = ("科目", "年初余额", "本年借方", "本年贷方", "期末余额")

Asked = dict[str, str | int]


def load_notes(
    con: duckdb.DuckDBPyConnection, ledger_id: str, period_ym: int, *, book: str, release_id: str
) -> Notes:
    """The notes of one ledger, book and month (yyyymm). ``con`` holds ``MARTS``.

    Raises JiecunError ``REPORT_EMPTY`` where the book has no such ledger or month.
    """
    asked: Asked = {"ledger": ledger_id, "ym": period_ym, "book": book}
    found = _ask(con, sql.HEAD, asked)
    if not found:
        raise JiecunError(
            Problem(
                "REPORT_EMPTY",
                f"附注 账簿 {book} 账套 {ledger_id} 月份 {period_ym}",
                "发布中有该账簿、账套、月份的报表",
                "没有",
                "核对账簿、统筹区与月份（yyyymm）",
            ),
            exit_code=EXIT_USAGE,
        )
    book_name, is_statutory, poolarea_no, poolarea_name, scheme, scheme_name = found[0]
    sections = (
        _policies(con, asked, poolarea_no, book_name, is_statutory),
        _movements(con, asked, "二、暂付款", "1101"),
        _movements(con, asked, "三、暂收款", "2001"),
        _pending(con, asked, scheme),
        _risk_fund(con, asked),
        _account_difference(con, asked, scheme),
        _unpaid(con, asked),
        _late(con, asked),
        _literal(con, asked),
        _other_funds(con, asked),
    )
    return Notes(
        release_id,
        book,
        book_name,
        ledger_id,
        poolarea_no,
        poolarea_name,
        scheme,
        scheme_name,
        period_ym,
        sections,
    )


def _policies(
    con: duckdb.DuckDBPyConnection,
    asked: Asked,
    poolarea_no: str,
    book_name: str,
    is_statutory: bool,
) -> Section:
    ym = int(asked["ym"])
    year, mon = divmod(ym, 100)
    day = f"{year:04d}-{mon:02d}-{monthrange(year, mon)[1]:02d}"
    told = [f"账簿：{book_name}（{asked['book']}）。"]
    if not is_statutory:
        told.append("本账簿不是法定账簿，是同一业务按其他制度的试算。")
    if ym >= layout.STAMP_FROM:
        told.append(f"{layout.STAMP}。")
    told.append("会计基础：收付实现制，应计账簿另计应收、应付；金额单位：元。")
    in_force = [
        r
        for r in _parameters(con)
        if r["scope"] in ("*", poolarea_no)
        and r["valid_from"] <= day
        and (not r["valid_to"] or day <= r["valid_to"])
    ]
    # a pool's own row goes before the row for all pools
    own = {r["name"] for r in in_force if r["scope"] == poolarea_no}
    rows = [
        (
            r["zh"],
            r["value"],
            "全部" if r["scope"] == "*" else "本统筹区",
            r["valid_from"],
            r["source"],
        )
        for r in in_force
        if r["scope"] == poolarea_no or r["name"] not in own
    ]
    head = ("政策参数", "取值", "适用", "生效日", "依据")
    return Section("一、会计政策与账簿", tuple(told), head, tuple(rows))


def _movements(con: duckdb.DuckDBPyConnection, asked: Asked, title: str, prefix: str) -> Section:
    rows = _ask(con, sql.MOVEMENTS, {**asked, "prefix": prefix})
    return _table(f"{title}变动（按明细）", _MOVEMENT, rows, sums=(1, 2, 3, 4))


def _pending(con: duckdb.DuckDBPyConnection, asked: Asked, scheme: str) -> Section:
    title = "四、待转款项明细（未确认归属）"
    if scheme != "310":
        return Section(title, ("居民基金不设待转科目。",))
    rows = [
        (KINDS.get(kind, kind), month(received), *amounts)
        for kind, received, *amounts in _ask(con, sql.PENDING, asked)
    ]
    head = ("款项", "收到月份", "收到", "已确认归属", "未确认归属")
    return _table(title, head, rows, sums=(2, 3, 4))


def _risk_fund(con: duckdb.DuckDBPyConnection, asked: Asked) -> Section:
    rows = _ask(con, sql.MOVEMENTS, {**asked, "prefix": "3101"})
    return _table("五、风险基金", _MOVEMENT, rows)


def _account_difference(con: duckdb.DuckDBPyConnection, asked: Asked, scheme: str) -> Section:
    title = "六、个人账户明细与账面的差额（年末）"
    if scheme != "310":
        return Section(title, ("居民基金没有个人账户。",))
    rows = [
        (month(ym), *amounts, _STATUSES.get(status, status))
        for ym, *amounts, status in _ask(con, sql.ACCOUNT_DIFFERENCE, asked)
    ]
    head = ("年末", "平台明细", "账面", "其中：预分未确认", "差额", "已调整", "结论")
    return _table(title, head, rows)


def _unpaid(con: duckdb.DuckDBPyConnection, asked: Asked) -> Section:
    rows = [
        (month(clr) if clr else "未清算", *amounts)
        for clr, *amounts in _ask(con, sql.UNPAID, asked)
    ]
    head = ("清算月份", "结算统筹", "结算个账", "未付统筹", "未付个账")
    section = _table("七、已结算未支付（备查，不入账）", head, rows, sums=(1, 2, 3, 4))
    through = con.execute("select max(period_ym) from fct_ledger_month").fetchall()[0][0]
    kept = _ask(con, sql.RESERVES, asked)[0][0]
    told = f"截至账簿最后月份（{month(through)}）的支付情况；清算预留金合计 {money_text(kept)} 元。"
    return Section(section.title, (told, *section.sentences), *_rest(section))


def _late(con: duckdb.DuckDBPyConnection, asked: Asked) -> Section:
    rows = [
        (month(orig), event, count, debit, credit)
        for orig, event, count, debit, credit in _ask(con, sql.LATE, asked)
    ]
    head = ("所属月份", "事项", "分录数", "借方", "贷方")
    section = _table("八、以前期间调整（结账后到达）", head, rows, sums=(3, 4))
    told = "已结账月份保持不变，迟到的业务记入本年各开放月份，按所属月份列示。"
    return Section(section.title, (told, *section.sentences), *_rest(section))


def _literal(con: duckdb.DuckDBPyConnection, asked: Asked) -> Section:
    rows = _ask(con, sql.LITERAL, asked)
    head = ("行", "表样填列", "本月发生额", "差额")
    section = _table("九、表样填列数与发生额的差异", head, rows)
    if not rows:
        return section
    told = tuple(
        f"“{name}”按制度填列 {money_text(form)}，本月发生额 {money_text(flow)}。"
        for name, form, flow, _ in rows
    )
    return Section(section.title, told, *_rest(section))


def _other_funds(con: duckdb.DuckDBPyConnection, asked: Asked) -> Section:
    rows = _ask(con, sql.OTHER_FUNDS, asked)
    head = ("基金", "本月", "本年累计")
    return _table("十、其他基金支付（备查，不入账）", head, rows, sums=(1, 2))


def _ask(con: duckdb.DuckDBPyConnection, text: str, asked: Asked) -> list[tuple[Any, ...]]:
    """The rows of a query, with the parameters it names and no others."""
    return con.execute(text, {k: v for k, v in asked.items() if f"${k}" in text}).fetchall()


def _rest(section: Section) -> tuple[Any, Any, bool]:
    return section.head, section.rows, section.total


def _table(
    title: str,
    head: tuple[str, ...],
    rows: Sequence[tuple[Cell, ...]],
    *,
    sums: tuple[int, ...] = (),
) -> Section:
    """A section of a table; the columns ``sums`` are added up in a last row."""
    if not rows:
        return Section(title, (_NONE,))
    if not sums:
        return Section(title, (), head, tuple(map(tuple, rows)))
    last: list[Cell] = ["合计", *([None] * (len(head) - 1))]
    for at in sums:
        last[at] = _added(rows, at)
    return Section(title, (), head, (*map(tuple, rows), tuple(last)), total=True)


def _added(rows: Sequence[tuple[Cell, ...]], at: int) -> Decimal:
    amounts: list[Any] = [row[at] for row in rows]
    added: Decimal = sum(amounts[1:], amounts[0])
    return added


def _parameters(con: duckdb.DuckDBPyConnection) -> list[Mapping[str, str]]:
    """The dated parameters as text, in file order: from ``con``, else from the rules."""
    tables = {
        row[0] for row in con.execute("select table_name from information_schema.tables").fetchall()
    }
    if "rule_parameter" in tables:
        cursor = con.execute("select * from rule_parameter")
        names = [column[0] for column in cursor.description or ()]
        return [
            {n: "" if v is None else str(v) for n, v in zip(names, row, strict=True)}
            for row in cursor.fetchall()
        ]
    with (RULES / "rule_parameter.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
