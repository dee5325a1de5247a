"""Rules of warnings: thresholds, measures, the score, the procedure and its remedies."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Flag,
    Money,
    Number,
    Text,
    count,
    date,
    flag,
    money,
    number,
    text,
)
from schemas.rule import rule
from schemas.table import Spec, Table


class RuleWarning(Table):
    """Dated warning thresholds: one row a rule, scheme, measure and level."""

    _spec: ClassVar[Spec] = rule(
        "预警阈值",
        "一条规则一个险种一个取数一个等级一行",
        "rule_id",
        "scheme",
        "measure",
        "level",
        "valid_from",
    )

    rule_id: Text = text("规则编号", note="W-01 …")
    scheme: Text = text("险种", note="310/390/ALL")
    level: Text = text("等级", note="blue/yellow/orange/red/grey")
    level_order: Count = count("等级序")
    title: Text = text("规则名称")
    measure: Text = text("取数", note="指标编号/变体，或规则自有的量，见 rule_warning_measure")
    comparison: Text = text("比较", note="< <= > >=")
    threshold: Number = number("阈值", null=True, note="W-22、W-23 为空：见 rule_score")
    unit: Text = text("单位")
    relative_floor: Number = number("相对下限", null=True, note="偏离不足此比例（%）不报")
    absolute_floor_amt: Money = money("金额下限", null=True, note="影响金额不足此数不报")
    reason_template: Text = text("事由模板")
    owner_role: Text = text("责任岗位")
    action: Text = text("处置")
    due_days: Count = count("办理天数", unit="天", note="起报月份月末起")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleWarningMeasure(Table):
    """What a warning rule measures, when it is confirmed and closed, and how it is recomputed."""

    _spec: ClassVar[Spec] = rule(
        "预警取数", "一条规则一个取数一行", "rule_id", "measure", "valid_from"
    )

    rule_id: Text = text("规则编号", note="W-01 …")
    measure: Text = text("取数")
    series_type: Text = text("序列", note="ledger/account/class/institution/province")
    is_spending: Flag = flag("支出类", note="同序列当月数据检查未过时不判断")
    confirm_months: Count = count("确认月数", unit="个", note="近三个可判断月中达到的月数")
    close_months: Count = count("解除月数", unit="个", note="连续未达到的可判断月数")
    spread: Text = text(
        "分摊",
        note="影响金额摊到几个月：span 所判断的月份 year 本年已过月份 twelve 12个月 run 连续月数 "
        "years 到跌破为止 none 不是损失，不摊",
    )
    recompute_sql: Text = text("复算SQL", null=True, note="发布目录上的模板；空为不复算")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleScore(Table):
    """Dated limits of the peer-centred spending score (W-22, W-23) and of its data guard (W-24)."""

    _spec: ClassVar[Spec] = rule(
        "支出得分限额", "一个限额一个起始日期一行", "limit_id", "valid_from"
    )

    rule_id: Text = text("规则编号", note="W-22/W-23/W-24")
    limit_id: Text = text("限额")
    limit_zh: Text = text("含义")
    value: Number = number("取值")
    unit: Text = text("单位")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleProcedure(Table):
    """The steps of a warning: which may follow which, by when the next is due, how long it is quiet."""

    _spec: ClassVar[Spec] = rule(
        "预警处理程序", "一个步骤一个起始状态一个起始日期一行", "step", "state_from", "valid_from"
    )

    step: Text = text(
        "步骤", note="ack / assign / report / propose / close / dismiss / reopen；return 自动复报"
    )
    step_zh: Text = text("步骤名称")
    state_from: Text = text("起始状态", note="quiet 静默中")
    state_to: Text = text("到达状态")
    state_zh: Text = text("到达状态名称")
    max_level_order: Count = count("最高等级序", null=True, note="高于此等级不得走这一步")
    due_days: Count = count("办理天数", null=True, unit="天", note="到下一步的期限；空为不再有期限")
    silent_months: Count = count(
        "静默月数", null=True, unit="月", note="此后几个月内等级不升即不再提示；空为不静默"
    )
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleDismissal(Table):
    """Why a warning may be dismissed, and whether that makes it a false one."""

    _spec: ClassVar[Spec] = rule("预警排除原因", "一个原因一个起始日期一行", "reason", "valid_from")

    reason: Text = text("原因代码", max_len=20)
    reason_zh: Text = text("原因")
    verdict: Text = text("算作", note="true 属实 false 误报 none 不计入准确率")
    zh: Text = text("含义")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleRemedy(Table):
    """Remedies of an overspend in the legal order, each with the limit its amount may not exceed."""

    _spec: ClassVar[Spec] = rule(
        "超支弥补措施", "一项措施一个险种一个起始日期一行", "remedy_id", "scheme", "valid_from"
    )

    remedy_id: Text = text("措施")
    remedy_order: Count = count("次序", note="0 控费，不动用资金；1–5 法定次序")
    scheme: Text = text("险种", note="310/390/ALL")
    remedy_zh: Text = text("措施名称")
    kind: Text = text(
        "种类", note="control 控费 / fund 动用资金，按次序弥补 / unit 政策调整，按单位测算"
    )
    limit_value: Number = number("限额")
    limit_unit: Text = text("限额单位")
    limit_zh: Text = text("限额含义")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleWorkday(Table):
    """Days that are not what their weekday says: public holidays and weekend days worked instead."""

    _spec: ClassVar[Spec] = rule("节假日与调休", "一天一行", "day")

    day: Date = date("日期")
    is_workday: Flag = flag("是否上班", note="未列出的日期：周一至周五上班")
    zh: Text = text("含义")
    source: Text = text("依据")
