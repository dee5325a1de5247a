"""Statements of a province over its pools, and what does not match between them."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Flag,
    Money,
    Text,
    Ym,
    count,
    date,
    flag,
    money,
    text,
    ym,
)
from schemas.mart import BOOK, mart
from schemas.table import Spec, Table


class FctConsolidatedBalanceSheet(Table):
    """资产负债表 of a province: the pools' sheets added up, less what they owe one another."""

    _spec: ClassVar[Spec] = mart("省级合并资产负债表", "一个账簿一个省一个险种一个期间一行项目", "book", "province_code", "insutype", "period_type", "period_ym", "row_code",
        weakness="只抵销双方账套都已载入且相符的部分；不符的列入 fct_consolidation_difference")  # fmt: skip

    book: Text = text(BOOK)
    province_code: Text = text("省代码")
    province_name: Text = text("省", null=True)
    insutype: Text = text("险种", note="ALL 职工与居民合计")
    period_type: Text = text("期间类别", note="M 月报 Y 年报")
    period_ym: Ym = ym("期末月份")
    period_start_date: Date = date("月初日期")
    row_code: Text = text("行码")
    row_order: Count = count("行序")
    row_name: Text = text("项目")
    ledger_cnt: Count = count("账套数", unit="个")
    year_open_sum_amt: Money = money("年初余额合计")
    year_open_elimination_amt: Money = money("年初余额抵销")
    year_open_amt: Money = money("年初余额")
    close_sum_amt: Money = money("期末余额合计")
    close_elimination_amt: Money = money("期末余额抵销")
    close_amt: Money = money("期末余额", note="合计 − 抵销")


class FctConsolidatedIncomeStatement(Table):
    """收支表 of a province and scheme: the pools' statements added up, less what they paid one another."""

    _spec: ClassVar[Spec] = mart("省级合并收支表", "一个账簿一个省一个险种一个期间一行项目", "book", "province_code", "insutype", "period_type", "period_ym", "row_code",
        weakness="后一方入账的月份才抵销，该月数可为负；跨年度入账的通知单不抵销")  # fmt: skip

    book: Text = text(BOOK)
    province_code: Text = text("省代码")
    province_name: Text = text("省", null=True)
    insutype: Text = text("险种")
    period_type: Text = text("期间类别", note="M 月报 Y 年报")
    period_ym: Ym = ym("期末月份")
    period_start_date: Date = date("月初日期")
    row_code: Text = text("行码")
    row_order: Count = count("行序")
    row_name: Text = text("项目")
    ledger_cnt: Count = count("账套数", unit="个")
    month_sum_amt: Money = money("本月数合计", null=True)
    month_elimination_amt: Money = money("本月抵销", null=True)
    month_amt: Money = money("本月数", null=True, note="合计 − 抵销；年报为空")
    ytd_sum_amt: Money = money("本年累计合计")
    ytd_elimination_amt: Money = money("本年累计抵销")
    ytd_amt: Money = money("本年累计数", note="年报为本年数")
    prior_year_amt: Money = money("上年数", null=True, note="只在年报")
    form_amt: Money = money("表样本月数", note="年报为本年数")


class FctConsolidationDifference(Table):
    """Money between pools that only one side shows, or both sides differently, month by month."""

    _spec: ClassVar[Spec] = mart("合并差异", "一个账簿一个省一个月末一张通知单或一对账套一行", "book", "province_code", "insutype", "period_ym", "kind", "fund_part", "payer_ledger_id", "payee_ledger_id", "notice",
        weakness="上解下拨为本年累计，异地就医资金为余额；列入的金额留在合并报表内，不作冲抵")  # fmt: skip

    book: Text = text(BOOK)
    province_code: Text = text("省代码")
    insutype: Text = text("险种")
    period_ym: Ym = ym("截止月份")
    period_start_date: Date = date("月初日期")
    kind: Text = text("种类", note="UP 上解 / DOWN 下拨 / XPRE 异地就医资金")
    kind_zh: Text = text("种类名称")
    fund_part: Text = text("基金尾码", note="01 统筹 02 个人账户；空文本 = 不分")
    payer_ledger_id: Text = text("付款方账套", note="未载入时为来文的地区；空文本 = 未写明")
    payee_ledger_id: Text = text("收款方账套", note="未载入时为来文的地区；空文本 = 未写明")
    notice: Text = text("通知单号", note="单据号，无则批准文号；空文本 = 没有")
    payer_amt: Money = money("付款方金额")
    payee_amt: Money = money("收款方金额")
    diff_amt: Money = money("差额", note="付款方 − 收款方")
    is_both_loaded: Flag = flag("双方已载入")
    reason_zh: Text = text("原因")
