"""Which step may follow which for a warning: judged by dated rules, refused in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from pipelines.engine.rule_file import read_rule_file
from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.months import add_months, month_end
from pipelines.paths import RULES
from pipelines.warnings.state import WarningEvent, append_event, events_lock, read_events
from schemas.rules import RULES as RULE_MODELS
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.paths import WarehousePaths

OPENED = "opened"
#: the step that a quiet warning takes by itself
RETURN = "return"
STATES = {
    "opened": "待受理",
    "acknowledged": "已受理",
    "reported": "已报告",
    "measures_proposed": "已提出措施",
    "closed": "已办结",
    "dismissed": "已排除",
}
LEVELS = {"grey": "灰色", "blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}
#: states in which nothing is left to do
SETTLED = ("closed", "dismissed")
#: steps that must say why, or what
NEEDS_NOTE = {"propose": "写明措施（--measure）", "reopen": "写明原因（--why）"}
NOTE_MAX = 500
#: identity card, mobile phone or social-security numbers have no place in a note
_PERSONAL = re.compile(r"(?<![0-9])([0-9]{17}[0-9Xx]|[0-9]{15}|1[3-9][0-9]{9})(?![0-9])")


@dataclass(frozen=True)
class Subject:
    """A warning as the current release tells it in its newest month, without the log.

    ``owner`` is the role the rule names; ``due_date`` what an untouched warning has; ``months``
    are its months (yyyymm) and its level's order in each, the newest last.
    """

    warning_id: str
    rule_id: str
    series_id: str
    period_ym: int
    level: str
    level_order: int
    owner: str
    due_date: date
    months: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Standing:
    """Where a warning stands now. ``is_back``: a quiet one that came back by itself."""

    state: str
    owner: str
    due_date: date | None
    is_back: bool = False
    #: quiet: neither notified nor asked for until its level rises or its months are over
    is_quiet: bool = False


@dataclass(frozen=True)
class Step:
    """One row of ``rule_procedure``."""

    step: str
    step_zh: str
    state_from: str
    state_to: str
    max_level_order: int | None
    due_days: int | None
    silent_months: int | None
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class Reason:
    """One row of ``rule_dismissal``."""

    reason: str
    reason_zh: str
    verdict: str
    zh: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class Asked:
    """What a person asks to be done with a warning."""

    step: str
    by: str
    reason: str | None = None
    note: str | None = None
    owner: str | None = None
    due: date | None = None


def rule_rows(name: str) -> list[dict[str, str | None]]:
    """The rows of one rule file as text by column; raises JiecunError RULES_BROKEN."""
    decl = by_name(RULE_MODELS)[name]
    rows, problems = read_rule_file(RULES / f"{name}.csv", decl)
    if problems:
        raise JiecunError(*problems)
    names = [column.name for column in decl.columns]
    return [dict(zip(names, values, strict=True)) for _, values in rows]


def span(row: dict[str, str | None]) -> tuple[date, date]:
    """From when to when a rule row holds."""
    return (
        date.fromisoformat(row["valid_from"] or ""),
        date.fromisoformat(row["valid_to"] or "9999-12-31"),
    )


@cache
def steps() -> tuple[Step, ...]:
    """The procedure, as dated."""
    return tuple(
        Step(
            str(row["step"]), str(row["step_zh"]), str(row["state_from"]), str(row["state_to"]),
            _number(row["max_level_order"]), _number(row["due_days"]),
            _number(row["silent_months"]), *span(row),
        )
        for row in rule_rows("rule_procedure")
    )  # fmt: skip


@cache
def reasons() -> tuple[Reason, ...]:
    """The reasons for a dismissal, as dated."""
    return tuple(
        Reason(
            str(row["reason"]), str(row["reason_zh"]), str(row["verdict"]), str(row["zh"]),
            *span(row),
        )
        for row in rule_rows("rule_dismissal")
    )  # fmt: skip


def returned_due(month_end: date) -> date:
    """By when a warning that came back in the month ending then is to be taken up."""
    rule = next(
        rule
        for rule in steps()
        if rule.step == RETURN and rule.valid_from <= month_end <= rule.valid_to
    )
    return month_end + timedelta(days=rule.due_days or 0)


def standing(subject: Subject, events: Sequence[WarningEvent]) -> Standing:
    """Where a warning stands after ``events`` (its own steps, in their order)."""
    if not events:
        return Standing(OPENED, subject.owner, subject.due_date)
    last = events[-1]
    until = last.quiet_through_ym
    back = [
        ym
        for ym, level_order in subject.months
        if until is not None
        and ym > last.period_ym
        and (level_order > last.level_order or ym > until)
    ]
    if back:
        return Standing(OPENED, last.owner, returned_due(month_end(back[0])), is_back=True)
    quiet = until is not None
    return Standing(last.state_to, last.owner, last.due_date, is_quiet=quiet)


def take_step(
    paths: WarehousePaths, subject: Subject, asked: Asked, *, at: datetime | None = None
) -> WarningEvent:
    """Judge a step against the log as it is, and write it down.

    Raises JiecunError (exit code 2): WARNING_BY without a name, WARNING_NOTE without what the step
    must say, WARNING_NOTE_PERSONAL, WARNING_REASON for an unknown reason, WARNING_STEP where the
    step does not follow from the state, WARNING_LEVEL where it is not for that level.
    """
    now = (at or datetime.now()).replace(microsecond=0)
    _check_words(subject, asked, now.date())
    with events_lock(paths):
        known = read_events(paths)
        own = [event for event in known if event.warning_id == subject.warning_id]
        event = decide(subject, own, asked, now)
        append_event(paths, event)
    return event


def decide(
    subject: Subject, events: Sequence[WarningEvent], asked: Asked, at: datetime
) -> WarningEvent:
    """The event a step makes of a warning; raises WARNING_STEP and WARNING_LEVEL."""
    where = standing(subject, events)
    today = at.date()
    valid = [s for s in steps() if s.step != RETURN and s.valid_from <= today <= s.valid_to]
    here = [s for s in valid if (s.step, s.state_from) == (asked.step, where.state)]
    place = f"预警 {subject.warning_id}"
    if not here:
        froms = [STATES[s.state_from] for s in valid if s.step == asked.step]
        nexts = [
            f"{s.step_zh}（{s.step}）"
            for s in valid
            if s.state_from == where.state and _fits(s, subject)
        ]
        name = next((s.step_zh for s in valid if s.step == asked.step), asked.step)
        raise _refused(
            "WARNING_STEP",
            place,
            f"{name}之前的状态为：{'、'.join(froms)}",
            STATES[where.state],
            f"此时可以：{'、'.join(nexts)}",
        )
    rule = here[0]
    if not _fits(rule, subject):
        raise _refused(
            "WARNING_LEVEL",
            place,
            "黄色及以上的预警先报告、提出措施，再办结",
            f"{LEVELS.get(subject.level, subject.level)}，{STATES[where.state]}",
            "先 jiecun warnings report，再 propose，然后 close",
        )
    due = asked.due
    if due is None and rule.due_days is not None:
        due = today + timedelta(days=rule.due_days)
    quiet = rule.silent_months
    return WarningEvent(
        subject.warning_id,
        subject.rule_id,
        subject.series_id,
        subject.period_ym,
        subject.level,
        subject.level_order,
        asked.step,
        where.state,
        rule.state_to,
        asked.by.strip(),
        at,
        asked.reason,
        asked.note.strip() if asked.note else None,
        (asked.owner or where.owner).strip(),
        due if rule.due_days is not None else None,
        None if quiet is None else add_months(subject.period_ym, quiet),
    )


def _fits(rule: Step, subject: Subject) -> bool:
    """Whether a step may be taken at the warning's level."""
    return rule.max_level_order is None or subject.level_order <= rule.max_level_order


