"""The warnings of a whole demo province against what was planted in it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from pipelines.demo.generate import generate
from pipelines.flows import steps
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import bind_inputs, last_month, open_workspace, read_regions
from pipelines.paths import ROOT, RawPaths, WarehousePaths

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

REGION_TEXT = next((ROOT / "data" / "raw" / "regions").glob("000_*.txt"))
LAYERS = ("staging", "journal", "ledger", "statements", "metrics", "warnings")
#: rules on the flow of money: the seasons could mislead them
FLOW_RULES = ("W-04", "W-05", "W-07")
#: a month in the middle of the residents' autumn and of the planted overspending
CUT = 202410


class Province:
    """One demo province, taken in once; its warnings up to any month."""

    def __init__(self, folder: Path) -> None:
        raw = folder / "raw"
        generate(raw, months=36, settlements=100_000, region_file=REGION_TEXT)
        self.request = RunRequest(RawPaths(raw), WarehousePaths(folder / "warehouse"))
        self.regions = read_regions(self.request.raw)
        with (raw / "labels.csv").open(encoding="utf-8", newline="") as handle:
            labels = list(csv.DictReader(handle))
        self.planted = {f"{row['poolarea_no']}-{row['insutype']}" for row in labels}
        self.depletion = next(
            f"{row['poolarea_no']}-{row['insutype']}"
            for row in labels
            if row["kind"] == "depletion"
        )
        self.whole = self.warned(None)

    def warned(self, through: int | None, *rules: str) -> duckdb.DuckDBPyConnection:
        """A connection that holds ``fct_warning``; ``rules`` change the rule tables before."""
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
        for statement in rules:
            con.execute(statement)
        steps.transform(con, LAYERS)
        model = next(m for m in steps.model_plan() if m.name == "fct_warning")
        con.execute(f"CREATE TABLE fct_warning AS {model.sql}")
        return con


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    return Province(tmp_path_factory.mktemp("province"))


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
    floors W-04 opens 2.4 times a series and year, on the residents' side in autumn (four judged
    months) no more often than from April to August (five), and never for the New Year months.
    """
    bare = province.warned(None, "UPDATE rule_warning SET absolute_floor_amt = NULL")
    found = openings(bare, province)
    by_season = {
        season: sum(1 for _, scheme, ym in found if scheme == "390" and ym % 100 in months)
        for season, months in {
            "new year": range(1, 4),
            "spring": range(4, 9),
            "autumn": range(9, 13),
        }.items()
    }
    assert by_season["new year"] == 0
    assert by_season["autumn"] * 5 <= by_season["spring"] * 4
    assert sum(1 for rule, _, _ in found if rule == "W-04") <= 76
    assert sum(1 for rule, _, _ in found if rule != "W-04") <= 2


def test_accounts_and_statements_of_the_demo_are_in_order(province: Province) -> None:
    told = province.whole.execute(
        "SELECT rule_id FROM fct_warning WHERE rule_id IN ('W-12', 'W-20', 'W-24')"
    ).fetchall()
    assert told == []


def test_a_month_reads_nothing_later_than_itself(province: Province) -> None:
    """The books closed with October 2024 give the very rows that the whole books give to then."""
    short = province.warned(CUT)
    expected = province.whole.execute(
        "SELECT * FROM fct_warning WHERE period_ym <= ? ORDER BY warning_id", [CUT]
    ).fetchall()
    assert len(expected) > 100
    assert short.execute("SELECT * FROM fct_warning ORDER BY warning_id").fetchall() == expected


def test_every_reason_is_filled_in(province: Province) -> None:
    odd = province.whole.execute(
        r"""SELECT reason_zh FROM fct_warning
        WHERE reason_zh IS NULL OR regexp_matches(reason_zh, '[{}]|None|NaN')"""
    ).fetchall()
    assert odd == []
