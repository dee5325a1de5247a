"""Rule files are read strictly: a broken cell stops the run and is named by file and line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import duckdb
import pytest

from pipelines.engine.rules import load_rules, rules_hash
from pipelines.errors import EXIT_CHECK, JiecunError
from schemas import columns as c
from schemas.table import RowRule, Spec, Table, by_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class RuleRate(Table):
    """A table of this test."""

    _spec: ClassVar[Spec] = Spec(
        zh="费率", layer="rules", grain="一项一行", key=("rule_id", "valid_from"),
        rules=(RowRule("RATE_SIGN", "rate >= 0", "费率不得为负"),),
    )  # fmt: skip
    rule_id: c.Text = c.text("编号", max_len=4)
    rate: c.Ratio = c.ratio("费率", null=True)
    cap_amt: c.Money = c.money("上限", null=True)
    days: c.Count = c.count("天数", null=True)
    start_ym: c.Ym = c.ym("起月", null=True)
    valid_from: c.Date = c.date("生效日")
    is_on: c.Flag = c.flag("启用", null=True)


DECLARED = by_name([RuleRate])
HEADER = "rule_id,rate,cap_amt,days,start_ym,valid_from,is_on\n"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    yield con
    con.close()


def broken(
    con: duckdb.DuckDBPyConnection, folder: Path, data: str | bytes
) -> list[tuple[str, str]]:
    raw = data if isinstance(data, bytes) else data.encode()
    (folder / "rule_rate.csv").write_bytes(raw)
    with pytest.raises(JiecunError) as info:
        load_rules(con, folder, DECLARED)
    assert info.value.exit_code == EXIT_CHECK
    assert {p.code for p in info.value.problems} == {"RULES_BROKEN"}
    assert con.execute("SHOW TABLES").fetchall() == []
    return [(p.place, p.found) for p in info.value.problems]


def test_rows_become_a_typed_table_in_file_order(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = (
        HEADER
        + "b,0.0005,100.5,7,202401,2024-01-01,true\na,,,,,2023-12-31,\n"
        + '"z, z",1,,,,2024-02-29,false\n'
    )
    (tmp_path / "rule_rate.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    load_rules(con, tmp_path, DECLARED)
    assert con.execute("SELECT * FROM rule_rate").fetchall() == [
        ("b", Decimal("0.000500"), Decimal("100.50"), 7, 202401, date(2024, 1, 1), True),
        ("a", None, None, None, None, date(2023, 12, 31), None),
        ("z, z", Decimal("1.000000"), None, None, None, date(2024, 2, 29), False),
    ]
    types = [row[1] for row in con.execute("DESCRIBE rule_rate").fetchall()]
    assert types == list(DECLARED["rule_rate"].sql_columns().values())
    assert con.execute("SHOW TABLES").fetchall() == [("rule_rate",)]


def test_a_file_of_no_rows_is_an_empty_table(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "rule_rate.csv").write_text(HEADER)
    load_rules(con, tmp_path, DECLARED)
    assert con.execute("SELECT count(*) FROM rule_rate").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        pytest.param("a,0.0000005,,,,2024-01-01,", "0.0000005", id="ratio-too-fine"),
        pytest.param("a,1e-3,,,,2024-01-01,", "1e-3", id="ratio-exponent"),
        pytest.param("a,0.1,1.005,,,2024-01-01,", "1.005", id="money-never-rounded"),
        pytest.param('a,0.1,"1,000",,,2024-01-01,', "1,000", id="money-thousands"),
        pytest.param("a,0.1,,1.0,,2024-01-01,", "1.0", id="count-decimal"),
        pytest.param(
            "a,0.1,,9223372036854775808,,2024-01-01,", "9223372036854775808", id="count-range"
        ),
        pytest.param("a,0.1,,１,,2024-01-01,", "１", id="full-width-digit"),
        pytest.param("a,0.1,,,202413,2024-01-01,", "202413", id="month"),
        pytest.param("a,0.1,,,,2023-02-29,", "2023-02-29", id="day"),
        pytest.param("a,0.1,,,,2024/01/01,", "2024/01/01", id="date-form"),
        pytest.param("a,0.1,,,,2024-01-01,Y", "Y", id="flag"),
        pytest.param("a,0.1,,,,,", "空", id="required"),
        pytest.param("abcde,0.1,,,,2024-01-01,", "5 字", id="too-long"),
        pytest.param("a,0.1,,,,2024-01-01", "6 列", id="too-few-cells"),
        pytest.param("a,-1,,,,2024-01-01,", "违反 RATE_SIGN", id="row-rule"),
    ],
)
def test_a_broken_row_is_named_by_its_line(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, row: str, found: str
) -> None:
    good = '"o\nk",0.1,,,,2024-01-01,\n'
    assert broken(con, tmp_path, HEADER + good + row + "\n") == [
        ("transforms/rules/rule_rate.csv:4", found)
    ]


def test_a_key_told_twice(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = "a,1,,,,2024-01-01,\na,1,,,,2024-02-01,\na,2,,,,2024-01-01,\n"
    assert broken(con, tmp_path, HEADER + rows) == [
        ("transforms/rules/rule_rate.csv:4", "与第 2 行相同")
    ]


@pytest.mark.parametrize(
    ("data", "place", "found"),
    [
        ("", ":1", "缺少 rule_id, rate, cap_amt, days, start_ym, valid_from, is_on"),
        (HEADER.replace("rate,", ""), ":1", "缺少 rate"),
        (HEADER.replace("rate,", "rate,why,"), ":1", "多出 why"),
        (HEADER.replace("rule_id,rate", "rate,rule_id"), ":1", "列的次序不同或有重复"),
        (HEADER + 'a,"0.1,,,,2024-01-01,\n', ":2", "unexpected end of data"),
        (HEADER.encode() + "甲,1,,,,2024-01-01,\n".encode("gb18030"), ":2", "其他编码"),
    ],
)
def test_a_broken_file(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, data: str | bytes, place: str, found: str
) -> None:
    assert broken(con, tmp_path, data) == [(f"transforms/rules/rule_rate.csv{place}", found)]


def test_missing_and_undeclared_files(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "rule_stray.csv").write_text("a\n")
    (tmp_path / "notes.csv").write_text("not a rule file\n")
    with pytest.raises(JiecunError) as info:
        load_rules(con, tmp_path, DECLARED)
    assert [(p.place, p.found) for p in info.value.problems] == [
        ("transforms/rules/rule_stray.csv", "没有声明"),
        ("transforms/rules/rule_rate.csv", "找不到文件"),
    ]


def test_the_hash_follows_names_and_bytes_of_the_whole_tree(tmp_path: Path) -> None:
    (tmp_path / "regions").mkdir()
    (tmp_path / "rule_a.csv").write_bytes(b"x")
    (tmp_path / "regions" / "b.csv").write_bytes(b"y")
    first = rules_hash(tmp_path)
    assert len(first) == 64
    (tmp_path / "regions" / "b.csv").write_bytes(b"z")
    second = rules_hash(tmp_path)
    (tmp_path / "regions" / "b.csv").rename(tmp_path / "regions" / "c.csv")
    third = rules_hash(tmp_path)
    assert len({first, second, third}) == 3
    (tmp_path / "regions" / "c.csv").rename(tmp_path / "regions" / "b.csv")
    (tmp_path / "regions" / "b.csv").write_bytes(b"y")
    (tmp_path / ".DS_Store").write_bytes(b"")
    assert rules_hash(tmp_path) == first


class RuleParameter(Table):
    """The table to which a site may add."""

    _spec: ClassVar[Spec] = Spec(zh="参数", layer="rules", grain="一项一行", key=("name", "scope"))
    name: c.Text = c.text("名称")
    scope: c.Text = c.text("范围")
    value: c.Text = c.text("值")


SITE = by_name([RuleParameter])


def site_world(tmp_path: Path, name: str, line: str) -> tuple[Path, Path]:
    home, site = tmp_path / "home", tmp_path / "site"
    for folder in (home, site):
        folder.mkdir()
    header = "name,scope,value\n"
    (home / "rule_parameter.csv").write_text(f"{header}rate,*,1\ncap,*,2\n")
    (site / f"{name}.csv").write_text(f"{header}{line}\n")
    return home, site


def test_rows_of_a_site_come_behind_those_of_the_project(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    home, site = site_world(tmp_path, "rule_parameter", "rate,610100,3")
    load_rules(con, home, SITE, site)
    assert con.execute("SELECT * FROM rule_parameter").fetchall() == [
        ("rate", "*", "1"), ("cap", "*", "2"), ("rate", "610100", "3")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "line", "place", "found"),
    [
        (
            "rule_parameter",
            "rate,*,9",
            "raw/rules/rule_parameter.csv:2",
            "与 transforms/rules/rule_parameter.csv 第 2 行相同",
        ),
        ("rule_parameter", "rate,610100,", "raw/rules/rule_parameter.csv:2", "空"),
        ("rule_rate", "1,2,3", "raw/rules/rule_rate.csv", "rule_rate.csv"),
    ],
)
def test_a_broken_file_of_a_site_is_named_where_it_lies(
    con: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    *,
    name: str,
    line: str,
    place: str,
    found: str,
) -> None:
    home, site = site_world(tmp_path, name, line)
    with pytest.raises(JiecunError) as info:
        load_rules(con, home, SITE, site)
    assert [(p.place, p.found) for p in info.value.problems] == [(place, found)]
    assert con.execute("SHOW TABLES").fetchall() == []
