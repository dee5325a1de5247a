"""``jiecun warnings report | precision``: the overspend report; how many warnings were right."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime  # noqa: TC003  (typer reads the annotations at run time)
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.options import JsonOption, WarehouseOption, out, request_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.paths import WarehousePaths
    from pipelines.warnings.casefile import CaseFile
    from pipelines.warnings.precision import Precision


def register(app: typer.Typer) -> None:
    """Add the commands to the group ``warnings``."""
    for command in (report, precision):
        app.command()(command)


def report(
    warning: Annotated[str | None, typer.Argument(help="预警标识；或用 --pool 指定统筹区")] = None,
    pool: Annotated[str | None, typer.Option(help="统筹区编号，如 610100")] = None,
    period: Annotated[int | None, typer.Option(help="月份 yyyymm，默认最后一个月")] = None,
    scheme: Annotated[str | None, typer.Option(help="310 职工或 390 居民，默认全部")] = None,
    by: Annotated[str | None, typer.Option("--by", help="经办人；写明即登记为已报告")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="责任人，默认不变")] = None,
    due: Annotated[
        datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help="期限，默认按规则")
    ] = None,
    fmt: Annotated[str, typer.Option("--format", help="xlsx、html 或 html,xlsx")] = "html,xlsx",
    to: Annotated[Path | None, typer.Option("--out", help="输出文件夹，默认 ./report")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """超支报告：计划与实际、原因分解、预测、按法定次序的弥补措施；写明 --by 即登记为已报告。"""
    from pipelines.cli_procedure import known_warnings
    from pipelines.console import print_json
    from pipelines.reports.overspend import heading, summary, to_json
    from pipelines.reports.overspend_files import write_reports
    from pipelines.warnings.procedure import Asked, take_step
    from pipelines.warnings.worklist import find, pools_of
    from pipelines.warnings_view import step_line

    paths = request_of(None, warehouse).warehouse
    if (warning is None) == (pool is None):
        raise _usage(
            "REPORT_OF", "ID、--pool", "预警标识，或 --pool 统筹区（只写一样）", "没有或两样都有"
        )
    if by is not None and warning is None:
        raise _usage("REPORT_BY", "--by", "登记为已报告时写明预警标识", "只有 --pool")
    subject = event = None
    pools: tuple[str, ...] = (str(pool),)
    if warning is not None:
        known = known_warnings(paths)
        one = find(known, warning)
        subject, pools = one.subject, pools_of(one, known)
        scheme, period = one.insutype, period or one.period_ym
    formats = tuple(name for name in fmt.split(",") if name)
    cases = _cases(paths, pools, period, scheme)
    files = write_reports(cases, to or Path.cwd() / "report", formats)
    if subject is not None and by is not None:
        asked = Asked("report", by, None, None, owner, due.date() if due else None)
        event = take_step(paths, subject, asked)
    if as_json:
        told = {"files": [str(path) for path in files], "reports": [to_json(one) for one in cases]}
        print_json({**told, "state": event.state_to if event else None})
        return
    for case in cases:
        out.print(heading(case), style="bold", highlight=False)
        for sentence in summary(case):
            out.print(f"· {sentence}", highlight=False)
    for path in files:
        out.print(f"→ {path}", highlight=False, soft_wrap=True)
    if event:
        out.print(step_line(event), highlight=False)


def precision(
    months: Annotated[int, typer.Option(min=1, help="最近几个月起报的")] = 12,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """预警准确率：按规则与起报月份，依排除原因与处理结果；未定的不计入分母。"""
    from dataclasses import asdict

    from pipelines.console import print_json
    from pipelines.months import add_months
    from pipelines.warehouse.catalog import open_catalog
    from pipelines.warnings.precision import by_rule
    from pipelines.warnings.precision import precision as measure
    from pipelines.warnings.state import read_events
    from pipelines.warnings.worklist import last_month, load

    paths = request_of(None, warehouse).warehouse
    events = read_events(paths)
    with closing(open_catalog(paths)) as con:
        ym = last_month(con, None)
        rows = measure(load(con, events, ym, every=True), events)
    since = add_months(ym, 1 - months)
    total = by_rule(rows, since)
    if as_json:
        monthly = [row for row in rows if row.period_ym >= since]
        told = {
            name: [
                {**asdict(row), "decided": row.decided, "precision_pct": _text(row)} for row in some
            ]
            for name, some in (("rules", total), ("months", monthly))
        }
        print_json({"since_ym": since, "through_ym": ym, **told})
        return
    out.print(_table(total, since, ym))


def _cases(
    paths: WarehousePaths, pools: Sequence[str], period: int | None, scheme: str | None
) -> tuple[CaseFile, ...]:
    from pipelines.warehouse.catalog import open_catalog
    from pipelines.warehouse.release import find_release
    from pipelines.warnings.casefile import case_files
    from pipelines.warnings.state import read_events
    from pipelines.warnings.worklist import last_month

    release = find_release(paths)
    events = read_events(paths)
    with closing(open_catalog(paths)) as con:
        ym = last_month(con, period)
        return tuple(
            case
            for pool in pools
            for case in case_files(
                con, events, pool, ym, scheme=scheme, release_id=release.release_id
            )
        )


def _table(rows: Sequence[Precision], since: int, ym: int) -> object:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from pipelines.warnings.procedure import rule_rows

    titles = {str(rule["rule_id"]): str(rule["title"]) for rule in rule_rows("rule_warning")}
    heads = ("规则", "起报", "属实", "误报", "不计", "未定", "已定", "准确率")
    table = Table(*heads, title=f"预警准确率 {since}—{ym} 起报", box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        counts = (
            row.raised, row.confirmed, row.false, row.excluded, row.undecided, row.decided,
        )  # fmt: skip
        share = "—" if row.percent is None else f"{row.percent:.1f}%"
        table.add_row(
            f"{row.rule_id} {titles.get(row.rule_id, '')}",
            *(f"{count:,}" for count in counts),
            share,
        )
    return table


def _text(row: Precision) -> str | None:
    return None if row.percent is None else str(row.percent)


def _usage(code: str, place: str, expected: str, found: str) -> JiecunError:
    remedy = "见 jiecun warnings report --help"
    return JiecunError(Problem(code, place, expected, found, remedy), exit_code=EXIT_USAGE)
