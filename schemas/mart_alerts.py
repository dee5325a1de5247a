"""Delivery of warnings: written anew after every delivery, beside the releases."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Flag,
    Money,
    Stamp,
    Text,
    Ym,
    count,
    flag,
    money,
    stamp,
    text,
    ym,
)
from schemas.mart import mart
from schemas.table import Spec, Table


class AlertEvent(Table):
    """What was to be told to whom about a warning, and what became of it: the outbox as a table."""

    _spec: ClassVar[Spec] = mart("预警发送", "一条预警的一次变化在一个渠道一行", "event_no",
        weakness="不属于某次发布：每次发送后重写 warehouse/alerts/alert_event.parquet，内容取自发件箱；送达以对方接收为准，对方超时未答的可能重复")  # fmt: skip

    event_no: Count = count("序号", note="记入发件箱的次序")
    event_key: Text = text(
        "发送标识", note="预警、等级（或 closed）与渠道；先不发、后来补发的两行相同"
    )
    channel: Text = text("渠道")
    warning_id: Text = text("预警标识", note="同 fct_warning")
    rule_id: Text = text("规则编号")
    rule_zh: Text = text("规则名称")
    series_id: Text = text("序列标识")
    poolarea_no: Text = text("统筹区编号", note="省级预警为省代码")
    period_ym: Ym = ym("月份")
    opened_ym: Ym = ym("起报月份")
    level: Text = text("等级", note="blue/yellow/orange/red/grey")
    change: Text = text("变化", note="opened 新报 raised 升级 closed 解除 moved 换标识")
    excess_amt: Money = money("影响金额", null=True)
    monthly_amt: Money = money("每月影响金额", null=True)
    linked_cnt: Count = count("并入的预警数", unit="条", note="省级预警所代表的")
    reason_zh: Text = text("事由")
    action_zh: Text = text("处置", null=True)
    release_id: Text = text("发布编号", note="据以记入的发布")
    delivery: Text = text("发送状态", note="delivered 已送达 pending 待发 quiet 不发（已有人处理）")
    is_delivered: Flag = flag("已送达")
    attempt_cnt: Count = count("尝试次数", unit="次")
    failed_cnt: Count = count("未成次数", unit="次")
    recorded_at: Stamp = stamp("记入时间")
    last_attempt_at: Stamp = stamp("最近尝试时间", null=True)
    delivered_at: Stamp = stamp("送达时间", null=True)
    message_no: Text = text("批次", null=True, note="最近一次尝试的消息编号")
    last_code: Text = text("最近结果", null=True, note="0 = 对方接收；其余见 docs/alerts.md")
