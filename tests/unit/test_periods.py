"""Closing and reopening months: what is refused, what is remembered, and the commands."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from pipelines import cli_books
from pipelines.books.journal import freeze_month
from pipelines.books.periods import (
    PeriodEvent,
    close_period,
    closed_sql,
    closed_through,
    first_closed,
    periods_path,
    read_periods,
    reopen_period,
)
from pipelines.cli_look import closed_text
from pipelines.errors import JiecunError
from pipelines.paths import WarehousePaths
from tests.unit.intake_harness import S1, World, row

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = {202311, 202312, 202402}


def close(paths: WarehousePaths, ym: int, *pools: str, by: str = "甲") -> str:
    """'' where the closing stands, else the code of the refusal."""
    try:
        close_period(paths, ym, pools, by=by, months=MONTHS, after=0)
    except JiecunError as error:
        assert error.exit_code == 2
        return error.problems[0].code
    return ""


def reopen(paths: WarehousePaths, ym: int, *pools: str, by: str = "甲", why: str = "更正") -> str:
    try:
        reopen_period(paths, ym, pools, by=by, why=why, after=0)
    except JiecunError as error:
        return error.problems[0].code
    return ""


def test_months_close_in_their_order_and_once(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "w")
    assert close(paths, 202312) == "PERIOD_ORDER"
    assert close(paths, 202401) == "PERIOD_NO_DATA"
    assert close(paths, 202311, by="  ") == "PERIOD_BY"
    assert not periods_path(paths).exists()
    assert [close(paths, ym) for ym in (202311, 202311, 202312, 202311)] == [
        "", "PERIOD_CLOSED", "", "PERIOD_CLOSED",
    ]  # fmt: skip
    assert close(paths, 202402) == ""
    assert closed_through(read_periods(paths)) == {"*": 202402}
    assert stat.S_IMODE(periods_path(paths).stat().st_mode) == 0o600


def test_months_open_again_from_the_last_one_back(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "w")
    assert reopen(paths, 202311) == "PERIOD_OPEN"
    for ym in (202311, 202312):
        close(paths, ym)
    assert reopen(paths, 202311) == "PERIOD_ORDER"
    assert reopen(paths, 202312, why=" ") == "PERIOD_WHY"
    assert reopen(paths, 202312, by="") == "PERIOD_BY"
    assert reopen(paths, 202312) == ""
    assert reopen(paths, 202312) == "PERIOD_OPEN"
    assert closed_through(read_periods(paths)) == {"*": 202311}
    assert close(paths, 202312) == ""
    assert [event.event for event in read_periods(paths)] == ["close", "close", "reopen", "close"]


def test_one_pool_goes_its_own_way(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "w")
    assert close(paths, 202311) == ""
    assert close(paths, 202312, "610100") == ""
    assert close(paths, 202312, "610100", "610400") == "PERIOD_CLOSED"
    assert close(paths, 202402, "610400") == "PERIOD_ORDER"
    assert closed_through(read_periods(paths)) == {"*": 202311, "610100": 202312}
    assert reopen(paths, 202311) == "PERIOD_ORDER"
    assert reopen(paths, 202311, "610400") == ""
    assert close(paths, 202312, "610400") == "PERIOD_ORDER"
    events = read_periods(paths)
    assert closed_sql(events, by_pool=False) == 202311
    assert closed_sql(events, by_pool=True) == (
        "(CASE poolarea_no WHEN '610100' THEN 202312 WHEN '610400' THEN 0 ELSE 202311 END)"
    )
    assert closed_sql(events, 202402, by_pool=True) == 202402
    assert closed_sql((), by_pool=True) == 0


def test_all_close_where_some_were_closed_before(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "w")
    assert [close(paths, 202311, "610100"), close(paths, 202312, "610100")] == ["", ""]
    assert [close(paths, 202311), close(paths, 202311), close(paths, 202312)] == [
        "", "PERIOD_CLOSED", "",
    ]  # fmt: skip
    assert closed_through(read_periods(paths)) == {"*": 202312, "610100": 202312}


def test_what_is_closed_is_told(tmp_path: Path) -> None:
    assert closed_text({"*": 0}) == "已结账至 （无）"
    told = closed_text({"*": 202312, "610100": 202402, "610200": 202312, "610300": 0})
    assert told == "已结账至 202312、610100 至 202402、610300 至 （无）"


def test_a_pool_that_is_not_in_the_release_is_not_closed(tmp_path: Path) -> None:
    paths, marts = WarehousePaths(tmp_path / "w"), tmp_path / "marts"
    marts.mkdir()
    event = PeriodEvent("close", 202311, ("610100", "619999"), "甲", "", "2024-01-01", 0)
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT '610100' AS poolarea_no, 202311 AS period_ym) "
            f"TO '{(marts / 'fct_journal.parquet').as_posix()}' (FORMAT parquet)"
        )
        with pytest.raises(JiecunError) as refused:
            freeze_month(con, marts, paths, event, 1)
    problem = refused.value.problems[0]
    assert (problem.code, problem.found) == ("POOL_UNKNOWN", "619999")
    assert not (paths.root / "journal").exists()


def test_the_first_closing_of_a_month_is_what_was_published_first(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "w")
    for after, ym, pools in ((3, 202311, ["610400"]), (5, 202311, ["610100"])):
        close_period(paths, ym, pools, by="甲", months=MONTHS, after=after)
    reopen_period(paths, 202311, ["610400"], by="甲", why="更正", after=7)
    close_period(paths, 202311, ["610400"], by="甲", months=MONTHS, after=9)
    events = read_periods(paths)
    told = [first_closed(events, 202311, pool) for pool in ("610400", "610100", "610700")]
    assert told == [3, 5, None]


def test_a_line_cut_short_is_forgotten_and_a_broken_one_is_an_error(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "w")
    close(paths, 202311)
    path = periods_path(paths)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"event": "clo')
    assert len(read_periods(paths)) == 1
    close(paths, 202312)
    assert [e.ym for e in read_periods(paths)] == [202311, 202312]
    path.write_bytes(whole.replace(b'"close"', b'"open"'))
    with pytest.raises(JiecunError, match="PERIODS_BROKEN"):
        read_periods(paths)


def test_the_commands(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [row("settlements", "1")])
    world.run()
    app = typer.Typer()
    cli_books.register(app)
    runner = CliRunner()
    where = ["--warehouse", str(world.paths.root)]
    unpublished = runner.invoke(app, ["close", "202401", "--by", "甲", *where])
    assert "NO_RELEASE" in str(unpublished.exception)
    assert not periods_path(world.paths).exists()
    close_period(world.paths, 202401, [], by="甲", months={202401}, after=1)
    assert runner.invoke(app, ["close", "2024-1", "--by", "甲", *where]).exception is not None
    assert runner.invoke(app, ["reopen", "202401", "--by", "甲", *where]).exit_code == 2
    back = runner.invoke(app, ["reopen", "202401", "--by", "乙", "--why", "漏记", *where])
    assert back.exit_code == 0
    told = [json.loads(line) for line in periods_path(world.paths).read_text().splitlines()]
    assert [(t["event"], t["pools"], t["by"], t["why"], t["after"]) for t in told] == [
        ("close", ["*"], "甲", "", 1), ("reopen", ["*"], "乙", "漏记", 1),
    ]  # fmt: skip
