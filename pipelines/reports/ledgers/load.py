"""Reads the printed books of a month from the marts and the staged rows beside them."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError, Problem
from pipelines.reports.ledgers.bank import load_reconciliations
from pipelines.reports.ledgers.model import (
    ZERO,
    Account,
    AccountPage,
    Entry,
    LedgerBooks,
    TrialBalance,
    Voucher,
    VoucherLine,
)
from pipelines.reports.ledgers.totals import general_pages, top_of, trial_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import duckdb

    from pipelines.reports.ledgers.totals import Months

#: marts that must be bound, and the bank side and the manual vouchers of the staged rows
SOURCES = (
    "dim_account",
    "dim_insurance",
    "dim_pooling_area",
    "fct_journal",
    "fct_ledger_month",
    "fct_voucher_source",
    "stg_transfer",
    "vouchers",
)
#: cash and bank accounts, which get a 日记账
MONEY_ACCOUNTS = "100"
#: who makes a voucher that no person typed
SYSTEM = "结存（系统）"

_ACCOUNTS = """
select account_code, account_name, coalesce(parent_code, ''),
    case normal_side when 'D' then 1 else -1 end
from dim_account
where insutype = $insutype
order by account_code
"""
_MONTHS = """
select account_code, period_ym, closing_stage, opening_amt, debit_amt, credit_amt, closing_amt
from fct_ledger_month
where book = $book and ledger_id = $ledger
    and period_ym between $period // 100 * 100 + 1 and $period
order by account_code, period_ym, closing_stage
"""
_LINES = """
with source as (
    select voucher_id, sum(source_row_cnt)::bigint as source_rows
    from fct_voucher_source
    where book = $book
    group by voucher_id
),

person as (
    select 'MAN|' || voucher_no as event_id, min(maker) as maker, min(checker) as checker
    from vouchers
    where poolarea_no || '-' || insutype = $ledger
    group by voucher_no
)

select
    j.voucher_no, j.voucher_id, j.posting_date, j.is_closing, j.orig_period_ym,
    coalesce(s.source_rows, 0), coalesce(p.maker, $system), coalesce(p.checker, ''),
    j.event_code, j.summary, j.account_code, j.debit_amt, j.credit_amt
from fct_journal as j
left join source as s on j.voucher_id = s.voucher_id
left join person as p on j.event_id = p.event_id
where j.book = $book and j.ledger_id = $ledger and j.period_ym = $period and not j.is_opening
order by j.voucher_no, j.voucher_id, j.line_no
"""
_LEDGER = """
select
    min(m.insutype), min(m.poolarea_no),
    coalesce(min(p.poolarea_name), min(m.poolarea_no)),
    coalesce(min(i.insutype_name), min(m.insutype)),
    min(m.period_ym), max(m.period_ym), coalesce(bool_or(m.period_ym = $period), false)
