"""``jiecun warnings forecast`` and ``verify``, also where too little is known."""

from __future__ import annotations

import csv
import json
import math
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import cli_forecast
from pipelines.cli_warnings import warnings_app
from pipelines.errors import JiecunError
from pipelines.paths import WarehousePaths
from pipelines.warehouse.marts import write_mart
from pipelines.warehouse.release import Manifest, publish
from pipelines.warnings.verify_forecast import LEAST_CASES, Case, results
from pipelines.warnings.verify_source import verify_panel, verify_release
from schemas.marts import MARTS
from schemas.table import by_name

if TYPE_CHECKING:
    from pathlib import Path


def panel(folder: Path, series: dict[str, list[tuple[str, str]]]) -> tuple[Path, Path]:
    """Both files of a panel: series → (month, amount) cells; one fund."""
    with (folder / "p.csv").open("w", encoding="utf-8", newline="") as handle:
        told = csv.writer(handle)
        told.writerow(("series_id", "month", "amount"))
        told.writerows((s, *cells) for s, rows in series.items() for cells in rows)
    groups = "series_id,region,fund\n" + "".join(f"{s},r,f\n" for s in series)
    (folder / "g.csv").write_text(groups, encoding="utf-8")
    return folder / "p.csv", folder / "g.csv"


def cells(
    count: int, *, first: int = 0, level: float = 100, seed: int = 1
) -> list[tuple[str, str]]:
    """Consecutive months from 2018-01 plus ``first``, growing, with noise of 2 %."""
    draw = random.Random(seed)
    return [
        (
            f"{2018 + n // 12}-{n % 12 + 1:02d}",
            f"{level * math.exp(0.004 * n + draw.gauss(0, 0.02)):.2f}",
        )
        for n in range(first, first + count)
    ]


def test_a_panel_is_verified_from_many_origins(tmp_path: Path) -> None:
    series = {f"s{n}": cells(72, level=100 * n, seed=n) for n in range(1, 9)}
    series["late"] = cells(40, first=32, seed=9)
    done = verify_panel(*panel(tmp_path, series))
    assert (done.spending.month_cnt, done.spending.starts["late"]) == (72, 32)
    assert list(done.spending.origins) == [36, 42, 48, 54, 60, 66]
    six, three, _ = done.drawn
    assert six.line == 6
    assert six.cases > 100
    assert six.mae < 1.5 < six.naive_mae
    assert six.coverage > 0.75
    assert three.ratio is not None
    assert three.ratio > 1.5
    assert verify_panel(*panel(tmp_path, series)) == done


def test_series_that_cannot_be_used_are_told_with_the_reason(tmp_path: Path) -> None:
    gap = [cell for cell in cells(40) if cell[0] != "2019-05"]
    empty = [(month, "" if month == "2019-05" else amount) for month, amount in cells(40)]
    zero = [(month, "0" if month == "2019-05" else amount) for month, amount in cells(40)]
    twice = [*cells(40), ("2019-05", "1.00")]
    bad = {"gap": gap, "empty": empty, "zero": zero, "twice": twice}
    files = panel(tmp_path, {"good": cells(40), **bad})
    assert verify_panel(*files).spending.left_out == {
        "gap": "月份不连续", "empty": "有空的月份", "zero": "有零或负数", "twice": "月份重复",
    }  # fmt: skip
    told = CliRunner().invoke(
        warnings_app, ["verify", "--panel", str(files[0]), "--groups", str(files[1])]
    )
    assert told.exit_code == 0, told.output
    assert "未用的序列 4 个：empty（有空的月份）" in told.output
    assert "p.csv：1 个序列，40 个月；6 个起点" in told.output


