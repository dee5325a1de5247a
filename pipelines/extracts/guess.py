"""What a file's header and its first rows suggest: which cell is which column, and in which forms.

Names are matched exactly or without case, blanks and underscores; contents only where every sample
agrees. Nothing is guessed from a name that merely looks like another.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.extracts.header_names import TABLES, clean_header, is_person, loose
from pipelines.extracts.profile import ENCODINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipelines.extracts.header import HeaderRow
    from pipelines.extracts.profile import Profile
    from schemas.table import Column, Declaration

_DATE_FORMS = (
    "%Y年%m月%d日", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M",
)  # fmt: skip
_MONTH_FORMS = ("%Y-%m", "%Y/%m", "%Y.%m", "%Y年%m月")
_PLAIN_DATE = re.compile(
    r"[0-9]{4}([-/])[0-9]{1,2}\1[0-9]{1,2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?|[0-9]{8}"
)
_NULLS = ("null", "NULL", "nan", "NaN", "-", "\\N", "None")
_INSTITUTION = re.compile("[HP][0-9]{11}")


@dataclass(frozen=True)
class Match:
    """A source cell for a declared column, and how it was found: name, loose, label, profile or
    content. ``dates`` are the forms of its cells where they are not the usual ones."""

    column: str
    source: str
    how: str
    dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    """What is suggested for one file; ``missing`` are required columns without a source."""

    table: str
    header: HeaderRow
    matches: tuple[Match, ...]
    missing: tuple[str, ...]
    drop: tuple[str, ...]
    unused: tuple[str, ...]
    nulls: tuple[str, ...]

    @property
    def strength(self) -> tuple[int, int]:
        """Columns found by name less those missing, then columns found."""
        named = sum(match.how != "content" for match in self.matches)
        return (2 * named - len(self.missing), len(self.matches))


def names_of(decl: Declaration, profiles: Iterable[Profile]) -> dict[str, tuple[str, str]]:
    """Name → (column, how it is known) of all names under which a table's columns are known."""
    known: dict[str, tuple[str, str]] = {}
    for col in decl.columns:
        for name in (col.name, *col.meta.aliases):
            known.setdefault(name, (col.name, "name"))
    for profile in profiles:
        for rule in profile.columns if profile.table == decl.name else ():
            for source in rule.sources:
                known.setdefault(source, (rule.column, "profile"))
    for col in decl.columns:
        known.setdefault(clean_header(col.meta.zh), (col.name, "label"))
    for name, (column, _) in list(known.items()):
        known.setdefault(loose(name), (column, "loose"))
    return known


def guess(
    decl: Declaration,
    header: HeaderRow,
    rows: Sequence[Sequence[str]],
    profiles: Sequence[Profile],
    codes: Mapping[str, frozenset[str]],
) -> Guess:
    """Match the cells of a header to a table.

    ``rows`` are sample rows as wide as the header; ``codes`` gives known codes by column
    (``insu_admdvs``, ``poolarea_no``, ``insutype``).
    """
    known = names_of(decl, profiles)
    nulls = tuple(n for n in _NULLS if any(cell.strip() == n for row in rows for cell in row))
    samples: dict[str, list[str]] = {
        name: [cell for row in rows if (cell := row[at].strip()) and cell not in nulls]
        for at, name in enumerate(header.names)
    }
    found: dict[str, Match] = {}
    for name in header.names:
        column, how = known.get(name, ("", ""))
        if not column:
            column, how = known.get(loose(name), ("", ""))[0], "loose"
        if column and column not in found:
            found[column] = Match(column, name, how, _forms(decl.column(column), samples[name]))
    taken = {match.source for match in found.values()}
    free = [n for n in header.names if n and n not in taken and not is_person(n)]
    for column, name in _by_content(decl, free, samples, codes, set(found)):
        found[column] = Match(column, name, "content")
        taken.add(name)
    order = [col.name for col in decl.columns]
    missing = [col.name for col in decl.columns if col.name not in found and not col.meta.optional]
    rest = [n for n in header.names if n and n not in taken]
    return Guess(
        table=decl.name,
        header=header,
        matches=tuple(sorted(found.values(), key=lambda match: order.index(match.column))),
        missing=tuple(missing),
        drop=tuple(n for n in rest if is_person(n)),
        unused=tuple(n for n in rest if not is_person(n)),
        nulls=nulls,
    )


