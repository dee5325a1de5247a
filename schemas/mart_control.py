"""What is checked from outside the books: audits, subsidies due, reconciliation, assessment."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Money,
    Number,
    Text,
    Ym,
    count,
    date,
    money,
    number,
    text,
    ym,
)
from schemas.mart import LEDGER, mart
from schemas.table import Spec, Table


class FctRecovery(Table):
    """Money recovered in a year, by institution; persons and employers only as totals."""

    _spec: ClassVar[Spec] = mart(
        "追回资金",
        "一个账套一年一类对象一家机构一行",
        "ledger_id",
        "period_ym",
        "obj_type",
        "fixmedins_code",
    )

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("年末月份")
    period_start_date: Date = date("月初日期")
    obj_type: Text = text("对象类别", note="31 机构 11 个人 21 单位")
    fixmedins_code: Text = text("定点医药机构编号", note="个人、单位为空")
    row_cnt: Count = count("笔数", unit="笔")
    same_year_amt: Money = money("追回当年待遇", note="E43；含从月结扣减而无分录的")
    prior_year_amt: Money = money("追回以前年度待遇", note="E44")
    setoff_amt: Money = money("其中月结扣减")
    recovered_amt: Money = money("追回合计")


class FctInspection(Table):
    """Inspection work by year, as delivered and as published, beside the money in the books."""

    _spec: ClassVar[Spec] = mart("监督检查", "一个范围一个时段一个来源一行", "origin", "scope_type", "scope_id", "first_ym", "period_ym", "source_key",
        weakness="检查家次口径各地不一；追回资金为报送数，入账数见 booked_amt 与 fct_recovery；公布数见 rule_published_figure")  # fmt: skip

    origin: Text = text("来源", note="delivered 报送 rollup 各统筹区合计 published 公布")
    scope_type: Text = text("范围", note="pool/province/nation")
    scope_id: Text = text("范围标识", note="统筹区编号或地区代码")
    first_ym: Ym = ym("首月")
    period_ym: Ym = ym("末月")
    period_start_date: Date = date("末月月初日期")
    source_key: Text = text("来源代号", note="公布行的来源，其余为空")
    pool_cnt: Count = count("统筹区数", null=True, unit="个", note="有报送、有追回或有罚款的")
    month_cnt: Count = count("所报月数", null=True, unit="月", note="合计行为各统筹区中最少的")
    insp_cnt: Count = count("检查家次", null=True, unit="家次")
    hndl_cnt: Count = count("处理家次", null=True, unit="家次")
    handled_pct: Number = number("处理率", null=True, unit="%", note="处理家次÷检查家次")
    fraud_org_cnt: Count = count("查实欺诈骗保机构", null=True, unit="家")
    case_cnt: Count = count("查办案件", null=True, unit="件")
    suspect_cnt: Count = count("抓获犯罪嫌疑人", null=True, unit="人")
    close_cnt: Count = count("关停机构", null=True, unit="家")
    retn_amt: Money = money("追回资金", null=True, note="报送或公布数，备查")
    fraud_retn_amt: Money = money("其中追缴欺诈骗保资金", null=True)
    booked_amt: Money = money("追回入账", null=True, note="fct_recovery 的追回合计；公布行为空")
    booked_diff_amt: Money = money("报送−入账", null=True)
    penl_amt: Money = money("罚款", null=True, note="入国库，不进基金；按认定年度")
    per_handled_amt: Money = money("每处理家次追回", null=True)
    published_ym: Ym = ym(
        "对照的公布时段", null=True, note="不晚于本年度的最近一个公布处理率的时段末月"
    )
    published_pct: Number = number("公布处理率", null=True, unit="%")


class FctSubsidyDue(Table):
    """Residents' fiscal subsidy of a year: heads × dated standard against what the bank received."""

    _spec: ClassVar[Spec] = mart("应收财政补助", "一个账套一年一行", "ledger_id", "period_ym",
        weakness="人数取当年最后一个有数月份，非实际结算人数；银行流水不分所属年度，跨年补拨计入到账年；标准为全国最低标准，当地另有标准须加行")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    subsidy_year: Count = count("年度", unit="年")
    period_ym: Ym = ym("年末月份")
    period_start_date: Date = date("月初日期")
    head_ym: Ym = ym("人数所取月份", null=True)
    head_cnt: Count = count("参保人数", null=True, unit="人")
    standard_amt: Money = money("人均补助标准", null=True)
    personal_standard_amt: Money = money("个人缴费标准", null=True)
    due_amt: Money = money("应收补助", null=True, note="人数×标准")
    received_amt: Money = money("实收补助", note="FINSUBS_IN")
    diff_amt: Money = money("实收−应收", null=True)
    told_amt: Money = money("缴费明细所载补助", note="备查，不入账")
    status: Text = text(
        "状态",
        note="matched 相符 short 少收 over 多收 open 年度未完 no_count 没有人数 no_standard 没有标准",
    )


