"""The pairs text as it was delivered: every pair with its code, every anomaly by its line."""

from __future__ import annotations

import csv
from functools import lru_cache

import polars as pl

from pipelines.paths import ROOT, RULES
from pipelines.regions import RegionLoad, assert_strict, load_region_list, load_region_pairs
from pipelines.regions.text import rejoin
from schemas.regions import RegionIssue, RegionQuarantine, RegionSource

FOLDER = ROOT / "data" / "raw" / "regions"
TEXT = FOLDER / "003_pairs_12b6df80.txt"
LIST = FOLDER / "000_bddb5b998fa1dd44.txt"
REGION_RULES = RULES / "regions"
#: the text was cut from a longer one, of whose lines this many stood before it
CUT = 66

#: province, pairs
BY_PROVINCE = """
    上海市 1 北京市 1 天津市 1 重庆市 2 云南省 16 内蒙古自治区 12 吉林省 9 四川省 21
    宁夏回族自治区 5 安徽省 16 山东省 16 山西省 11 广东省 21 广西壮族自治区 14
    新疆维吾尔自治区 15 江苏省 13 江西省 11 河北省 11 河南省 18 浙江省 11 海南省 5
    湖北省 14 湖南省 14 甘肃省 14 福建省 9 西藏自治区 7 贵州省 9 辽宁省 14 陕西省 10
    青海省 8 黑龙江省 13
"""
#: 地区 → 市 between the two texts
UPGRADED = [
    ("吐鲁番地区", "吐鲁番市"),
    ("哈密地区", "哈密市"),
    ("海东地区", "海东市"),
    ("铜仁地区", "铜仁市"),
    ("毕节地区", "毕节市"),
    ("那曲地区", "那曲市"),
    ("昌都地区", "昌都市"),
    ("山南地区", "山南市"),
    ("日喀则地区", "日喀则市"),
    ("林芝地区", "林芝市"),
]


@lru_cache(maxsize=1)
def load() -> RegionLoad:
    return load_region_pairs(TEXT, REGION_RULES)


def pairs() -> pl.DataFrame:
    """The rows of the load that are not provinces."""
    return load().regions.filter(pl.col("level") != "province")


def test_the_text_stands_at_its_lines_of_the_original() -> None:
    lines = TEXT.read_text(encoding="utf-8").split("\n")

    assert lines[0] == "全国各地天气预报查询"
    assert lines[69 - CUT - 1] == "上海市"
    assert [lines[at - CUT - 1] for at in (996, 998)] == ["  • 重庆市", "  • 重庆市"]
    assert len(lines) == 1093 - CUT


def test_the_counts_come_out() -> None:
    levels = dict(load().regions.group_by("level").len().iter_rows())

    assert levels == {"province": 342, "prefecture": 333, "placeholder": 9}
    assert load().regions.filter(pl.col("level") == "province")["province"].n_unique() == 31
    assert pairs()["region_code"].n_unique() == 342
    assert load().quarantine.rows() == [(1, 1, "全国各地天气预报查询", "HEADING")]
    assert_strict(load())


def test_the_counts_of_every_province_come_out() -> None:
    words = BY_PROVINCE.split()
    expected = dict(zip(words[::2], map(int, words[1::2]), strict=True))

    assert dict(pairs().group_by("province").len().iter_rows()) == expected


def test_the_codes_are_those_of_the_latest_list_and_nothing_is_left_over() -> None:
    with (REGION_RULES / "gbt2260_history_2000_2026.csv").open(encoding="utf-8", newline="") as f:
        current = {
            (row["parent_name"], row["name"]): row["code"]
            for row in csv.DictReader(f)
            if row["level"] == "prefecture" and not row["last_year_end"]
        }
    found = pairs().filter(pl.col("level") == "prefecture")

    assert len(current) == 333
    assert {
        (province, name): code
        for province, name, code in found.select("province", "prefecture", "region_code").rows()
    } == current
    assert found["code_year"].unique().to_list() == [2026]
    assert found["prefecture_code"].to_list() == found["region_code"].to_list()


def test_the_placeholders_by_their_lines() -> None:
    columns = ["source_line", "raw_text", "province", "prefecture", "region_code", "issues"]
    found = load().regions.filter(pl.col("level") == "placeholder").select(columns).rows()

    assert [(line + CUT, *rest) for line, *rest in found] == [
        (71, "• 市辖区", "上海市", "市辖区", "310100", "PLACEHOLDER_NAME"),
        (158, "• 市辖区", "北京市", "市辖区", "110100", "PLACEHOLDER_NAME"),
        (251, "• 市辖区", "天津市", "市辖区", "120100", "PLACEHOLDER_NAME"),
        (
            539,
            "• 自治区直辖县级行政区划",
            "新疆维吾尔自治区",
            "自治区直辖县级行政区划",
            "659000",
            "PLACEHOLDER_NAME",
        ),
        (692, "• 省直辖县级行政区划", "河南省", "省直辖县级行政区划", "419000", "PLACEHOLDER_NAME"),
        (752, "• 省直辖县级行政区划", "海南省", "省直辖县级行政区划", "469000", "PLACEHOLDER_NAME"),
        (773, "• 省直辖县级行政区划", "湖北省", "省直辖县级行政区划", "429000", "PLACEHOLDER_NAME"),
        (998, "", "重庆市", "县", "500200", "LOST_TEXT"),
        (1000, "• 市辖区", "重庆市", "市辖区", "500100", "PLACEHOLDER_NAME"),
    ]


def test_no_pair_behind_the_gap_is_shifted() -> None:
    behind = pairs().filter(pl.col("source_line") > 1000 - CUT).rows(named=True)

    assert [(row["province"], row["prefecture"]) for row in behind[:2]] == [
        ("陕西省", "咸阳市"),
        ("陕西省", "商洛市"),
    ]
    assert (behind[-1]["province"], behind[-1]["prefecture"]) == ("黑龙江省", "齐齐哈尔市")
    assert len(behind) == 10 + 8 + 13


def test_rows_and_quarantine_give_back_the_text() -> None:
    lines = TEXT.read_text(encoding="utf-8").split("\n")

    assert rejoin(load().regions, load().quarantine, load().issues) == "\n".join(
        " ".join(line.split()) for line in lines
    )


def test_what_is_odd_is_told_by_line() -> None:
    told = load().issues.filter(pl.col("code") != "PLACEHOLDER_NAME")

    assert told.select("source_line", "code", "severity").rows() == [
        (0, "PROLOGUE", "info"),
        (69 - CUT, "NO_BULLET", "info"),
        (998 - CUT, "LOST_TEXT", "info"),
    ]


def test_pandera_agrees_with_the_frames() -> None:
    for model, data in (
        (RegionSource, load().regions),
        (RegionQuarantine, load().quarantine),
        (RegionIssue, load().issues),
    ):
        model.validate(data, lazy=True)


def test_against_the_list_321_prefectures_kept_name_and_code() -> None:
    def of(loaded: pl.DataFrame) -> set[tuple[str, str, str]]:
        found = loaded.filter(pl.col("level") == "prefecture")
        return set(found.select("province", "prefecture", "region_code").rows())

    older = of(load_region_list(LIST, REGION_RULES).regions)
    newer = of(load().regions)

    assert len(older & newer) == 321
    assert {name for _, name, _ in older - newer} == {name for name, _ in UPGRADED} | {"莱芜市"}
    assert {name for _, name, _ in newer - older} == {name for _, name in UPGRADED} | {
        "三沙市",
        "儋州市",
    }
