"""The load as a whole: other forms of the delivered text, what is refused, what is written."""

from __future__ import annotations

import hashlib
import shutil
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError
from pipelines.paths import ROOT, RULES
from pipelines.regions import (
    RegionLoad,
    assert_strict,
    load_region_list,
    pooling_areas,
    write_region_load,
)

if TYPE_CHECKING:
    from pathlib import Path

TEXT = ROOT / "data" / "raw" / "regions" / "000_bddb5b998fa1dd44.txt"
REGION_RULES = RULES / "regions"


def load_bytes(tmp_path: Path, data: bytes) -> RegionLoad:
    path = tmp_path / "list.txt"
    path.write_bytes(data)
    return load_region_list(path, REGION_RULES)


def load_text(tmp_path: Path, text: str) -> RegionLoad:
    return load_bytes(tmp_path, text.encode())


def test_other_forms_of_the_text_give_the_same_rows(tmp_path: Path) -> None:
    text = TEXT.read_text(encoding="utf-8")
    plain = load_text(tmp_path, text + "\n")
    forms = {
        "BOM": b"\xef\xbb\xbf" + text.encode(),
        "CRLF": text.replace("\n", "\r\n").encode(),
        "GB18030": text.encode("gb18030"),
        "blanks": text.replace(" ", "\u3000").encode(),
    }

    for name, data in forms.items():
        found = load_bytes(tmp_path, data)
        assert found.regions.equals(plain.regions), name
        assert found.source_sha256 == hashlib.sha256(data).hexdigest()
    codes = load_bytes(tmp_path, forms["GB18030"]).issues["code"]
    assert "ENCODING_GB18030" in codes
    assert "NO_CORRECTIONS" in codes


def test_without_corrections_nothing_is_guessed(tmp_path: Path) -> None:
    found = load_text(tmp_path, TEXT.read_text(encoding="utf-8") + "\n")
    xinjiang = found.regions.filter(pl.col("province") == "新疆维吾尔族自治区")
    names = found.regions.filter(pl.col("source_line").is_in([181, 320, 353]))["county"]

    assert xinjiang["region_code"].null_count() == xinjiang.height == 114
    assert {"金家庄", "郊区永红"} <= set(names)
    assert found.regions.filter(pl.col("correction_ids") != "").height == 0
    with pytest.raises(JiecunError, match="UNRESOLVED") as caught:
        assert_strict(found)
    assert caught.value.exit_code == EXIT_CHECK


def test_a_glued_name_is_parted_only_into_two_districts_of_that_very_city(tmp_path: Path) -> None:
    found = load_text(tmp_path, TEXT.read_text(encoding="utf-8") + "\n")
    parted = found.regions.filter(pl.col("issues").str.contains("GLUED_NAME"))
    told = found.issues.filter(pl.col("code") == "GLUED_NAME")

    assert parted.select("source_line", "part_no", "raw_text", "county", "region_code").rows() == [
        (210, 1, "丰润区曹妃甸区", "丰润区", "130208"),
        (210, 2, "", "曹妃甸区", "130209"),
        (235, 1, "襄州区襄城区", "襄州区", "420607"),
        (235, 2, "", "襄城区", "420602"),
    ]
    assert told.select("source_line", "severity").rows() == [(210, "warning"), (235, "warning")]


@pytest.mark.parametrize(
    ("city", "name"),
    [
        ("2四川省\n1内江市", "市中区"),
        ("2湖南省\n1常德市", "津市市"),
        ("2河南省\n1南阳市", "社旗县"),
        ("2河北省\n1保定市", "新市区"),
        ("2河南省\n1新乡市", "辉县市"),
        ("2湖北省\n1荆州市", "沙市区"),
        ("2陕西省\n1咸阳市", "市中区"),
        ("2陕西省\n1西安市", "秦都区渭城区"),
        ("2陕西省\n1西安市", "碑林区新城"),
        ("2陕西省\n1西安市", "碑林区新城区灞桥区"),
    ],
    ids=lambda text: text.replace("\n", "/"),
)
def test_other_names_are_never_parted(tmp_path: Path, city: str, name: str) -> None:
    found = load_text(tmp_path, f"{city}\n{name}\n").regions

    assert found["county"].drop_nulls().to_list() == [name]


def test_full_width_digits_resolve(tmp_path: Path) -> None:
    found = load_text(tmp_path, "２陕西省\n１西安市\u3000\n碑林区\u3000新城区\n")

    assert found.regions["region_code"].to_list() == ["610000", "610100", "610103", "610102"]
    assert found.regions["raw_text"].to_list()[0] == "２陕西省"


def test_rows_and_quarantine_hold_every_token(tmp_path: Path) -> None:
    text = "甲区\n2陕西省\n1西安市 乙区\n碑林区 B\n9咸阳市\n秦都区\n1宝鸡市\n金台区\n"
    found = load_text(tmp_path, text)
    held = found.regions.select("source_line", "token_no", "raw_text").vstack(
        found.quarantine.select("source_line", "token_no", "raw_text")
    )

    assert held.sort("source_line", "token_no")["raw_text"].to_list() == text.split()
    assert found.quarantine["reason"].to_list() == [
        "ORPHAN_LINE",
        "LEVEL_LINE_EXTRA",
        "NOT_A_NAME",
        "UNKNOWN_LEVEL",
        "ORPHAN_LINE",
    ]


