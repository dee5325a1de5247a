"""The dimension of the real lists and texts: counts, the four hard cases, what became of 000."""

from __future__ import annotations

import csv
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pipelines.flows.workspace import read_regions
from pipelines.paths import ROOT, RULES, RawPaths
from pipelines.regions.successors import chain_end
from pipelines.regions.whole import Regions, tables
from tools.build_reference import WHEELS, main

#: where a maintainer keeps the two pinned wheels
WHEEL_FOLDER = Path(os.environ.get("JIECUN_WHEELS", ROOT / "wheels"))
REGION_RULES = RULES / "regions"


@cache
def regions() -> Regions:
    return read_regions(RawPaths(ROOT / "data" / "raw"))


@cache
def made() -> dict[str, list[dict[str, object]]]:
    return {name: frame.to_dicts() for name, frame in tables(regions(), 2026).items()}


def test_every_unit_of_every_year_is_there() -> None:
    rows = made()["region"]
    assert len(rows) == 4038
    assert Counter(r["status"] for r in rows) == {
        "active": 3214,
        "replaced": 427,
        "recoded": 296,
        "renamed": 74,
        "no_code": 27,
    }
    now = Counter(r["level"] for r in rows if r["status"] == "active")
    assert now == {"province": 34, "prefecture": 333, "county": 2847}
    assert Counter(r["kind"] for r in rows if r["level"] == "province") == {
        "province": 23,
        "autonomous_region": 5,
        "municipality": 4,
        "special_region": 2,
    }
    assert [r["region_name"] for r in rows if r["kind"] is None] == []


def test_units_that_no_text_has_come_from_the_reference() -> None:
    rows = {(r["region_code"], r["region_name"]): r["source"] for r in made()["region"]}
    assert rows["140202", "城区"] == "reference"
    assert rows["710000", "台湾省"] == "reference"
    assert rows["610403", "杨陵区"] == "reference"
    assert rows["610102", "新城区"] == "text"
    # told by the second text only
    assert rows["460300", "三沙市"] == "text"


def test_every_code_names_at_most_one_unit_on_any_day() -> None:
    last: dict[object, object] = {}
    for row in made()["region"]:
        key = row["code_order"]
        assert key not in last or last[key] is not None
        assert key not in last or str(last[key]) < str(row["valid_from"])
        last[key] = row["valid_to"]
    assert len(last) == 3959


def test_every_chain_ends_in_a_current_unit_or_in_a_named_split() -> None:
    line = regions().dimension.timeline
    ends = Counter(chain_end(line, sk) for sk in line.versions)
    assert ends == {"current": 4019, "split": 19}
    splits = Counter(
        (r["old_code"], r["old_name"]) for r in made()["region_successor"] if r["kind"] == "split"
    )
    assert len(splits) == 19
    assert min(splits.values()) == 2


