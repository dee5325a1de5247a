"""The list text as it was delivered: counts of every province, and every anomaly by its line."""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import lru_cache

import polars as pl
import pytest

from pipelines.paths import ROOT, RULES
from pipelines.regions import RegionLoad, assert_strict, load_region_list
from pipelines.regions.text import rejoin
from schemas.regions import RegionIssue, RegionQuarantine, RegionSource

TEXT = ROOT / "data" / "raw" / "regions" / "000_bddb5b998fa1dd44.txt"
REGION_RULES = RULES / "regions"

#: province, prefectures, county rows, rows without a GB/T 2260 code
BY_PROVINCE = """
    北京市 0 16 0
    上海市 0 19 0
    天津市 0 16 0
    重庆市 0 38 0
    陕西省 10 114 8
    甘肃省 14 86 0
    四川省 21 181 0
    山西省 11 111 1
    宁夏回族自治区 5 21 0
    山东省 17 137 1
    河南省 17 158 0
    河北省 11 172 0
    湖北省 13 105 3
    内蒙古自治区 12 101 0
    新疆维吾尔自治区 14 99 0
    安徽省 16 105 0
    黑龙江省 13 133 4
    吉林省 9 60 0
    辽宁省 14 101 1
    江苏省 13 107 1
    江西省 11 99 0
    福建省 9 85 0
    广东省 21 122 2
    湖南省 14 122 0
    云南省 16 129 0
    广西壮族自治区 14 109 0
    浙江省 11 90 0
    海南省 2 22 2
    青海省 8 46 3
    贵州省 9 89 1
    西藏自治区 7 73 0
"""


@lru_cache(maxsize=1)
def load() -> RegionLoad:
    return load_region_list(TEXT, REGION_RULES)


def rows(**where: object) -> pl.DataFrame:
    """Rows of the load whose columns have these values."""
    found = load().regions
    for column, value in where.items():
        found = found.filter(pl.col(column) == value)
    return found


def unit(line: int, county: str) -> dict[str, object]:
    """The one county row of that name on that line."""
    found = rows(source_line=line, county=county)
    assert found.height == 1
    return found.row(0, named=True)


def test_the_counts_of_the_nation_come_out() -> None:
    counties = rows(level="county")
    duplicates = counties.filter(pl.col("issues").str.contains("DUPLICATE"))

    assert rows(level="province").height == 31
    assert rows(level="prefecture").height == 332
    assert counties.height == 2866
    assert counties["region_code"].null_count() == 27
    assert duplicates.height == 1
    assert counties.height - 27 - duplicates.height == 2838
    assert load().quarantine.height == 0
    assert_strict(load())


def test_the_counts_of_every_province_come_out() -> None:
    expected = {
        name: (int(cities), int(counties), int(uncoded))
        for name, cities, counties, uncoded in (
            line.split() for line in BY_PROVINCE.strip().splitlines()
        )
    }
    found = {
        name: (
            rows(province=name, level="prefecture").height,
            rows(province=name, level="county").height,
            rows(province=name, level="county")["region_code"].null_count(),
        )
        for name in rows(level="province")["province"]
    }

    assert found == expected


def test_every_statutory_row_has_a_code_and_the_others_a_reason() -> None:
    without = load().regions.filter(pl.col("region_code").is_null())

    assert without["issues"].str.contains("NO_GB_CODE").all()
    assert not load().regions["issues"].str.contains("UNRESOLVED").any()
    assert without["local_code"].null_count() == 0
    assert without["match_method"].unique().to_list() == ["none"]


def test_only_the_duplicate_shares_a_code() -> None:
    codes = Counter(load().regions["region_code"].drop_nulls())

    assert {code: n for code, n in codes.items() if n > 1} == {"659002": 2}
    assert unit(293, "阿拉尔市")["issues"] == "MISPLACED_DIRECT"
    assert unit(309, "阿拉尔市")["issues"] == "MISPLACED_DIRECT;DUPLICATE"
    assert unit(309, "阿拉尔市")["region_code"] == "659002"