def test_a_cut_text_loses_one_name_and_says_so(tmp_path: Path) -> None:
    found = load_bytes(tmp_path, "2陕西省\n1西安市\n碑林区 新城区".encode()[:-1])

    assert found.regions["county"].drop_nulls().to_list() == ["碑林区"]
    assert found.quarantine.rows() == [(3, 2, "新城\ufffd", "BROKEN_CHARACTER")]
    assert (3, "TRUNCATED_TEXT") in [row[:2] for row in found.issues.rows()]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "REGION_EMPTY"),
        ("医保基金 2023 年运行平稳。\n1月1日起执行新规定\n2月底前完成。\n", "NOT_A_REGION_LIST"),
        ("全国各地天气预报查询\n\n上海市\n  • 市辖区\n", "NOT_A_REGION_LIST"),
    ],
    ids=["nothing", "prose", "the pairs text"],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(JiecunError, match=code) as caught:
        load_text(tmp_path, text)
    assert caught.value.exit_code == EXIT_USAGE


def test_a_file_that_is_not_there_is_told_without_a_trace(tmp_path: Path) -> None:
    with pytest.raises(JiecunError, match="REGION_FILE"):
        load_region_list(tmp_path / "none.txt", REGION_RULES)


def test_a_stale_correction_of_the_delivered_text_stops_the_load(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(REGION_RULES, rules)
    path = rules / "corrections_000.csv"
    path.write_text(path.read_text("utf-8").replace("鹤璧市", "鹤碧市"), encoding="utf-8")

    with pytest.raises(JiecunError, match="C000-002"):
        load_region_list(TEXT, rules)


def test_a_unit_read_twice_keeps_both_rows_and_flags_the_second(tmp_path: Path) -> None:
    found = load_text(tmp_path, "2陕西省\n1西安市\n碑林区 碑林区\n").regions

    assert found["region_code"].to_list()[2:] == ["610103", "610103"]
    assert found["issues"].to_list()[2:] == ["", "DUPLICATE"]


def test_the_load_takes_less_than_a_second() -> None:
    start = time.perf_counter()
    load_region_list(TEXT, REGION_RULES)

    assert time.perf_counter() - start < 1


def test_the_same_text_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_region_load(load_region_list(TEXT, REGION_RULES), tmp_path / name / "out")
    first = {path.name: path.read_bytes() for path in (tmp_path / "a" / "out").iterdir()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "b" / "out").iterdir()}

    assert sorted(first) == [
        "region_issue.parquet",
        "region_quarantine.parquet",
        "region_source.parquet",
    ]
    assert first == second
    source = pl.read_parquet(tmp_path / "a" / "out" / "region_source.parquet")
    assert source.height == 31 + 332 + 2866
    assert source.schema["source_line"] == pl.Int64


def test_every_province_has_its_default_pools() -> None:
    areas, members = pooling_areas(load_region_list(TEXT, REGION_RULES).regions)
    levels = dict(areas.group_by("level").len().iter_rows())

    assert levels == {
        "province_own": 27,
        "prefecture": 332,
        "municipality": 4,
        "direct_county": 25,
    }
    assert areas["province_code"].n_unique() == 31
    assert members["region_code"].n_unique() == members.height
    assert set(members["poolarea_no"]) == set(areas["poolarea_no"])


def test_the_pools_of_shaanxi() -> None:
    areas, members = pooling_areas(load_region_list(TEXT, REGION_RULES).regions)
    shaanxi = areas.filter(pl.col("province_code") == "610000")
    xianyang = members.filter(pl.col("poolarea_no") == "610400")["region_code"].to_list()

    assert shaanxi["poolarea_no"].to_list() == [
        *(f"61{n:02d}00" for n in range(1, 11)),
        "619900",
    ]
    assert shaanxi.row(-1) == ("619900", "陕西省本级", "province_own", "610000", "陕西省", "610000")
    assert members.filter(pl.col("poolarea_no") == "619900").rows() == [("619900", "619900")]
    assert xianyang[:4] == ["610400", "610400-Z01", "610400-Z02", "610402"]
    assert xianyang[-2:] == ["610481", "610499"]
    assert members.height == 2838 + 27 + 332 * 2 + 27 + 4


def test_a_municipality_pools_as_one_and_a_direct_county_alone() -> None:
    areas, members = pooling_areas(load_region_list(TEXT, REGION_RULES).regions)
    beijing = members.filter(pl.col("poolarea_no") == "110000")["region_code"]

    assert areas.filter(pl.col("province_code") == "110000").rows() == [
        ("110000", "北京市", "municipality", "110000", "北京市", None)
    ]
    assert len(beijing) == 17
    assert areas.filter(pl.col("poolarea_no") == "419001").rows() == [
        ("419001", "济源市", "direct_county", "410000", "河南省", "410000")
    ]
    assert members.filter(pl.col("poolarea_no") == "419001").rows() == [("419001", "419001")]
