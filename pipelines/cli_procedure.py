"""``jiecun warnings list | show | ack | …``: the worklist and the steps of the procedure."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.options import JsonOption, WarehouseOption, out, request_of

if TYPE_CHECKING:
    from pipelines.paths import WarehousePaths
    from pipelines.warnings.procedure import Asked
    from pipelines.warnings.worklist import Warned

IdArgument = Annotated[str, typer.Argument(help="预警标识，前几位即可")]
ByOption = Annotated[str, typer.Option("--by", help="经办人")]
OwnerOption = Annotated[str | None, typer.Option("--owner", help="责任人，默认不变")]
DueOption = Annotated[
    datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help="期限，默认按规则")
]
NoteOption = Annotated[str | None, typer.Option("--note", help="说明，不写个人信息")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group ``warnings``."""
    app.command("list")(list_warnings)
    for command in (show, ack, dismiss, propose, close, assign, reopen):
        app.command()(command)


def list_warnings(
    month: Annotated[int | None, typer.Option(help="月份 yyyymm，默认最后一个月")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="只看这些统筹区（可重复）")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="只看这些规则，如 W-04（可重复）")] = None,
    level: Annotated[
        str | None, typer.Option(help="不低于此等级：蓝色、黄色、橙色、红色（或 blue … red）")
    ] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="只看这些状态，如 待受理（可重复）")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只看逾期的")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="全部，含已办结、已排除和并入省级预警的")
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """预警工作清单：按每月影响金额排列，默认前30条。"""
    from pipelines.console import print_json
    from pipelines.warehouse.catalog import open_catalog
    from pipelines.warehouse.release import find_release
    from pipelines.warnings.choice import Wanted, check_known, choose
    from pipelines.warnings.state import read_events
    from pipelines.warnings.worklist import TOP, last_month, load, to_json
    from pipelines.warnings_view import list_table

    paths = request_of(None, warehouse).warehouse
    today = date.today()
    wanted = Wanted(
        tuple(pool or ()), tuple(rule or ()), level, tuple(state or ()), overdue, everything
    )
    release = find_release(paths)
    with closing(open_catalog(paths)) as con:
        ym = last_month(con, month)
        check_known(con, wanted)
        chosen = choose(load(con, read_events(paths), ym), wanted, today)
    shown = chosen if everything else chosen[:TOP]
    if as_json:
        facts = {"release_id": release.release_id, "period_ym": ym, "total": len(chosen)}
        print_json({**facts, "warnings": [to_json(one, today) for one in shown]})
        return
    if not shown:
        out.print(f"{ym // 100}年{ym % 100}月没有所查的预警", highlight=False)
        return
    out.print(list_table(shown, len(chosen), ym, today))


def show(
    warning: IdArgument, warehouse: WarehouseOption = None, as_json: JsonOption = False
) -> None:
    """一条预警：取数、阈值与依据、复算的 SQL、逐月与处理记录、相关预警。"""
    from pipelines.console import print_json
    from pipelines.warehouse.catalog import open_catalog
    from pipelines.warnings.state import read_events
    from pipelines.warnings.worklist import find, history, last_month, load, recompute, to_json
    from pipelines.warnings_view import warning_parts

    paths = request_of(None, warehouse).warehouse
    today = date.today()
    events = read_events(paths)
    with closing(open_catalog(paths)) as con:
        known = load(con, events, last_month(con, None), every=True)
        one = find(known, warning)
        rows = history(con, one.warning_id)
        again = recompute(con, one)
    own = [event for event in events if event.warning_id == one.warning_id]
    linked = [
        other
        for other in known
        if other.warning_id == one.linked_warning_id or other.linked_warning_id == one.warning_id
    ]
    if as_json:
        print_json(
            {
                **to_json(one, today),
                "recomputed": again,
                "months": [
                    {"period_ym": ym, "level": level, "value": value, "excess_amt": amount}
                    for ym, level, value, amount in rows
                ],
                "events": [_event_json(event) for event in own],
                "linked": [other.warning_id for other in linked],
            }
        )
        return
    for part in warning_parts(one, rows, own, linked, (today, again)):
        out.print(part, highlight=False)


def ack(
    warning: IdArgument,
    by: ByOption,
    owner: OwnerOption = None,
    due: DueOption = None,
    note: NoteOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """受理：三个月内等级不升不再提示。"""
    _step(warehouse, warning, _asked("ack", by, note=note, owner=owner, due=due))


def dismiss(
    warning: IdArgument,
    by: ByOption,
    reason: Annotated[
        str | None, typer.Option("--reason", help="原因代码，见 rule_dismissal")
    ] = None,
    note: NoteOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """排除：须写明原因代码，据此计算预警准确率。"""
    _step(warehouse, warning, _asked("dismiss", by, note=note, reason=reason))


def propose(
    warning: IdArgument,
    by: ByOption,
    measure: Annotated[str, typer.Option("--measure", help="弥补超支的具体措施")] = "",
    owner: OwnerOption = None,
    due: DueOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """提出弥补措施；可以再次补充。"""
    _step(warehouse, warning, _asked("propose", by, note=measure, owner=owner, due=due))


def close(
    warning: IdArgument,
    by: ByOption,
    note: NoteOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """办结。"""
    _step(warehouse, warning, _asked("close", by, note=note))


def assign(
    warning: IdArgument,
    by: ByOption,
    owner: Annotated[str, typer.Option("--owner", help="责任人")],
    due: DueOption = None,
    note: NoteOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """改派责任人，期限重新起算。"""
    _step(warehouse, warning, _asked("assign", by, note=note, owner=owner, due=due))


def reopen(
    warning: IdArgument,
    by: ByOption,
    why: Annotated[str, typer.Option("--why", help="原因")] = "",
    warehouse: WarehouseOption = None,
) -> None:
    """重开已办结或已排除的预警，须写明原因。"""
    _step(warehouse, warning, _asked("reopen", by, note=why))


def known_warnings(paths: WarehousePaths) -> tuple[Warned, ...]:
    """Every warning of the current release in its newest month, as it stands today."""
    from pipelines.warehouse.catalog import open_catalog
    from pipelines.warnings.state import read_events
    from pipelines.warnings.worklist import last_month, load

    with closing(open_catalog(paths)) as con:
        return load(con, read_events(paths), last_month(con, None), every=True)


def _asked(
    step: str,
    by: str,
    *,
    note: str | None = None,
    reason: str | None = None,
    owner: str | None = None,
    due: datetime | None = None,
) -> Asked:
    from pipelines.warnings.procedure import Asked

    return Asked(step, by, reason, note, owner, due.date() if due else None)


def _step(warehouse: WarehouseOption, warning: str, asked: Asked) -> None:
    from pipelines.warnings.procedure import take_step
    from pipelines.warnings.worklist import find
    from pipelines.warnings_view import step_line

    paths = request_of(None, warehouse).warehouse
    event = take_step(paths, find(known_warnings(paths), warning).subject, asked)
    out.print(step_line(event), highlight=False)


def _event_json(event: object) -> dict[str, object]:
    from dataclasses import asdict

    return {
        name: value if value is None or isinstance(value, int | str) else str(value)
        for name, value in asdict(event).items()  # type: ignore[call-overload]
    }
