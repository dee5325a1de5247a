"""W-22, W-23 and W-24 on drawn panels: every limit on both sides of its edge, every bad input."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.engine.runner import connect
from pipelines.errors import JiecunError
from pipelines.warnings.evaluate import change_limits
from pipelines.warnings.panel import SCHEMA, bind_panel
from pipelines.warnings.score import RULE_FILE, limit_ids, load_limits, run_score, score_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

Amounts = dict[tuple[str, int], str | None]
D = Decimal


def month(n: int) -> date:
    """The n-th month from January 2020 on, from 0."""
    return date(2020 + n // 12, n % 12 + 1, 1)


def wave(series: int, n: int) -> Decimal:
    """About a million, with small steps of its own that repeat every seven months."""
    return D(1_000_000 + 10_000 * ((series * 3 + n * 5) % 7 - 3)).quantize(D("0.01"))


def world(
    tmp_path: Path,
    *,
    series: int = 10,
    months: int = 40,
    amounts: Mapping[tuple[int, int], str | None] | None = None,
    factor: Mapping[tuple[int, int], str] | None = None,
    twice: tuple[tuple[int, int], ...] = (),
    drop: tuple[tuple[int, int], ...] = (),
    first: Mapping[int, int] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Scored: ``series`` steady regions of one fund but for what is told by (series, month)."""
    rows = []
    for s in range(series):
        for n in range((first or {}).get(s, 0), months):
            if (s, n) in drop:
                continue
            amount: Decimal | None = wave(s, n) * D((factor or {}).get((s, n), "1"))
            if amounts and (s, n) in amounts:
                told = amounts[s, n]
                amount = None if told is None else D(told)
            if amount is not None:
                amount = amount.quantize(D("0.01"))
            rows += [(f"s{s}", f"r{s}", "f", month(n), amount)] * (2 if (s, n) in twice else 1)
    con = connect(threads=1, memory_limit="1GB", temp_dir=tmp_path)
    load_limits(con)
    bind_panel(con, pl.DataFrame(rows, schema=SCHEMA, orient="row"))
    run_score(con)
    return con


def told(con: duckdb.DuckDBPyConnection, rule: str = "W-22") -> list[tuple[str, int, str]]:
    """(series, month number, level) of each warning row."""
    return [
        (s, (m.year - 2020) * 12 + m.month - 1, level)
        for s, m, level in con.execute(
            "SELECT series_id, month_start, level FROM sco_warning "
            "WHERE rule_id = ? AND NOT is_suppressed ORDER BY ALL",
            [rule],
        ).fetchall()
    ]


def findings(con: duckdb.DuckDBPyConnection, *which: str) -> list[tuple[str, int, str]]:
    """(series, month number, finding)."""
    return [
        (s, (m.year - 2020) * 12 + m.month - 1, f)
        for s, m, f in con.execute(
            "SELECT series_id, month_start, finding FROM sco_guard ORDER BY ALL"
        ).fetchall()
        if f in which
    ]


def from_score(tmp_path: Path, scores: list[str], **limits: float) -> list[tuple[str, int, str]]:
    """The levels that a series takes with these scores, excess 50 %, month by month."""
    con = world(tmp_path, series=1, months=2)
    _given(con, [(s, "50.0", "500000.00", 30, False) for s in scores])
    if limits:
        _again(con, limits)
    return told(con)


def _given(con: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, str, int, bool]]) -> None:
    con.execute("DELETE FROM sco_score")
    con.execute(
        "CREATE OR REPLACE TABLE sco_limit AS SELECT * REPLACE (unnest(generate_series("
        "DATE '2020-01-01', DATE '2023-12-01', INTERVAL 1 MONTH))::DATE AS month_start) "
        "FROM (FROM sco_limit LIMIT 1)"
    )
    for n, (score, pct, amt, behind, alone) in enumerate(rows):
        con.execute(
            "INSERT INTO sco_score SELECT 's0', 'r0', 'f', ?, 1000000, ?, 10, ?, ?, ?, ?",
            [month(n), behind, alone, score, pct, amt],
        )
    _remake(con)


