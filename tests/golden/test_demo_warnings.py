"""The warnings of a whole demo province against what was planted in it."""

from __future__ import annotations

import csv
import re
import shutil
from contextlib import contextmanager
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from pipelines.flows import steps
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import bind_inputs, last_month, open_workspace, read_regions
from pipelines.paths import RawPaths, WarehousePaths
from tests.shared import whole_demo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

LAYERS = ("staging", "journal", "ledger", "statements", "metrics", "warnings")
#: rules on the flow of money: the seasons could mislead them
FLOW_RULES = ("W-04", "W-05", "W-06", "W-07", "W-08")
#: medical category of a label → the class of spending that the score judges
CLASS_OF = {"11": "outpatient", "14": "outpatient", "21": "inpatient", "41": "pharmacy"}
#: a month in the middle of the residents' autumn and of the planted overspending
CUT = 202410


#: what the recomputations read
PUBLISHED = ("fct_spending_score", "fct_fund_metric", "fct_balance_sheet", "fct_income_statement",
             "fct_ledger_month", "fct_journal", "fct_advance", "fct_bank_pair", "dim_account",
             "fct_institution_budget", "fct_risk_fund", "fct_forecast_crossing")  # fmt: skip


class Province:
    """One demo province, taken in once; its warnings up to any month."""

    def __init__(self, raw: Path, house: Path) -> None:
        self.request = RunRequest(RawPaths(raw), WarehousePaths(house))
        self.regions = read_regions(self.request.raw)
        with (raw / "labels.csv").open(encoding="utf-8", newline="") as handle:
            labels = list(csv.DictReader(handle))
        self.planted = {f"{row['poolarea_no']}-{row['insutype']}" for row in labels}
        self.overspent = [
            (
                f"{row['poolarea_no']}-{row['insutype']}-{CLASS_OF[match[1]]}",
                int(row["start_ym"]),
                float(match[2]),
            )
            for row in labels
            if row["kind"] == "overspending"
            and (match := re.search(r"med_type=([0-9]{2});factor=([0-9.]+)", row["detail"]))
        ]
        self.depletion = next(
            f"{row['poolarea_no']}-{row['insutype']}"
            for row in labels
            if row["kind"] == "depletion"
        )
        self.whole = self.warned(None, marts=PUBLISHED)

    @contextmanager
    def warned_under(self, rule: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """``whole`` with its warnings made again after a change of their rules, for this block."""
        self.whole.execute("BEGIN")
        try:
            self.whole.execute(rule)
            for model in steps.model_plan():
                if model.layer == "warnings" or model.name == "fct_warning":
                    self.whole.execute(f"CREATE OR REPLACE TABLE {model.name} AS {model.sql}")
            yield self.whole
        finally:
            self.whole.execute("ROLLBACK")

    def warned(
        self, through: int | None, *, marts: tuple[str, ...] = ()
    ) -> duckdb.DuckDBPyConnection:
        """A connection that holds ``fct_warning``."""
        con = open_workspace(self.request)
        taken = steps.take_in(con, self.request, self.regions)
        bind_inputs(
            con,
            self.request,
            self.regions,
            taken.all,
            through_ym=last_month(taken.all, through),
            attributes={},
        )
        steps.transform(con, LAYERS)
        for model in steps.model_plan():
            if model.name in ("fct_warning", *marts):
                con.execute(f"CREATE TABLE {model.name} AS {model.sql}")
        return con


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    demo = whole_demo(tmp_path_factory)
    house = tmp_path_factory.mktemp("province") / "house"
    shutil.copytree(demo / "house", house)
    return Province(demo / "raw", house)


def openings(con: duckdb.DuckDBPyConnection, province: Province) -> list[tuple[str, str, int]]:
    """(rule, scheme, month) of every opening of a flow rule where nothing was planted."""
    return con.execute(
        """SELECT rule_id, insutype, period_ym FROM fct_warning
        WHERE rule_id IN ? AND period_ym = opened_ym AND ledger_id NOT IN ? ORDER BY ALL""",
        [FLOW_RULES, sorted(province.planted)],
    ).fetchall()


def test_the_planted_depletion_is_warned_of(province: Province) -> None:
    """The reserve sinks level by level to red; the deficit behind it is told within two years."""
    told = province.whole.execute(
        """SELECT rule_id, max(level_order), min(period_ym), max(period_ym)
        FROM fct_warning WHERE ledger_id = ? AND rule_id IN ('W-01', 'W-07')
        GROUP BY rule_id ORDER BY rule_id""",
        [province.depletion],
    ).fetchall()
    assert told == [("W-01", 4, 202303, 202512), ("W-07", 4, 202501, 202512)]
    last = province.whole.execute(
        """SELECT level, opened_ym FROM fct_warning
        WHERE ledger_id = ? AND rule_id = 'W-07' AND period_ym = 202512""",
        [province.depletion],
    ).fetchall()
    assert last == [("red", 202501)]


def test_no_false_alarm_on_the_flow_of_money(province: Province) -> None:
    """Sixteen ledgers without a planted truth, two judged years each: not one opening, so none
    in the residents' autumn and none around the New Year.
    """
    assert openings(province.whole, province) == []


def test_what_the_absolute_floors_keep_quiet_is_noise_without_a_season(province: Province) -> None:
    """The demo's ledgers spend some 50,000 yuan a month on a few hundred settlements. Without the
    floors W-04 opens about twice a series and year, on the residents' side in autumn (four judged
    months) no more often than from April to August (five), and for the New Year months, judged
    once, at most 1.5 times as often as in another month.
    """
    floors = "UPDATE rule_warning SET absolute_floor_amt = NULL"
    with province.warned_under(floors) as bare:
        found = openings(bare, province)
    assert openings(province.whole, province) == []
    by_season = {
        season: sum(
            1
            for rule, scheme, ym in found
            if rule == "W-04" and scheme == "390" and ym % 100 in months
        )
        for season, months in {
            "new year": range(1, 4),
            "spring": range(4, 9),
            "autumn": range(9, 13),
        }.items()
    }
    assert by_season["new year"] * 9 <= 1.5 * (by_season["spring"] + by_season["autumn"])
    assert by_season["autumn"] * 5 <= by_season["spring"] * 4
    assert sum(1 for rule, _, _ in found if rule == "W-04") <= 76
    assert sum(1 for rule, _, _ in found if rule in ("W-05", "W-07")) <= 4
    # small ledgers' noise and the growth of the demo's prices: these two need their floors
    assert sum(1 for rule, _, _ in found if rule in ("W-06", "W-08")) <= 24
    print("W-04 by season", by_season)


def test_accounts_and_statements_of_the_demo_are_in_order(province: Province) -> None:
    told = province.whole.execute(
        "SELECT rule_id FROM fct_warning WHERE rule_id IN ('W-12', 'W-20') "
        "OR rule_id = 'W-24' AND series_type = 'ledger'"
    ).fetchall()
    assert told == []


def test_a_month_reads_nothing_later_than_itself(province: Province) -> None:
    """The books closed with October 2024 give the very rows that the whole books give to then."""
    short = province.warned(CUT)
    expected = province.whole.execute(
        "SELECT * FROM fct_warning WHERE period_ym <= ? ORDER BY warning_id, period_ym", [CUT]
    ).fetchall()
    assert {row[2] for row in expected} >= {"W-01", "W-05", "W-22", "W-24"}
    assert (
        short.execute("SELECT * FROM fct_warning ORDER BY warning_id, period_ym").fetchall()
        == expected
    )


def test_every_reason_is_filled_in(province: Province) -> None:
    odd = province.whole.execute(
        r"""SELECT reason_zh FROM fct_warning
        WHERE reason_zh IS NULL OR regexp_matches(reason_zh, '[{}]|None|NaN')"""
    ).fetchall()
    assert odd == []


def test_every_planted_overspending_of_a_fifth_is_found_in_time(province: Province) -> None:
    """The score opens on the class within two months of the first month of care, and confirms."""
    big = [one for one in province.overspent if one[2] >= 1.2]
    assert len(big) >= 3
    for series, start, _ in big:
        told = province.whole.execute(
            """SELECT min(opened_ym), bool_or(is_confirmed) FROM fct_warning
            WHERE rule_id = 'W-22' AND series_id = ? AND opened_ym >= ?""",
            [series, start],
        ).fetchall()[0]
        assert told[0] is not None, series
        late = (told[0] // 100 - start // 100) * 12 + told[0] % 100 - start % 100
        assert (late <= 2, told[1]) == (True, True), (series, told)


def test_false_openings_of_the_score_and_the_new_year(province: Province) -> None:
    """Ledgers with nothing planted: openings per series and year, by season. The demo's classes
    have a history of twelve to thirty-six months and a few hundred settlements a month.
    """
    clean = "ledger_id NOT IN ?"
    opened = province.whole.execute(
        f"""SELECT period_ym % 100 <= 3, count(*), count(*) FILTER (level_order >= 2)
        FROM fct_warning WHERE rule_id = 'W-22' AND NOT is_suppressed AND period_ym = opened_ym
            AND {clean}
        GROUP BY ALL ORDER BY ALL""",
        [sorted(province.planted)],
    ).fetchall()
    judged = province.whole.execute(
        """SELECT period_start_date, count(*) FROM fct_spending_score
        WHERE score IS NOT NULL AND series_type <> 'province'
            AND poolarea_no || '-' || insutype NOT IN ? GROUP BY ALL""",
        [sorted(province.planted)],
    ).fetchall()
    spring = sum(count for month, count in judged if month.month <= 3)
    rest = sum(count for month, count in judged if month.month > 3)
    counts = {bool(is_spring): (every, yellow) for is_spring, every, yellow in opened}
    far = sum(every for every, _ in counts.values()) * 12 / (spring + rest)
    assert far <= 0.35
    assert sum(yellow for _, yellow in counts.values()) * 12 / (spring + rest) <= 0.15
    assert counts[True][0] / spring <= 1.5 * counts[False][0] / rest
    print(f"FAR {far:.2f}, January-March {counts[True][0] / spring:.4f}, "
          f"April-December {counts[False][0] / rest:.4f}")  # fmt: skip


def test_the_month_s_list_is_ordered_by_yuan(province: Province) -> None:
    listed = province.whole.execute(
        """SELECT period_ym, worklist_no, monthly_amt, level, is_suppressed FROM fct_warning
        WHERE worklist_no IS NOT NULL ORDER BY period_ym, worklist_no"""
    ).fetchall()
    assert len(listed) > 100
    for before, after in pairwise(listed):
        if before[0] == after[0]:
            assert after[1] == before[1] + 1
            assert (after[2] or 0) <= (before[2] or 0)
        else:
            assert after[1] == 1
    assert {(row[3] == "grey", row[4]) for row in listed} == {(False, False)}
    left_out = province.whole.execute(
        "SELECT count(*) FROM fct_warning WHERE worklist_no IS NULL "
        "AND level <> 'grey' AND NOT is_suppressed"
    ).fetchall()
    assert left_out == [(0,)]


def test_every_warning_of_the_demo_is_computed_again(province: Province) -> None:
    """Up to a dozen rows of every rule and measure, from the marts alone."""
    told = province.whole.execute(
        """SELECT rule_id, measure, series_id, period_ym, value, recompute_sql FROM fct_warning
        WHERE recompute_sql IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY rule_id, measure ORDER BY warning_id, period_ym
        ) <= 12"""
    ).fetchall()
    assert len({row[:2] for row in told}) >= 12
    wrong = [
        row
        for row in told
        if [Decimal(str(v)) for v in province.whole.execute(row[5]).fetchall()[0]] != [row[4]]
    ]
    assert wrong == []
