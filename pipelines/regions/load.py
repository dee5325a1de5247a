"""One region text in, three frames out: what was read, what was not, and what is worth knowing."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError, Problem
from pipelines.regions import corrections as fixes
from pipelines.regions import history
from pipelines.regions.decode import REPLACEMENT, decode
from pipelines.regions.frames import issue_frame, quarantine_frame, source_frame, write_parquet
from pipelines.regions.hierarchy import assemble
from pipelines.regions.list_reader import read_list
from pipelines.regions.model import Issue
from pipelines.regions.resolve import LIST_ANCHOR, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from pipelines.regions.corrections import Correction
    from pipelines.regions.decode import Decoded
    from pipelines.regions.model import Rejected, Resolved, Token

#: provinces of the list text; 台湾, 香港 and 澳门 have no line in it
PROVINCES = 31
#: issues of a row that leave it without a code or in doubt
_WARNINGS = {
    "UNRESOLVED": "在任何一年的代码表中都没有这一路径",
    "GLUED_NAME": "像是两个名称粘连",
    "ILLEGAL_SUFFIX": "名称没有合法的后缀",
    "CODE_REPEATED": "同一代码对应不同的路径",
    "DUPLICATE": "同一单位重复出现",
}


@dataclass(frozen=True)
class RegionLoad:
    """A text once read; ``regions`` and ``quarantine`` together hold every token of it.

    The frames are those of ``schemas.regions``: RegionSource, RegionQuarantine, RegionIssue.
    """

    source_sha256: str
    regions: pl.DataFrame
    quarantine: pl.DataFrame
    issues: pl.DataFrame


def load_region_list(path: Path, rules_dir: Path) -> RegionLoad:
    """Read a list text (province, city and county lines) with the rules in ``rules_dir``.

    Corrections apply only to the very file they were written for (by its sha256), and then all of
    them must. A file that has none is read as it stands, with the issue NO_CORRECTIONS.
    Raises JiecunError: REGION_FILE, REGION_EMPTY, ENC_INVALID, NOT_A_REGION_LIST,
    CORRECTION_INVALID, CORRECTION_STALE, REGION_RULES_UNREADABLE, REGION_CONTRACT.
    """
    try:
        data = path.read_bytes()
    except OSError as bad:
        problem = Problem(
            "REGION_FILE", path.name, "可读的文件", type(bad).__name__, "核对路径与权限"
        )
        raise JiecunError(problem, exit_code=EXIT_USAGE) from None
    sha256 = hashlib.sha256(data).hexdigest()
    decoded = decode(data, path.name)
    reading = read_list(decoded.text)
    own = [c for c in fixes.read_corrections(rules_dir / fixes.FILE_NAME) if sha256[:16] == c.sha16]
    codes = history.read_history(rules_dir / history.FILE_NAME)

    tokens, left = fixes.correct_tokens(reading.tokens, own)
    assembly = assemble(tokens)
    rows = resolve(fixes.correct_units(assembly.units, left), codes, LIST_ANCHOR)
    if not any(row.unit.level == "province" and row.code for row in rows):
        raise _not_a_list(path, len(reading.tokens))
    _assert_conserved(reading.tokens, rows, assembly.rejected)
    issues = (
        *_file_issues(decoded, own),
        *reading.issues,
        *_correction_issues(own),
        *_row_issues(rows),
    )
    return RegionLoad(
        sha256, source_frame(rows), quarantine_frame(assembly.rejected), issue_frame(issues)
    )


def write_region_load(load: RegionLoad, out: Path) -> None:
    """Write region_source, region_quarantine and region_issue as Parquet into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    write_parquet(load.regions, out / "region_source.parquet")
    write_parquet(load.quarantine, out / "region_quarantine.parquet")
    write_parquet(load.issues, out / "region_issue.parquet")


def assert_strict(load: RegionLoad) -> None:
    """Raise JiecunError (exit code 3) unless the text is complete and read without loss.

    All 31 provinces, nothing in quarantine, every statutory unit with a code.
    """
    counts = Counter(load.regions["level"].to_list())
    unresolved = load.regions["issues"].str.contains("UNRESOLVED").sum()
    checks = (
        ("PROVINCE_COUNT", f"{PROVINCES} 个省级单位", counts["province"], PROVINCES),
        ("QUARANTINED", "没有隔离的词", load.quarantine.height, 0),
        ("UNRESOLVED", "每个法定单位都有代码", unresolved, 0),
    )
    problems = [
        Problem(code, "区划清单", expected, f"{found} 个", "见 region_quarantine 与 region_issue")
        for code, expected, found, right in checks
        if found != right
    ]
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)


def _file_issues(decoded: Decoded, own: Sequence[Correction]) -> Iterator[Issue]:
    if decoded.encoding != "utf-8":
        yield Issue(0, "ENCODING_GB18030", "不是 UTF-8，按 GB18030 读取")
    if decoded.truncated:
        line = decoded.text.count("\n") + 1
        yield Issue(line, "TRUNCATED_TEXT", f"文末字符不完整，以 {REPLACEMENT} 代替", "warning")
    if not own:
        yield Issue(0, "NO_CORRECTIONS", "更正表中没有这份文件的更正，按原文读取", "warning")


def _correction_issues(own: Sequence[Correction]) -> Iterator[Issue]:
    for fix in own:
        value = f" → {fix.value}" if fix.value else ""
        yield Issue(fix.line, fix.issue, f"{fix.id} {fix.op} {fix.expect}{value}")


def _row_issues(rows: Sequence[Resolved]) -> Iterator[Issue]:
    parents = {(r.unit.province, r.unit.prefecture) for r in rows if r.unit.level == "county"}
    for row in rows:
        unit = row.unit
        for code in set(row.issues) - set(unit.issues):
            yield Issue(unit.line, code, f"{unit.name}：{_WARNINGS[code]}", "warning")
        if unit.level == "prefecture" and (unit.province, unit.name) not in parents:
            yield Issue(unit.line, "NO_COUNTIES", f"{unit.name}：没有县级单位")


def _assert_conserved(
    tokens: Sequence[Token], rows: Sequence[Resolved], rejected: Sequence[Rejected]
) -> None:
    """Every token is a row (its first part) or in quarantine, once and in full."""
    kept = [(r.unit.line, r.unit.no, r.unit.raw) for r in rows if r.unit.part == 1]
    kept += [(r.line, r.no, r.raw) for r in rejected]
    if sorted(kept) != [(t.line, t.no, t.raw) for t in tokens]:
        problem = Problem(
            "REGION_CONTRACT",
            "区划清单",
            f"{len(tokens)} 个词各用一次",
            f"{len(kept)} 个词",
            "这是读取程序的错误，请报告",
        )
        raise JiecunError(problem)


def _not_a_list(path: Path, tokens: int) -> JiecunError:
    return JiecunError(
        Problem(
            "NOT_A_REGION_LIST",
            path.name,
            "省、市、县三级的区划清单（2=省级行，1=地级行）",
            f"{tokens} 个词中没有一个省级行",
            "核对文件；省市成对的文本请用另一种格式装载",
        )
    )