def _again(con: duckdb.DuckDBPyConnection, limits: Mapping[str, float]) -> None:
    for name, value in limits.items():
        con.execute(f"UPDATE sco_limit SET {name} = ?", [value])
    _remake(con)


def _remake(con: duckdb.DuckDBPyConnection) -> None:
    for model in score_plan():
        if model.name in ("sco_signal", "sco_warning"):
            con.execute(f"CREATE OR REPLACE TABLE {model.name} AS {model.sql}")


# --- W-22: levels


@pytest.mark.parametrize(
    ("scores", "levels"),
    [
        (["1.9999"], []),
        (["2"], ["blue"]),
        (["2.9999"], ["blue"]),
        (["3"], ["yellow"]),
        # two of the last three at 1.5, the month itself among them
        (["1.5", "1.5"], ["yellow"]),
        (["1.5", "1.4999"], []),
        (["1.5", "0", "1.5"], ["yellow"]),
        (["1.5", "0", "0", "1.5"], []),
        # yellow twice running with an excess of 20 % and more
        (["3", "3"], ["yellow", "orange"]),
    ],
)
def test_each_score_limit_on_both_sides(
    tmp_path: Path, scores: list[str], levels: list[str]
) -> None:
    assert [level for _, _, level in from_score(tmp_path, scores)] == levels


def test_orange_needs_the_excess_in_both_months(tmp_path: Path) -> None:
    con = world(tmp_path, series=1, months=2)
    for pct, levels in (("20.0", ["yellow", "orange"]), ("19.9999", ["yellow", "yellow"])):
        _given(con, [("3", pct, "200000.00", 30, False), ("3", "20.0", "200000.00", 30, False)])
        assert [level for _, _, level in told(con)] == levels


def test_floors_silence_and_are_edges(tmp_path: Path) -> None:
    con = world(tmp_path, series=1, months=2)
    for pct, levels in (("12.0", ["yellow"]), ("11.9999", [])):
        _given(con, [("5", pct, "99.99", 30, False)])
        assert [level for _, _, level in told(con)] == levels
    _given(con, [("5", "12.0", "99.99", 30, False)])
    _again(con, {"absolute_floor": 100})
    assert told(con) == []
    _again(con, {"absolute_floor": 99.99})
    assert told(con) == [("s0", 0, "yellow")]


def test_an_open_warning_closes_after_two_quiet_months_and_keeps_its_highest_level(
    tmp_path: Path,
) -> None:
    scores = ["3", "2", "1", "0.9999", "1", "0.5", "0.5", "2"]
    assert from_score(tmp_path, scores) == [
        ("s0", 0, "yellow"),
        ("s0", 1, "orange"),
        ("s0", 2, "orange"),
        ("s0", 3, "orange"),
        ("s0", 4, "orange"),
        ("s0", 5, "orange"),
        ("s0", 7, "blue"),
    ]


@pytest.mark.parametrize(("pct", "months"), [("12.0", 3), ("11.9999", 2)])
def test_an_excess_below_the_floor_is_a_quiet_month(tmp_path: Path, pct: str, months: int) -> None:
    con = world(tmp_path, series=1, months=2)
    _given(con, [("5", p, "120000.00", 30, False) for p in ("12.0", pct, pct)])
    assert len(told(con)) == months


def test_an_opening_month_is_kept_over_the_episode(tmp_path: Path) -> None:
    con = world(tmp_path, series=1, months=2)
    _given(con, [(s, "50", "1.00", 30, False) for s in ("2", "1", "0", "0", "2")])
    opened = con.execute(
        "SELECT month_start, opened_month FROM sco_warning ORDER BY month_start"
    ).fetchall()
    assert opened == [
        (month(0), month(0)),
        (month(1), month(0)),
        (month(2), month(0)),
        (month(4), month(4)),
    ]


