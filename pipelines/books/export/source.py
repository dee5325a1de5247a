"""Reads the ledgers of a release: a connection over its marts, and one ledger as frozen values."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import duckdb

from pipelines.books.export.model import Account, Balance, LedgerBook, Line, Month, Voucher
from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError, Problem
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MARTS = (
    "dim_account",
    "dim_insurance",
    "dim_pooling_area",
    "fct_journal",
    "fct_ledger_month",
    "fct_voucher_source",
)

_ACCOUNTS = """
with used as (
    select distinct account_code
    from fct_ledger_month
    where book = $book and ledger_id = $ledger
)

select
    a.account_code, a.account_name, coalesce(a.parent_code, ''), a.element,
    case a.normal_side when 'D' then 1 else -1 end, a.fund, a.is_statutory,
    exists (select 1 from used as u where starts_with(u.account_code, a.account_code))
from dim_account as a
where a.insutype = (
    select min(insutype) from fct_ledger_month where book = $book and ledger_id = $ledger
)
order by a.account_code
"""
_LINES = """
select
    period_ym, voucher_no, voucher_id, posting_date, event_id, orig_period_ym, is_opening,
    is_closing, account_code, fund, debit_amt, credit_amt, event_code, rule_id, summary
from fct_journal
where book = $book and ledger_id = $ledger
order by period_ym, voucher_no, voucher_id, line_no
"""
_BALANCES = """
select period_ym, account_code,
    max(closing_amt) filter (closing_stage = 'pre'),
    max(closing_amt) filter (closing_stage = 'post')
from fct_ledger_month
where book = $book and ledger_id = $ledger
group by period_ym, account_code
order by period_ym, account_code
"""
_NAMES = """
select
    coalesce(min(p.poolarea_name), min(m.poolarea_no)),
    coalesce(min(i.insutype_name), min(m.insutype))
from fct_ledger_month as m
left join dim_pooling_area as p on m.poolarea_no = p.poolarea_no
left join dim_insurance as i on m.insutype = i.insutype
where m.book = $book and m.ledger_id = $ledger
"""


def bind_marts(con: duckdb.DuckDBPyConnection, release: Path, names: Sequence[str] = MARTS) -> None:
    """Make the marts of a release folder views of ``con``, each that is not there already."""
    known = {row[0] for row in con.execute("select table_name from duckdb_tables()").fetchall()}
    known |= {row[0] for row in con.execute("select view_name from duckdb_views()").fetchall()}
    for name in names:
        if name not in known:
            path = quoted(str(release / "marts" / f"{name}.parquet"))
            con.execute(f"create view {name} as select * from read_parquet({path})")


def open_marts(release: Path, names: Sequence[str] = MARTS) -> duckdb.DuckDBPyConnection:
    """A new connection over the marts of a release folder; the caller closes it."""
    con = duckdb.connect(":memory:")
    con.execute("set enable_progress_bar = false")
    bind_marts(con, release, names)
    return con


def ledgers_of(
    con: duckdb.DuckDBPyConnection, book: str, ledgers: Sequence[str] = ()
) -> tuple[str, ...]:
    """The ledgers of a book, or those asked for, in order.

    Raises JiecunError ``BOOK_UNKNOWN`` where the release has no such book, ``LEDGER_UNKNOWN``
    where the book has no such ledger.
    """
    rows = con.execute("select distinct book, ledger_id from fct_ledger_month order by all")
    known: dict[str, list[str]] = {}
    for name, ledger in rows.fetchall():
        known.setdefault(name, []).append(ledger)
    if book not in known:
        raise JiecunError(
            Problem(
                "BOOK_UNKNOWN",
                "--book",
                f"发布中的账簿：{'、'.join(known) or '无'}",
                book,
                "改正账簿名",
            ),
            exit_code=EXIT_USAGE,
        )
    unknown = [ledger for ledger in ledgers if ledger not in known[book]]
    if unknown:
        raise JiecunError(
            Problem(
                "LEDGER_UNKNOWN",
                "--ledger",
                f"账簿 {book} 的账套，如 {'、'.join(known[book][:3])}",
                "、".join(unknown),
                '用 jiecun sql "select distinct ledger_id from fct_ledger_month" 查账套',
            ),
            exit_code=EXIT_USAGE,
        )
    return tuple(ledger for ledger in known[book] if not ledgers or ledger in ledgers)


def load_ledger(
    con: duckdb.DuckDBPyConnection, ledger_id: str, *, book: str, release_id: str
) -> LedgerBook:
    """One ledger of one book.

    Raises JiecunError ``EXPORT_ACCOUNT`` where a line names an account the chart has not,
    ``EXPORT_BALANCE`` where a month has no balance at both stages.
    """
    asked = {"book": book, "ledger": ledger_id}
    accounts = tuple(Account(*row) for row in con.execute(_ACCOUNTS, asked).fetchall())
    sign = {account.code: account.sign for account in accounts}
    vouchers = _vouchers(con, asked)
    named = {line.account_code for voucher in vouchers for line in voucher.lines}
    if missing := sorted(named - sign.keys()):
        raise _problem("EXPORT_ACCOUNT", ledger_id, "分录的科目都在 dim_account", missing)
    balances: dict[int, list[Balance]] = {}
    for ym, code, pre, post in con.execute(_BALANCES, asked).fetchall():
        if code not in sign or pre is None or post is None:
            raise _problem("EXPORT_BALANCE", f"{ledger_id} {ym}", "每科目有结转前后余额", [code])
        balances.setdefault(ym, []).append(Balance(code, sign[code] * pre, sign[code] * post))
    by_month = {
        ym: tuple(group) for ym, group in groupby(vouchers, key=lambda voucher: voucher.period_ym)
    }
    if beyond := sorted(by_month.keys() - balances.keys()):
        found = [str(ym) for ym in beyond]
        raise _problem("EXPORT_BALANCE", ledger_id, "有凭证的月份都有科目余额", found)
    names = con.execute(_NAMES, asked).fetchall()[0]
    return LedgerBook(
        release_id=release_id,
        book=book,
        ledger_id=ledger_id,
        poolarea_name=names[0],
        insutype_name=names[1],
        accounts=tuple(account for account in accounts if account.is_used),
        months=tuple(
            Month(ym, *month_days(ym), by_month.get(ym, ()), tuple(balances[ym]))
            for ym in sorted(balances)
        ),
    )


def month_days(period_ym: int) -> tuple[date, date]:
    """First and last day of a month."""
    year, month = divmod(period_ym, 100)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _vouchers(con: duckdb.DuckDBPyConnection, asked: dict[str, str]) -> list[Voucher]:
    rows = con.execute(_LINES, asked).fetchall()
    found = []
    for head, group in groupby(rows, key=lambda row: row[:3]):
        lines = list(group)
        ym, number, voucher_id = head
        first, last = month_days(ym)
        posted, event_id, orig_ym, opening, closing = lines[0][3:8]
        found.append(
            Voucher(
                period_ym=ym,
                posting_date=posted,
                book_date=min(max(posted, first), last),
                number=number,
                voucher_id=voucher_id,
                event_id=event_id,
                orig_period_ym=orig_ym,
                is_opening=opening,
                is_closing=closing,
                lines=tuple(Line(*line[8:]) for line in lines),
            )
        )
    return found


def _problem(code: str, place: str, expected: str, found: Sequence[str]) -> JiecunError:
    remedy = "用产生该发布的程序版本重新运行 jiecun run"
    return JiecunError(
        Problem(code, f"导出 {place}", expected, "、".join(found[:5]), remedy),
        exit_code=EXIT_CHECK,
    )