def test_too_few_cases_have_no_figure() -> None:
    case = Case(6, 4, 3, 6, 8.0, 5)
    enough, few = results([case] * LEAST_CASES)[0], results([case] * (LEAST_CASES - 1))[0]
    assert cli_forecast._result_lines((few,)) == [
        f"6个月线：样本太少（n = {LEAST_CASES - 1}），不给数字"
    ]
    assert cli_forecast._result_lines((enough,))[:1] == [
        f"6个月线：n = {LEAST_CASES}（1 个序列），"
        "平均误差 1.0 个月（结存÷平均赤字 3.0 个月，精确 3.0 倍），"
        "两个月以内 100%，80%区间覆盖 100%、平均宽 3.0 个月，偏差 -1.0 个月"
    ]
    assert (enough.is_broad, enough.series) == (False, 1)
    assert cli_forecast._result_lines(()) == ["样本太少（n = 0），不给数字"]


def test_a_line_says_how_many_series_it_rests_on_and_where_intervals_missed() -> None:
    held, missed = Case(3, 4, 3, 6, 8.0, 5), Case(3, 4, 3, 6, 8.0, 7)
    few = [replace(held, series="a")] * 20 + [replace(missed, series="b")] * 12
    few += [replace(missed, series="a")]
    (narrow,) = results(few)
    assert (narrow.series, narrow.missed) == (2, (("b", 12), ("a", 1)))
    told, why = cli_forecast._result_lines((narrow,))
    assert told.startswith("3个月线：n = 33（2 个序列），平均误差")
    assert why == (
        "　　只来自 2 个序列：逐月预测看的是同一次跌破，比例不能当作概率；"
        "区间未覆盖的 13 次中 12 次在 b"
    )
    (broad,) = results([replace(held, series=name) for name in "abcde"] * 6)
    assert len(cli_forecast._result_lines((broad,))) == 1


def test_one_file_of_two_is_refused(tmp_path: Path) -> None:
    files = panel(tmp_path, {"a": cells(30)})
    with pytest.raises(JiecunError, match="--panel、--groups"):
        CliRunner().invoke(
            warnings_app, ["verify", "--panel", str(files[0])], catch_exceptions=False
        )


@pytest.fixture
def marts() -> duckdb.DuckDBPyConnection:
    """Empty marts of the forecast."""
    con = duckdb.connect()
    for name in cli_forecast.MARTS:
        columns = ", ".join(f"{n} {t}" for n, t in by_name(MARTS)[name].sql_columns().items())
        con.execute(f"create table {name} ({columns})")
    return con


