"""Corrections as data: each is tied to one file, one line and one expected name.

A correction of this very file that does not apply is an error: the data is stale. Order of
operations: rename (level lines) → set_level → split → rename → reparent → drop_duplicate →
mark_no_gb_code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.regions.reference import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipelines.regions.model import Token, Unit

Op: TypeAlias = Literal[
    "rename", "set_level", "split", "reparent", "drop_duplicate", "mark_no_gb_code"
]
FILE_NAMES = "corrections_*.csv"
_COLUMNS = ("correction_id", "source_sha256_16", "line", "op", "expect", "value", "issue", "reason")
_UNIT_OPS: tuple[Op, ...] = ("split", "rename", "reparent", "drop_duplicate", "mark_no_gb_code")
#: value of mark_no_gb_code → kind of the unit
_UNCODED_KINDS = {"DEV_ZONE": "dev_zone", "ADMIN_ZONE": "admin_zone"}


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of the corrections file."""

    id: str
    sha16: str
    line: int
    op: Op
    expect: str
    value: str
    issue: str
    reason: str


class _StaleError(Exception):
    """What was found instead of what the correction expects."""


def read_all_corrections(folder: Path) -> tuple[Correction, ...]:
    """The corrections of every ``corrections_*.csv``, by file name, then in the file's order.

    Raises what ``read_corrections`` raises, and CORRECTION_INVALID for an id of two files.
    """
    out: list[Correction] = []
    for path in sorted(folder.glob(FILE_NAMES)):
        rows = read_corrections(path)
        if again := {row.id for row in rows} & {row.id for row in out}:
            ids = "、".join(sorted(again))
            problem = Problem(
                "CORRECTION_INVALID", path.name, "编号在各文件间不重复", ids, "改正编号"
            )
            raise JiecunError(problem, exit_code=EXIT_CHECK)
        out += rows
    return tuple(out)


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """All corrections of the file, in its order.

    Raises JiecunError CORRECTION_INVALID for an unknown op, level or kind, a line that is no
    number, a split that does not give back its token, and an id used twice.
    """
    rows = [
        Correction(
            row["correction_id"],
            row["source_sha256_16"],
            int(row["line"]) if row["line"].isdecimal() else 0,
            cast("Op", row["op"]),
            row["expect"],
            row["value"],
            row["issue"],
            row["reason"],
        )
        for row in read_rows(path, _COLUMNS)
    ]
    problems = [
        Problem(
            "CORRECTION_INVALID",
            f"{path.name} {row.id}",
            expected,
            f"line={row.line} op={row.op} expect={row.expect} value={row.value}",
            "改正该条更正",
        )
        for number, row in enumerate(rows)
        if (expected := _wrong_form(row, rows[:number]))
    ]
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)
    return tuple(rows)


def _wrong_form(row: Correction, before: Sequence[Correction]) -> str:
    """What the row should be, '' if it is that."""
    op, value = row.op, row.value
    right = {
        "每个编号只用一次": all(row.id != other.id for other in before),
        "操作须为 " + "、".join(get_args(Op)): op in get_args(Op),
        "行号、原词与文件指纹（16位）都须填写": row.line and row.expect and len(row.sha16) == 16,
        "rename 须给出新名称": op != "rename" or value,
        "set_level 只能改为 county": op != "set_level" or value == "county",
        "拆分后的各段连起来须等于原词": op != "split" or value.replace("|", "") == row.expect,
        "drop_duplicate 须给出保留的行号": op != "drop_duplicate" or value.isdecimal(),
        "类别须为 " + "、".join(_UNCODED_KINDS): op != "mark_no_gb_code" or value in _UNCODED_KINDS,
    }
    return next((expected for expected, holds in right.items() if not holds), "")


