"""Closing a month with the real command: what was published stays, late rows post afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import JiecunCmd

MONTH = 202302
CLOSED = """
    select * exclude (event_date)
    from read_parquet('{}') where period_ym <= 202302 order by all
"""
LATE = """
    select sum(debit_amt - credit_amt)::varchar, count(*) > 0, bool_and(period_ym = 202303),
        bool_and(orig_period_ym in (202301, 202302))
    from read_parquet('{}') where event_id like 'LATE|%' and book = 'k17'
"""


def rows(house: Path, sql: str) -> list[tuple[object, ...]]:
    mart = (house / "current" / "marts" / "fct_journal.parquet").as_posix()
    with duckdb.connect() as con:
        return con.execute(sql.format(mart)).fetchall()


def test_a_closed_month_stays_and_what_comes_late_posts_in_the_next(
    tmp_path: Path, served_cmd: JiecunCmd
) -> None:
    """A settlement of December, paid in January, arrives after February was closed."""
    raw, house = tmp_path / "raw", tmp_path / "house"
    size = ("--months", "3", "--settlements", "2000", "--province", "天津市")
    assert served_cmd("demo", "--out", str(raw), *size).returncode == 0
    where = ("--raw", str(raw), "--warehouse", str(house))
    assert served_cmd("run", *where).returncode == 0
    first = rows(house, CLOSED)
    assert first
    for month in ("202301", "202302"):
        done = served_cmd("close", month, "--by", "甲", "--warehouse", str(house))
        assert done.returncode == 0, done.stderr
    again = served_cmd("close", "202302", "--by", "甲", "--warehouse", str(house))
    assert (again.returncode, "PERIOD_CLOSED" in again.stderr) == (2, True)

    file = sorted((raw / "extracts").glob("settlements_*_202212_*.csv"))[0]
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    at = {name: place for place, name in enumerate(head.split(","))}
    split = [line.split(",") for line in lines]

    def payment(cells: list[str]) -> tuple[str, ...]:
        names = ("insutype", "poolarea_no", "fixmedins_code", "clr_type", "clr_ym")
        return tuple(cells[at[name]] for name in names)

    chronic = [c for c in split if c[at["med_type"]][:2] == "14" and c[at["insutype"]] == "310"]
    plain = {
        payment(c) for c in split if c[at["med_type"]][:2] == "11" and c[at["hifp_pay"]] != "0.00"
    }
    cells = next(
        c
        for c in chronic
        if payment(c) in plain
        and c[at["clr_ym"]] == "202212"
        and c[at["init_setl_id"]] == ""
        and c[at["hifp_pay"]] != "0.00"
    )
    for column in ("rid", "setl_id", "mdtrt_id"):
        cells[at[column]] = cells[at[column]][:-1] + "Z"
    late = file.with_name(file.name.replace("_B001", "_B009"))
    late.write_text(f"{head}\n{','.join(cells)}\n", encoding="utf-8")
    stale = served_cmd("close", "202303", "--by", "甲", "--warehouse", str(house))
    assert stale.returncode == 0, stale.stderr
    assert (
        served_cmd(
            "reopen", "202303", "--by", "甲", "--why", "试", "--warehouse", str(house)
        ).returncode
        == 0
    )

    assert served_cmd("run", *where).returncode == 0
    assert rows(house, CLOSED) == first
    assert rows(house, LATE) == [("0.00", True, True, True)]
