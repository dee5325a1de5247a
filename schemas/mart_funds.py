"""Metrics and statistics of the funds: budgets, care, premiums, advances."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Flag,
    Money,
    Number,
    Ratio,
    Text,
    Ym,
    count,
    date,
    flag,
    money,
    number,
    ratio,
    text,
    ym,
)
from schemas.mart import BOOK, LEDGER, mart
from schemas.table import Spec, Table


class FctFundMetric(Table):
    """Metrics of every ledger and of its province; definitions in ``rule_metric``."""

    _spec: ClassVar[Spec] = mart("基金指标", "一个范围一个月一个指标一个变体一个基金一行", "book", "scope_id", "period_ym", "metric_id", "variant", "fund",
        weakness="不足12个月的滚动指标按已有月份计算并标明；公开数据核对见 origin = published")  # fmt: skip

    book: Text = text(BOOK, note="公开数据为 published，快报为 published_quick")
    origin: Text = text("来源", note="books 账簿 published 公开数据")
    scope_type: Text = text("范围", note="ledger/prefecture/province/nation/county")
    scope_id: Text = text(
        "范围标识",
        note="账套；或区划代码-险种，险种 ALL 为合计；地级（及与账套同名的直辖市）代码后加 P",
    )
    ledger_id: Text = text(LEDGER, null=True)
    poolarea_no: Text = text("统筹区编号", null=True)
    insutype: Text = text("险种", note="310/390/ALL")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    metric_id: Text = text("指标编号")
    variant: Text = text(
        "变体",
        note="M 当月 YTD 本年 R12 近12月 CAL 全年 FWD 预算 CUM 多年合计 DEV 偏离 *_IN 收入 *_OUT 支出",
    )
    fund: Text = text("基金", note="POOL/PA/PEND/NA/ALL")
    metric_name: Text = text("指标名称")
    value: Number = number("数值", null=True)
    unit: Text = text("单位")
    numerator_amt: Money = money("分子", null=True)
    denominator_amt: Money = money("分母", null=True)
    month_cnt: Count = count("所用月数", unit="月")
    status: Text = text(
        "状态",
        note="ok/short_history/no_spending/no_income/no_budget/no_prior/no_assessment/no_premium/no_deficit/no_accounts/no_payment/no_count/out_of_range",
    )


class FctPublishedCheck(Table):
    """Published figures told again by the same SQL: reproduced, near (a quick figure), or differing."""

    _spec: ClassVar[Spec] = mart(
        "公开数据核对",
        "一个公布数值一种对照一行",
        "region_code",
        "scheme",
        "fund",
        "period_ym",
        "item",
        "compared_with",
        "source_key",
    )

    region_code: Text = text("地区代码")
    scheme: Text = text("险种")
    fund: Text = text("基金")
    period_ym: Ym = ym("期末月份")
    item: Text = text("项目")
    compared_with: Text = text("对照")
    source_key: Text = text("来源代号")
    is_quick: Flag = flag("快报数")
    printed_value: Number = number("公布数值", note="单位见公布单位列")
    printed_unit: Text = text("公布单位")
    printed: Number = number("公布折算值", note="金额折合元，其余按公布单位")
    found: Number = number("计算值", null=True, note="金额为元，其余按公布单位")
    difference: Number = number("差额", null=True, note="计算值 − 公布折算值")
    difference_pct: Number = number("差异率", null=True, unit="%")
    verdict: Text = text("结论", note="same 一致 near 接近 differs 不同")


class FctHeadcountMonth(Table):
    """Insured persons of a ledger at each month end: what spending is measured against per head."""

    _spec: ClassVar[Spec] = mart("参保人数月度", "一个账套一个月一行", "ledger_id", "period_ym",
        weakness="没有报送人数的月份没有行")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    head_cnt: Count = count("参保人数", unit="人")


class FctBudgetExecution(Table):
    """Budget against actual, year to date."""

    _spec: ClassVar[Spec] = mart(
        "预算执行", "一个账套一个月一个预算项目一行", "book", "ledger_id", "period_ym", "budg_item"
    )

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    budg_item: Text = text("预算项目")
    budg_ver: Text = text("预算版本")
    budget_year_amt: Money = money("全年预算")
    budget_ytd_amt: Money = money("累计预算", null=True, note="无分月预算时为空")
    actual_ytd_amt: Money = money("累计执行")
    execution_ratio: Ratio = ratio("执行率", null=True, note="累计执行÷全年预算")


class FctSettlementMonth(Table):
    """Settlements by event month: the statistics' clock, not the books'."""

    _spec: ClassVar[Spec] = mart(
        "医保结算月度",
        "一个账套一个机构一个医疗类别一个结算月份一行",
        "ledger_id",
        "fixmedins_code",
        "med_type",
        "period_ym",
    )

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    fixmedins_code: Text = text("机构编号")
    med_type: Text = text("医疗类别前两位")
    spending_class: Text = text("支出类别")
    period_ym: Ym = ym("结算月份")
    period_start_date: Date = date("月初日期")
    setl_cnt: Count = count("结算人次", unit="人次", note="冲销计 −1")
    row_cnt: Count = count("结算行数", unit="行")
    medfee_sumamt: Money = money("医疗费总额")
    hifp_pay: Money = money("统筹基金支出")
    acct_pay: Money = money("个人账户支出")
    cash_payamt: Money = money("现金支付")


class FctContributionMonth(Table):
    """Premiums by cash month."""

    _spec: ClassVar[Spec] = mart(
        "缴费月度", "一个账套一个到账月份一个事项一行", "ledger_id", "period_ym", "event_code"
    )

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("到账月份")
    period_start_date: Date = date("月初日期")
    event_code: Text = text("事项编码")
    row_cnt: Count = count("缴费行数", unit="行")
    premium_amt: Money = money("保费")
    pool_amt: Money = money("入统筹基金")
    pa_amt: Money = money("入个人账户基金")
    pending_amt: Money = money("归属未定")
    latefee_amt: Money = money("滞纳金与利息")


class FctUnpaidSettlement(Table):
    """Settled, not yet paid: outside the books under the payment clock, shown as a memo."""

    _spec: ClassVar[Spec] = mart("已结算未拨付", "一个账套一个清算月份一行", "ledger_id", "clr_ym")

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    clr_ym: Ym = ym("清算月份", note="0 = 未列清算月份")
    period_start_date: Date = date("月初日期", null=True)
    row_cnt: Count = count("结算行数", unit="行")
    settled_pool_amt: Money = money("已结算统筹支付")
    settled_pa_amt: Money = money("已结算账户支付")
    paid_pool_amt: Money = money("已拨付统筹")
    paid_pa_amt: Money = money("已拨付账户")
    payment_difference_amt: Money = money(
        "支付方式差额", note="已列清算的实际拨付 − 其结算统筹支付（DRG/DIP、扣款、预留）"
    )
    applied_difference_amt: Money = money(
        "申报差额", note="已列清算的基金申报 − 其结算统筹支付（DRG/DIP 差额，扣款、预留之前）"
    )
    reserve_amt: Money = money("预留金")
    unpaid_pool_amt: Money = money(
        "未拨付统筹", note="未列清算的结算统筹支付，加已列清算中尚未拨付的部分"
    )
    unpaid_pa_amt: Money = money("未拨付账户")


class FctOtherFund(Table):
    """Money of other funds on the same settlements: memo, outside the ledger."""

    _spec: ClassVar[Spec] = mart(
        "其他基金支付备查",
        "一个账套一个结算月份一个基金列一行",
        "ledger_id",
        "period_ym",
        "fund_column",
    )

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("结算月份")
    period_start_date: Date = date("月初日期")
    fund_column: Text = text("基金列")
    fund_column_name: Text = text("基金名称")
    memo_amt: Money = money("备查金额")


class FctAdvance(Table):
    """Prepaid money of an institution at a month end; repayments clear the oldest first."""

    _spec: ClassVar[Spec] = mart("预付金明细", "一个账套一个月份一家机构一行", "ledger_id", "period_ym", "cntp_code",
        weakness="单据不分批，按先进先出推定账龄；手工凭证未填往来单位的归入空机构")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("截止月份")
    period_start_date: Date = date("月初日期")
    cntp_code: Text = text("机构", note="定点医药机构编号；空为未填")
    advance_amt: Money = money("预付金余额", note="110102、110103")
    old_advance_amt: Money = money("其中逾12个月")
