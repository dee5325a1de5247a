"""The dimension of small, literal lists: versions, chains, broken laws, codes and pools."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path

import pytest

from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import as_of_year, check_pools, read_regions
from pipelines.paths import ROOT, RawPaths, WarehousePaths
from pipelines.regions.aliases import Alias, meanings
from pipelines.regions.dimension import (
    Dimension,
    Zone,
    build_from,
    region_frame,
    successor_frame,
    surrogate,
)
from pipelines.regions.geography import look
from pipelines.regions.names import short_name
from pipelines.regions.pools import Member, Overrides, areas_of, members_of, read_overrides
from pipelines.regions.successors import Successor
from pipelines.regions.whole import Regions, lookups

HEAD = ("code", "name", "level", "parent_code", "first_year_end", "last_year_end")
LISTS = """
    500000 甲省     province   -      2000 -
    500100 乙市     prefecture 500000 2000 2009
    500100 丙市     prefecture 500000 2010 -
    500101 东区     county     500100 2000 -
    500102 西区     county     500100 2000 2004
    500103 南区     county     500100 2000 2007
    500104 北区     county     500100 2005 -
    500200 丁地区   prefecture 500000 2000 2014
    500202 丁县     county     500200 2000 2014
    500300 丁市     prefecture 500000 2015 -
    500302 丁区     county     500300 2015 -
    500303 新区     county     500300 2020 -
"""
AFTER = """
    500100 乙市   2010 500100 丙市 rename
    500102 西区   2005 500104 北区 upgrade
    500103 南区   2008 500101 东区 split
    500103 南区   2008 500104 北区 split
    500200 丁地区 2015 500300 丁市 upgrade
    500202 丁县   2015 500302 丁区 upgrade
"""
DAY = datetime.date


def dimension(lists: str = LISTS, after: str = AFTER, *zones: Zone) -> Dimension:
    """The dimension of rows drawn as text; '-' is empty."""
    spans = [
        dict(zip(HEAD, (c.replace("-", "") for c in line.split()), strict=True))
        for line in lists.strip().splitlines()
    ]
    rows = [line.split() for line in after.strip().splitlines()]
    told = [Successor(a, b, int(y), c, d, kind, *rest) for a, b, y, c, d, kind, *rest in rows]
    return build_from(spans, told, zones)


def names(found: Dimension, code: str, known: int, year: int) -> list[str]:
    """The units that hold in ``year`` what the code's unit held in ``known``."""
    unit = found.unit(code, known)
    assert unit is not None
    units = found.timeline.at(unit.sk, known, year)
    return sorted(found.timeline.versions[sk].name for sk in units)


def test_a_unit_has_a_version_for_each_name_of_its_parent() -> None:
    frame = region_frame(dimension(), [("500101", "东区")])
    rows = frame.filter(frame["region_code"] == "500101").select(
        "prefecture_name", "valid_from", "valid_to", "status", "is_current", "source", "code_year"
    )
    assert rows.rows() == [
        ("乙市", DAY(2000, 1, 1), DAY(2009, 12, 31), "renamed", False, "text", 2009),
        ("丙市", DAY(2010, 1, 1), None, "active", True, "text", 2020),
    ]


def test_the_surrogate_key_is_a_hash_of_code_name_and_first_day() -> None:
    found = dimension().unit("500101", 2012)
    assert found is not None
    assert found.sk == surrogate("500101", "东区", 2010) == "6b969a5bc9f7b056"


def test_a_split_names_its_parts_and_has_no_one_successor() -> None:
    frame = region_frame(dimension(), [])
    south = frame.filter(frame["region_name"] == "南区").row(0, named=True)
    assert (south["status"], south["successor_sk"], south["successor_cnt"]) == ("replaced", None, 2)
    shares = successor_frame(dimension()).filter(successor_frame(dimension())["kind"] == "split")
    assert shares.select("new_name", "share").rows() == [("东区", None), ("北区", None)]


@pytest.mark.parametrize(
    ("code", "known", "year", "expected"),
    [
        ("500102", 2003, 2003, ["西区"]),
        ("500102", 2003, 2020, ["北区"]),
        ("500103", 2003, 2020, ["东区", "北区"]),
        ("500202", 2001, 2020, ["丁区"]),
        ("500302", 2018, 2001, ["丁县"]),
        ("500104", 2006, 2001, ["西区"]),
        ("500104", 2012, 2001, ["南区", "西区"]),
        ("500101", 2006, 2001, ["东区"]),
        ("500101", 2012, 2001, ["东区", "南区"]),
        ("500303", 2020, 2016, []),
    ],
)
def test_a_unit_is_seen_in_any_year(code: str, known: int, year: int, expected: list[str]) -> None:
    assert names(dimension(), code, known, year) == expected


