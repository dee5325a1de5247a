"""Rules of intake: limits, and the reasons for which a row is refused."""

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Text,
    count,
    date,
    text,
)
from schemas.rule import rule
from schemas.table import Spec, Table


class RuleIntake(Table):
    """What intake allows: windows, waiting times, and when a unit of money is doubted."""

    _spec: ClassVar[Spec] = rule("接收限额", "一个限额一个起始日期一行", "limit_id", "valid_from")

    limit_id: Text = text("限额")
    limit_zh: Text = text("含义")
    value: Count = count("取值")
    unit: Text = text("单位")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleReason(Table):
    """What a reason code of intake means to a clerk, and what to do about it."""

    _spec: ClassVar[Spec] = rule("拒收与提示原因", "一个原因一行", "reason")

    reason: Text = text("原因代码", max_len=40)
    reason_zh: Text = text("含义")
    remedy_zh: Text = text("处理办法")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")