def _by_content(
    decl: Declaration,
    free: Sequence[str],
    samples: Mapping[str, Sequence[str]],
    codes: Mapping[str, frozenset[str]],
    found: set[str],
) -> Iterable[tuple[str, str]]:
    """Columns not found by name whose codes, or form, all samples of exactly one cell have."""
    for column in (*codes, "fixmedins_code"):
        if column in found or all(col.name != column for col in decl.columns):
            continue
        fits = [n for n in free if samples[n] and _all_codes(samples[n], codes.get(column))]
        if len(fits) == 1:
            yield column, fits[0]


def _all_codes(cells: Sequence[str], known: frozenset[str] | None) -> bool:
    if known is None:
        return all(_INSTITUTION.fullmatch(cell) for cell in cells)
    return known.issuperset(cells)


def _forms(col: Column, samples: Sequence[str]) -> tuple[str, ...]:
    """The one date form that all samples have, where they have not the usual one."""
    if col.meta.kind not in ("ym", "date", "stamp"):
        return ()
    month = col.meta.kind == "ym"
    forms: Sequence[str] = _MONTH_FORMS if month else _DATE_FORMS
    usual = re.compile("[0-9]{6}") if month else _PLAIN_DATE
    if not samples or all(usual.fullmatch(cell) for cell in samples):
        return ()
    fits = [form for form in forms if all(_reads(cell, form) for cell in samples)]
    return tuple(fits) if len(fits) == 1 else ()


def _reads(cell: str, form: str) -> bool:
    try:
        dt.datetime.strptime(cell, form)
    except ValueError:
        return False
    return True


_HOW = {"label": "按中文名", "profile": "按已有来源配置", "content": "按内容推测，请核对"}


def as_toml(guess: Guess, name: str, encoding: str) -> str:
    """The suggestion as a profile's text; missing columns stand in it as comments to be filled."""
    decl, header = TABLES[guess.table], guess.header
    lines = [
        f"name = {_quoted(name)}",
        f"title_zh = {_quoted(decl.spec.zh + '（建议稿，请核对）')}",
        f"table = {_quoted(guess.table)}",
        "",
    ]
    if own := [match.source for match in guess.matches if match.how != "name"]:
        lines += ["[match]", f"header = {_list(own[:6])}", ""]
    lines.append("[read]")
    if encoding in ENCODINGS and encoding != "utf-8":
        lines.append(f"encoding = {_quoted(encoding)}")
    if header.delimiter != ",":
        lines.append(f"delimiter = {_quoted(header.delimiter)}")
    if header.records != 1:
        lines.append(f"header_records = {header.records}")
    if guess.nulls:
        lines.append(f"nulls = {_list(guess.nulls)}")
    if any(col.meta.kind == "money" for col in decl.columns):
        lines.append('money_unit = "元"')
    if guess.drop:
        lines.append(f"drop = {_list(guess.drop)}")
    lines += ["", "[columns]"]
    for match in guess.matches:
        if match.how == "name" and not match.dates:
            continue
        value = _quoted(match.source)
        if match.dates:
            value = f"{{ from = {value}, dates = {_list(match.dates)} }}"
        note = f"  # {_HOW[match.how]}" if match.how in _HOW else ""
        lines.append(f"{match.column} = {value}{note}")
    for column in guess.missing:
        col = decl.column(column)
        lines.append(f'# {column} = ""  # 必填：{col.meta.zh}')
    if guess.unused:
        lines += ["", f"# 未用到的列：{'、'.join(guess.unused)[:400]}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(text) for text in texts) + "]"