def test_a_unit_newer_than_the_year_is_told_by_what_is_above_it() -> None:
    found = dimension()
    unit = found.unit("500303", 2020)
    assert unit is not None
    seen = look(found, unit, 2020, 2012)
    assert (seen.unit, seen.prefecture, seen.candidates) == (None, ("500200", "丁地区"), 0)
    assert seen.note == "2012年尚无此单位，按上级归集"


BREAKS = {
    "a unit without successor": ("500202 丁县   2015 500302 丁区 upgrade", "", "没有后继"),
    "a successor that no list has": ("500302 丁区 upgrade", "500399 丁区 upgrade", "无此单位"),
    "a successor of another name": ("500302 丁区 upgrade", "500302 戊区 upgrade", "无此单位"),
    "a change in another year": ("500202 丁县   2015", "500202 丁县   2014", "没有此单位"),
    "a split with one part": (
        "500103 南区   2008 500101 东区 split\n    500103 南区   2008 500104 北区 split",
        "500103 南区   2008 500101 东区 split",
        "两个以上去向",
    ),
    "two successors that are no split": ("500101 东区 split", "500101 东区 merge", "两个以上去向"),
    "an unknown kind": ("500302 丁区 upgrade", "500302 丁区 becomes", "种类 becomes"),
    "a share without the other": ("500101 东区 split", "500101 东区 split 0.4", "合计为 1"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_successor_table_stops_the_run(old: str, new: str, expected: str) -> None:
    assert old in AFTER
    with pytest.raises(JiecunError, match=expected) as caught:
        dimension(LISTS, AFTER.replace(old, new))
    assert {p.code for p in caught.value.problems} == {"REGION_SUCCESSOR"}
    assert caught.value.exit_code == EXIT_CHECK


def test_shares_that_add_up_to_one_are_kept() -> None:
    after = AFTER.replace("500101 东区 split", "500101 东区 split 0.4")
    found = dimension(LISTS, after.replace("500104 北区 split", "500104 北区 split 0.6"))
    shares = successor_frame(found)["share"].drop_nulls().to_list()
    assert [str(share) for share in shares] == ["0.400000", "0.600000"]


def test_one_code_for_two_units_in_one_year_stops_the_run() -> None:
    with pytest.raises(JiecunError, match="同时使用") as caught:
        dimension(LISTS + "    500104 小区 county 500100 2003 -\n")
    assert "500104 2005：小区 与 北区 同时使用" in [p.found for p in caught.value.problems]


ALIASES = (
    Alias("509001", DAY(2003, 5, 1), DAY(2007, 6, 30), "500102", "legacy", ""),
    Alias("509002", DAY(2003, 1, 1), None, "500100-Z01", "zone", ""),
)
ZONE = Zone("500100-Z01", "高新区", "dev_zone", "500100")


def meant(code: str) -> list[tuple[int, int, str, str]]:
    """Years, unit and way of each meaning of a code."""
    found = dimension(LISTS, AFTER, ZONE)
    return [
        (m.year_from, m.year_to, found.timeline.versions[m.sk].name, m.via)
        for m in meanings(found, ALIASES)
        if m.code == code
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("500102", [(2000, 2004, "西区", "direct"), (2005, 2009, "北区", "successor"),
                    (2010, 9999, "北区", "successor")]),
        ("500103", [(2000, 2007, "南区", "direct"), (2008, 9999, "南区", "split")]),
        ("500302", [(2015, 9999, "丁区", "direct")]),
        ("509001", [(2003, 2004, "西区", "alias"), (2005, 2007, "北区", "alias")]),
        ("509002", [(2003, 9999, "高新区", "alias")]),
        ("500100-Z01", [(2000, 9999, "高新区", "direct")]),
        ("509900", [(2000, 9999, "甲省", "own_level")]),
        ("500199", [(2000, 2009, "乙市", "own_level"), (2010, 9999, "丙市", "own_level")]),
        ("999999", []),
    ],
)  # fmt: skip
def test_a_code_means_one_unit_in_a_year(
    code: str, expected: list[tuple[int, int, str, str]]
) -> None:
    assert meant(code) == expected


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (Alias("509009", DAY(2003, 1, 1), None, "500999", "legacy", ""), "500999"),
        (Alias("509001", DAY(2007, 12, 1), None, "500101", "legacy", ""), "两行同年有效"),
    ],
)
def test_an_alias_that_means_nothing_or_two_units_stops_the_run(bad: Alias, expected: str) -> None:
    with pytest.raises(JiecunError, match=expected) as caught:
        meanings(dimension(LISTS, AFTER, ZONE), (*ALIASES, bad))
    assert [p.code for p in caught.value.problems] == ["REGION_ALIAS"]