def test_rows_give_back_the_text_token_for_token() -> None:
    lines = TEXT.read_text(encoding="utf-8").split("\n")
    kept = rows().filter(pl.col("raw_text") != "")
    found = dict(kept.group_by("source_line", maintain_order=True).agg("raw_text").iter_rows())

    assert found == {number: line.split() for number, line in enumerate(lines, start=1)}
    assert rejoin(load().regions, load().quarantine, load().issues) == "\n".join(
        " ".join(line.split()) for line in lines
    )


def test_every_correction_is_recorded_on_a_row() -> None:
    with (REGION_RULES / "corrections_000.csv").open(encoding="utf-8", newline="") as file:
        ids = sorted(row["correction_id"] for row in csv.DictReader(file))
    used = {i for ids in load().regions["correction_ids"] for i in ids.split(";") if i}

    assert len(ids) == 79
    assert sorted(used) == ids


@pytest.mark.parametrize(
    ("line", "raw", "parts"),
    [
        (210, "丰润区曹妃甸区", [("丰润区", "130208"), ("曹妃甸区", "130209")]),
        (235, "襄州区襄城区", [("襄州区", "420607"), ("襄城区", "420602")]),
        (353, "郊区永红", [("郊区", "230811"), ("永红区", "230802")]),
    ],
)
def test_glued_names_become_two_units(line: int, raw: str, parts: list[tuple[str, str]]) -> None:
    token = rows(source_line=line, raw_text=raw)["token_no"].item()
    found = rows(source_line=line, token_no=token)

    assert list(found.select("county", "region_code").iter_rows()) == parts
    assert list(found.select("part_no", "raw_text").iter_rows()) == [(1, raw), (2, "")]


@pytest.mark.parametrize(
    ("line", "raw", "name", "code", "children"),
    [
        (181, "1鹤璧市", "鹤壁市", "410600", 5),
        (552, "1永州市攸", "永州市", "431100", 11),
        (700, "1黔南苗族布依族自治州", "黔南布依族苗族自治州", "522700", 12),
    ],
)
def test_a_misspelt_prefecture_is_mended_with_all_below_it(
    line: int, raw: str, name: str, code: str, children: int
) -> None:
    found = rows(source_line=line)

    assert found.select("raw_text", "prefecture", "region_code").rows() == [(raw, name, code)]
    assert rows(prefecture=name, level="county")["prefecture_code"].to_list() == [code] * children


def test_xinjiang_is_mended_with_all_below_it() -> None:
    assert rows(source_line=281)["raw_text"].item() == "2新疆维吾尔族自治区"
    assert rows(source_line=281)["region_code"].item() == "650000"
    assert rows(province="新疆维吾尔自治区").height == 1 + 14 + 99


@pytest.mark.parametrize(
    ("line", "raw", "name", "code"),
    [
        (100, "木里自治县", "木里藏族自治县", "513422"),
        (172, "管城区", "管城回族区", "410104"),
        (174, "顺河区", "顺河回族区", "410203"),
        (176, "瀍河区", "瀍河回族区", "410304"),
        (260, "白云矿区", "白云鄂博矿区", "150206"),
        (320, "金家庄", "金家庄区", "340502"),
        (348, "梅里斯区", "梅里斯达斡尔族区", "230208"),
        (541, "城步自治县", "城步苗族自治县", "430529"),
        (562, "寻甸回族自治县", "寻甸回族彝族自治县", "530129"),
        (574, "景谷彝族傣族自治县", "景谷傣族彝族自治县", "530824"),
        (576, "双江县", "双江拉祜族佤族布朗族傣族自治县", "530925"),
        (576, "耿马县", "耿马傣族佤族自治县", "530926"),
        (576, "沧源县", "沧源佤族自治县", "530927"),
        (682, "冷湖行委", "冷湖行政委员会", None),
        (682, "大柴旦行委", "大柴旦行政委员会", None),
        (682, "茫崖行委", "茫崖行政委员会", None),
    ],
)
def test_short_and_wrong_names_are_mended(line: int, raw: str, name: str, code: str | None) -> None:
    found = unit(line, name)

    assert (found["raw_text"], found["region_code"]) == (raw, code)


