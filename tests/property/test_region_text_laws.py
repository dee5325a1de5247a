"""Laws of the region readers over texts made from the code history, clean and damaged."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import EXIT_USAGE, JiecunError
from pipelines.paths import RULES
from pipelines.regions.decode import decode
from pipelines.regions.load import read_region_text
from pipelines.regions.rules import read_region_rules
from pipelines.regions.text import canonical, collapse, lines_of, rejoin

if TYPE_CHECKING:
    from pipelines.regions import RegionLoad
    from pipelines.regions.model import Format

REGION_RULES = RULES / "regions"
READ = read_region_rules(REGION_RULES)
YEAR = 2010
#: what a text that cannot be read at all may be refused with
REFUSED = {"REGION_EMPTY", "ENC_INVALID", "NOT_A_REGION_LIST"}
MADE = settings(max_examples=60, deadline=None)


@lru_cache(maxsize=1)
def year_end() -> dict[str, dict[str, tuple[str, ...]]]:
    """Province → prefecture → counties of the list of that year, straight from the file."""
    with (REGION_RULES / "gbt2260_history_2000_2026.csv").open(encoding="utf-8", newline="") as f:
        rows = [
            row
            for row in csv.DictReader(f)
            if int(row["first_year_end"]) <= YEAR <= int(row["last_year_end"] or 9999)
        ]
    below: dict[str, list[str]] = {}
    for row in rows:
        if row["level"] == "county":
            below.setdefault(row["parent_code"], []).append(row["name"])
    return {
        province["name"]: {
            row["name"]: tuple(below[row["code"]])
            for row in rows
            if row["level"] == "prefecture"
            and row["parent_code"] == province["code"]
            and row["code"] in below
        }
        for province in rows
        if province["level"] == "province"
    }


Tree = dict[str, dict[str, list[str]]]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A few provinces, each with some of its cities and these with some of their counties."""
    all_of = year_end()
    names = draw(
        st.lists(
            st.sampled_from([p for p in all_of if all_of[p]]), min_size=1, max_size=3, unique=True
        )
    )
    tree: Tree = {}
    for province in names:
        cities = all_of[province]
        chosen = draw(st.lists(st.sampled_from(list(cities)), min_size=1, max_size=3, unique=True))
        tree[province] = {
            city: draw(st.lists(st.sampled_from(cities[city]), min_size=1, max_size=6, unique=True))
            for city in chosen
        }
    return tree


BLANKS = st.sampled_from([" ", "  ", "\t", "\u3000", "\u00a0", " \u200b", "\u3000 "])
ENDS = st.sampled_from(["\n", "\r\n", " \n", "\u3000\r\n"])


@st.composite
def list_texts(draw: st.DrawFn) -> tuple[Tree, str]:
    """A clean list of a tree in any of its forms: digits, blanks, wrapped lines, line ends."""
    tree = draw(trees())
    two, one = draw(st.sampled_from([("2", "1"), ("２", "１"), ("2 ", "1\u3000")]))
    text = ""
    for province, cities in tree.items():
        text += two + province + draw(ENDS)
        for city, counties in cities.items():
            text += one + city + draw(ENDS)
            for county in counties:
                text += county + draw(st.one_of(BLANKS, ENDS))
            text += draw(ENDS)
    return tree, text if draw(st.booleans()) else text.rstrip()


@st.composite
def pairs_texts(draw: st.DrawFn) -> tuple[Tree, str]:
    """A clean pairs text of a tree, with or without bullets, heading and a foreign prologue."""
    tree = draw(trees())
    bullet = draw(st.sampled_from(["  • ", "", "·", "\t• "]))
    head = draw(
        st.sampled_from(["", "全国各地天气预报查询\n\n", "2024年，一\n全国各地天气预报查询\n"])
    )
    lines = [f"{bullet}{name}" for p, cities in tree.items() for c in cities for name in (p, c)]
    return tree, head + "".join(
        line + draw(ENDS) + draw(st.sampled_from(["", "\n"])) for line in lines
    )


FOREIGN = [
    "2024年3月5日,《政府工作报告》说",
    "1月1日起施行",
    "医疗保险 基金",
    "3不明级别",
    "12某市",
    "x",
    "•",
    "",
    "\ufffd",
    "碑林区新城区",
    "1",
]


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[tuple[Tree, str]]) -> bytes:
    """A text with characters lost, lines lost, doubled, swapped or foreign, and perhaps cut."""
    _, text = draw(whole)
    for _ in range(draw(st.integers(1, 6))):
        lines = text.split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        char = draw(st.integers(0, len(text)))
        match draw(st.sampled_from(["char", "line", "double", "swap", "foreign", "glue", "digit"])):
            case "char":
                text = text[:char] + text[char + 1 :]
                continue
            case "digit":
                text = text[:char] + draw(st.sampled_from("0123９ \u3000\n\r\ufeff")) + text[char:]
                continue
            case "glue":
                text = text[:char] + text[char:].replace(" ", "", 1).replace("\n", "", 1)
                continue
            case "line":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                lines[at], lines[-1] = lines[-1], lines[at]
            case "foreign":
                lines.insert(at, draw(st.sampled_from(FOREIGN)))
        text = "\n".join(lines)
    data = text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])))
    return data[: len(data) - draw(st.integers(0, 3))]