@pytest.mark.parametrize(
    ("behind", "alone", "score", "levels"),
    [
        # under 24 months of history: yellow at most
        (24, False, "9", ["yellow", "orange"]),
        (23, False, "9", ["yellow", "orange"]),
        (22, False, "9", ["yellow", "yellow"]),
        # too few peers: every limit one higher, yellow at most
        (36, True, "2.4999", []),
        (36, True, "2.5", ["yellow"]),
        (36, True, "2.9999", ["yellow"]),
        (36, True, "3", ["blue", "yellow"]),
        (36, True, "9", ["yellow", "yellow"]),
    ],
)
def test_short_history_and_few_peers_are_capped(
    tmp_path: Path, behind: int, alone: bool, score: str, levels: list[str]
) -> None:
    con = world(tmp_path, series=1, months=2)
    _given(con, [(score, "50", "1.00", behind + n, alone) for n in range(2)])
    assert [level for _, _, level in told(con)] == levels


# --- W-22: the score


def test_a_jump_of_one_series_is_told_with_its_excess(tmp_path: Path) -> None:
    """Peers and past stand still, so the excess is the jump, to the fen."""
    flat: dict[tuple[int, int], str | None] = {
        (s, n): "1000000.00" for s in range(10) for n in range(40)
    }
    flat |= {(3, n): "1300000.00" for n in range(33, 40)}
    con = world(tmp_path, amounts=flat)
    assert told(con)[:2] == [("s3", 33, "yellow"), ("s3", 34, "orange")]
    assert {row[0] for row in told(con)} == {"s3"}
    pct, excess = con.execute(
        "SELECT excess_pct, excess_amt FROM sco_warning WHERE month_start = ?", [month(33)]
    ).fetchall()[0]
    assert abs(pct - D(30)) < D("0.001")
    assert abs(excess - D("300000.00")) < D(1)
    assert excess.as_tuple().exponent == -2


def test_the_past_is_half_the_year_and_half_its_last_six_months(tmp_path: Path) -> None:
    """ln 1.3 = 262,364 millionths; each month after takes an eighth of it into the past, until the
    six months are full.
    """
    flat: dict[tuple[int, int], str | None] = {
        (s, n): "1000000.00" for s in range(10) for n in range(40)
    }
    flat |= {(3, n): "1300000.00" for n in range(32, 40)}
    con = world(tmp_path, amounts=flat)
    found = dict(
        con.execute(
            "SELECT month_start, level_micro FROM sco_deviation WHERE series_id = 's3'"
        ).fetchall()
    )
    assert [found[month(n)] for n in (31, 32, 34, 36, 38)] == [0, 262364, 196773, 131182, 65591]


def test_the_steadier_part_of_a_score_counts_for_more(tmp_path: Path) -> None:
    """0.20 in a spread of 0.05 and 0.10 in one of 0.10: scores 4 and 1 weigh 2 to 1, which gives 3;
    the deviations weigh 4 to 1, which gives 0.18, or 19.72 %.
    """
    con = world(tmp_path)
    last = [month(39)]
    for table, parts in (
        ("sco_deviation", "level_micro = 200000, season_micro = 100000"),
        ("sco_scale", "level_scale = 50000, season_scale = 100000"),
    ):
        con.execute(f"UPDATE {table} SET {parts} WHERE series_id = 's0' AND month_start = ?", last)
    for model in score_plan():
        if model.name in ("sco_part", "sco_score"):
            con.execute(f"CREATE OR REPLACE TABLE {model.name} AS {model.sql}")
    assert con.execute(
        "SELECT score, excess_pct FROM sco_score WHERE series_id = 's0' AND month_start = ?", last
    ).fetchall() == [(D("3.0000"), D("19.7217"))]


def test_a_rise_of_all_peers_is_no_jump_of_any(tmp_path: Path) -> None:
    con = world(tmp_path, factor={(s, n): "1.4" for s in range(10) for n in range(33, 40)})
    assert told(con) == []
    assert told(con, "W-23")[0] == ("f", 33, "orange")
    # January waits for February; by April the new level is the past
    assert {n for _, n, _ in told(con, "W-23")} == {33, 34, 35, 37, 38}


def test_nothing_is_judged_before_twelve_months(tmp_path: Path) -> None:
    con = world(tmp_path, months=14, factor={(3, n): "2" for n in range(11, 14)})
    assert told(con) == [("s3", 12, "yellow"), ("s3", 13, "yellow")]
    judged = con.execute("SELECT min(month_start) FROM sco_score").fetchall()
    assert judged == [(month(12),)]