def test_county_level_units_on_level_lines_stand_directly_below_their_province() -> None:
    moved = rows(level="county").filter(pl.col("raw_text").str.starts_with("1"))

    assert moved["source_line"].to_list() == [205, *range(646, 662)]
    assert moved["prefecture"].null_count() == 17
    assert unit(205, "济源市")["region_code"] == "419001"
    assert unit(651, "儋州市")["region_code"] == "469003"
    assert unit(661, "乐东黎族自治县")["region_code"] == "469027"


def test_direct_units_leave_the_prefecture_they_were_listed_under() -> None:
    direct = rows(level="county").filter(pl.col("prefecture").is_null())
    misplaced = direct.filter(pl.col("issues").str.contains("MISPLACED_DIRECT"))

    assert direct.height == 26
    assert direct["kind"].unique().to_list() == ["direct_county"]
    assert list(misplaced.select("source_line", "county", "region_code").iter_rows()) == [
        (255, "仙桃市", "429004"),
        (255, "潜江市", "429005"),
        (255, "天门市", "429006"),
        (255, "神农架林区", "429021"),
        (293, "阿拉尔市", "659002"),
        (309, "石河子市", "659001"),
        (309, "阿拉尔市", "659002"),
        (309, "图木舒克市", "659003"),
        (309, "五家渠市", "659004"),
    ]


def test_yangling_belongs_to_xianyang_and_has_no_code() -> None:
    found = unit(29, "杨凌示范区")

    assert (found["prefecture"], found["prefecture_code"]) == ("咸阳市", "610400")
    assert found["region_code"] is None
    assert found["local_code"] == "610400-Z02"
    assert found["issues"] == "MISPLACED;NO_GB_CODE_DEV_ZONE"


def test_local_codes_number_the_zones_of_a_city_in_text_order() -> None:
    zones = rows(prefecture="西安市").filter(pl.col("region_code").is_null())

    assert list(zones.select("county", "local_code", "kind").iter_rows()) == [
        ("高新区", "610100-Z01", "dev_zone"),
        ("经开区", "610100-Z02", "dev_zone"),
        ("曲江新区", "610100-Z03", "dev_zone"),
        ("浐灞生态区", "610100-Z04", "dev_zone"),
        ("沣渭新区", "610100-Z05", "dev_zone"),
    ]


def test_eighteen_zones_and_nine_districts_have_no_code() -> None:
    kinds = Counter(rows(level="county").filter(pl.col("region_code").is_null())["kind"])

    assert kinds == {"dev_zone": 18, "admin_zone": 9}
    assert unit(371, "加格达奇区")["region_code"] is None


@pytest.mark.parametrize(
    ("line", "name", "code"),
    [
        (6, "滨海新区", "120116"),
        (4, "浦东新区", "310115"),
        (687, "六枝特区", "520203"),
        (693, "万山特区", "522230"),
    ],
)
def test_new_areas_with_a_code_are_no_zones(line: int, name: str, code: str) -> None:
    assert unit(line, name)["region_code"] == code


@pytest.mark.parametrize(
    ("line", "prefecture", "names"),
    [
        (346, "哈尔滨市", ["木兰县", "通河县", "延寿县"]),
        (349, "齐齐哈尔市", ["克山县", "克东县", "拜泉县"]),
        (462, "赣州市", ["兴国县", "会昌县", "寻乌县", "石城县"]),
    ],
)
def test_a_continuation_line_goes_on_with_the_same_city(
    line: int, prefecture: str, names: list[str]
) -> None:
    found = rows(source_line=line)

    assert found["county"].to_list() == names
    assert found["prefecture"].unique().to_list() == [prefecture]
    assert rows(source_line=line - 1)["county"].to_list()[-1] in ("巴彦县", "富裕县", "于都县")