def correct_tokens(
    tokens: Sequence[Token], corrections: Sequence[Correction]
) -> tuple[tuple[Token, ...], tuple[Correction, ...]]:
    """Correct level lines and items; returns the tokens and the corrections still to be applied.

    Raises JiecunError CORRECTION_STALE where a set_level does not find its line.
    """
    out = list(tokens)
    of_line: dict[int, list[int]] = {}
    for at, token in enumerate(out):
        if token.mark in ("1", "2", "item"):
            of_line.setdefault(token.line, []).append(at)
    left: list[Correction] = []
    problems: list[Problem] = []
    for fix in sorted(corrections, key=lambda c: c.op != "rename"):
        hits = [at for at in of_line.get(fix.line, ()) if out[at].name == fix.expect]
        if fix.op == "set_level" and (not hits or out[hits[0]].mark == "item"):
            problems.append(_stale(fix, "该行不是这个名称的级别行"))
        elif fix.op in ("rename", "set_level") and len(hits) == 1:
            at = hits[0]
            marked = replace(
                out[at],
                correction_ids=(*out[at].correction_ids, fix.id),
                issues=(*out[at].issues, fix.issue),
            )
            out[at] = (
                replace(marked, name=fix.value)
                if fix.op == "rename"
                else replace(marked, mark="county")
            )
        else:
            left.append(fix)
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)
    return tuple(out), tuple(left)


def correct_units(units: Sequence[Unit], corrections: Sequence[Correction]) -> tuple[Unit, ...]:
    """Apply what is left after ``correct_tokens``, in the fixed order of operations.

    Raises JiecunError CORRECTION_STALE, one problem per correction that does not apply.
    """
    apply: dict[str, Callable[[list[Unit], int, Correction], list[Unit]]] = {
        "split": _split,
        "rename": _rename,
        "reparent": _reparent,
        "drop_duplicate": _drop_duplicate,
        "mark_no_gb_code": _mark_no_gb_code,
    }
    out = list(units)
    problems: list[Problem] = []
    for op in _UNIT_OPS:
        for fix in (c for c in corrections if c.op == op):
            try:
                at = _find(out, fix)
                out[at : at + 1] = [
                    replace(
                        unit,
                        correction_ids=(*unit.correction_ids, fix.id),
                        issues=(*unit.issues, fix.issue),
                    )
                    for unit in apply[op](out, at, fix)
                ]
            except _StaleError as stale:
                problems.append(_stale(fix, str(stale)))
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)
    return tuple(out)


def split_unit(unit: Unit, names: Sequence[str]) -> list[Unit]:
    """One unit per name; the first keeps the raw text, the others have none of their own."""
    return [
        replace(unit, name=name, part=part, raw=unit.raw if part == 1 else "")
        for part, name in enumerate(names, start=1)
    ]


def _find(units: list[Unit], fix: Correction) -> int:
    found = [
        at
        for at, unit in enumerate(units)
        if unit.line == fix.line and unit.name == fix.expect and unit.level == "county"
    ]
    if len(found) != 1:
        raise _StaleError("该行没有这个名称" if not found else f"该行有 {len(found)} 处")
    return found[0]


def _split(units: list[Unit], at: int, fix: Correction) -> list[Unit]:
    parts = fix.value.split("|")
    return split_unit(units[at], parts)


def _rename(units: list[Unit], at: int, fix: Correction) -> list[Unit]:
    return [replace(units[at], name=fix.value)]


def _reparent(units: list[Unit], at: int, fix: Correction) -> list[Unit]:
    unit = units[at]
    if fix.value and not any(
        other.level == "prefecture" and other.path == (unit.province, fix.value, fix.value)
        for other in units
    ):
        raise _StaleError(f"{unit.province}没有{fix.value}")
    return [replace(unit, prefecture=fix.value or None)]


def _drop_duplicate(units: list[Unit], at: int, fix: Correction) -> list[Unit]:
    kept = int(fix.value)
    if not any(other.line == kept and other.path == units[at].path for other in units):
        raise _StaleError(f"第 {kept} 行没有相同的单位")
    return [units[at]]


def _mark_no_gb_code(units: list[Unit], at: int, fix: Correction) -> list[Unit]:
    return [replace(units[at], uncoded_kind=_UNCODED_KINDS[fix.value])]


def _stale(fix: Correction, found: str) -> Problem:
    return Problem(
        "CORRECTION_STALE",
        f"更正 {fix.id}，第 {fix.line} 行",
        f"{fix.op} “{fix.expect}”",
        found,
        "更正表与该文件不符：核对原文后修改或删除该条更正",
    )