def test_a_series_that_begins_later_does_not_move_the_others(tmp_path: Path) -> None:
    con = world(tmp_path, series=14, first=dict.fromkeys(range(10, 14), 20))
    assert told(con) == []


@pytest.mark.parametrize(("series", "alone"), [(8, False), (7, True)])
def test_eight_peers_are_enough(tmp_path: Path, series: int, alone: bool) -> None:
    con = world(tmp_path, series=series)
    assert con.execute(
        "SELECT DISTINCT is_alone FROM sco_score WHERE month_start = ?", [month(39)]
    ).fetchall() == [(alone,)]
    assert bool(findings(con, "few_peers")) == alone


def test_without_peers_the_own_past_judges_january_with_february(tmp_path: Path) -> None:
    shift = {(0, n): "1.6" for n in range(48, 52)}
    con = world(tmp_path, series=3, months=52, factor=shift)
    assert told(con)[0] == ("s0", 49, "yellow")
    assert ("s0", 48, "wait") in findings(con, "wait")
    # the care of February given in January: together nothing has happened
    moved = {(0, 48): "1.5", (0, 49): "0.5"}
    assert told(world(tmp_path, series=3, months=52, factor=moved)) == []


# --- W-23


@pytest.mark.parametrize(
    ("score", "pct", "levels"),
    [
        ("2.9999", "50", []),
        ("3", "50", ["orange"]),
        ("3", "20", ["orange"]),
        ("3", "19.9999", ["yellow"]),
        ("3", "10", ["yellow"]),
        ("3", "9.9999", []),
    ],
)
def test_common_shock_limits_on_both_sides(
    tmp_path: Path, score: str, pct: str, levels: list[str]
) -> None:
    con = world(tmp_path, series=1, months=2)
    con.execute("DELETE FROM sco_common")
    con.execute("INSERT INTO sco_common SELECT 'f', ?, 10, ?, ?", [month(0), score, pct])
    _remake(con)
    assert [level for _, _, level in told(con, "W-23")] == levels


@pytest.mark.parametrize(
    ("before", "now", "levels"),
    [
        (("2", "10"), ("2", "20"), ["orange"]),
        (("2", "10"), ("2", "10"), ["yellow"]),
        (("1.9999", "10"), ("2", "10"), []),
        (("2", "9.9999"), ("2", "10"), []),
        (("2", "10"), ("1.9999", "10"), []),
        (("2", "10"), ("2", "9.9999"), []),
    ],
)
def test_two_months_running_confirm_a_common_shock(
    tmp_path: Path, before: tuple[str, str], now: tuple[str, str], levels: list[str]
) -> None:
    con = world(tmp_path, series=1, months=2)
    con.execute("DELETE FROM sco_common")
    for n, (score, pct) in enumerate((before, now)):
        con.execute("INSERT INTO sco_common SELECT 'f', ?, 10, ?, ?", [month(n), score, pct])
    _remake(con)
    assert told(con, "W-23") == [("f", 1, level) for level in levels]


@pytest.mark.parametrize(("pct", "suppressed"), [("30", True), ("30.0001", False)])
def test_a_series_under_a_common_shock_is_linked_and_told_only_beyond_it(
    tmp_path: Path, pct: str, suppressed: bool
) -> None:
    con = world(tmp_path, series=1, months=2)
    con.execute("DELETE FROM sco_common")
    con.execute("INSERT INTO sco_common SELECT 'f', ?, 10, 4, 30", [month(0)])
    _given(con, [("4", pct, "1.00", 30, False)])
    assert con.execute(
        "SELECT is_suppressed, shock_month FROM sco_warning WHERE rule_id = 'W-22'"
    ).fetchall() == [(suppressed, month(0))]


# --- W-24