def known(con: duckdb.DuckDBPyConnection, reserves: list[int]) -> None:
    """Months from 2023-01 that spend 100 and take in 90; the reserve at each month's end."""
    for n, reserve in enumerate(reserves):
        ym = (2023 + n // 12) * 100 + n % 12 + 1
        con.execute(
            "insert into fct_forecast select 'k17', '610100-310', '610100', '310', 'POOL', "
            "'610100-310-POOL', ?, null, 0, ?, 'actual', 90, 0, 100, 100, ?, ?, ?, null",
            [ym, ym, reserve, reserve, reserve],
        )


def told(con: duckdb.DuckDBPyConnection, base: int, point: int | None, *, line: int = 6) -> None:
    """A forecast made at the end of ``base``: the point, a month less and a month more."""
    near, far = (None, None) if point is None else (point - 1, point + 1)
    con.execute(
        "insert into fct_forecast_crossing by name select 'k17' as book, '610100-310-POOL' as "
        "series_id, ? as period_ym, ? as line, ? as point_cnt, ? as early_cnt, ? as late_cnt, "
        "false as is_below",
        [base, line, point, near, far],
    )


def test_forecasts_of_a_release_are_held_against_what_then_happened(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """1,000 that fall by 20 a month are below 600 in 2024-10, nine months after January."""
    known(marts, [1000 - 20 * n for n in range(24)])
    told(marts, 202401, 11)
    told(marts, 202402, 8)
    told(marts, 202403, None)
    done = verify_release(marts)
    (six,) = done.real
    assert (six.line, six.cases) == (6, 3)
    assert six.mae == pytest.approx((2 + 0 + 17) / 3)
    assert six.coverage == pytest.approx(1 / 3)
    assert (done.told_cnt, done.false_cnt) == (2, 0)
    # 160, 140 and 120 above the line, a deficit of 10 a month: 16, 14 and 12 against 9, 8 and 7
    assert done.real[0].naive_mae == pytest.approx((7 + 6 + 5) / 3)


def test_a_crossing_told_and_not_come_is_counted(marts: duckdb.DuckDBPyConnection) -> None:
    known(marts, [1000] * 24)
    told(marts, 202401, 3)
    told(marts, 202401, 30, line=3)
    done = verify_release(marts)
    assert (done.real, done.told_cnt, done.false_cnt) == ((), 1, 1)


def test_an_empty_release_is_told_and_breaks_nothing(marts: duckdb.DuckDBPyConnection) -> None:
    done = verify_release(marts)
    lines = cli_forecast.summary(done, "发布 x", is_release=True)
    assert lines[0] == "发布 x：0 个序列，0 个月；0 个起点，起点之前至少24个月"
    assert lines.count("样本太少（n = 0），不给数字") == 2
    assert "没有已到期的跌破预测" in lines


def release(con: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """A warehouse whose current release holds these marts; the options that name it."""

    def build(out: Path) -> Manifest:
        made = [
            write_mart(con, by_name(MARTS)[name], out / "marts", kv={})
            for name in cli_forecast.MARTS
        ]
        return Manifest(tuple(made), {"parts": {}})

    publish(WarehousePaths(folder), "0123456789abcdef", build)
    return ["--warehouse", str(folder)]


def crossing(con: duckdb.DuckDBPyConnection, base: int, line: int, text: str) -> None:
    """One line of 西安职工."""
    con.execute(
        "insert into fct_forecast_crossing by name select 'k17' as book, '610100-310' as "
        "ledger_id, '610100' as poolarea_no, '310' as insutype, 'POOL' as fund, "
        "'610100-310-POOL' as series_id, ? as period_ym, make_date(? // 100, 1, 1) as "
        "period_start_date, ? as line, 202704 as point_ym, 36 as horizon_cnt, false as is_below, "
        "900 as reserve_amt, 100 as mean_outlay_amt, 9 as payable_months, 'budget' as "
        "income_basis, 5.5 as growth_pct, 2 as volatility_pct, 36 as history_cnt, 10 as peer_cnt, "
        "? as text_zh",
        [base, base, line, text],
    )


def test_the_command_tells_the_lines_of_the_last_month(
    marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    marts.execute(
        "insert into dim_pooling_area by name select '610100' as poolarea_no, '西安市' as "
        "poolarea_name, '市级' as level, '610000' as province_code, '陕西省' as province_name"
    )
    crossing(marts, 202511, 6, "6个月线: 早先")
    for line, text in ((0, "结存用尽: 36个月内不跌破"), (6, "6个月线: 2027-04 (80%: a ~ b)")):
        crossing(marts, 202512, line, text)
    where = release(marts, tmp_path)
    done = CliRunner().invoke(warnings_app, ["forecast", *where])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[:4] == [
        "发布 0123456789abcdef",
        "西安市职工 610100-310-POOL  基准 202512  可支付 9.00 个月  收入：批准预算",
        "  6个月线: 2027-04 (80%: a ~ b)",
        "  结存用尽: 36个月内不跌破",
    ]
    told = CliRunner().invoke(warnings_app, ["forecast", *where, "--pool", "610100", "--json"])
    (one,) = json.loads(told.output)["forecasts"]
    assert [(x["line"], x["point_ym"]) for x in one["lines"]] == [(6, 202704), (0, 202704)]
    assert (one["reserve_amt"], one["payable_months"]) == ("900.00", "9.00")
    with pytest.raises(JiecunError, match="610100"):
        CliRunner().invoke(
            warnings_app, ["forecast", *where, "--pool", "61010"], catch_exceptions=False
        )
    verified = CliRunner().invoke(warnings_app, ["verify", *where, "--json"])
    assert json.loads(verified.output)["told_due"] == 0