def test_an_ideographic_space_separates_and_is_told() -> None:
    assert unit(710, "措美县")["raw_text"] == "措美县"
    told = load().issues.filter(pl.col("code") == "UNUSUAL_BLANK")
    assert list(told.select("source_line", "detail").iter_rows()) == [(710, "非普通空格：U+3000")]


def test_the_districts_of_a_municipality_have_it_as_their_prefecture() -> None:
    found = unit(2, "东城区")

    assert (found["province"], found["prefecture"]) == ("北京市", "北京市")
    assert (found["province_code"], found["prefecture_code"]) == ("110000", "110000")


def test_a_unit_takes_the_code_of_the_year_nearest_to_2010() -> None:
    years = {
        (353, "永红区"): 2005,
        (4, "南汇区"): 2008,
        (588, "潞西市"): 2009,
        (4, "卢湾区"): 2010,
        (562, "呈贡区"): 2011,
        (210, "曹妃甸区"): 2012,
        (8, "铜梁区"): 2014,
    }

    assert {key: unit(*key)["code_year"] for key in years} == years
    assert unit(588, "潞西市")["match_method"] == "history_year"
    assert unit(4, "卢湾区")["match_method"] == "exact_path"


def test_prefectures_without_counties_are_told() -> None:
    told = load().issues.filter(pl.col("code") == "NO_COUNTIES")

    assert told["source_line"].to_list() == [33, 523, 524]


def test_names_that_look_like_two_stay_one() -> None:
    for line, name in [(76, "市中区"), (184, "辉县市"), (239, "沙市区"), (545, "津市市")]:
        assert unit(line, name)["part_no"] == 1


def test_names_are_clean_and_units_missing_from_the_text_are_not_made_up() -> None:
    with (REGION_RULES / "missing_units_000.csv").open(encoding="utf-8", newline="") as file:
        missing = {row["gb2260_code"] for row in csv.DictReader(file)}
    names = load().regions.filter(pl.col("level") == "county")["county"]

    assert len(missing) == 40
    assert not missing & set(load().regions["region_code"].drop_nulls())
    assert all(re.fullmatch(r"[\u3400-\u9fff]+", name) for name in names)


def test_every_code_is_that_of_its_name_and_parent_in_its_year() -> None:
    """Against the table itself, without the program's look-up: code and year first, then name."""
    with (REGION_RULES / "gbt2260_history_2000_2026.csv").open(encoding="utf-8", newline="") as f:
        by_code: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(f):
            by_code.setdefault(row["code"], []).append(row)

    def in_year(code: str, year: int) -> tuple[str, str]:
        (row,) = [
            r
            for r in by_code[code]
            if int(r["first_year_end"]) <= year <= int(r["last_year_end"] or 9999)
        ]
        return row["name"], row["parent_name"]

    coded = load().regions.filter(pl.col("region_code").is_not_null())
    wrong = [
        row
        for row in coded.iter_rows(named=True)
        if in_year(row["region_code"], row["code_year"])
        != (
            row["county"] or row["prefecture"] or row["province"],
            {"province": "", "prefecture": row["province"]}.get(
                row["level"], row["prefecture"] or row["province"]
            ),
        )
    ]

    assert wrong == []
    assert coded.filter(pl.col("level") == "county")["region_code"].n_unique() == 2838


def test_pandera_agrees_with_the_frames() -> None:
    for model, data in (
        (RegionSource, load().regions),
        (RegionQuarantine, load().quarantine),
        (RegionIssue, load().issues),
    ):
        model.validate(data, lazy=True)
