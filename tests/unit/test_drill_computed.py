"""A computed amount tells what it was computed from; a late one what was posted before."""

# ruff: noqa: E501, PLR0917  (labels and cases one a line)

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from pipelines.drill.books import NEEDED, PER_ROW, Books
from pipelines.drill.computed import LATER
from pipelines.drill.drill import drill_books
from pipelines.drill.sources import NAMING
from pipelines.drill.terms import Term
from pipelines.drill.trace import trace
from pipelines.paths import RawPaths, WarehousePaths
from tests.drill_world import assert_sums
from tests.golden.test_accrual import EVENTS as ACCRUED
from tests.golden.test_accrual import RATE
from tests.golden.test_books import EVENTS
from tests.spec.harness import ALL_BOOKS, Spec, models, rows, run, world
from tests.spec.test_pending_refund import EVENTS as GIVEN_BACK

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.drill.node import Node

WORLDS = {"golden": (202401, EVENTS), "refund": (202304, GIVEN_BACK), "accrual": (202401, ACCRUED)}


@cache
def made(name: str) -> Spec:
    through, events = WORLDS[name]
    spec = world(through, books=ALL_BOOKS, **{"pooling_area": "poolarea_no\n610100", **events})
    spec.sql(RATE)
    for model in (*NEEDED, *PER_ROW, *LATER, "fct_journal"):
        run(spec, model)
    return spec


def opened(spec: Spec, book: str, folder: Path) -> Books:
    """The world opened for drilling, its rows staged as files for what names them."""
    paths = WarehousePaths(folder)
    for name in NAMING:
        file = paths.staged_file(name, "test")
        file.parent.mkdir(parents=True, exist_ok=True)
        spec.con.execute(f"COPY {name} TO '{file}' (FORMAT parquet)")
    per_row = {name: models()[name] for name in PER_ROW}
    return Books(spec.con, "test", book, RawPaths(folder), paths, per_row, {"test": "t.csv"})


def voucher(books: Books, event_id: str) -> Node:
    """The drilled voucher of an event; what is listed under each of its nodes sums to it."""
    (found,) = books.texts(
        "select distinct voucher_id from fct_journal where book = ? and event_id = ?",
        books.book, event_id,
    )  # fmt: skip
    node = drill_books(books, f"V:{found}")
    assert_sums(node)
    return node


def inputs(node: Node) -> list[Node]:
    """The inputs of the voucher, as its first computed part tells them."""
    return list(next(n for n in node.walk() if n.kind == "computed").children)


def told(nodes: list[Node]) -> list[tuple[str, str, list[tuple[object, str]]]]:
    """Label, amount, and the source rows (row number, amount)."""
    return [
        (n.label, str(n.amount), [(c.facts["src_row"], str(c.amount)) for c in n.children])
        for n in nodes
    ]


def test_a_presplit_names_its_lots_their_rows_and_the_ratio(tmp_path: Path) -> None:
    """Golden-1: 10,000 of November less 6,000 attributed, and 4,000 of December, at 75 %."""
    node = voucher(opened(made("golden"), "k17", tmp_path), "E84|2023")
    assert told(inputs(node)) == [
        (
            "202311 收到的待转保险费，至 202312 月末未确认归属 4,000.00：预分统筹 3,000.00、个人账户 1,000.00",
            "4000.00",
            [(3, "4000.00")],
        ),
        (
            "202312 收到的待转保险费，至 202312 月末未确认归属 4,000.00：预分统筹 3,000.00、个人账户 1,000.00",
            "4000.00",
            [(5, "4000.00")],
        ),
        ("经验比例：统筹 60,000.00 ÷ 已确认归属 80,000.00 = 75.000000%", "80000.00", []),
    ]
    assert [n.kind for n in node.walk() if n.kind == "unexplained"] == []


def test_its_reversal_names_the_same_lots(tmp_path: Path) -> None:
    books = opened(made("golden"), "a1999", tmp_path)
    reversed_lots = inputs(voucher(books, "E86|PREM|2024"))
    assert told(reversed_lots) == told(inputs(voucher(books, "E84|2023")))


def test_a_correction_names_the_attribution_and_the_lot_it_corrects(tmp_path: Path) -> None:
    node = voucher(opened(made("golden"), "k17", tmp_path), "E87|PREM|2024-01-10|202311")
    assert [label.split("：")[-1] for label, _, _ in told(inputs(node))] == [
        "统筹 2,800.00、个人账户 1,200.00",
        "预分统筹 3,000.00、个人账户 1,000.00",
    ]
    assert told(inputs(node))[0][1:] == ("4000.00", [(3, "4000.00")])


