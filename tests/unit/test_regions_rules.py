"""The vendored tables are the ones whose origin is written down."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import JiecunError
from pipelines.paths import RULES
from pipelines.regions.history import read_history
from pipelines.regions.reference import read_rows
from schemas.regions import REGIONS
from schemas.table import by_name

if TYPE_CHECKING:
    from pathlib import Path

REGION_RULES = RULES / "regions"


def test_every_table_has_the_hash_of_its_provenance() -> None:
    page = (REGION_RULES / "PROVENANCE.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `(\w+\.csv)` \| \d+ \| `([0-9a-f]{64})` \|", page, re.M))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in REGION_RULES.glob("*.csv")
    }

    assert len(written) >= 8
    assert found == written


def test_the_tables_are_declared() -> None:
    assert list(by_name(REGIONS)) == [
        "region_source",
        "region_quarantine",
        "region_issue",
        "pooling_area",
        "pooling_area_member",
    ]


def test_of_two_codes_of_a_path_the_one_of_the_nearest_year_is_taken() -> None:
    history = read_history(REGION_RULES / "gbt2260_history_2000_2026.csv")
    hainan = ("460000", "海南省")

    assert history.direct_county(hainan, "文昌市", 2010) is not None
    match = history.direct_county(hainan, "儋州市", 2024)
    assert (match.code, match.year) == ("469003", 2014) if match else False
    assert history.prefecture(hainan, "文昌市", 2002) is None
    assert history.province("新疆维吾尔族自治区", 2010) is None


def history_of(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "history.csv"
    head = "code,name,level,parent_code,parent_name,first_year_end,last_year_end"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2000,2009", "2011,", ("110001", 2009)),
        ("2000,2008", "2011,", ("110002", 2011)),
        ("2000,2012", "2013,", ("110001", 2010)),
        ("2000,2012", "2005,", None),
    ],
    ids=["a tie goes to the earlier year", "nearer", "inside", "two codes in one year: none"],
)
def test_the_nearest_year_is_never_a_guess(
    tmp_path: Path, first: str, second: str, expected: tuple[str, int] | None
) -> None:
    rows = (
        f"110001,甲区,county,110000,北京市,{first}",
        f"110002,甲区,county,110000,北京市,{second}",
    )
    match = read_history(history_of(tmp_path, *rows)).county(("110000", "北京市"), "甲区", 2010)

    assert (match and (match.code, match.year)) == expected


def test_a_table_with_a_missing_column_or_field_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("a,b\n1\n", encoding="utf-8")

    with pytest.raises(JiecunError, match="缺少列 c"):
        read_rows(short, ("a", "c"))
    with pytest.raises(JiecunError, match="第 1 条记录字段数不符"):
        read_rows(short, ("a", "b"))
    with pytest.raises(JiecunError, match="REGION_RULES_UNREADABLE"):
        read_rows(tmp_path / "none.csv", ())
