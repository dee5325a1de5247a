"""``drill --book``: every cell of every book comes down to its lines, none of it unexplained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.drill.books import NEEDED, PER_ROW, Books
from pipelines.drill.keys import CellKey, parse_key
from pipelines.drill.terms import statement_cell
from pipelines.drill.trace import trace
from pipelines.paths import RawPaths, WarehousePaths
from tests.golden.test_books import golden_1
from tests.spec.harness import ALL_BOOKS, models, rows, run, table

if TYPE_CHECKING:
    from decimal import Decimal

COLUMNS = (
    ("BS", "fct_balance_sheet", "M", "close_amt", ""),
    ("BS", "fct_balance_sheet", "M", "year_open_amt", ":open"),
    ("BS", "fct_balance_sheet", "Y", "close_amt", ":Y"),
    ("IS", "fct_income_statement", "M", "month_amt", ""),
    ("IS", "fct_income_statement", "M", "ytd_amt", ":ytd"),
    ("IS", "fct_income_statement", "M", "form_amt", ":form"),
    ("IS", "fct_income_statement", "Y", "ytd_amt", ":year"),
)


def books_of(book: str) -> Books:
    spec = golden_1()
    for name in (*NEEDED, *PER_ROW, "fct_journal", "fct_balance_sheet", "fct_income_statement"):
        run(spec, name)
    return Books(
        spec.con,
        "test",
        book,
        RawPaths(Path()),
        WarehousePaths(Path()),
        {name: models()[name] for name in PER_ROW},
        {},
    )


def cells(books: Books) -> list[tuple[str, Decimal]]:
    """Key and published amount of every cell of the book that is not zero."""
    out: list[tuple[str, Decimal]] = []
    for statement, mart, kind, column, option in COLUMNS:
        out += books.rows(
            f"select '{statement}:' || ledger_id || ':' || period_ym || ':' || row_code || "
            f"'{option}', {column} from {mart} where book = ? and period_type = '{kind}' "
            f"and {column} <> 0 order by all",
            books.book,
        )
    return out


#: events that a ratio or a balance makes: all others come down to rows
COMPUTED = {
    "k17": {"E84", "E85", "E87"},
    "a1999": {"E84", "E85", "E86"},
    "proposed": set(),
    "proposed_accrual": set(),
}


@pytest.mark.parametrize("book", ALL_BOOKS)
def test_every_cell_is_the_sum_of_its_lines(book: str) -> None:
    books = books_of(book)
    found = cells(books)
    assert len(found) > 150
    owner: list[str] = []
    terms = []
    for text, amount in found:
        key = parse_key(text)
        assert isinstance(key, CellKey)
        cell = statement_cell(books, key)
        assert cell.amount == amount
        terms += [(cell.ledger_id, term) for term in cell.terms]
        owner += [text] * len(cell.terms)
    trace(books, terms)
    assert books.rows("select * from drill_row where table_name = 'unexplained'") == []
    assert COMPUTED[book] == set(
        books.texts(
            "select distinct event_code from drill_row inner join fct_journal as j "
            "using (voucher_id) where table_name = 'computed' and j.book = ?",
            book,
        )
    )
    sums: dict[str, Decimal] = {}
    for number, amount in books.rows("select term_no, sum(amt) from drill_row group by 1"):
        sums[owner[number]] = sums.get(owner[number], 0 * amount) + amount
    assert sums == dict(found)


def traced(book: str, key: str) -> list[tuple[str, ...]]:
    """Event, table, row, amount behind a cell."""
    books = books_of(book)
    parsed = parse_key(key)
    assert isinstance(parsed, CellKey)
    cell = statement_cell(books, parsed)
    trace(books, [(cell.ledger_id, term) for term in cell.terms])
    return rows(
        golden_1(),
        f"""select event, table_name, src_row, sum(amt) from drill_row inner join (
            select distinct voucher_id, split_part(event_id, '|', 1) as event from fct_journal
            where book = '{book}') using (voucher_id) group by all order by all""",
    )


def test_what_a_book_computes_is_named_as_such() -> None:
    """January's 5.1 under the old rule: 6,600 of rows and decisions less 7,125 taken back."""
    assert traced("a1999", "IS:610100-310:202401:5.1") == table("""
        event | table         | row | amount
        E83   | contributions | 3   | 2800.00
        E83   | contributions | 5   | 2800.00
        E86   | computed      | 0   | -7125.00
        MAN   | vouchers      | 5   | 600.00
        MAN   | vouchers      | 8   | 400.00
    """)