def pooled(code: str, *told: Member) -> list[tuple[str, int, int, str]]:
    """Pool, years and source of each membership of a code."""
    found = dimension(LISTS, AFTER, ZONE)
    overrides = Overrides((), told)
    members = members_of(found, meanings(found, ALIASES), areas_of(found, overrides), overrides)
    return [(m.poolarea_no, m.first, m.last, m.source) for m in members if m.region_code == code]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("500101", [("500100", 2000, 9999, "default")]),
        ("500100-Z01", [("500100", 2000, 9999, "default")]),
        ("509900", [("509900", 2000, 9999, "default")]),
        ("500199", [("500100", 2000, 9999, "default")]),
        # an upgrade: the new number at once, the old number for those who keep it
        ("500202", [("500200", 2000, 2014, "default"), ("500200", 2015, 9999, "old_number"),
                    ("500300", 2015, 9999, "default")]),
        ("500303", [("500200", 2020, 9999, "old_number"), ("500300", 2020, 9999, "default")]),
    ],
)  # fmt: skip
def test_a_code_belongs_to_the_pool_of_its_unit(
    code: str, expected: list[tuple[str, int, int, str]]
) -> None:
    assert pooled(code) == expected


def test_an_override_replaces_the_default_for_its_years_only() -> None:
    zone = Member("500100-Z01", "500188", 2010, 2014, "某文件")
    assert pooled("500100-Z01", zone) == [
        ("500100", 2000, 2009, "default"),
        ("500100", 2010, 2010, "transition"),
        ("500100", 2015, 9999, "default"),
        ("500188", 2010, 2014, "某文件"),
        ("500188", 2015, 2015, "transition"),
    ]


def test_two_pools_of_one_code_in_one_year_stop_the_run(tmp_path: Path) -> None:
    head = "region_code,poolarea_no,valid_from,valid_to,source\n"
    (tmp_path / "pooling_area.csv").write_text(
        "poolarea_no,poolarea_name,level,region_code,valid_from,valid_to,source\n", encoding="utf-8"
    )
    (tmp_path / "pooling_area_member.csv").write_text(
        head + "130181,130181,2013-01-01,,甲\n130181,130100,2015-01-01,,乙\n", encoding="utf-8"
    )
    with pytest.raises(JiecunError, match="130181 同年属于 130181 与 130100"):
        read_overrides(tmp_path)


@pytest.mark.parametrize(
    ("level", "name", "expected"),
    [
        ("province", "新疆维吾尔自治区", "新疆"),
        ("province", "内蒙古自治区", "内蒙古"),
        ("province", "重庆市", "重庆"),
        ("prefecture", "恩施土家族苗族自治州", "恩施"),
        ("prefecture", "黔南布依族苗族自治州", "黔南"),
        ("prefecture", "大兴安岭地区", "大兴安岭"),
        ("county", "景谷傣族彝族自治县", "景谷"),
        ("county", "沙县", "沙县"),
        ("county", "市中区", "市中"),
        ("county", "津市市", "津市"),
        ("county", "神农架林区", "神农架"),
    ],
)
def test_short_names_leave_two_characters(level: str, name: str, expected: str) -> None:
    assert short_name(level, name) == expected


@cache
def real() -> Regions:
    return read_regions(RawPaths(ROOT / "data" / "raw"))


def request(**options: object) -> RunRequest:
    return RunRequest(RawPaths(Path("raw")), WarehousePaths(Path("wh")), **options)  # type: ignore[arg-type]


def test_the_year_of_the_geography_is_the_last_unless_asked() -> None:
    assert as_of_year(request(), real()) == 2026
    assert as_of_year(request(as_of=2012), real()) == 2012
    for year in (1999, 2027):
        with pytest.raises(JiecunError, match="AS_OF_UNKNOWN") as caught:
            as_of_year(request(as_of=year), real())
        assert caught.value.exit_code == EXIT_USAGE


def test_pools_of_any_year_may_be_asked_for() -> None:
    check_pools(request(pools=("610100", "619900", "371200", "460400", "130181")), real())
    with pytest.raises(JiecunError, match="POOL_UNKNOWN"):
        check_pools(request(pools=("610199",)), real())


def test_intake_looks_codes_and_pools_up_by_year() -> None:
    found = lookups(real())
    known = set(found["ref_region_code"].iter_rows())
    assert {("371202", 2012), ("371202", 2020), ("377602", 2020), ("610100-Z01", 2012)} <= known
    assert ("370116", 2012) not in known
    assert ("440309", 2005) not in known
    assert ("999999", 2020) not in known
    pools = set(found["ref_pooling_area_member"].iter_rows())
    assert {
        ("371202", "371200", 2012),
        ("371202", "371200", 2018),
        ("371202", "370100", 2018),
    } <= pools
    assert ("371202", "371200", 2019) not in pools
    assert {
        ("110101", "110000", 2020),
        ("610199", "610100", 2020),
        ("130181", "130181", 2020),
    } <= pools
    assert ("130181", "130100", 2020) not in pools
