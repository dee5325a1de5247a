"""One region text in, three frames out: what was read, what was not, and what is worth knowing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError, Problem, refusal
from pipelines.regions import corrections as fixes
from pipelines.regions import notes
from pipelines.regions.decode import decode
from pipelines.regions.frames import issue_frame, quarantine_frame, source_frame, write_parquet
from pipelines.regions.hierarchy import assemble
from pipelines.regions.list_reader import read_list
from pipelines.regions.pairs import assemble_pairs
from pipelines.regions.pairs_reader import read_pairs
from pipelines.regions.resolve import LIST_ANCHOR, resolve
from pipelines.regions.rules import read_region_rules
from pipelines.regions.text import canonical, rejoin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    import polars as pl

    from pipelines.regions.corrections import Correction
    from pipelines.regions.model import Format, Issue, Rejected, Resolved
    from pipelines.regions.rules import KnownText, RegionRules


@dataclass(frozen=True)
class RegionLoad:
    """A text once read; ``regions`` and ``quarantine`` together hold every token of it.

    The frames are those of ``schemas.regions``: RegionSource, RegionQuarantine, RegionIssue.
    """

    source_sha256: str
    regions: pl.DataFrame
    quarantine: pl.DataFrame
    issues: pl.DataFrame
    format: Format
    #: the entry of the text in the register of texts, None where it has none
    known: KnownText | None
    #: share by which the row count may differ from the load before
    row_change: Decimal


@dataclass(frozen=True)
class _Read:
    """What a reader made of the text: every token once, as a row or rejected."""

    rows: tuple[Resolved, ...]
    rejected: tuple[Rejected, ...]
    issues: tuple[Issue, ...]


def load_region_list(path: Path, rules_dir: Path) -> RegionLoad:
    """Read a list text (province, city and county lines); see ``load_region_text``."""
    return load_region_text(path, rules_dir, "list")


def load_region_pairs(path: Path, rules_dir: Path) -> RegionLoad:
    """Read a text of province–prefecture pairs; see ``load_region_text``."""
    return load_region_text(path, rules_dir, "pairs")


def load_region_text(path: Path, rules_dir: Path, form: Format) -> RegionLoad:
    """Read a region text with the rules in ``rules_dir``.

    Corrections apply only to the very file they were written for (by its sha256), and then all of
    them must. A file that has none is read as it stands, with the issue NO_CORRECTIONS.
    Raises JiecunError: REGION_FILE, REGION_EMPTY, ENC_INVALID, NOT_A_REGION_LIST (exit code 2);
    CORRECTION_INVALID, CORRECTION_STALE, REGION_RULES_UNREADABLE, REGION_CONTRACT (3).
    """
    try:
        data = path.read_bytes()
    except OSError as bad:
        problem = Problem("REGION_FILE", path.name, "可读的文件", refusal(bad), "核对路径与权限")
        raise JiecunError(problem, exit_code=EXIT_USAGE) from None
    return read_region_text(data, path.name, read_region_rules(rules_dir), form)


def read_region_text(data: bytes, name: str, rules: RegionRules, form: Format) -> RegionLoad:
    """The bytes of a region text → its frames; ``name`` is for messages. Raises as above."""
    sha256 = hashlib.sha256(data).hexdigest()
    decoded = decode(data, name)
    known, own = rules.known(sha256), rules.own_corrections(sha256)
    if known and known.format != form:
        raise _not_this_form(name, form)
    read = (_as_list if form == "list" else _as_pairs)(decoded.text, rules, own)
    codes = {row.unit.level for row in read.rows if row.code}
    if not codes & ({"province"} if form == "list" else {"prefecture", "placeholder"}):
        raise _not_this_form(name, form)
    issues = (
        *notes.file_issues(decoded, known, own),
        *read.issues,
        *notes.correction_issues(own),
        *notes.held_issues(read.rejected),
        *notes.row_issues(read.rows, own),
    )
    load = RegionLoad(
        sha256,
        source_frame(read.rows),
        quarantine_frame(read.rejected),
        issue_frame(issues),
        form,
        known,
        rules.row_change,
    )
    if rejoin(load.regions, load.quarantine, load.issues) != canonical(decoded.text):
        raise _not_conserved(name)
    return load


def write_region_load(load: RegionLoad, out: Path) -> None:
    """Write region_source, region_quarantine and region_issue as Parquet into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    write_parquet(load.regions, out / "region_source.parquet")
    write_parquet(load.quarantine, out / "region_quarantine.parquet")
    write_parquet(load.issues, out / "region_issue.parquet")


def _as_list(text: str, rules: RegionRules, own: Sequence[Correction]) -> _Read:
    reading = read_list(text)
    tokens, left = fixes.correct_tokens(reading.tokens, own)
    assembly = assemble(tokens)
    units = fixes.correct_units(assembly.units, left)
    rows = resolve(units, rules.history, LIST_ANCHOR)
    return _Read(rows, assembly.rejected, reading.issues)


def _as_pairs(text: str, rules: RegionRules, own: Sequence[Correction]) -> _Read:
    provinces, history = rules.history.provinces, rules.history
    reading = read_pairs(text, provinces)
    tokens, left = fixes.correct_tokens(reading.tokens, own)
    assembly = assemble_pairs(tokens, provinces, rules.placeholders)
    units = fixes.correct_units(assembly.units, left)
    rows = resolve(
        units,
        history,
        history.latest,
        placeholders=rules.placeholders.codes,
        provinces_repeat=True,
    )
    return _Read(rows, (*reading.outside, *assembly.rejected), reading.issues)


def _not_conserved(name: str) -> JiecunError:
    return JiecunError(
        Problem(
            "REGION_CONTRACT",
            name,
            "各行与隔离行按行号、序号连起来就是原文",
            "连起来与原文不同",
            "这是读取程序的错误，请报告",
        ),
        exit_code=EXIT_CHECK,
    )


def _not_this_form(name: str, form: Format) -> JiecunError:
    expected, other = {
        "list": ("省、市、县三级的区划清单（2=省级行，1=地级行）", "pairs"),
        "pairs": ("省名与地级名成对的清单，省名在前", "list"),
    }[form]
    return JiecunError(
        Problem(
            "NOT_A_REGION_LIST",
            name,
            expected,
            "登记为另一种格式，或没有读出一个带代码的单位",
            f"核对文件；若是另一种格式，用 --format {other} 装载",
        ),
        exit_code=EXIT_USAGE,
    )