def test_every_kind_of_bad_month_is_told_and_judged_by_no_rule(tmp_path: Path) -> None:
    con = world(
        tmp_path,
        amounts={
            (0, 30): "0",
            (1, 30): "-5",
            (2, 30): "100000000",
            (3, 30): "10000",
            (4, 30): None,
        },
        drop=((5, 30),),
        twice=((6, 30),),
    )
    assert findings(con, "zero", "negative", "unit", "empty", "missing", "duplicated") == [
        ("s0", 30, "zero"),
        ("s1", 30, "negative"),
        ("s2", 30, "unit"),
        ("s3", 30, "unit"),
        ("s4", 30, "empty"),
        ("s5", 30, "missing"),
        ("s6", 30, "duplicated"),
    ]
    judged = con.execute(
        "SELECT series_id FROM sco_score WHERE month_start = ? ORDER BY ALL", [month(31)]
    ).fetchall()
    assert len(judged) == 10
    assert told(con) == []
    at = con.execute(
        "SELECT count(*) FROM sco_score WHERE month_start = ? AND series_id < 's7'", [month(30)]
    ).fetchall()
    assert at == [(0,)]


@pytest.mark.parametrize(("times", "found"), [("50", True), ("49", False)])
def test_the_unit_limit_on_both_sides(tmp_path: Path, times: str, found: bool) -> None:
    steady: dict[tuple[int, int], str | None] = {
        (s, n): "100.00" for s in range(8) for n in range(20)
    }
    steady[0, 15] = f"{100 * int(times)}.00"
    con = world(tmp_path, series=8, months=20, amounts=steady)
    assert bool(findings(con, "unit")) == found


def test_a_series_of_five_months_is_told_in_each(tmp_path: Path) -> None:
    con = world(tmp_path, first={9: 35})
    assert findings(con, "short")[-5:] == [("s9", n, "short") for n in range(35, 40)]


def test_an_empty_panel_and_one_row_are_no_crash(tmp_path: Path) -> None:
    assert told(world(tmp_path, series=0)) == []
    assert findings(world(tmp_path, series=1, months=1), "short") == [("s0", 0, "short")]


# --- the limits


def test_the_file_and_the_sql_know_the_same_limits(tmp_path: Path) -> None:
    con = world(tmp_path, series=1, months=1)
    rows = con.execute("SELECT limit_id FROM rule_score").fetchall()
    assert {row[0] for row in rows} == limit_ids()
    columns = [r[0] for r in con.execute("DESCRIBE sco_limit").fetchall()]
    assert set(columns) == limit_ids() | {"month_start"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("W-22,blue_score,", "W-22,purple_score,", "没有用到的限额 purple_score"),
        ("W-22,blue_score,", "W-99,blue_score,", "W-99"),
        (
            "W-22,yellow_score,黄色：得分不低于,3,",
            "W-22,yellow_score,黄色：得分不低于,three,",
            "three",
        ),
    ],
)
def test_a_rule_file_with_a_wrong_row_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = RULE_FILE.read_text(encoding="utf-8")
    assert old in text
    other = tmp_path / "mine.csv"
    other.write_text(text.replace(old, new), encoding="utf-8")
    con = connect(threads=1, memory_limit="1GB", temp_dir=tmp_path)
    with pytest.raises(JiecunError) as caught:
        load_limits(con, other)
    assert said in str(caught.value)
    assert all("mine.csv" in p.place for p in caught.value.problems)


def test_limits_are_read_by_the_month(tmp_path: Path) -> None:
    con = world(tmp_path, factor={(3, n): "1.3" for n in range(33, 40)})
    con.execute("UPDATE rule_score SET valid_to = DATE '2022-10-31' WHERE limit_id = 'min_months'")
    con.execute(
        "INSERT INTO rule_score BY NAME SELECT * REPLACE (99 AS value, DATE '2022-11-01' AS "
        "valid_from, NULL AS valid_to) FROM rule_score WHERE limit_id = 'min_months'"
    )
    run = [m for m in score_plan() if m.name in ("sco_limit", "sco_part", "sco_score")]
    for model in run:
        con.execute(f"CREATE OR REPLACE TABLE {model.name} AS {model.sql}")
    _remake(con)
    assert {n for _, n, _ in told(con)} == {33}


def test_other_limits_change_what_is_told(tmp_path: Path) -> None:
    con = world(tmp_path, factor={(3, n): "1.3" for n in range(33, 40)})
    change_limits(con, {"relative_floor": 90})
    assert told(con) == []
    change_limits(con, {})
    assert told(con) != []