def test_a_refund_out_of_presplit_money_names_its_lot(tmp_path: Path) -> None:
    node = voucher(opened(made("refund"), "k17", tmp_path), "E16P|2023-02-10|1002")
    assert told(inputs(node)) == [
        ("2023-02-10 退还 200.00，按预分数由各基金负担", "200.00", [(3, "200.00")]),
        (
            "202212 收到的待转保险费，至 202212 月末未确认归属 800.00：预分统筹 600.00、个人账户 200.00",
            "800.00",
            [(2, "800.00")],
        ),
    ]


def test_account_interest_names_the_balance_the_rate_and_the_key_to_go_on(tmp_path: Path) -> None:
    node = voucher(opened(made("accrual"), "proposed_accrual", tmp_path), "E107|202312")
    assert [(label, amount) for label, amount, _ in told(inputs(node))] == [
        ("202311：月初个人账户 300,000.00 × 年利率 0.360000% ÷ 12 = 90.00", "90.00"),
        ("202312：月初个人账户 302,500.00 × 年利率 0.360000% ÷ 12 = 90.75", "90.75"),
    ]
    assert inputs(node)[1].facts["key"] == "A:610100-310:202311:300102"


@pytest.mark.parametrize(
    ("name", "book", "event", "prefix", "expected"),
    [
        ("golden", "proposed", "E88|202311", "3001030", [("contributions", "2", "6000.00"),
            ("contributions", "3", "4000.00"), ("fund_transfers", "5", "1000.00")]),
        ("golden", "proposed", "E89|2023-12-11|202311", "4601", [("contributions", "2", "6000.00")]),
        ("refund", "proposed", "E89|2023-02-10|202212", "4601", [("contributions", "3", "200.00")]),
        ("refund", "a1999", "E16P|2023-02-10|1002", "1002", [("contributions", "3", "200.00")]),
        ("accrual", "proposed_accrual", "E101|202311", "400101", [("contributions", "2", "3000.00"),
            ("contributions", "3", "900.00")]),
        ("accrual", "proposed_accrual", "E103|202401", "400102", [("contributions", "4", "500.00")]),
        ("accrual", "proposed_accrual", "E104|2023-12-31", "4602", [("fund_transfers", "7", "310.00")]),
        ("accrual", "proposed_accrual", "E88|202401", "30010302", [("fund_transfers", "7", "200.00")]),
    ],
)  # fmt: skip
def test_what_is_a_sum_of_rows_comes_down_to_them(
    name: str, book: str, event: str, prefix: str, expected: list[tuple[str, str, str]],
    tmp_path: Path,
) -> None:  # fmt: skip
    books = opened(made(name), book, tmp_path)
    (ident,) = books.texts(
        "select distinct voucher_id from fct_journal where book = ? and event_id = ?", book, event
    )
    trace(books, [("610100-310", Term(prefix, -1, 190001, 209912, "all", voucher_id=ident))])
    assert (
        rows(made(name), "SELECT table_name, src_row, amt FROM drill_row ORDER BY ALL") == expected
    )


CLOSED = """
    clct_obj | cashym | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
    E        | 202311 | 600.00       | 0.00         | 0.00        | 2023-11-06
    E        | 202312 | 80.00        | 0.00         | 0.00        | 2023-12-06
"""


def test_a_late_amount_tells_its_month_and_both_sums(tmp_path: Path) -> None:
    """600 of 6 November were closed; 50 of that day came later and stand in December."""
    spec = run(world(202312, contributions=CLOSED), "fct_journal")
    late = world(
        202312,
        contributions=CLOSED
        + "    E        | 202311 | 50.00        | 0.00         | 0.00        | 2023-11-06\n",
    )
    kept = spec.con.execute("SELECT * FROM fct_journal WHERE period_ym = 202311").to_arrow_table()
    late.con.register("kept", kept)
    late.sql(
        "INSERT INTO closed_line BY NAME SELECT * FROM kept",
        "INSERT INTO closed_period VALUES ('610100', 202311)",
    )
    for model in (*NEEDED, *PER_ROW, "fct_journal"):
        run(late, model)
    books = opened(late, "k17", tmp_path)
    node = voucher(books, "LATE|202311|E01|2023-11-06|1002")
    assert [
        (n.kind, str(n.amount), n.label.split("  ")[0]) for n in node.walk() if n.kind == "late"
    ] == [
        ("late", "-600.00", "属 202311：按现有来源应记 650.00，以前已记 600.00"),
        ("late", "600.00", "属 202311：按现有来源应记 -650.00，以前已记 -600.00"),
    ]
    facts = next(n.facts for n in node.walk() if n.kind == "late")
    assert facts == {"now_amt": "650.00", "posted_amt": "600.00", "orig_period_ym": 202311}
    closed = voucher(books, "E01|2023-11-06|1002")
    assert [(n.kind, str(n.amount)) for n in closed.walk() if n.kind == "late"] == [
        ("late", "-50.00"),
        ("late", "50.00"),
    ]
    assert [n for n in (*node.walk(), *closed.walk()) if n.kind == "unexplained"] == []
