"""The demo of eleven pools: every cell against a second opinion, and every event at work."""

from __future__ import annotations

import csv
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.paths import RULES
from tests.golden.kept import assert_balanced, differences, keep_books
from tests.golden.recompute import recompute
from tests.golden.recompute_rows import BANK_ROWS, ITEM_ROW
from tests.shared import whole_demo

if TYPE_CHECKING:
    from tests.golden.kept import Kept

#: checks that a province of one pool, without advances or arrears, would leave without work
RARELY_AT_WORK = ("J-06", "T-16", "T-17", "T-18", "T-24", "T-25", "T-29", "T-32")
SAME_AS = re.compile(r"（即 (.+)）")


@pytest.fixture(scope="module")
def default_demo(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    demo = whole_demo(tmp_path_factory)
    house = tmp_path_factory.mktemp("default_demo") / "house"
    shutil.copytree(demo / "house", house)
    return keep_books(demo / "raw", house)


def built_events() -> dict[str, tuple[str, ...]]:
    """Event → the codes it is booked under: itself, or those its name says it is (即 …)."""
    with (RULES / "rule_event.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["status"] == "built"]
    return {
        row["event_code"]: tuple(found.group(1).split("、"))
        if (found := SAME_AS.search(row["event_name"]))
        else (row["event_code"],)
        for row in rows
    }


def rows_known() -> set[tuple[str, str]]:
    """(scheme, row of the form) that the second opinion has a source for."""
    known = {(scheme, row) for scheme, rows in ITEM_ROW.items() for row in rows.values()}
    for (scheme, _, _), terms in BANK_ROWS.items():
        known |= {(scheme, term.removeprefix("-")) for term in terms.split()}
    # 个人账户清退 has no row of its own; residents' deposits have no row of 异地就医
    return {(scheme, row) for scheme, row in known if not row.endswith("x")}


def test_every_cell_of_every_pool_and_month(default_demo: Kept) -> None:
    """Every row that the demo knows has moved, every check had work."""
    expected = recompute(default_demo.raw)

    # 11 pools, 22 ledgers, 36 months and three years
    assert len(expected) == 124_290
    assert_balanced(expected)
    moved = {(at[1][-3:], at[4]) for at, fen in expected.items() if fen}
    assert rows_known() - moved == set()
    assert differences(expected, default_demo.cells) == []
    assert [c for c in default_demo.checks if c.status != "passed"] == []


def test_every_built_event_stands_in_the_journal(default_demo: Kept) -> None:
    """At least one voucher of each in at least one book that knows it."""
    events = built_events()
    assert len(events) >= 96
    assert events["E20"] == ("E74", "E72")
    missing = [event for event, codes in events.items() if not set(codes) <= default_demo.events]
    assert missing == []


@pytest.mark.parametrize("check_id", RARELY_AT_WORK)
def test_checks_on_rare_money_have_work(default_demo: Kept, check_id: str) -> None:
    """Passed on rows, not for want of them."""
    result = next(c for c in default_demo.checks if c.check_id == check_id)
    assert (result.status, result.rows_tested > 0) == ("passed", True)


def test_no_rule_over_sets_of_rows_is_hit_where_nothing_is_planted(default_demo: Kept) -> None:
    """Interest is tested on hundreds of payments, so that a planted one would stand out."""
    assert len(default_demo.rates) == 10
    assert {rule: hit for rule, (_, hit) in default_demo.rates.items() if hit} == {}
    assert default_demo.rates["INTEREST_ODD"][0] > 600
