"""What a cell adds up: account prefixes with a sign and a span of months."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.drill.keys import AccountKey, CellKey, cell_text, key_error

if TYPE_CHECKING:
    from pipelines.drill.books import Books

MART = {"BS": "fct_balance_sheet", "IS": "fct_income_statement"}
_FIRST = 190001
#: measure of a flow row → the lines it counts
_FLOWS = {
    "cr": "flow",
    "dr": "flow",
    "cr_ext": "external",
    "cr_gross": "credit",
    "adj": "adjusting",
}


@dataclass(frozen=True)
class Term:
    """Journal lines of a ledger that enter a cell with ``sign`` × (debit less credit).

    ``lines``: ``all`` (a balance to date, closings read through), ``flow`` (neither opening nor
    closing lines), ``opening`` (opening lines only); flows only of ``external`` events (not the
    carry E88, E89), of ``credit`` sides, of ``adjusting`` events (E87, E91–E93). ``voucher_id``
    limits to one voucher, ``event_code`` to one event.
    """

    prefix: str
    sign: int
    from_ym: int
    to_ym: int
    lines: str
    voucher_id: str = ""
    event_code: str = ""


@dataclass(frozen=True)
class Cell:
    """A figure of one ledger with what it adds up; ``amount`` in yuan as published."""

    key: str
    label: str
    ledger_id: str
    amount: Decimal
    terms: tuple[Term, ...]
    facts: dict[str, str | int]


def statement_cell(books: Books, key: CellKey) -> Cell:
    """The statement cell of a key. Raises JiecunError ``DRILL_KEY`` where there is none."""
    mart = MART[key.statement]
    found = books.rows(
        f"select row_code, row_name, {key.column} from {mart} where book = ? and ledger_id = ? "
        "and period_ym = ? and period_type = ? and lower(row_code) = lower(?)",
        books.book, key.ledger_id, key.period_ym, key.period_type, key.row_code,
    )  # fmt: skip
    if not found:
        raise _missing(books, key)
    row_code, row_name, amount = found[0]
    exact = CellKey(
        key.statement, key.ledger_id, key.period_ym, row_code, key.period_type, key.column
    )
    if amount is None:
        raise key_error(cell_text(exact), "有数的单元格", f"该表该期的 {key.column} 没有数")
    return Cell(
        cell_text(exact),
        row_name,
        key.ledger_id,
        amount,
        _terms(books, exact),
        {
            "statement": key.statement,
            "ledger_id": key.ledger_id,
            "period_ym": key.period_ym,
            "period_type": key.period_type,
            "row_code": row_code,
            "column": key.column,
        },
    )


def account_cell(books: Books, key: AccountKey) -> Cell:
    """The accounts of a prefix: balance to date, or the month's flow of those closed monthly.

    Positive on the accounts' normal side. Raises JiecunError ``DRILL_KEY`` where no account is
    named, or accounts of both kinds or both sides.
    """
    scheme = key.ledger_id.partition("-")[2]
    kinds = books.rows(
        "select distinct closes_to is not null, normal_side from rule_account as a "
        "where insutype = ? and starts_with(account_code, ?) and not exists (select 1 from "
        "rule_account as c where c.insutype = a.insutype and c.account_code <> a.account_code "
        "and starts_with(c.account_code, a.account_code))",
        scheme, key.prefix,
    )  # fmt: skip
    text = f"A:{key.ledger_id}:{key.period_ym}:{key.prefix}"
    _known_month(books, text, key.ledger_id, key.period_ym)
    if len(kinds) != 1:
        raise key_error(
            text,
            "同类科目的前缀：资产、负债、净资产、待转（余额），或收入、支出（当月发生额）",
            "没有这样的科目" if not kinds else "前缀下有不同类的科目；写长一些",
        )
    closes, side = kinds[0]
    sign = 1 if side == "D" else -1
    term = (
        Term(key.prefix, sign, key.period_ym, key.period_ym, "flow")
        if closes
        else Term(key.prefix, sign, _FIRST, key.period_ym, "all")
    )
    amount = books.amount(
        "select coalesce(sum(debit_amt - credit_amt), 0)::decimal(18, 2) * ? from fct_journal "
        "where book = ? and ledger_id = ? and starts_with(account_code, ?) and period_ym "
        "between ? and ? and (? or not (is_opening or is_closing))",
        sign, books.book, key.ledger_id, key.prefix, term.from_ym, term.to_ym, not closes,
    )  # fmt: skip
    named = books.texts(
        "select account_name from rule_account where insutype = ? and starts_with(account_code, ?)"
        " order by account_code limit 1",
        scheme, key.prefix,
    )  # fmt: skip
    what = "当月发生额" if closes else "期末余额"
    return Cell(
        text, f"{key.prefix} {named[0]} {what}", key.ledger_id, amount or Decimal("0.00"), (term,),
        {"ledger_id": key.ledger_id, "period_ym": key.period_ym, "account_prefix": key.prefix},
    )  # fmt: skip


def _terms(books: Books, key: CellKey) -> tuple[Term, ...]:
    scheme = key.ledger_id.partition("-")[2]
    column = "form_measure" if key.column == "form_amt" and key.period_type == "M" else "measure"
    found = books.rows(
        f"select account_prefix, {column}, sign from stm_term where book = ? and statement = ? "
        "and scheme = ? and period_type = ? and row_code = ? order by all",
        books.book, key.statement, scheme, key.period_type, key.row_code,
    )  # fmt: skip
    first = int(
        books.texts(
            "select min(period_ym) from fct_journal where book = ? and ledger_id = ?",
            books.book, key.ledger_id,
        )[0]
    )  # fmt: skip
    year = key.period_ym // 100
    out = []
    for prefix, measure, sign in found:
        signed = sign if measure in ("bal_d", "dr") else -sign
        if measure in _FLOWS:
            start, end = {
                "month_amt": (key.period_ym, key.period_ym),
                "prior_year_amt": (year * 100 - 99, year * 100 - 88),
            }.get(key.column, (year * 100 + 1, key.period_ym))
            if key.column == "form_amt" and key.period_type == "M":
                start = key.period_ym
            out.append(Term(prefix, signed, start, end, _FLOWS[measure]))
        elif key.column != "year_open_amt":
            out.append(Term(prefix, signed, _FIRST, key.period_ym, "all"))
        elif first // 100 == year:
            # the ledger's first year: what its first month brought in
            out.append(Term(prefix, signed, first, first, "opening"))
        else:
            out.append(Term(prefix, signed, _FIRST, year * 100 - 88, "all"))
    return tuple(out)


def _known_month(books: Books, text: str, ledger_id: str, period_ym: int) -> None:
    ledgers = books.rows(
        "select ledger_id, min(period_ym), max(period_ym) from fct_balance_sheet "
        "where book = ? group by ledger_id order by ledger_id",
        books.book,
    )
    spans = {ledger: (first, last) for ledger, first, last in ledgers}
    if ledger_id not in spans:
        raise key_error(text, f"账套之一：{'、'.join(spans)}")
    first, last = spans[ledger_id]
    if not first <= period_ym <= last:
        raise key_error(text, f"{ledger_id} 的月份 {first} 至 {last}")


def _missing(books: Books, key: CellKey) -> Exception:
    text = cell_text(key)
    _known_month(books, text, key.ledger_id, key.period_ym)
    if key.period_type == "Y" and key.period_ym % 100 != 12:
        return key_error(text, "年报只有 12 月", "月份写作 yyyy12")
    scheme = key.ledger_id.partition("-")[2]
    names = books.texts(
        "select row_code from stm_row where book = ? and statement = ? and scheme = ? "
        "and period_type = ? order by row_order",
        books.book, key.statement, scheme, key.period_type,
    )  # fmt: skip
    return key_error(text, f"行码之一：{'、'.join(names)}")