def read(data: bytes, form: Format) -> RegionLoad | None:
    """The load; None where the text is refused as a whole, in the shape of all errors."""
    try:
        return read_region_text(data, "made.txt", READ, form)
    except JiecunError as error:
        assert error.exit_code == EXIT_USAGE
        assert {problem.code for problem in error.problems} <= REFUSED
        return None


def assert_sound(load: RegionLoad, data: bytes) -> None:
    """What holds of any text that is read at all."""
    text = decode(data, "made.txt").text
    assert rejoin(load.regions, load.quarantine, load.issues) == canonical(text)
    below = load.regions.filter(pl.col("region_code").is_not_null() & (pl.col("level") == "county"))
    for code, above in below.select("region_code", "prefecture_code").rows():
        assert above is None or code[:4] == above[:4] or above[2:] == "0000"
    silent = load.regions.filter(pl.col("region_code").is_null() & (pl.col("issues") == ""))
    assert silent.height == 0
    warned = set(load.issues.filter(pl.col("severity") == "warning")["source_line"])
    doubted = load.regions.filter(pl.col("region_code").is_null())
    outside = load.quarantine["reason"].is_in(["PROLOGUE", "HEADING"])
    assert set(doubted["source_line"]) <= warned
    assert set(load.quarantine.filter(~outside)["source_line"]) <= warned


def assert_attached_to_the_line_above(load: RegionLoad, text: str) -> None:
    """Each county of a list stands below the last line with a digit, and that is its city."""
    heads = [
        (number, re.sub(r"^(\S) ", r"\1", collapse(line)).split()[0])
        for number, line in enumerate(lines_of(text), start=1)
        if re.match(r"\s*[0-9０-９]", collapse(line))
    ]
    counties = load.regions.filter(pl.col("level") == "county")
    for line, prefecture in counties.select("source_line", "prefecture").rows():
        above = [head for number, head in heads if number < line]
        assert above and re.fullmatch(f"[12１２]{prefecture}", above[-1])


def assert_paired_with_the_item_before(load: RegionLoad) -> None:
    """Each city of the pairs stands behind its province, with no other item between them."""
    items = [
        (line, no, 1, name)
        for line, no, name in load.quarantine.select("source_line", "token_no", "reason").rows()
    ]
    rows = load.regions.select("source_line", "token_no", "part_no", "raw_text", "province")
    items += [(line, no, part, name) for line, no, part, raw, name in rows.rows() if raw]
    before = dict(zip(sorted(items)[1:], sorted(items), strict=False))
    cities = load.regions.filter((pl.col("level") != "province") & (pl.col("raw_text") != ""))
    for line, no, part, province in cities.select(
        "source_line", "token_no", "part_no", "province"
    ).rows():
        assert before[line, no, part, province][3] == province


def warnings_of(load: RegionLoad) -> set[str]:
    codes = set(load.issues.filter(pl.col("severity") == "warning")["code"])
    return codes - {"TEXT_UNKNOWN", "NO_CORRECTIONS"}


@MADE
@given(list_texts(), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_a_clean_list_is_read_whole(made: tuple[Tree, str], encoding: str) -> None:
    tree, text = made
    data = text.encode(encoding)
    load = read(data, "list")

    assert load is not None
    assert_sound(load, data)
    assert load.quarantine.height == 0
    assert warnings_of(load) == set()
    assert load.regions.select("province", "prefecture", "county").rows() == [
        row
        for province, cities in tree.items()
        for row in [
            (province, None, None),
            *(
                (province, city, county)
                for city, counties in cities.items()
                for county in (None, *counties)
            ),
        ]
    ]
    assert load.regions["code_year"].to_list() == [YEAR] * load.regions.height


@MADE
@given(pairs_texts(), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_clean_pairs_are_read_whole(made: tuple[Tree, str], encoding: str) -> None:
    tree, text = made
    data = text.encode(encoding)
    load = read(data, "pairs")

    assert load is not None
    assert_sound(load, data)
    found = load.regions.filter(pl.col("level") == "prefecture")
    assert found.select("province", "prefecture").rows() == [
        (province, city) for province, cities in tree.items() for city in cities
    ]
    assert warnings_of(load) == set()


@settings(max_examples=200, deadline=None)
@given(damaged(list_texts()))
def test_of_a_damaged_list_nothing_is_lost(data: bytes) -> None:
    if load := read(data, "list"):
        assert_sound(load, data)
        assert_attached_to_the_line_above(load, decode(data, "made.txt").text)


@settings(max_examples=200, deadline=None)
@given(damaged(pairs_texts()))
def test_of_damaged_pairs_nothing_is_lost(data: bytes) -> None:
    if load := read(data, "pairs"):
        assert_sound(load, data)
        assert_paired_with_the_item_before(load)


@MADE
@given(st.binary(max_size=200), st.sampled_from(["list", "pairs"]))
def test_any_bytes_are_read_or_refused(data: bytes, form: Format) -> None:
    if load := read(data, form):
        assert_sound(load, data)
