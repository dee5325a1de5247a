"""What is worth knowing of a text, told line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.regions.decode import REPLACEMENT
from pipelines.regions.model import Issue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipelines.regions.corrections import Correction
    from pipelines.regions.decode import Decoded
    from pipelines.regions.model import Rejected, Resolved
    from pipelines.regions.rules import KnownText

#: reasons of the quarantine for what was never part of the list
OUTSIDE = ("PROLOGUE", "HEADING")
#: issues of a row that leave it without a code or in doubt
WARNINGS = {
    "UNRESOLVED": "在任何一年的代码表中都没有这一路径",
    "PARENT_UNKNOWN": "上级不在代码表中",
    "GLUED_NAME": "两个名称粘连，按同一上级的两个已知县级单位拆开，未经更正表确认",
    "ILLEGAL_SUFFIX": "名称没有合法的后缀",
    "CODE_REPEATED": "同一代码对应不同的路径",
    "DUPLICATE": "同一单位重复出现",
}
#: reasons of the quarantine that are warnings
REASONS = {
    "UNKNOWN_LEVEL": "级别数字不是1或2",
    "ORPHAN_LINE": "没有确定的上级",
    "LEVEL_BEFORE_PROVINCE": "第一个省级行之前的地级行",
    "LEVEL_LINE_EXTRA": "级别行的名称之后还有文字",
    "NOT_A_NAME": "不是名称",
    "BROKEN_CHARACTER": "字符残缺",
}


def file_issues(
    decoded: Decoded, known: KnownText | None, own: Sequence[Correction]
) -> Iterator[Issue]:
    """How the file was read, and whether anyone has read it before."""
    if decoded.encoding != "utf-8":
        yield Issue(0, "ENCODING_GB18030", "不是 UTF-8，按 GB18030 读取")
    if decoded.truncated:
        line = decoded.text.count("\n") + 1
        yield Issue(line, "TRUNCATED_TEXT", f"文末字符不完整，以 {REPLACEMENT} 代替", "warning")
    if known is None:
        yield Issue(0, "TEXT_UNKNOWN", "这份文件没有登记，数量无从核对", "warning")
    if known is None and not own:
        yield Issue(0, "NO_CORRECTIONS", "更正表中没有这份文件的更正，按原文读取", "warning")


def correction_issues(own: Iterable[Correction]) -> Iterator[Issue]:
    """Each correction that was applied."""
    for fix in own:
        value = f" → {fix.value}" if fix.value else ""
        yield Issue(fix.line, fix.issue, f"{fix.id} {fix.op} {fix.expect}{value}")


def held_issues(rejected: Sequence[Rejected]) -> Iterator[Issue]:
    """Each token of the quarantine; the lines outside the list together, as no warning."""
    outside = [r for r in rejected if r.reason in OUTSIDE]
    if outside:
        span = f"第 {outside[0].line}–{outside[-1].line} 行"
        yield Issue(0, "PROLOGUE", f"清单之前的标题与文字 {len(outside)} 行未读（{span}）")
    for held in rejected:
        if held.reason not in OUTSIDE:
            detail = f"第 {held.no} 个词：{REASONS[held.reason]}"
            yield Issue(held.line, held.reason, detail, "warning")


def row_issues(rows: Sequence[Resolved], own: Sequence[Correction]) -> Iterator[Issue]:
    """Doubts about rows that no correction settles, gaps, and cities without counties."""
    settled = {fix.id: fix.issue for fix in own}
    parents = {(r.unit.province, r.unit.prefecture) for r in rows if r.unit.level == "county"}
    for row in rows:
        unit = row.unit
        codes = set(row.issues) - {settled.get(fix) for fix in unit.correction_ids}
        if "LOST_TEXT" in codes:
            yield _gap_issue(row)
            continue
        if "PLACEHOLDER_NAME" in codes:
            detail = f"{unit.province}：{unit.name} 不是区划，仅为占位"
            yield Issue(unit.line, "PLACEHOLDER_NAME", detail)
        if unit.part > 1:
            codes -= {"GLUED_NAME"}
        for code in codes & set(WARNINGS):
            yield Issue(unit.line, code, f"{unit.name}：{WARNINGS[code]}", "warning")
        if parents and unit.level == "prefecture" and (unit.province, unit.name) not in parents:
            yield Issue(unit.line, "NO_COUNTIES", f"{unit.name}：没有县级单位")


def _gap_issue(row: Resolved) -> Issue:
    unit = row.unit
    place = f"{unit.province}之后缺一项"
    if row.code:
        detail = f"{place}：该省只有“{unit.name}”（{row.code}）未读到，故为此项"
        return Issue(unit.line, "LOST_TEXT", detail)
    return Issue(unit.line, "LOST_TEXT", f"{place}，无法确定是哪一项", "warning")