class FctReconciliation(Table):
    """Tax rows, treasury, fiscal account and books: one link of the way, both sides, by month."""

    _spec: ClassVar[Spec] = mart(
        "税务国库财政专户核对",
        "一个账套一个月份一个环节一行",
        "ledger_id",
        "period_ym",
        "link",
    )

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    link: Text = text(
        "环节",
        note="TAX_TREASURY/COLLECT_REVENUE/ROWS_REMITTED/REMITTED_SPECIAL/TREASURY_BOOK/SPECIAL_BOOK",
    )
    left_name: Text = text("左方")
    right_name: Text = text("右方")
    left_amt: Money = money("左方金额")
    right_amt: Money = money("右方金额")
    diff_amt: Money = money("差额", note="左方−右方")
    cumulated_diff_amt: Money = money("累计差额", note="自账簿开始")
    day_cnt: Count = count("有发生的天数", unit="天")
    open_day_cnt: Count = count("不符的天数", unit="天")
    status: Text = text(
        "状态",
        note="matched 逐日相符 timing 金额相符而日期不同，或累计相符 differs 不符 not_told 明细未载",
    )


class FctReconciliationItem(Table):
    """The days on which the two sides of a link differ."""

    _spec: ClassVar[Spec] = mart(
        "税务国库财政专户核对未符项",
        "一个账套一个环节一天一行",
        "ledger_id",
        "link",
        "item_date",
    )

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    link: Text = text("环节")
    item_date: Date = date("日期")
    left_amt: Money = money("左方金额")
    right_amt: Money = money("右方金额")
    diff_amt: Money = money("差额", note="左方−右方")


class FctAssessment(Table):
    """Premiums assessed and collected by month of fees and payer class, and the base behind them."""

    _spec: ClassVar[Spec] = mart("应征与实征", "一个账套一个费款所属期一类缴费主体一行", "ledger_id", "period_ym", "payer_class",
        weakness="费率由当地规定：没有加当地费率行时只列差额、不判相符与否；未申报核定数为备查，停业单位也会列入")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("费款所属期")
    period_start_date: Date = date("月初日期")
    payer_class: Text = text("缴费主体", note="单位类型；02/03 灵活就业，05 代缴，S 个人，R 居民")
    row_cnt: Count = count("行数", unit="行")
    unpaid_cnt: Count = count("未到账行数", unit="行")
    assessed_amt: Money = money("应征保费")
    collected_amt: Money = money("实征保费", note="到账簿末月")
    arrear_amt: Money = money("欠费")
    base_amt: Money = money("缴费基数合计", null=True)
    implied_amt: Money = money("基数×费率", null=True)
    rate_diff_amt: Money = money("应征−基数×费率", null=True, note="只比较有基数的行")
    rule_base_amt: Money = money("规定基数", null=True, note="人数×平均工资×比例")
    base_diff_amt: Money = money("基数−规定基数", null=True)
    status: Text = text(
        "状态",
        note="matched/rate_differs/base_differs/person_charged 代缴而个人仍缴/no_local_rate 只有一般费率，差额备查/no_base 无基数或无费率",
    )
    undeclared_cnt: Count = count("未申报单位数", unit="家", note="上月有申报、本月没有")
    undeclared_amt: Money = money("未申报核定数", note="备查：上月缴费额×110%")
