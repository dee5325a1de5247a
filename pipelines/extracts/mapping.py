"""Which cell of a file is which declared column, by its header and its profile."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.errors import Problem
from pipelines.extracts import profile_sql
from pipelines.extracts.header import Layout
from pipelines.extracts.header_names import is_person, loose
from pipelines.extracts.profile import ColumnRule, ProfileError
from pipelines.extracts.reasons import unique
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.extracts.header import HeaderRow
    from pipelines.extracts.profile import Profile
    from schemas.table import Column, Declaration


@dataclass(frozen=True)
class _Cells:
    """The header's names as places, with what the file's own name tells."""

    names: tuple[str, ...]
    loosely: bool
    facts: Mapping[str, str]

    def places(self, name: str) -> list[int]:
        found = [at for at, own in enumerate(self.names) if own == name]
        if not found and self.loosely:
            found = [at for at, own in enumerate(self.names) if loose(own) == loose(name)]
        return found


@dataclass(frozen=True)
class _Mapped:
    """A declared column's text over cells ``s_<at>``; ``at`` where it is one cell as it stands."""

    text: str
    cells: frozenset[int]
    at: int | None = None


def read_header(
    decl: Declaration,
    header: HeaderRow,
    place: str,
    profile: Profile | None = None,
    facts: Mapping[str, str] | None = None,
) -> tuple[Layout, list[Problem]]:
    """Map a header to the declaration; the problems are fatal for the file.

    ``facts`` (``file_area``, ``file_ym``, ``file_batch``) may be named by a profile's expressions.
    """
    cells = _Cells(header.names, bool(profile and profile.loose_names), facts or {})
    line = f"{place} 第{header.at + 1}行"
    problems: list[Problem] = []
    mapped: dict[str, _Mapped] = {}
    missing: list[str] = []
    rules = profile.rules if profile else {}
    for col in decl.columns:
        rule = rules.get(col.name) or ColumnRule(col.name)
        own: Sequence[str] = (col.name, *col.meta.aliases)
        own = profile.own_names(col.name, own) if profile else own
        found = sorted({at for name in (*rule.sources, *own) for at in cells.places(name)})
        try:
            if found:
                mapped[col.name] = _from_cell(col, rule, profile, found[0])
            elif rule.sql or rule.value is not None:
                mapped[col.name] = _derived(col, rule, profile, cells)
            elif not col.meta.optional:
                missing.append(col.name)
        except ProfileError as error:
            problems.append(_unusable(profile, error))
        if len(found) > 1:
            problems.append(_twice(line, col.name, [header.names[at] for at in found]))
    taken = {at for item in mapped.values() for at in item.cells}
    if missing:
        problems.append(_missing(line, missing, [header.names[at] for at in sorted(taken)]))
    dropped = {at for name in (profile.drop if profile else ()) for at in cells.places(name)}
    free = (n for at, n in enumerate(header.names) if at not in taken | dropped)
    if persons := unique(n for n in free if is_person(n)):
        problems.append(_persons(line, persons))
    if profile and profile.reversal == "same_id":
        mapped = _same_id(mapped)
    columns, texts = _laid_out(decl, mapped, len(header.names))
    if texts and not problems:
        problems += [_unusable(profile, error) for error in _unbound(decl, columns, texts)]
    cent = profile.cent if profile else Decimal("0.00")
    return Layout(columns, header.records, header.delimiter, texts, cent), problems


def _from_cell(col: Column, rule: ColumnRule, profile: Profile | None, at: int) -> _Mapped:
    """A column from one cell. A ``null`` in a cell that must be filled is left to the checks."""
    if profile is None:
        return _Mapped(profile_sql.cell_sql(at, ()), frozenset({at}), at)
    plain = profile_sql.cell_sql(at, profile.nulls)
    text = _finished(profile_sql.coded(plain, rule), col, rule, profile)
    required = not col.nullable and not col.meta.default and col.meta.kind != "text"
    usual = all(word.lower() in ("null", "nan") for word in profile.nulls)
    as_it_stands = text == plain and (not profile.nulls or (required and usual))
    return _Mapped(text, frozenset({at}), at if as_it_stands else None)


def _derived(col: Column, rule: ColumnRule, profile: Profile | None, cells: _Cells) -> _Mapped:
    """A column from an expression or a constant. Raises ProfileError."""
    assert profile is not None
    if rule.value is not None:
        return _Mapped(quoted(rule.value), frozenset())
    used: set[int] = set()
    key = f"columns.{col.name}.sql"

    def cell(name: str) -> str | None:
        if name in cells.facts:
            return quoted(cells.facts[name])
        places = cells.places(name)
        if len(places) > 1:
            raise ProfileError(key, f"{name} 只出现一次", f"出现 {len(places)} 次")
        if not places:
            return "CAST(NULL AS VARCHAR)" if name in profile.optional else None
        used.add(places[0])
        return profile_sql.cell_sql(places[0], profile.nulls)

    text = profile_sql.expression(rule.sql, col.meta.kind, key, cell)
    text = _finished(profile_sql.coded(f"({text})", rule), col, rule, profile)
    return _Mapped(text, frozenset(used))