from fct_ledger_month as m
left join dim_pooling_area as p on m.poolarea_no = p.poolarea_no
left join dim_insurance as i on m.insutype = i.insutype
where m.book = $book and m.ledger_id = $ledger
"""


def load_books(
    con: duckdb.DuckDBPyConnection, ledger_id: str, period_ym: int, *, book: str, release_id: str
) -> LedgerBooks:
    """The books of one ledger and month; ``con`` holds ``SOURCES``.

    Raises JiecunError ``REPORT_SOURCE`` (a table is missing), ``REPORT_EMPTY`` (no such ledger or
    month), ``REPORT_LEDGER`` (an account's lines do not lead to its balance).
    """
    _require(con)
    asked: dict[str, object] = {"book": book, "ledger": ledger_id, "period": period_ym}
    found = con.execute(_LEDGER, asked).fetchall()[0]
    insutype, pool, pool_name, scheme, first, last, known = found
    if not known:
        raise _empty(ledger_id, period_ym, first, last)
    rows = con.execute(_ACCOUNTS, {"insutype": insutype}).fetchall()
    chart = {row[0]: Account(*row) for row in rows}
    rows = con.execute(_MONTHS, asked).fetchall()
    months: Months = {(row[0], row[1], row[2]): (row[3], row[4], row[5], row[6]) for row in rows}
    vouchers = _vouchers(con.execute(_LINES, asked | {"system": SYSTEM}).fetchall(), chart)
    details = _details(vouchers, chart, months, period_ym)
    return LedgerBooks(
        release_id=release_id,
        book=book,
        ledger_id=ledger_id,
        poolarea_no=pool,
        poolarea_name=pool_name,
        scheme_name=scheme,
        period_ym=period_ym,
        vouchers=vouchers,
        journals=tuple(page for page in details if page.account.code.startswith(MONEY_ACCOUNTS)),
        general=general_pages(chart, months),
        details=details,
        trials=tuple(
            TrialBalance(stage, trial_rows(chart, months, period_ym, stage))
            for stage in ("pre", "post")
        ),
        reconciliations=load_reconciliations(con, ledger_id, period_ym, chart, book=book),
    )


def _vouchers(rows: Sequence[tuple[object, ...]], chart: dict[str, Account]) -> tuple[Voucher, ...]:
    found = []
    for _, group in groupby(rows, key=lambda row: row[:2]):
        lines: list[tuple] = list(group)  # type: ignore[type-arg]
        number, _, day, closing, orig, source_rows, maker, checker = lines[0][:8]
        found.append(
            Voucher(
                number=number,
                day=day,
                events=tuple(dict.fromkeys(line[8] for line in lines)),
                is_closing=closing,
                orig_period_ym=orig,
                source_rows=source_rows,
                maker=maker,
                checker=checker,
                lines=tuple(
                    VoucherLine(summary, chart[code], debit, credit)
                    for summary, code, debit, credit in (line[9:] for line in lines)
                ),
            )
        )
    return tuple(found)


def _details(
    vouchers: tuple[Voucher, ...], chart: dict[str, Account], months: Months, period_ym: int
) -> tuple[AccountPage, ...]:
    """Every account that has a balance or moves, line by line, closing lines included."""
    lines: dict[str, list[tuple[Voucher, VoucherLine]]] = defaultdict(list)
    for voucher in vouchers:
        for line in voucher.lines:
            lines[line.account.code].append((voucher, line))
    pages = []
    for code in sorted({key[0] for key in months if key[1] == period_ym}):
        account = chart[code]
        opening, debit, credit, closing = months[code, period_ym, "post"]
        year = [m for (other, _, stage), m in months.items() if (other, stage) == (code, "post")]
        balance, entries = opening, []
        for voucher, line in lines[code]:
            balance += account.sign * (line.debit - line.credit)
            entries.append(
                Entry(
                    voucher.day,
                    voucher.number,
                    line.summary,
                    _against(chart, voucher, line),
                    line.debit,
                    line.credit,
                    balance,
                )
            )
        if balance != closing:
            raise _untied(account, period_ym, closing, balance)
        if entries or opening:
            pages.append(
                AccountPage(
                    account,
                    opening,
                    tuple(entries),
                    debit,
                    credit,
                    sum((m[1] for m in year), ZERO),
                    sum((m[2] for m in year), ZERO),
                    closing,
                )
            )
    return tuple(pages)


def _against(chart: dict[str, Account], voucher: Voucher, line: VoucherLine) -> str:
    """The level-1 accounts on the other side of a voucher, up to two by name."""
    others = [
        chart[top_of(chart, other.account.code)].name
        for other in voucher.lines
        if (other.debit != 0) != (line.debit != 0) and other.account != line.account
    ]
    names = list(dict.fromkeys(others))
    more = f"等{len(names)}科目" if len(names) > 2 else ""
    return "、".join(names[:2]) + more


def _require(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("select table_name from information_schema.tables").fetchall()
    known = {row[0] for row in rows}
    if missing := [name for name in SOURCES if name not in known]:
        found = f"没有 {'、'.join(missing)}"
        raise JiecunError(
            Problem(
                "REPORT_SOURCE", "账簿取数", "发布的数据表与银行流水", found, "先运行 jiecun run"
            )
        )


def _empty(ledger_id: str, period_ym: int, first: int | None, last: int | None) -> JiecunError:
    found = "没有这个账套" if first is None else f"有 {first}—{last} 各月"
    return JiecunError(
        Problem(
            "REPORT_EMPTY",
            f"账簿 {ledger_id} {period_ym}",
            "账套与月份在发布之内",
            found,
            "核对账套编号与月份（yyyymm）",
        ),
        exit_code=EXIT_USAGE,
    )


def _untied(account: Account, period_ym: int, closing: Decimal, found: Decimal) -> JiecunError:
    return JiecunError(
        Problem(
            "REPORT_LEDGER",
            f"明细账 {account.code} {account.name} {period_ym}",
            f"期末余额 {closing:,.2f}",
            f"逐笔累计 {found:,.2f}，差 {found - closing:,.2f}",
            "重新运行 jiecun run；仍不符时用 jiecun check 查 T-01、T-02",
        ),
        exit_code=EXIT_CHECK,
    )
