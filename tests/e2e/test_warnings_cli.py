"""The warnings commands on a real release: list, procedure, report, and the release after."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.demo.generate import generate
from pipelines.errors import JiecunError
from pipelines.flows import steps
from pipelines.flows.plain import keep_books
from pipelines.flows.request import RunRequest
from pipelines.flows.verify import check_release
from pipelines.flows.workspace import open_workspace
from pipelines.paths import ROOT, RawPaths, WarehousePaths

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import JiecunCmd

REGION_TEXT = next((ROOT / "data" / "raw" / "regions").glob("000_*.txt"))
PERSON = "13812345678"


class House:
    """A municipality of one pool, fifteen months, with planted overspending."""

    def __init__(self, folder: Path, run: JiecunCmd) -> None:
        raw = folder / "raw"
        generate(raw, months=15, settlements=4_000, province="天津市", region_file=REGION_TEXT)
        self.request = RunRequest(RawPaths(raw), WarehousePaths(folder / "house"))
        with closing(open_workspace(self.request)) as con:
            kept = keep_books(con, self.request)
            steps.release(con, self.request, kept.identity, kept.parts, kept.checks)
        self.release = kept.identity
        self.run = run
        self.folder = folder

    def warnings(self, *args: str) -> tuple[int, str, str]:
        """The command as a person gives it: exit code, output, errors."""
        done = self.run("warnings", *args, "--warehouse", self.request.warehouse.root)
        return done.returncode, done.stdout, done.stderr

    def told(self, *args: str) -> Any:
        """The same within this process, its JSON."""
        return json.loads(self._invoke(*args, "--json").stdout)

    def refused(self, *args: str) -> str:
        """The same where it is refused: the code; '' where it is not."""
        error = self._invoke(*args).exception
        if not isinstance(error, JiecunError):
            return ""
        assert error.exit_code == 2
        return error.problems[0].code

    def _invoke(self, *args: str) -> Result:
        where = ("--warehouse", str(self.request.warehouse.root))
        return CliRunner().invoke(app, ["warnings", *args, *where])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, jiecun_cmd: JiecunCmd) -> House:
    return House(tmp_path_factory.mktemp("warned"), jiecun_cmd)


def test_from_the_list_to_the_next_release(house: House, tmp_path: Path) -> None:
    """One warning is acknowledged and reported, one dismissed; then the month is run again."""
    listed = house.told("list")
    assert (listed["release_id"], listed["period_ym"]) == (house.release, 202403)
    amounts = [float(one["monthly_amt"]) for one in listed["warnings"] if one["monthly_amt"]]
    assert amounts == sorted(amounts, reverse=True)
    assert len(amounts) >= 4
    assert {one["state"] for one in listed["warnings"]} == {"opened"}
    assert all(one["overdue_days"] > 0 for one in listed["warnings"])
    red = house.told("list", "--level", "red", "--rule", "W-04")["warnings"]
    assert red
    assert {(one["rule_id"], one["level"]) for one in red} == {("W-04", "red")}
    code, shown, _ = house.warnings("list")
    assert code == 0
    assert "天津市" in shown

    one, other = red[0]["warning_id"], listed["warnings"][-1]["warning_id"]
    assert one != other
    assert house.refused("close", one, "--by", "甲") == "WARNING_STEP"
    assert house.warnings("ack", one[:8], "--by", "甲", "--owner", "乙")[0] == 0
    code, _, told = house.warnings("ack", one, "--by", "丙")
    assert (code, "应为: 受理之前的状态为：待受理" in told) == (2, True)
    code, _, told = house.warnings("dismiss", other, "--by", "甲", "--note", f"电话{PERSON}",
                                   "--reason", "FALSE")  # fmt: skip
    assert (code, "WARNING_NOTE_PERSONAL" in told, PERSON in told) == (2, True, False)
    assert house.refused("dismiss", other, "--by", "甲", "--reason", "FALSE") == ""

    made = house.told("report", one, "--by", "甲", "--out", str(tmp_path))
    assert made["state"] == "reported"
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".html", ".xlsx"]
    tables = {
        table["caption"]: table["rows"]
        for report in made["reports"]
        for block in report["blocks"]
        for table in block["tables"]
    }
    bridge = tables["本年累计，单位：元"]
    fen = [round(float(row[1]) * 100) for row in bridge]
    assert sum(fen[:-1]) == fen[-1]
    assert len(fen) == 7

    after = house.told("show", one)
    assert [event["step"] for event in after["events"]] == ["ack", "report"]
    assert (after["state"], after["owner"]) == ("reported", "乙")
    assert float(after["recomputed"]) == float(after["value"])
    assert other not in {o["warning_id"] for o in house.told("list")["warnings"]}
    assert other in {
        o["warning_id"] for o in house.told("list", "--state", "dismissed")["warnings"]
    }

    # the standing release does not know of it and still checks; the next one does
    told_by = house.request.warehouse.current / "marts" / "fct_warning_event.parquet"
    assert duckdb.read_parquet(str(told_by)).fetchall() == []
    checked = check_release(house.request)
    assert (checked[0].release_id, checked[2]) == (house.release, ())
    con = open_workspace(house.request)
    following = keep_books(con, house.request).identity
    assert following != house.release
    with closing(con):
        assert con.execute(
            "select step, by_whom, state_to from fct_warning_event order by event_no"
        ).fetchall() == [
            ("ack", "甲", "acknowledged"),
            ("dismiss", "甲", "dismissed"),
            ("report", "甲", "reported"),
        ]
        assert con.execute(
            "select distinct state, owner from fct_warning where warning_id = ?", [one]
        ).fetchall() == [("reported", "乙")]
        by_mart = con.execute(
            "select rule_id, period_ym, raised_cnt, confirmed_cnt, false_cnt, undecided_cnt "
            "from fct_warning_precision order by all"
        ).fetchall()
    names = ("rule_id", "period_ym", "raised", "confirmed", "false", "undecided")
    told_months = house.told("precision", "--months", "24")["months"]
    assert [tuple(row[name] for name in names) for row in told_months] == by_mart
    assert sum(row[3] for row in by_mart) == sum(row[4] for row in by_mart) == 1


def test_what_is_asked_wrongly_is_told(house: House) -> None:
    for args, code in (
        (("show", "zzzz"), "WARNING_UNKNOWN"),
        (("show", "a"), "WARNING_UNKNOWN"),
        (("list", "--level", "pink"), "WARNING_LEVEL_UNKNOWN"),
        (("list", "--state", "open"), "WARNING_STATE_UNKNOWN"),
        (("list", "--month", "209901"), "WARNING_MONTH"),
        (("report",), "REPORT_OF"),
        (("report", "--pool", "999999"), "POOL_UNKNOWN"),
    ):
        assert house.refused(*args) == code, args