def _finished(text: str, col: Column, rule: ColumnRule, profile: Profile) -> str:
    if col.meta.kind == "money":
        return profile_sql.in_yuan(text, rule.unit or profile.money_unit)
    formats = rule.dates or (() if col.meta.kind == "ym" else profile.dates)
    return profile_sql.dated(text, col.meta.kind, formats, profile.serial_dates)


def _same_id(mapped: dict[str, _Mapped]) -> dict[str, _Mapped]:
    """Settlements whose reversing leg repeats the id of its original with negative amounts.

    The negative leg gets ``<setl_id>-R`` as its own id and names its original, as the platform's
    own table has it; so does its row id where that is derived and not delivered.
    """
    need = ("setl_id", "medfee_sumamt", "refd_setl_flag")
    if any(name not in mapped for name in need):
        return mapped
    amount = mapped["medfee_sumamt"]
    negative = f"coalesce(regexp_matches({amount.text}, '^[-－(（]'), false)"
    setl = mapped["setl_id"]
    own = mapped.get("init_setl_id", _Mapped("CAST(NULL AS VARCHAR)", frozenset()))

    def when(text: str, other: _Mapped) -> _Mapped:
        sql = f"CASE WHEN {negative} THEN {text} ELSE {other.text} END"
        return _Mapped(sql, other.cells | setl.cells | amount.cells)

    out = dict(mapped)
    out["setl_id"] = when(f"{setl.text} || '-R'", setl)
    out["init_setl_id"] = when(f"coalesce({own.text}, {setl.text})", own)
    out["refd_setl_flag"] = when("'1'", mapped["refd_setl_flag"])
    rid = mapped.get("rid")
    if rid is not None and rid.at is None:
        out["rid"] = when(f"{rid.text} || '-R'", rid)
    return out


def _laid_out(
    decl: Declaration, mapped: dict[str, _Mapped], width: int
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Cells that stand for one column carry its name; all other columns are SQL over ``s_<at>``."""
    shared = {at for item in mapped.values() if item.at is None for at in item.cells}
    columns = [f"s_{at}" if at in shared else "" for at in range(width)]
    texts: list[tuple[str, str]] = []
    for col in decl.columns:
        item = mapped.get(col.name)
        if item is None:
            continue
        if item.at is None or item.at in shared:
            texts.append((col.name, item.text))
        else:
            columns[item.at] = col.name
    return tuple(columns), tuple(texts)


def _unbound(
    decl: Declaration, columns: Sequence[str], texts: Sequence[tuple[str, str]]
) -> list[ProfileError]:
    """Expressions that DuckDB cannot type, or that would pass money through a float."""
    import duckdb

    cells = ", ".join(f"CAST(NULL AS VARCHAR) AS c_{n}" for n in columns if n) or "1 AS one"
    errors: list[ProfileError] = []
    with duckdb.connect() as con:
        for name, text in texts:
            try:
                con.execute(f"SELECT {text} FROM (SELECT {cells}) WHERE false").fetchall()
            except duckdb.Error as error:
                told = type(error).__name__
                errors.append(ProfileError(f"columns.{name}", "可计算的表达式", told))
    return errors


def _unusable(profile: Profile | None, error: ProfileError) -> Problem:
    name = profile.name if profile else ""
    return Problem(
        "PROFILE_INVALID",
        f"profiles/{name}.toml {error.key}",
        error.expected,
        error.found,
        "改正该来源配置后重新运行",
    )


def _missing(line: str, missing: Sequence[str], found: Sequence[str]) -> Problem:
    return Problem(
        "HEADER_MISSING",
        line,
        f"表头含 {'、'.join(missing)}",
        f"缺 {len(missing)} 列",
        "请数据提供方按约定的列名重新导出，或用 jiecun intake profile 为该文件编写来源配置",
        excerpt="、".join(found)[:200],
    )


def _twice(line: str, column: str, names: Sequence[str]) -> Problem:
    return Problem(
        "HEADER_AMBIGUOUS",
        line,
        f"{column} 只出现一次",
        f"由 {'、'.join(names)} 重复给出",
        "只保留其中一列后重新导出",
    )


def _persons(line: str, names: Sequence[str]) -> Problem:
    return Problem(
        "HEADER_PERSON_COLUMN",
        line,
        "不含姓名、证件号、电话、账号等个人信息列",
        f"含 {'、'.join(names)}",
        "请数据提供方去掉这些列后重新导出，并删除本文件；或在来源配置的 drop 中写明，读取时丢弃",
    )
