"""Commands on the delivery of warnings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from pipelines.console import print_json
from pipelines.errors import EXIT_CRASH, JiecunError, Problem
from pipelines.options import JsonOption, WarehouseOption, out, request_of

if TYPE_CHECKING:
    from pipelines.alerts.channels import Channel
    from pipelines.alerts.outbox import Box
    from pipelines.paths import WarehousePaths

alerts_app = typer.Typer(help="预警的发送：待发、补发、测试渠道。", no_args_is_help=True)

ChannelOption = Annotated[str | None, typer.Option("--channel", help="只看（发）这个渠道")]

_SHOWN = 50
_STATES = {"delivered": "已送达", "pending": "待发", "quiet": "不发（已有人处理）"}


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(alerts_app, name="alerts")


@alerts_app.command("list")
def show(
    channel: ChannelOption = None,
    every: Annotated[bool, typer.Option("--all", help="连已送达的一并列出")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """发件箱：每个渠道待发的预警；--all 连已送达的。"""
    from pipelines.alerts.outbox import read_box
    from pipelines.alerts.table import event_rows

    paths = request_of(None, warehouse).warehouse
    named = _chosen(paths, channel)
    box = read_box(paths)
    rows = [r for r in event_rows(box) if channel in (None, r["channel"])]
    if not every:
        rows = [r for r in rows if r["delivery"] == "pending"]
    if as_json:
        print_json({"channels": [_channel_facts(c, box) for c in named], "events": rows})
        return
    if not named:
        out.print("没有配置渠道，见 docs/alerts.md")
    for told in (_channel_facts(c, box) for c in named):
        last = (
            f"；最近一次未成：{told['last_code']} {told['last_text']}" if told["last_code"] else ""
        )
        named_as = f"{told['channel']}（{told['kind']}，{told['level_zh']}色及以上）"
        line = f"{named_as}：待发 {told['pending']} 条，已送达 {told['delivered']} 条{last}"
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    if rows:
        out.print(_table(rows[-_SHOWN:]), markup=False, highlight=False)
    if len(rows) > _SHOWN:
        out.print(f"共 {len(rows)} 条，只显示最近 {_SHOWN} 条；--json 输出全部")


@alerts_app.command()
def send(
    channel: ChannelOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """补发全部待发的预警（当前发布中未记的先记入）；有未送达的以 1 退出。"""
    from pipelines.flows.alerting import deliver_release
    from pipelines.warehouse.release import current_release

    paths = request_of(None, warehouse).warehouse
    _chosen(paths, channel)
    standing = current_release(paths)
    folder = standing.path if standing else None
    summary = deliver_release(paths, folder, datetime.now(), only=channel)
    if as_json:
        print_json(summary.facts())
    else:
        for line in summary.lines() or ["没有配置渠道，见 docs/alerts.md"]:
            out.print(line, markup=False, highlight=False, soft_wrap=True)
    if not summary.ok:
        raise typer.Exit(EXIT_CRASH)


@alerts_app.command()
def test(
    channel: Annotated[str, typer.Argument(help="渠道名称")],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """向一个渠道发一条测试消息，不记入发件箱；未送达以 1 退出。"""
    from pipelines.alerts.deliver import send_test

    paths = request_of(None, warehouse).warehouse
    (chosen,) = _chosen(paths, channel)
    said = send_test(chosen, datetime.now())
    if as_json:
        print_json({"channel": channel, "ok": said.ok, "code": said.code, "text": said.text})
        if not said.ok:
            raise typer.Exit(EXIT_CRASH)
        return
    if not said.ok:
        raise JiecunError(
            Problem("ALERTS_SEND", f"渠道 {channel}", "送达", f"{said.code} {said.text}", _REMEDY)
        )
    out.print(f"渠道 {channel} 已收下测试消息", highlight=False)


_REMEDY = "核对渠道配置与网络，见 docs/alerts.md"


def _chosen(paths: WarehousePaths, name: str | None) -> tuple[Channel, ...]:
    from pipelines.alerts.channels import find_channel, load_channels
    from pipelines.alerts.deliver import channel_file
    from pipelines.settings import Settings

    channels = load_channels(channel_file(paths, Settings()))
    return channels if name is None else (find_channel(channels, name),)


def _table(rows: list[dict[str, Any]]) -> Table:
    """Events and what became of them, in the order of the outbox."""
    from pipelines.alerts.message import CHANGE_ZH, LEVEL_ZH

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("渠道", "月份", "等级", "变化", "规则"):
        table.add_column(name, no_wrap=True)
    table.add_column("事由", overflow="fold", min_width=24)
    table.add_column("发送", overflow="fold", min_width=10)
    for row in rows:
        sent = _STATES[row["delivery"]]
        if at := row["delivered_at"]:
            sent += f"\n{at:%Y-%m-%d %H:%M}"
        elif row["attempt_cnt"]:
            sent += f"\n试 {row['attempt_cnt']} 次：{row['last_code']}"
        table.add_row(
            row["channel"], str(row["period_ym"]), LEVEL_ZH[row["level"]],
            CHANGE_ZH.get(row["change"], "换标识"), row["rule_id"], row["reason_zh"], sent,
        )  # fmt: skip
    return table


def _channel_facts(channel: Channel, box: Box) -> dict[str, Any]:
    from pipelines.alerts.message import LEVEL_ZH

    attempts = [a for a in box.attempts if a.channel == channel.name]
    failed = attempts[-1] if attempts and not attempts[-1].ok else None
    return {
        "channel": channel.name,
        "kind": channel.kind,
        "level": channel.level,
        "level_zh": LEVEL_ZH[channel.level],
        "pending": len(box.pending(channel.name)),
        "delivered": len({k for a in attempts if a.ok for k in a.keys}),
        "last_code": failed.code if failed else "",
        "last_text": failed.text if failed else "",
    }
