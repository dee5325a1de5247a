"""Strict: each requirement is broken once, alone, and told by its own code."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.errors import EXIT_CHECK, JiecunError
from pipelines.paths import ROOT, RULES
from pipelines.regions import RegionLoad, assert_strict, load_region_list, load_region_pairs, notes
from pipelines.regions.load import read_region_text
from pipelines.regions.rules import read_region_rules

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "data" / "raw" / "regions"
REGION_RULES = RULES / "regions"


@lru_cache(maxsize=1)
def good() -> RegionLoad:
    return load_region_list(next(FOLDER.glob("000_*.txt")), REGION_RULES)


def changed(where: pl.Expr, **values: object) -> RegionLoad:
    """The good load with these columns of the matching rows set anew."""
    columns = [
        pl.when(where)
        .then(pl.lit(value, dtype=good().regions.schema[name]))
        .otherwise(name)
        .alias(name)
        for name, value in values.items()
    ]
    return replace(good(), regions=good().regions.with_columns(columns))


def told(load: RegionLoad, previous: int | None = None) -> set[str]:
    """Codes of what strict finds wrong; the counts of the register apart."""
    try:
        assert_strict(load, previous)
    except JiecunError as error:
        assert error.exit_code == EXIT_CHECK
        return {problem.code for problem in error.problems}
    return set()


COUNTY = pl.col("county")


@pytest.mark.parametrize(
    ("where", "values", "code"),
    [
        (pl.col("province") == "青海省", {"province": "甘肃省"}, "PROVINCE_COUNT"),
        (
            (pl.col("level") == "province") & (pl.col("province") == "青海省"),
            {"region_code": None},
            "PROVINCE_COUNT",
        ),
        (
            (COUNTY == "新城区") & (pl.col("prefecture") == "西安市"),
            {"county": "碑林区"},
            "PATH_REPEATED",
        ),
        (COUNTY == "碑林区", {"region_code": "610102"}, "CODE_REPEATED"),
        (COUNTY == "碑林区", {"region_code": "610403"}, "CODE_PREFIX"),
        (COUNTY == "碑林区", {"region_code": "620103"}, "CODE_PREFIX"),
        (COUNTY == "济源市", {"region_code": "410199"}, "CODE_PREFIX"),
        (COUNTY == "东城区", {"region_code": "110301"}, "CODE_PREFIX"),
        (
            (pl.col("level") == "prefecture") & (pl.col("prefecture") == "西安市"),
            {"region_code": "610101"},
            "CODE_PREFIX",
        ),
        (COUNTY == "碑林区", {"region_code": None}, "NO_CODE_REASON"),
        (COUNTY == "碑林区", {"prefecture_code": None}, "PARENT_UNKNOWN"),
        (COUNTY == "高新区", {"issues": "X"}, "NO_CODE_REASON"),
        (COUNTY == "碑林区", {"issues": "DUPLICATE"}, "COUNT_CHANGED"),
        (COUNTY == "碑林区", {"level": "placeholder"}, "COUNT_CHANGED"),
    ],
    ids=[
        "a province is missing",
        "a province has no code",
        "two of one path",
        "two of one code",
        "a code of another city",
        "a code of another province",
        "a direct county not at xx90",
        "a district of a municipality not at xx01 or xx02",
        "a city whose code is a county's",
        "a statutory unit without code",
        "a county below an unknown city",
        "a zone without a reason",
        "a second duplicate",
        "a county less",
    ],
)
def test_a_broken_requirement_is_told(where: pl.Expr, values: dict[str, object], code: str) -> None:
    assert told(good()) == set()
    assert code in told(changed(where, **values))


@pytest.mark.parametrize(
    ("previous", "codes"),
    [(3229, set()), (3260, set()), (3262, {"ROW_CHANGE"}), (3197, {"ROW_CHANGE"}), (3200, set())],
)
def test_the_row_count_may_differ_by_one_percent(previous: int, codes: set[str]) -> None:
    assert told(good(), previous) == codes


def list_text(text: str) -> set[str]:
    """Codes that strict tells of a small list beside those of any small list."""
    loaded = read_region_text(text.encode(), "small.txt", read_region_rules(REGION_RULES), "list")
    return told(loaded) - {"TEXT_UNKNOWN", "NO_CORRECTIONS", "PROVINCE_COUNT"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("2陕西省\n1西安市\n碑林区\n", set()),
        ("2陕西省\n1西安市\n碑林区\n3咸阳市\n", {"UNKNOWN_LEVEL"}),
        ("碑林区\n2陕西省\n1西安市\n", {"ORPHAN_LINE"}),
        ("1西安市\n2陕西省\n1西安市\n", {"LEVEL_BEFORE_PROVINCE"}),
        ("2陕西省\n1西安市 碑林区\n", {"LEVEL_LINE_EXTRA"}),
        ("2陕西省\n1西安市\n碑林区 a区\n", {"NOT_A_NAME"}),
        ("2陕西省\n1西安市\n碑林区 新\ufffd区\n", {"BROKEN_CHARACTER"}),
        ("2陕西省\n1西安市\n碑林区新城区\n", {"GLUED_NAME"}),
        ("2陕西省\n1西安市\n碑林区 碑林区\n", {"DUPLICATE"}),
        ("2陕西省\n1西安市\n碑林区 秦都区\n", {"UNRESOLVED", "NO_CODE_REASON"}),
        ("2陕西省\n1西安市\n碑林\n", {"UNRESOLVED", "NO_CODE_REASON", "ILLEGAL_SUFFIX"}),
        ("2陕西省\n1西按市\n碑林区\n", {"UNRESOLVED", "NO_CODE_REASON", "PARENT_UNKNOWN"}),
    ],
)
def test_every_warning_of_the_reader_fails_a_strict_load(text: str, codes: set[str]) -> None:
    assert list_text(text) == codes


def test_a_text_that_nobody_registered_fails(tmp_path: Path) -> None:
    copy = tmp_path / "copy.txt"
    copy.write_bytes(next(FOLDER.glob("003_*.txt")).read_bytes() + b"\n")

    assert told(load_region_pairs(copy, REGION_RULES)) == {"TEXT_UNKNOWN", "NO_CORRECTIONS"}


def test_all_that_is_wrong_is_told_at_once_with_lines_and_counts() -> None:
    text = "2陕西省\n1西安市\n碑林区\n3咸阳市\n秦都区 渭城区\n"
    rules = read_region_rules(REGION_RULES)
    with pytest.raises(JiecunError) as caught:
        assert_strict(read_region_text(text.encode(), "small.txt", rules, "list"))

    found = {p.code: (p.place, p.found) for p in caught.value.problems}
    assert found["UNKNOWN_LEVEL"] == ("区划文本 第 4 行", "1 处；第 1 个词：级别数字不是1或2")
    assert found["ORPHAN_LINE"] == ("区划文本 第 5、5 行", "2 处；第 1 个词：没有确定的上级")
    assert found["PROVINCE_COUNT"][1] == "1 个，其中 1 个有代码"


def test_a_registered_text_needs_all_its_corrections(tmp_path: Path) -> None:
    for path in REGION_RULES.glob("*.csv"):
        data = path.read_bytes()
        if path.name == "corrections_000.csv":
            data = b"".join(data.splitlines(keepends=True)[:-1])
        (tmp_path / path.name).write_bytes(data)

    with pytest.raises(JiecunError, match="REGION_RULES_UNREADABLE") as caught:
        read_region_rules(tmp_path)
    assert (caught.value.problems[0].expected, caught.value.problems[0].found) == (
        "79 条",
        "78 条",
    )


def test_the_page_names_every_reason_and_every_warning() -> None:
    page = (ROOT / "docs" / "regions.md").read_text(encoding="utf-8")

    assert {code for code in (*notes.REASONS, *notes.WARNINGS) if f"`{code}`" not in page} == set()
