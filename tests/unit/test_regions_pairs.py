"""The pairs text: a province opens a pair, the next name closes it, and nothing is shifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import EXIT_USAGE, JiecunError
from pipelines.paths import ROOT, RULES
from pipelines.regions.decode import decode
from pipelines.regions.load import read_region_text
from pipelines.regions.rules import read_region_rules
from pipelines.regions.text import canonical, rejoin

if TYPE_CHECKING:
    from pipelines.regions import RegionLoad

FOLDER = ROOT / "data" / "raw" / "regions"
RULES_READ = read_region_rules(RULES / "regions")
HEAD = "全国各地天气预报查询\n\n"
TEXT = HEAD + "陕西省\n\n  • 西安市\n  • 陕西省\n\n  • 咸阳市\n  • 青海省\n\n  • 西宁市\n"
PAIRS = [
    ("陕西省", "西安市", "610100"),
    ("陕西省", "咸阳市", "610400"),
    ("青海省", "西宁市", "630100"),
]


def load(text: str | bytes) -> RegionLoad:
    data = text.encode() if isinstance(text, str) else text
    return read_region_text(data, "pairs.txt", RULES_READ, "pairs")


def pairs(loaded: RegionLoad) -> list[tuple[str, str | None, str | None]]:
    found = loaded.regions.filter(loaded.regions["level"] != "province")
    return found.select("province", "prefecture", "region_code").rows()


def held(loaded: RegionLoad) -> list[tuple[int, str, str]]:
    return loaded.quarantine.select("source_line", "raw_text", "reason").rows()


def warned(loaded: RegionLoad) -> list[tuple[int, str]]:
    found = loaded.issues.filter(loaded.issues["severity"] == "warning")
    rows = found.select("source_line", "code").rows()
    return [row for row in rows if row[1] not in ("TEXT_UNKNOWN", "NO_CORRECTIONS")]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.encode("gb18030"),
        TEXT.replace("  • ", "\t•\u3000").encode(),
        TEXT.replace("  • ", "·").encode(),
        TEXT.replace("  • ", "").encode(),
        TEXT.rstrip("\n").encode(),
        TEXT.replace("\n\n", "\n").encode(),
        TEXT.removeprefix(HEAD).encode(),
        ("医保基金，见下表\n2024年1月起施行\n\n" + TEXT).encode(),
        "陕西省 西安市\n陕西省\t咸阳市\n青海省\u3000西宁市\n\n\n".encode(),
    ],
    ids=[
        "as it is",
        "BOM",
        "CRLF",
        "GB18030",
        "tabs and wide blanks",
        "another bullet, no blank",
        "no bullets",
        "no line feed at the end",
        "no blank lines",
        "no heading",
        "an article before it",
        "both on one line",
    ],
)
def test_forms_of_the_same_text_give_the_same_pairs(data: bytes) -> None:
    found = load(data)

    assert pairs(found) == PAIRS
    assert warned(found) == []
    text = decode(data, "pairs.txt").text
    assert rejoin(found.regions, found.quarantine, found.issues) == canonical(text)


def test_lines_before_the_list_are_kept_aside_with_their_numbers() -> None:
    found = load("一篇文章， 两段\n\n北京市\n" + TEXT)

    assert held(found) == [
        (1, "一篇文章， 两段", "PROLOGUE"),
        (3, "北京市", "PROLOGUE"),
        (4, "全国各地天气预报查询", "HEADING"),
    ]
    assert found.regions["source_line"].to_list() == [6, 8, 9, 11, 12, 14]


def test_a_lost_city_shifts_nothing() -> None:
    found = load(TEXT.replace("  • 西安市\n", ""))

    assert pairs(found) == [("陕西省", None, None), *PAIRS[1:]]
    gap = found.regions.filter(found.regions["raw_text"] == "").row(0, named=True)
    assert (gap["source_line"], gap["part_no"], gap["issues"]) == (5, 0, "LOST_TEXT;UNRESOLVED")
    assert warned(found) == [(5, "LOST_TEXT")]


def test_a_lost_city_at_the_end_is_told_at_the_last_province() -> None:
    found = load(TEXT.replace("  • 西宁市\n", ""))

    assert pairs(found) == [*PAIRS[:2], ("青海省", None, None)]
    assert warned(found) == [(9, "LOST_TEXT")]


def test_a_lost_province_takes_only_its_own_city() -> None:
    found = load(TEXT.replace("  • 陕西省\n", ""))

    assert pairs(found) == [PAIRS[0], PAIRS[2]]
    assert [(raw, reason) for _, raw, reason in held(found)][1:] == [("• 咸阳市", "ORPHAN_LINE")]


@pytest.mark.parametrize(
    ("old", "new", "left", "reason"),
    [
        ("咸阳市", "咸\ufffd市", [PAIRS[0], PAIRS[2]], "BROKEN_CHARACTER"),
        ("咸阳市", "xianyang", [PAIRS[0], PAIRS[2]], "NOT_A_NAME"),
        ("  • 咸阳市", "  •", [PAIRS[0], PAIRS[2]], "NOT_A_NAME"),
    ],
)
def test_an_unreadable_city_takes_nothing_with_it(
    old: str, new: str, left: list[tuple[str, str, str]], reason: str
) -> None:
    found = load(TEXT.replace(old, new))

    assert pairs(found) == left
    assert held(found)[1][2] == reason
    assert (8, reason) in warned(found)


def test_an_unknown_city_keeps_its_row_without_a_code() -> None:
    found = load(TEXT.replace("咸阳市", "咸阴市"))

    assert pairs(found)[1] == ("陕西省", "咸阴市", None)
    assert warned(found) == [(8, "UNRESOLVED")]


def test_a_pair_that_stands_twice_is_flagged() -> None:
    found = load(TEXT.replace("咸阳市", "西安市"))

    assert found.regions["issues"].to_list()[3] == "DUPLICATE"
    assert warned(found) == [(8, "DUPLICATE")]


def test_a_text_cut_within_a_character_loses_one_name() -> None:
    found = load(TEXT.rstrip("\n").encode()[:-1])

    assert pairs(found) == PAIRS[:2]
    assert held(found)[-1][1:] == ("• 西宁\ufffd", "BROKEN_CHARACTER")
    assert {code for _, code in warned(found)} == {"TRUNCATED_TEXT", "BROKEN_CHARACTER"}


CHONGQING = "重庆市\n市辖区\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("重庆市\n" + CHONGQING, [("县", "500200"), ("市辖区", "500100")]),
        ("重庆市\n重庆市\n重庆市\n市辖区\n", [(None, None), (None, None), ("市辖区", "500100")]),
        ("重庆市\n陕西省\n西安市\n", [(None, None), ("西安市", "610100")]),
        ("上海市\n陕西省\n西安市\n", [(None, None), ("西安市", "610100")]),
        ("重庆市\n县\n" + CHONGQING, [("县", "500200"), ("市辖区", "500100")]),
        ("重庆市\n县\n重庆市\n", [("县", "500200"), (None, None)]),
        ("山东省\n市辖区\n陕西省\n西安市\n", [("市辖区", None), ("西安市", "610100")]),
    ],
    ids=[
        "one gap, one name left",
        "two gaps",
        "a gap and two names left",
        "a gap whose name no text has lost",
        "no gap",
        "the gap is another one's",
        "a placeholder of another province",
    ],
)
def test_a_gap_is_named_only_where_one_name_is_left(
    text: str, expected: list[tuple[str | None, str | None]]
) -> None:
    assert [(name, code) for _, name, code in pairs(load(text))] == expected


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月5日，国务院\n2025年1月17日，国家医疗保障局\n医疗保险\n",
        "2陕西省\n1西安市\n碑林区\n",
        HEAD,
        "陕西省\n",
    ],
    ids=["prose", "the list", "a heading alone", "a province alone"],
)
def test_what_holds_no_pair_is_refused(text: str) -> None:
    with pytest.raises(JiecunError, match="NOT_A_REGION_LIST") as caught:
        load(text)
    assert caught.value.exit_code == EXIT_USAGE


@pytest.mark.parametrize(("start", "form"), [("000", "pairs"), ("003", "list")])
def test_a_registered_text_is_read_in_its_own_format_only(start: str, form: str) -> None:
    path = next(FOLDER.glob(f"{start}_*.txt"))

    with pytest.raises(JiecunError, match="NOT_A_REGION_LIST"):
        read_region_text(path.read_bytes(), path.name, RULES_READ, form)  # type: ignore[arg-type]


def test_other_encodings_of_the_delivered_text_still_give_every_code() -> None:
    text = next(FOLDER.glob("003_*.txt")).read_text(encoding="utf-8")

    for data in (text.replace("\n", "\r\n").encode(), text.encode("gb18030")):
        found = load(data)
        assert len({code for _, _, code in pairs(found) if code}) == 342
        assert warned(found) == []