def _check_words(subject: Subject, asked: Asked, today: date) -> None:
    place = f"预警 {subject.warning_id}"
    if not asked.by.strip():
        raise _refused("WARNING_BY", place, "写明经办人（--by）", "空", "加 --by 姓名或工号")
    if asked.step in NEEDS_NOTE and not (asked.note or "").strip():
        told = NEEDS_NOTE[asked.step]
        raise _refused("WARNING_NOTE", place, told, "空", f"{told}后重试")
    for text in (asked.note, asked.by, asked.owner):
        if text and _PERSONAL.search(text):
            raise _refused(
                "WARNING_NOTE_PERSONAL",
                place,
                "说明中没有个人的证件号、手机号",
                "含有像证件号或手机号的数字",
                "只写情况，不写个人信息",
            )
        if text and len(text) > NOTE_MAX:
            found = f"{len(text)} 字"
            raise _refused("WARNING_NOTE", place, f"至多 {NOTE_MAX} 字", found, "写短一些")
    known = {r.reason: r for r in reasons() if r.valid_from <= today <= r.valid_to}
    if asked.step == "dismiss" and (asked.reason or "") not in known:
        told = "、".join(f"{r.reason} {r.reason_zh}" for r in known.values())
        raise _refused("WARNING_REASON", place, told, asked.reason or "空", "加 --reason 代码")


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _refused(code: str, place: str, expected: str, found: str, remedy: str) -> JiecunError:
    return JiecunError(Problem(code, place, expected, found, remedy), exit_code=EXIT_USAGE)
