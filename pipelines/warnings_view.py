"""Warnings on the terminal: the list, one warning, a step taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from pipelines.reports.html.text import FUNDS, LEVELS, SCHEMES, month
from pipelines.warnings.overspend import CLASSES
from pipelines.warnings.procedure import STATES, reasons, steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from rich.console import RenderableType

    from pipelines.warnings.state import WarningEvent
    from pipelines.warnings.worklist import Warned

_STYLES = {"red": "bold red", "orange": "dark_orange", "yellow": "yellow", "blue": "blue"}


def level_text(level: str) -> Text:
    """``■ 红``: shape and word first, colour last."""
    told = LEVELS[level]
    return Text(f"{told.symbol} {told.name}", style=_STYLES.get(level, ""))


def money(amount: Decimal | None) -> str:
    """Yuan with separators; a dash where there is none."""
    return "—" if amount is None else f"{amount:,.2f}"


def figure(value: Decimal | None) -> str:
    """A value without zeros at its end; a dash where there is none."""
    return "—" if value is None else f"{value.normalize():f}"


def ledger_name(one: Warned) -> str:
    """``西安市职工``."""
    return f"{one.pool_zh}{SCHEMES.get(one.insutype, one.insutype)}"


def item_name(one: Warned) -> str:
    """What of the ledger it is about: an institution, a class of spending, or nothing."""
    return one.fixmedins_code or CLASSES.get(one.spending_class or "", "")


def list_table(shown: Sequence[Warned], total: int, ym: int, today: date) -> Table:
    """The worklist, the most yuan a month first; overdue ones say since when."""
    late = sum(1 for one in shown if one.overdue_days(today))
    title = f"{month(ym)}预警 {total} 条"
    if total > len(shown):
        title += f"，每月影响最大的 {len(shown)} 条（--all 列出全部）"
    if late:
        title += f"，其中逾期 {late} 条"
    table = Table(title=title, box=SIMPLE_HEAD, padding=0, title_justify="left")
    table.add_column("标识", no_wrap=True)
    table.add_column("等级与规则", no_wrap=True)
    table.add_column("账套", overflow="fold", min_width=8)
    table.add_column("每月影响（元）", justify="right", no_wrap=True)
    table.add_column("状态、责任人", overflow="fold", min_width=12)
    table.add_column("期限", no_wrap=True, min_width=10)
    for one in shown:
        where = one.standing
        due = Text("" if where.due_date is None else f"{where.due_date}")
        if days := one.overdue_days(today):
            due.append(f"\n逾期{days}天", style="red")
        state = STATES[where.state] + ("（复报）" if where.is_back else "")
        table.add_row(
            one.warning_id[:8], level_text(one.level).append(f" {one.rule_id}\n{one.rule_zh}"),
            f"{ledger_name(one)}\n{item_name(one)}".strip(), money(one.monthly_amt),
            f"{state}\n{where.owner}", due,
        )  # fmt: skip
    return table


def warning_parts(
    one: Warned,
    rows: Sequence[tuple[int, str, Decimal | None, Decimal | None]],
    events: Sequence[WarningEvent],
    linked: Sequence[Warned],
    shown: tuple[date, Decimal | None],
) -> Iterator[RenderableType]:
    """Figures, threshold and source, month by month, steps taken, links, how to recompute.

    ``shown`` is today and what the recompute SQL gave.
    """
    today, recomputed = shown
    where = one.standing
    head = Text(f"{one.rule_id} {one.rule_zh}　", style="bold")
    yield head.append_text(level_text(one.level))
    yield Text(one.reason_zh)
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    late = one.overdue_days(today)
    due = "无" if where.due_date is None else f"{where.due_date}"
    compared = f" {one.comparison} " if one.comparison else " ／阈值 "
    for name, told in (
        ("标识", one.warning_id),
        ("账套", f"{ledger_name(one)}　{one.ledger_id}　{FUNDS.get(one.fund, one.fund)}"),
        ("序列", one.series_id),
        ("月份", f"{one.period_ym}（起报 {one.opened_ym}，数据截至 {one.data_through_ym}）"),
        ("数值", f"{figure(one.value)}{compared}{figure(one.threshold)} {one.unit}"),
        ("所判断金额", f"{money(one.amount_amt)} 元（对照 {money(one.base_amt)} 元）"),
        ("影响金额", f"{money(one.excess_amt)} 元（每月 {money(one.monthly_amt)} 元）"),
        ("阈值依据", f"{one.rule_source or '见 rule_warning'}（{one.rule_valid_from} 起）"),
        ("处置", one.action_zh),
        ("状态", STATES[where.state] + ("（复报）" if where.is_back else "")),
        ("责任人", where.owner),
        ("期限", due + (f"，逾期 {late} 天" if late else "")),
    ):
        facts.add_row(name, told)
    yield facts
    months = Table(
        "月份",
        "等级",
        "数值",
        "影响金额（元）",
        box=SIMPLE_HEAD,
        title="逐月",
        title_justify="left",
    )
    for column in months.columns[2:]:
        column.justify = "right"
    for ym, level, value, amount in rows:
        months.add_row(str(ym), level_text(level), figure(value), money(amount))
    yield months
    if events:
        yield _steps(events)
    for other in linked:
        yield Text(f"相关：{other.warning_id} {other.rule_id} {other.reason_zh}", style="dim")
    if one.recompute_sql:
        same = "与上列数值相同" if recomputed == one.value else "与上列数值不同"
        yield Text(f"复算（jiecun sql）得 {figure(recomputed)}，{same}：", style="bold")
        yield Text(one.recompute_sql, no_wrap=False)


def step_line(event: WarningEvent) -> str:
    """``已受理：……（甲，2026-01-05 09:00）``."""
    due = f"，期限 {event.due_date}" if event.due_date else ""
    who = f"{event.by_whom}，{event.event_at:%Y-%m-%d %H:%M}"
    return f"预警 {event.warning_id} {STATES[event.state_to]}（{who}；责任人 {event.owner}{due}）"


def reason_lines() -> list[str]:
    """The reasons a warning may be dismissed for."""
    return [f"{r.reason}　{r.reason_zh}：{r.zh}" for r in reasons()]


def _steps(events: Sequence[WarningEvent]) -> Table:
    names = {step.step: step.step_zh for step in steps()}
    words = {reason.reason: reason.reason_zh for reason in reasons()}
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title="处理记录", title_justify="left")
    for name in ("时间", "步骤", "到达状态"):
        table.add_column(name, no_wrap=True)
    for name in ("经办人", "责任人"):
        table.add_column(name, overflow="fold")
    table.add_column("期限", no_wrap=True)
    table.add_column("原因与说明", overflow="fold", min_width=16)
    for event in events:
        told = [words.get(event.reason, event.reason)] if event.reason else []
        table.add_row(
            f"{event.event_at:%Y-%m-%d %H:%M}",
            names.get(event.step, event.step),
            STATES[event.state_to],
            event.by_whom,
            event.owner,
            "" if event.due_date is None else str(event.due_date),
            "；".join([*told, event.note or ""]).strip("；"),
        )
    return table
