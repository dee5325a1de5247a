"""Any figure of the demo, followed to its source rows, is their sum to the fen."""

from __future__ import annotations

import csv
import json
import random
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest

from pipelines.demo.generate import generate
from pipelines.drill.drill import drill_books
from pipelines.drill.node import to_json
from pipelines.drill.terms import Term
from pipelines.drill.trace import trace
from pipelines.flows.drilling import drill, open_books
from pipelines.paths import ROOT
from tests.drill_world import assert_sums, leaves, publish_release, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.drill.books import Books
    from pipelines.drill.node import Node

REGION_TEXT = next((ROOT / "data" / "raw" / "regions").glob("000_*.txt"))
CELLS = 200
METRICS = 60
COLUMNS = (
    ("BS", "fct_balance_sheet", "M", "close_amt", ""),
    ("BS", "fct_balance_sheet", "M", "year_open_amt", ":open"),
    ("BS", "fct_balance_sheet", "Y", "close_amt", ":Y"),
    ("BS", "fct_balance_sheet", "Y", "year_open_amt", ":Y:open"),
    ("IS", "fct_income_statement", "M", "month_amt", ""),
    ("IS", "fct_income_statement", "M", "ytd_amt", ":ytd"),
    ("IS", "fct_income_statement", "M", "form_amt", ":form"),
    ("IS", "fct_income_statement", "Y", "ytd_amt", ":year"),
    ("IS", "fct_income_statement", "Y", "prior_year_amt", ":prior"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drill")
    generate(
        folder / "raw",
        seed=11,
        months=15,
        settlements=8_000,
        defects=True,
        start_ym=202211,
        region_file=REGION_TEXT,
    )
    publish_release(folder)
    return folder


@pytest.fixture(scope="module")
def books(world: Path) -> Iterator[Books]:
    opened = open_books(request_of(world))
    yield opened
    opened.con.close()


def all_cells(books: Books) -> list[tuple[str, Decimal]]:
    """Key and published amount of every cell of the opened book that is not zero."""
    found: list[tuple[str, Decimal]] = []
    for statement, mart, kind, column, option in COLUMNS:
        found += books.rows(
            f"select '{statement}:' || ledger_id || ':' || period_ym || ':' || row_code || "
            f"'{option}', {column} from {mart} where book = '{books.book}' "
            f"and period_type = '{kind}' and {column} <> 0 "
            "order by all"
        )
    return found


@cache
def raw_records(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8", errors="replace")
    return list(csv.reader(text.splitlines()))


def assert_rows_stand_in_their_files(world: Path, node: Node) -> None:
    """What a row is said to hold is what the file says on that line."""
    for row in [n for n in node.walk() if n.kind == "row"][:5]:
        facts = json.loads(json.dumps(row.facts))
        path = world / "raw" / "extracts" / facts["source_file"]
        lines = path.read_bytes().split(b"\n")
        first = next(iter(facts["fields"].values()))
        assert first.encode() in lines[facts["src_line"] - 1].split(b",")
        assert facts["src_row"] == facts["src_line"] - 1


def test_the_rows_of_two_hundred_random_cells_sum_to_the_cell(world: Path, books: Books) -> None:
    cells = all_cells(books)
    assert len(cells) > 10_000
    assert {key.rpartition(":")[2] for key, _ in cells} >= {"Y", "open", "ytd", "form", "prior"}
    picked = random.Random(20).sample(cells, CELLS)
    assert len({key.split(":")[1] for key, _ in picked}) >= 20
    rows = 0
    for key, amount in picked:
        node = drill_books(books, key)
        found = list(leaves(node))
        assert sum((leaf.amount for leaf in found if leaf.amount), Decimal(0)) == amount, key
        assert node.amount == amount
        assert [leaf.label for leaf in found if leaf.kind == "unexplained"] == [], key
        assert node.rows == sum(leaf.kind == "row" for leaf in found)
        assert_sums(node)
        assert_rows_stand_in_their_files(world, node)
        rows += node.rows
    assert rows > 10_000


def test_every_line_of_every_voucher_is_explained_by_its_rows(books: Books) -> None:
    ledgers = books.texts("select distinct ledger_id from fct_journal order by 1")
    assert len(ledgers) >= 20
    for ledger in ledgers:
        trace(books, [(ledger, Term(digit, 1, 190001, 209912, "all")) for digit in "12345"])
        assert books.rows("select * from drill_row where table_name = 'unexplained'") == []
        balance = books.amount(
            "select sum(debit_amt - credit_amt)::decimal(18, 2) from fct_journal "
            "where ledger_id = ? and left(account_code, 1) in ('1', '2', '3', '4', '5')",
            ledger,
        )
        assert books.amount("select sum(amt) from drill_row") == balance == Decimal("0.00")
    events = set(books.texts("select distinct event_code from fct_journal"))
    assert {"OPEN", "E01", "E02", "E05", "E31", "E41", "E81", "E83", "E110"} <= events


def test_a_limit_lists_less_and_sums_the_same(books: Books) -> None:
    ledger = books.texts("select min(ledger_id) from fct_balance_sheet where insutype = '310'")[0]
    last = books.texts("select max(period_ym) from fct_balance_sheet")[0]
    whole = drill_books(books, f"BS:{ledger}:{last}:T9")
    short = drill_books(books, f"bs:{ledger}:{last}:t9", limit=2)
    assert (short.amount, short.rows, short.label) == (whole.amount, whole.rows, whole.label)
    assert sum(1 for _ in short.walk()) < 400 < sum(1 for _ in whole.walk())
    assert_sums(short)
    kinds = {node.kind for node in short.walk()}
    assert kinds >= {"cell", "term", "account", "closing", "voucher", "row"}
    left = [node.left_out for node in short.walk() if node.left_out]
    assert left and all(told.count > 0 for told in left)


def test_a_payment_names_its_order_and_clearing_and_re_adds_to_the_share(books: Books) -> None:
    node = drill_books(
        books,
        "V:"
        + books.texts(
            "select voucher_id from fct_journal where starts_with(event_id, 'PAY|') "
            "and insutype = '310' group by voucher_id order by count(*) desc, 1 limit 1"
        )[0],
    )
    assert node.amount == Decimal("0.00")
    assert_sums(node)
    facts = json.loads(json.dumps(to_json(node)["facts"]))
    assert [paper["table"] for paper in facts["documents"]] == ["clearing", "fund_transfers"]
    assert all(paper["src_line"] for paper in facts["documents"])
    order = next(p for p in facts["documents"] if p["table"] == "fund_transfers")
    assert facts["event_id"] == f"PAY|{order['fields']['traf_sn']}"
    tables = {
        row.facts["table"] for child in node.children for row in child.walk() if row.kind == "row"
    }
    assert tables == {"settlements"}


#: budgets stand in no voucher and in no row that a month brings
OUTSIDE_THE_BOOKS = {"M-11", "M-12"}
#: counted from rows of their own
COUNTED = ("M-13", "M-14", "M-15", "M-17", "M-18", "M-19", "M-20")


def test_metrics_of_ledgers_and_of_the_province_come_down_to_cells(books: Books) -> None:
    last = books.texts("select max(period_ym) from fct_balance_sheet")[0]
    ledger = books.texts("select min(ledger_id) from fct_balance_sheet where insutype = '310'")[0]
    pool, province = ledger[:6], f"{ledger[:2]}0000"
    found = books.rows(
        "select metric_id || '/' || variant || '/' || fund || ':' || scope_id || ':' || period_ym, "
        "value, metric_id, variant from fct_fund_metric where period_ym = ? and book = ? and "
        "scope_id in (?, ?, ?, ?, ?) and numerator_amt is not null order by all",
        int(last), books.book, f"{pool}-310", f"{pool}-390", f"{province}-310", f"{province}-390",
        f"{province}-ALL",
    )  # fmt: skip
    picked = random.Random(6).sample(found, METRICS)
    picked += [row for row in found if row[2] in COUNTED]
    assert {metric for _, _, metric, _ in picked} >= {*COUNTED, "M-01", "M-06"} - {"M-17"}
    for key, value, metric, variant in picked:
        node = drill_books(books, key, limit=1)
        assert node.amount == value, key
        assert [side.label for side in node.children][:1] == ["分子"]
        assert_sums(node)
        budgeted = metric in OUTSIDE_THE_BOOKS or variant == "FWD"
        open_ends = [n.label for n in node.walk() if n.kind == "unexplained"]
        assert budgeted or open_ends == [], key


def test_a_metric_followed_deep_reaches_rows(books: Books) -> None:
    ledger = books.texts("select min(ledger_id) from fct_balance_sheet where insutype = '390'")[0]
    node = drill_books(books, f"M-06/R12:{ledger}:202311", deep=True)
    assert_sums(node)
    assert node.facts["key"] == f"M-06/R12/NA:{ledger}:202311"
    for side in node.children:
        assert sum((n.amount for n in leaves(side) if n.amount), Decimal(0)) == side.amount
    assert any("预缴" in child.label for child in node.children[0].children)


def test_a_release_is_drilled_as_it_stood_after_a_newer_version_came(world: Path) -> None:
    """A premium row is replaced: the old release keeps the old row, the new one has the new."""
    request = request_of(world)
    extracts = world / "raw" / "extracts"
    first = extracts / "contributions_610000_202303_B001.csv"
    head, *lines = first.read_text(encoding="utf-8").splitlines()
    names = head.split(",")
    at = {name: names.index(name) for name in names}
    row = next(
        cells
        for cells in (line.split(",") for line in lines)
        if cells[at["clct_obj"]] == "R"
        and cells[at["insutype"]] == "390"
        and cells[at["clct_flag"]] == "1"
        and cells[at["revs_flag"]] == "Z"
        and Decimal(cells[at["psn_clct_amt"]]) > 0
    )
    key = f"IS:{row[at['poolarea_no']]}-390:202303:1.1"
    old_release = request.warehouse.current.resolve().name
    before = to_json(drill(request, key))
    for name in ("psn_clct_amt", "clct_sumamt"):
        row[at[name]] = str(Decimal(row[at[name]]) + 10)
    row[at["updt_time"]] = "2026-01-01 00:00:00"
    second = extracts / "contributions_610000_202303_B002.csv"
    second.write_text(f"{head}\n{','.join(row)}\n", encoding="utf-8")
    new_release = publish_release(world)
    assert new_release != old_release

    assert to_json(drill(request, key, old_release)) == before
    new = drill(request, key)
    assert new.amount is not None
    assert str(new.amount - 10) == before["amount"]
    assert_sums(new)
    files = [n.facts["source_file"] for n in new.walk() if n.kind == "row"]
    assert files.count(second.name) == 1
    assert second.name not in json.dumps(before)

    first.rename(first.with_suffix(".gone"))
    gone = [n.facts for n in drill(request, key, old_release).walk() if n.kind == "row"]
    lost = [facts for facts in gone if facts["source_file"] == first.name]
    assert lost and all(facts["src_line"] is None and facts["src_row"] for facts in lost)
