"""Metrics and statistics of the funds: budgets, care, premiums, advances, subsidies, audits."""

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