def test_the_successors_agree_with_what_became_of_the_units_of_the_first_text() -> None:
    """An independent table: where each changed unit of 000 ended, followed step by step."""
    line = regions().dimension.timeline
    with (REGION_RULES / "successors_000.csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    differing = []
    for row in told:
        named = regions().dimension.by_key[row["old_code"]]
        unit = [v for v in named if v.name == row["old_name"]][-1]
        ends = {line.versions[sk].code for sk in line.at(unit.sk, unit.last or 2026, 2026)}
        if ends != set(row["current_code"].split("|")):
            differing.append((row["old_code"], row["old_name"], sorted(ends), row["current_code"]))
    assert len(told) == 362
    assert differing == []


def test_the_two_texts_differ_in_thirteen_prefectures() -> None:
    rows = [r for r in made()["region_change"] if r["comparison"] == "texts"]
    assert Counter(r["change"] for r in rows) == {
        "unchanged": 321,
        "upgraded": 10,
        "merged": 1,
        "new": 2,
    }
    assert sorted((r["old_key"], r["new_key"]) for r in rows if r["change"] == "upgraded") == [
        ("522200", "520600"), ("522400", "520500"), ("542100", "540300"), ("542200", "540500"),
        ("542300", "540200"), ("542400", "540600"), ("542600", "540400"), ("632100", "630200"),
        ("652100", "650400"), ("652200", "650500"),
    ]  # fmt: skip
    assert [
        (r["old_name"], r["new_name"], r["change_year"], r["detail"])
        for r in rows
        if r["change"] in ("merged", "new")
    ] == [
        (None, "三沙市", 2012, None),
        (None, "儋州市", 2015, "由县级 儋州市（469003） 升格"),
        ("莱芜市", "济南市", 2018, "2018年并入：济南市（370100）"),
    ]


def test_what_became_of_the_counties_of_the_first_text() -> None:
    rows = [r for r in made()["region_change"] if r["comparison"] == "today"]
    assert Counter(r["change"] for r in rows) == {
        "unchanged": 2487,
        "recoded": 83,
        "renamed": 10,
        "replaced": 258,
    }


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("310108", 2014, ("闸北区", "310000", "上海市", None)),
        ("310106", 2016, ("静安区", "310000", "上海市", None)),
        ("371202", 2012, ("莱城区", "371200", "莱芜市", None)),
        ("370116", 2020, ("莱芜区", "370100", "济南市", None)),
        ("469003", 2012, ("儋州市", None, None, "direct_county")),
        ("460400", 2020, ("儋州市", "460400", "儋州市", "prefecture_city")),
        ("420602", 2009, ("襄城区", "420600", "襄樊市", None)),
        ("420602", 2010, ("襄城区", "420600", "襄阳市", None)),
        ("500110", 2010, ("万盛区", "500000", "重庆市", None)),
        ("500110", 2011, ("綦江区", "500000", "重庆市", None)),
        ("232701", 2018, ("漠河市", "232700", "大兴安岭地区", None)),
        ("500105", 2024, ("江北区", "500000", "重庆市", None)),
        ("500157", 2025, ("两江新区", "500000", "重庆市", None)),
    ],
)
def test_a_code_is_the_unit_of_its_year(
    code: str, year: int, expected: tuple[str | None, ...]
) -> None:
    unit = regions().dimension.unit(code, year)
    assert unit is not None
    row = next(r for r in made()["region"] if r["region_sk"] == unit.sk)
    kind = row["kind"] if expected[3] else None
    assert (row["region_name"], row["prefecture_code"], row["prefecture_name"], kind) == expected


@pytest.mark.parametrize("code_year", [("232701", 2008), ("500157", 2024), ("370116", 2017)])
def test_a_code_that_no_list_of_the_year_has_is_no_unit(code_year: tuple[str, int]) -> None:
    assert regions().dimension.unit(*code_year) is None


def test_zones_stand_below_their_city_under_a_code_of_their_own() -> None:
    rows = [r for r in made()["region"] if r["status"] == "no_code"]
    assert len(rows) == 27
    assert Counter(r["kind"] for r in rows) == {"dev_zone": 18, "admin_zone": 9}
    xian = [(r["local_code"], r["region_name"]) for r in rows if r["parent_code"] == "610100"]
    assert xian == [
        ("610100-Z01", "高新区"), ("610100-Z02", "经开区"), ("610100-Z03", "曲江新区"),
        ("610100-Z04", "浐灞生态区"), ("610100-Z05", "沣渭新区"),
    ]  # fmt: skip


def test_the_pools_of_a_province_are_its_prefectures_and_its_own() -> None:
    pools = [r for r in made()["pooling_area"] if str(r["poolarea_no"]).startswith("61")]
    assert [r["poolarea_no"] for r in pools if r["valid_to"] is None] == [
        "610100", "610200", "610300", "610400", "610500", "610600", "610700", "610800",
        "610900", "611000", "619900",
    ]  # fmt: skip
    told = {str(r["poolarea_no"]): r for r in made()["pooling_area"]}
    assert told["469001"]["level"] == "direct_county"
    assert told["110000"]["level"] == "municipality"
    assert told["371200"]["prefecture_name"] == "济南市"
    assert str(told["371200"]["valid_to"]) == "2017-12-31"


def test_the_tables_are_the_same_every_time() -> None:
    again = tables(read_regions(RawPaths(ROOT / "data" / "raw")), 2026)
    assert {name: frame.to_dicts() for name, frame in again.items()} == made()


@pytest.mark.skipif(
    not all((WHEEL_FOLDER / name).is_file() for name in WHEELS),
    reason="the pinned wheels are not at hand: put them into wheels/ or name JIECUN_WHEELS",
)
def test_the_vendored_tables_are_those_of_the_pinned_wheels(tmp_path: Path) -> None:
    main([str(WHEEL_FOLDER), str(tmp_path)])
    for name in ("gbt2260_history_2000_2026.csv", "region_successor.csv"):
        assert (tmp_path / name).read_bytes() == (REGION_RULES / name).read_bytes(), name
