"""The comparison in words, tables and JSON, and the residents' fund, which has nothing pending."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from io import StringIO

import pytest
from rich.console import Console

from pipelines.books.compare import compare
from pipelines.books.comparison import Bridge, Cause, Comparison, FalseDeficit
from pipelines.books.scope import MARTS, comparable, ledgers_of_pool
from pipelines.errors import JiecunError
from pipelines.reports.compared import cause_text, render, to_json
from pipelines.reports.html.books import comparison_page
from tests.spec.harness import ALL_BOOKS, Spec, copy, run, world

#: a resident's premium for next year, received in November; one assessed and never paid
EVENTS = {
    "vouchers": """
        insutype | posting_date | account_code | debit_amt | credit_amt
        390      | 2023-11-01   | 1003         | 500000.00 | 0.00
        390      | 2023-11-01   | 3001         | 0.00      | 500000.00
    """,
    "contributions": """
        clct_obj | insutype | clct_way | accrym_begn | psn_clct_amt | intsury_time
        R        | 390      | 02       | 202401      | 380.00       | 2023-11-03 10:00:00
        R        | 390      | 02       | 202311      | 100.00       | 2023-11-03 10:00:00
    """,
    "fund_transfers": """
        traf_sn | insutype | traf_item | hif_acct_type | incexpd_dirc | amt    | balc   | acen_date
        T01     | 390      | SURY_IN   | 5             | 1            | 480.00 | 480.00 | 2023-11-03
    """,
}


@cache
def spec() -> Spec:
    made = world(202401, books=ALL_BOOKS, **EVENTS)
    for mart in MARTS:
        run(made, mart)
    return made


def told(ym: int) -> Comparison:
    return compare(spec().con, "610100-390", ym, release_id="r1")


def shown(found: Comparison) -> str:
    console = Console(file=StringIO(), width=160)
    for part in render(found):
        console.print(part, highlight=False)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_premium_received_ahead_is_income_at_once_on_cash_and_a_liability_on_accrual() -> None:
    november, january = told(202311), told(202401)
    assert [str(v) for v in november.line("IS:3").values] == ["480.00"] * 3 + ["100.00"]
    assert [str(v) for v in november.line("A:200104").values] == ["0.00"] * 3 + ["380.00"]
    assert [str(v) for v in january.line("IS:3").values] == ["0.00"] * 3 + ["380.00"]
    assert [str(v) for v in january.line("A:200104").values] == ["0.00"] * 4
    for found, amount in ((november, "-380.00"), (january, "380.00")):
        assert found.bridge is not None
        assert [str(step[2]) for step in found.bridge.steps] == ["0.00", "0.00", amount, "0.00"]
        assert found.bridge.unexplained == 0
    assert [str(v) for v in january.line("BS:N1").values] == ["500480.00"] * 4


def test_residents_have_neither_inflation_nor_false_deficit() -> None:
    assert (told(202401).inflations, told(202401).false_deficits) == ((), ())
    assert "虚增：" not in shown(told(202311))
    assert "应计：本月结余比收付实现制少 380.00 元" in shown(told(202311))


def test_a_month_without_differences_says_so() -> None:
    assert "本月各账簿之间没有虚增，也没有虚假赤字。" in shown(told(202312))
    page = comparison_page([told(202312)])
    # what November received ahead is still owed in December
    assert "本月各账簿没有差额。" not in page and "-380.00" in page
    assert "待转明细" not in page
    assert "本月各账簿没有差额。" in comparison_page([replace(told(202312), lines=())])


def test_the_page_shows_each_line_each_book_and_one_chart() -> None:
    page = comparison_page([told(202311)])
    assert page.count("<svg xmlns") == 1
    assert "380.00" in page and "-380.00" in page and "proposed_accrual" in page


def test_json_names_every_line_and_keeps_fen() -> None:
    found = to_json(told(202311))
    assert [line["key"] for line in found["lines"]] == [
        "IS:3", "BS:N9", "BS:N1", "BS:A9", "A:1102", "A:1103", "A:200104", "A:2102",
    ]  # fmt: skip
    assert found["lines"][0]["values"]["proposed_accrual"] == "100.00"
    assert found["bridge"]["accrual"] == "100.00"
    assert found["虚增"] == {} and found["虚假赤字"] == {}


def test_earlier_years_are_one_cause_that_names_its_events() -> None:
    events = ("E83", "E84", "E85", "E86", "E87", "E88", "E89")
    assert cause_text(Cause("", "以前年度", Decimal("1.00"), events)) == (
        "以前年度：E83、E84、E85、E86、E87、E88等"
    )
    assert cause_text(Cause("E86", "次年初冲回预分", Decimal("1.00"))) == "E86 次年初冲回预分"


def test_a_gain_by_reversal_is_no_deficit() -> None:
    gain = FalseDeficit("a1999", Decimal(-9), Decimal(-1), Decimal("3.00"), Decimal("-3.00"))
    assert (gain.pool_amt, gain.pa_amt) == (Decimal(0), Decimal("3.00"))


def test_what_receivables_and_payables_do_not_tell_stays_unexplained() -> None:
    bridge = Bridge(Decimal("10.00"), (("1102", "应收", Decimal("5.00")),), Decimal("16.00"))
    assert bridge.unexplained == Decimal("1.00")


def test_a_release_of_one_book_cannot_be_compared() -> None:
    one = copy(spec()).sql("DELETE FROM dim_book WHERE book <> 'k17'")
    assert comparable(spec().con)
    assert not comparable(one.con)
    with pytest.raises(JiecunError) as refused:
        compare(one.con, "610100-390", 202311, release_id="r1")
    assert refused.value.problems[0].code == "BOOKS_ONE"


def test_the_default_month_is_the_last_one() -> None:
    assert ledgers_of_pool(spec().con, "610100", None) == (("610100-390",), 202401)
    assert ledgers_of_pool(spec().con, "610100", 202312, "390") == (("610100-390",), 202312)
