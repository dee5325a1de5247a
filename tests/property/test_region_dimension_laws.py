"""Laws of the dimension for generated histories, and for the real one at any unit and year."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import JiecunError
from pipelines.paths import RULES
from pipelines.regions.aliases import meanings, read_aliases
from pipelines.regions.dimension import Dimension, build, build_from
from pipelines.regions.geography import Seen, seen_in
from pipelines.regions.successors import Successor, Version, chain_end, cycles, overlaps

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

FIRST, LATEST = 2000, 2026
REGION_RULES = RULES / "regions"
LAW = settings(deadline=None, derandomize=True, max_examples=200)


@cache
def real() -> Dimension:
    return build(REGION_RULES)


Lists = tuple[list[dict[str, str]], list[Successor]]


@st.composite
def histories(draw: st.DrawFn) -> Lists:
    """One prefecture whose counties are renamed, recoded, merged and split at random."""
    span: dict[str, tuple[str, int]] = {}
    rows: list[dict[str, str]] = []
    after: list[Successor] = []
    free = iter(range(1, 99))

    def row(unit: tuple[str, str], level: str, parent: str, first: int, last: int | None) -> None:
        code, name = unit
        rows.append({
            "code": code, "name": name, "level": level, "parent_code": parent,
            "first_year_end": str(first), "last_year_end": str(last) if last else "",
        })  # fmt: skip

    row(("500000", "甲省"), "province", "", FIRST, None)
    row(("500100", "乙市"), "prefecture", "500000", FIRST, None)
    for _ in range(draw(st.integers(1, 4))):
        number = next(free)
        span[f"5001{number:02d}"] = (f"区{number}", FIRST)
    years = draw(st.lists(st.integers(FIRST + 1, LATEST), max_size=5, unique=True))
    for year in sorted(years):
        code = draw(st.sampled_from(sorted(span)))
        name, first = span[code]
        if first >= year:
            continue
        kind = draw(st.sampled_from(["rename", "recode", "merge", "split"]))
        others = sorted(set(span) - {code})
        if kind == "merge" and not others:
            continue
        del span[code]
        row((code, name), "county", "500100", first, year - 1)
        new: list[tuple[str, str]] = []
        if kind == "rename":
            new = [(code, f"{name}新")]
        elif kind == "recode":
            new = [(f"5001{next(free):02d}", name)]
        elif kind == "split":
            new = [(f"5001{n:02d}", f"区{n}") for n in (next(free), next(free))]
        for born, called in new:
            span[born] = (called, year)
        targets = new or [(others[0], span[others[0]][0])]
        after += [Successor(code, name, year, c, n, kind) for c, n in targets]
    for code, (name, first) in span.items():
        row((code, name), "county", "500100", first, None)
    row(("509999", "未来区"), "county", "500100", LATEST, None)
    return rows, after


@LAW
@given(histories())
def test_any_history_keeps_the_laws(history: Lists) -> None:
    found = build_from(*history, ())
    assert overlaps(found.versions) == []
    assert {chain_end(found.timeline, v.sk) for v in found.versions} <= {"current", "split"}
    for code in {row["code"] for row in history[0]}:
        for year in range(FIRST, LATEST + 1):
            standing = [v for v in found.versions if v.code == code and v.alive(year)]
            assert len(standing) <= 1


@LAW
@given(histories(), st.data())
def test_a_unit_is_never_lost_on_its_way(history: Lists, data: DataObject) -> None:
    """Forward there is always something, and what is told stands in that very year."""
    found = build_from(*history, ())
    unit = data.draw(st.sampled_from(found.versions))
    known = data.draw(st.integers(unit.first, unit.last or LATEST))
    year = data.draw(st.integers(FIRST, LATEST))
    units = [found.timeline.versions[sk] for sk in found.timeline.at(unit.sk, known, year)]
    assert all(v.alive(year) for v in units)
    if year >= known:
        assert units
        back = set().union(*(found.timeline.at(v.sk, year, known) for v in units))
        assert unit.sk in back
    if year == known:
        assert [v.sk for v in units] == [unit.sk]


@LAW
@given(histories(), st.data())
def test_a_lost_successor_is_found_out(history: Lists, data: DataObject) -> None:
    rows, after = history
    if not after:
        return
    gone = data.draw(st.sampled_from(after))
    kept = [s for s in after if s is not gone]
    with pytest.raises(JiecunError, match="REGION_SUCCESSOR"):
        build_from(rows, kept, ())


@LAW
@given(st.data())
def test_every_real_unit_is_seen_in_every_year(data: DataObject) -> None:
    line = real().timeline
    unit = data.draw(st.sampled_from(real().versions))
    known = data.draw(st.integers(unit.first, unit.last or LATEST))
    year = data.draw(st.integers(FIRST, LATEST))
    units = [line.versions[sk] for sk in line.at(unit.sk, known, year)]
    assert all(v.alive(year) and v.code[:2] == unit.code[:2] for v in units)
    assert units or year < unit.first


def test_every_real_unit_has_one_row_a_year_in_any_geography() -> None:
    for year in (2000, 2012, 2026):
        seen = seen_in(real(), year)
        assert {s.province[0][:2] if s.province else "" for s in seen} == {
            v.code[:2] for v in real().versions
        }
        for version in real().versions:
            spans = sorted((s.year_from, s.year_to) for s in _rows(year)[version.sk])
            assert spans[0][0] == version.first
            assert spans[-1][1] == (version.last or 9999)
            assert all(a[1] + 1 == b[0] for a, b in itertools.pairwise(spans))


@cache
def _rows(year: int) -> dict[str, list[Seen]]:
    out: dict[str, list[Seen]] = {}
    for seen in seen_in(real(), year):
        out.setdefault(seen.version.sk, []).append(seen)
    return out


def test_every_real_code_means_one_unit_in_a_year() -> None:
    aliases = [a for a in read_aliases(REGION_RULES / "region_alias.csv") if "-" not in a.target]
    last: dict[str, int] = {}
    for meaning in meanings(real(), aliases):
        assert meaning.year_from > last.get(meaning.code, 0)
        assert meaning.year_from <= meaning.year_to
        last[meaning.code] = meaning.year_to
    assert len(last) > 4_000


def test_a_cycle_is_found() -> None:
    assert cycles({"a": (("b", 2001, "merge"),), "b": (("c", 2002, "merge"),)}) == []
    told = cycles({"a": (("b", 2001, "merge"),), "b": (("a", 2002, "merge"),)})
    assert told == ["后继成环：a → b → a"]


def test_an_overlap_is_found() -> None:
    one = Version("1", "500101", "", "甲", "county", "500100", 2000, 2005)
    two = Version("2", "500101", "", "乙", "county", "500100", 2005, None)
    assert overlaps([one, two]) == ["500101 2005：甲 与 乙 同时使用"]
