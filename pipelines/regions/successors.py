"""What became of each unit: edges in time, the laws they must keep, and a unit seen in any year.

Years are year-ends: a unit of the lists of first..last exists in each whole year from first to
last, and what follows it exists from the year of the change on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.regions.reference import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

FILE_NAME = "region_successor.csv"
COLUMNS = (
    "old_code", "old_name", "change_year", "new_code", "new_name", "kind", "share", "document_no",
    "source",
)  # fmt: skip
Kind = Literal["rename", "recode", "upgrade", "merge", "split"]
KINDS: tuple[Kind, ...] = ("rename", "recode", "upgrade", "merge", "split")
#: kinds after which the unit is the same place as a whole, under another code or name
WHOLE: frozenset[str] = frozenset({"rename", "recode", "upgrade"})


@dataclass(frozen=True, slots=True)
class Successor:
    """One unit that follows another. A split is several rows of one old unit and year."""

    old_code: str
    old_name: str
    year: int
    new_code: str
    new_name: str
    kind: str
    share: str = ""
    document_no: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """A unit under one code, name and path in the years first..last (``last`` None: still)."""

    sk: str
    code: str
    local_code: str
    name: str
    level: str
    parent_code: str
    first: int
    last: int | None

    def alive(self, year: int) -> bool:
        """Whether the unit exists in that year; the first list is the first thing known of it."""
        return self.first <= year and (self.last is None or year <= self.last)

    @property
    def key(self) -> str:
        """The code, or the local code of a unit that has none."""
        return self.code or self.local_code


@dataclass(frozen=True)
class Timeline:
    """Versions and what leads from one to the next; edges are (surrogate key, year, kind)."""

    versions: Mapping[str, Version]
    after: Mapping[str, tuple[tuple[str, int, str], ...]]
    before: Mapping[str, tuple[tuple[str, int, str], ...]]
    latest: int
    _seen: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict, repr=False)

    def at(self, sk: str, known: int, year: int) -> frozenset[str]:
        """The units in ``year`` that hold what the unit ``sk`` held in the year ``known``.

        Empty where the unit is newer than ``year`` and came from no one unit; several after a
        split, or looking back over a merger: which of them is not known.
        """
        return self._forward(sk, year) if year >= known else self._back(sk, known, year)

    def _forward(self, sk: str, year: int) -> frozenset[str]:
        unit = self.versions[sk]
        if unit.last is None or year <= unit.last:
            return frozenset({sk})
        if (sk, year) not in self._seen:
            ways = (self._forward(to, max(year, when)) for to, when, _ in self.after.get(sk, ()))
            self._seen[sk, year] = frozenset().union(*ways)
        return self._seen[sk, year]

    def _back(self, sk: str, known: int, year: int) -> frozenset[str]:
        own = {sk} if self.versions[sk].alive(year) else set()
        came = ((p, when) for p, when, _ in self.before.get(sk, ()) if year < when <= known)
        return frozenset(own).union(*(self._back(p, when, year) for p, when in came))


def read_successors(path: Path) -> tuple[Successor, ...]:
    """The rows of ``region_successor.csv``. Raises JiecunError REGION_RULES_UNREADABLE."""
    return tuple(
        Successor(
            row["old_code"],
            row["old_name"],
            int(row["change_year"]),
            row["new_code"],
            row["new_name"],
            row["kind"],
            row["share"],
            row["document_no"],
            row["source"],
        )
        for row in read_rows(path, COLUMNS)
    )


def link(versions: Sequence[Version], successors: Iterable[Successor], latest: int) -> Timeline:
    """Join the versions in time; ``latest`` is the last year of the lists.

    A version whose path alone changed is followed by its next version; one that ended, by the
    units of the successor table. Raises JiecunError ``REGION_SUCCESSOR`` with every broken law.
    """
    by_key: dict[str, list[Version]] = defaultdict(list)
    for version in versions:
        by_key[version.key].append(version)
    told: dict[tuple[str, str, int], list[Successor]] = defaultdict(list)
    for row in successors:
        told[row.old_code, row.old_name, row.year].append(row)
    problems: list[str] = []
    used: set[tuple[str, str, int]] = set()
    after: dict[str, tuple[tuple[str, int, str], ...]] = {}
    for version in versions:
        if version.last is None:
            continue
        year = version.last + 1
        same = [v for v in by_key[version.key] if v.first == year and v.name == version.name]
        key = (version.code, version.name, year)
        rows = told.get(key, [])
        used.add(key)
        if same and not rows:
            after[version.sk] = ((same[0].sk, year, "rename"),)
            continue
        problems += _broken(version, rows)
        edges = []
        for row in rows:
            found = [v for v in by_key[row.new_code] if v.alive(row.year)]
            if not found or found[0].name != row.new_name:
                problems.append(
                    f"{row.old_code} {row.year} → {row.new_code} {row.new_name}：无此单位"
                )
                continue
            edges.append((found[0].sk, row.year, row.kind))
        after[version.sk] = tuple(edges)
    problems += [f"{code} {name} {year}：该年没有此单位" for code, name, year in told.keys() - used]
    problems += overlaps(versions)
    if not problems:
        problems += cycles(after)
    if problems:
        raise JiecunError(*(_problem(text) for text in sorted(problems)), exit_code=EXIT_CHECK)
    before: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for sk, edges_of in after.items():
        for to, year, kind in edges_of:
            before[to].append((sk, year, kind))
    return Timeline(
        {v.sk: v for v in versions},
        after,
        {sk: tuple(edges_of) for sk, edges_of in before.items()},
        latest,
    )


def overlaps(versions: Sequence[Version]) -> list[str]:
    """Codes that two units bear in one and the same year; none may."""
    out = []
    last: dict[str, Version] = {}
    for version in sorted(versions, key=lambda v: (v.key, v.first)):
        before = last.get(version.key)
        if before and (before.last is None or before.last >= version.first):
            out.append(f"{version.key} {version.first}：{before.name} 与 {version.name} 同时使用")
        last[version.key] = version
    return out


def cycles(after: Mapping[str, Sequence[tuple[str, int, str]]]) -> list[str]:
    """Units that follow themselves; none may."""
    done: set[str] = set()
    out: list[str] = []
    for start in after:
        stack: list[tuple[str, tuple[str, ...]]] = [(start, ())]
        while stack:
            sk, path = stack.pop()
            if sk in path:
                out.append(f"后继成环：{' → '.join((*path[path.index(sk) :], sk))}")
            elif sk not in done:
                stack += [(to, (*path, sk)) for to, _, _ in after.get(sk, ())]
        done.add(start)
    return out


def chain_end(timeline: Timeline, sk: str) -> str:
    """Where a unit's chain ends: ``current``, or ``split`` at the first named split."""
    while True:
        edges = timeline.after.get(sk, ())
        if len(edges) != 1:
            return "split" if edges else "current" if timeline.versions[sk].last is None else "lost"
        sk = edges[0][0]


def _broken(version: Version, rows: Sequence[Successor]) -> list[str]:
    where = f"{version.key} {version.name}（至 {version.last} 年末）"
    kinds = {row.kind for row in rows}
    if not rows:
        return [f"{where}：没有后继"]
    out = [f"{where}：种类 {kind}" for kind in sorted(kinds - set(KINDS))]
    if ("split" in kinds) != (len(rows) > 1) or len(kinds) != 1:
        out.append(f"{where}：分设须有两个以上去向，其他种类只有一个")
    shares = [row.share for row in rows]
    if any(shares) and (not all(shares) or sum(map(_millionths, shares)) != 1_000_000):
        out.append(f"{where}：分设份额须全部填写且合计为 1，或全部留空")
    return out


def _millionths(share: str) -> int:
    whole, _, part = share.partition(".")
    return int(whole or "0") * 1_000_000 + int(part.ljust(6, "0")[:6] or "0")


def _problem(found: str) -> Problem:
    return Problem(
        "REGION_SUCCESSOR",
        f"transforms/rules/regions/{FILE_NAME}",
        "每个已撤销的单位都有后继，链条止于现行单位或写明的分设；同一代码同年只属一个单位；不成环",
        found,
        "改正后继表或代码沿革表",
    )
