"""The dated policy tables of ``transforms/rules/*.csv``: each row carries its source and its dates."""

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
    Ym,
    count,
    date,
    flag,
    money,
    number,
    text,
    ym,
)
from schemas.table import Spec, Table


def _spec(zh: str, grain: str, *key: str) -> Spec:
    return Spec(zh=zh, layer="rules", grain=grain, key=key)


class RuleAccount(Table):
    """Chart of accounts of the rule in force, per scheme; 6- and 8-digit codes are ours."""

    _spec: ClassVar[Spec] = _spec("会计科目", "一个险种一个科目一行", "insutype", "account_code")

    insutype: Text = text("险种", max_len=6)
    account_code: Text = text("科目编码", max_len=8)
    account_name: Text = text("科目名称")
    element: Text = text("会计要素", note="asset/liability/net_asset/income/expense")
    normal_side: Text = text("余额方向", max_len=1, note="D 借 C 贷")
    fund: Text = text("基金", max_len=4)
    closes_to: Text = text("期末结转科目", null=True, max_len=8)
    books: Text = text("适用账簿", null=True, note="空为所有账簿，否则以 ; 分隔")
    is_statutory: Flag = flag("制度所列编码")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RulePosting(Table):
    """Posting rules: which accounts an event's amount goes to. ``@BANK`` = the event's bank account."""

    _spec: ClassVar[Spec] = _spec("入账规则", "一个入账键一个险种一行", "rule_id")

    rule_id: Text = text("规则编号")
    posting_key: Text = text("入账键", note="事项.部分")
    scheme: Text = text("险种", max_len=6)
    event_code: Text = text("事项编码", max_len=8)
    debit_account: Text = text("借方科目")
    credit_account: Text = text("贷方科目")
    fund: Text = text("基金", max_len=4)
    style: Text = text("记账方式", max_len=2, note="N 一借一贷 / RD 红字借方 / RC 红字贷方")
    books: Text = text("适用账簿", null=True, note="空为所有账簿，否则以 ; 分隔")
    summary: Text = text("摘要")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleMedClass(Table):
    """Medical category (first two digits) → part of the benefit accounts."""

    _spec: ClassVar[Spec] = _spec(
        "医疗类别归类", "一个类别前两位一个险种一行", "med_prefix", "scheme"
    )

    med_prefix: Text = text("医疗类别前两位", max_len=2)
    scheme: Text = text("险种", max_len=6)
    med_name: Text = text("医疗类别名称")
    spending_class: Text = text("支出类别", note="inpatient/outpatient/pharmacy/maternity")
    pool_part: Text = text("统筹支付归类")
    pa_part: Text = text("账户支付归类", null=True)
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleInsutype(Table):
    """Insurance type → ledger scheme; known types outside the project's scope have none."""

    _spec: ClassVar[Spec] = _spec("险种归并", "一个险种代码一行", "insutype")

    insutype: Text = text("险种代码", max_len=6)
    insutype_name: Text = text("险种名称")
    scheme: Text = text("账套险种", null=True, max_len=6)
    in_scope: Flag = flag("在范围内")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleClctWay(Table):
    """Way of collection → bank account of receipt and refund, and the column that dates the cash."""

    _spec: ClassVar[Spec] = _spec("征收方式", "一个征收方式一行", "clct_way")

    clct_way: Text = text("征收方式", max_len=6)
    clct_way_name: Text = text("征收方式名称")
    receipt_account: Text = text("收款科目")
    refund_account: Text = text("退款科目")
    cash_date_column: Text = text("到账日期取列", note="intsury_time/arvl_date")
    event_code: Text = text("专属事项", null=True, max_len=8, note="如财政代缴 E07")
    other_ledger_account: Text = text(
        "跨账套代收科目", null=True, note="保费属于没有个人账户的账套时"
    )
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleTrafItem(Table):
    """Bank item → the one table that posts it, and the leg that does where a movement has two."""

    _spec: ClassVar[Spec] = _spec("收付项目", "一个收付项目一行", "traf_item")

    traf_item: Text = text("收付项目")
    traf_item_name: Text = text("收付项目名称")
    posting_source: Text = text("入账来源表")
    posting_leg: Text = text("入账方向", note="IN/OUT/ANY")
    key_suffix: Text = text(
        "入账键后缀取法",
        null=True,
        note="ACCT 账户类别 / FUND 基金 / ALL / LEG 收付方向 / SOUC 拨付来源 / PART 本金与利息 / ORIG 原流水",
    )
    pay_prefix: Text = text("拨付入账键前缀", null=True, note="入账来源表为 clearing 时")
    counterparty: Text = text("往来对象", null=True, note="INST 机构 / REGION 区划 / OBJ 拨付对象")
    is_external: Flag = flag("对外收付")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleDfrSouc(Table):
    """Source of a payment order → the table that posts it and the prefix of its posting keys."""

    _spec: ClassVar[Spec] = _spec("拨付来源", "一个拨付来源一行", "dfr_souc")

    dfr_souc: Text = text("拨付来源", max_len=6)
    dfr_souc_name: Text = text("拨付来源名称")
    posting_source: Text = text("入账来源表", note="clearing/fund_transfers/contributions")
    pay_prefix: Text = text("拨付入账键前缀", null=True)
    counterparty: Text = text("往来对象", null=True, note="INST 机构 / REGION 区划 / OBJ 拨付对象")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleFundCode(Table):
    """Fund item code of a bank row → fund."""

    _spec: ClassVar[Spec] = _spec("基金款项代码", "一个代码一行", "fund_code")

    fund_code: Text = text("基金款项代码", max_len=6)
    fund: Text = text("基金", max_len=4)
    fund_name: Text = text("基金名称")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleBankAccount(Table):
    """Bank account type of the platform → account of the books."""

    _spec: ClassVar[Spec] = _spec("银行账户类别", "一个账户类别一行", "hif_acct_type")

    hif_acct_type: Text = text("账户类别", max_len=3)
    hif_acct_name: Text = text("账户类别名称")
    account_code: Text = text("科目编码")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleBankPair(Table):
    """Allow-list of (debit, credit) pairs that touch a bank account (收支两条线)."""

    _spec: ClassVar[Spec] = _spec(
        "银行账户对应科目白名单", "一对借贷科目前缀一行", "debit_prefix", "credit_prefix"
    )

    debit_prefix: Text = text("借方科目前缀")
    credit_prefix: Text = text("贷方科目前缀")
    meaning: Text = text("含义")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleStatementRow(Table):
    """Rows of the two statutory statements, in the order of the official form."""

    _spec: ClassVar[Spec] = _spec(
        "报表行", "一张报表一个险种一行", "statement", "scheme", "row_code", "books"
    )

    statement: Text = text("报表", note="BS 资产负债表 IS 收支表")
    scheme: Text = text("险种", max_len=6)
    row_code: Text = text("行码")
    row_order: Count = count("行序")
    row_name: Text = text("项目")
    books: Text = text("适用账簿", null=True, note="空为所有账簿，否则以 ; 分隔")
    needs_account: Text = text(
        "所需科目", null=True, max_len=8, note="账套用到此科目才列示，空为总是列示"
    )
    indent: Count = count("缩进")
    side: Text = text("左右栏", null=True, note="A 资产 L 负债和净资产")
    is_monthly: Flag = flag("月报列示")
    is_annual: Flag = flag("年报列示")
    is_total: Flag = flag("合计行")
    is_official: Flag = flag("制度所列")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleStatementTerm(Table):
    """What a statement row adds up: accounts (prefix and measure) or other rows, with sign."""

    _spec: ClassVar[Spec] = _spec(
        "报表取数", "一个报表行一项一行", "statement", "scheme", "row_code", "term_no"
    )

    statement: Text = text("报表")
    scheme: Text = text("险种", max_len=6)
    row_code: Text = text("行码")
    term_no: Count = count("项序")
    term_kind: Text = text("取数类别", note="account/row")
    ref: Text = text("科目前缀或行码")
    measure: Text = text(
        "取数",
        null=True,
        note="bal_d/bal_c 余额，cr/dr 净发生，cr_ext 不含月末转账，cr_gross 贷方发生，adj 净资产直接调整",
    )
    form_measure: Text = text("表样取数", null=True, note="与制度字面不同时")
    sign: Count = count("符号", note="1 或 -1")
    period_type: Text = text("适用期间", null=True, note="M/Y，空为两者")
    books: Text = text("适用账簿", null=True, note="空为所有账簿，否则以 ; 分隔")
    source: Text = text("依据")


class RuleBudgetItem(Table):
    """Budget item → row of the income statement."""

    _spec: ClassVar[Spec] = _spec("预算项目对应", "一个险种一个预算项目一行", "scheme", "budg_item")

    scheme: Text = text("险种", max_len=6)
    budg_item: Text = text("预算项目")
    statement_row: Text = text("收支表行码")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleBook(Table):
    """Books kept: one set of accounting rules each; the statutory one is reported and filed."""

    _spec: ClassVar[Spec] = _spec("账簿", "一个账簿一行", "book")

    book: Text = text("账簿")
    book_name: Text = text("账簿名称")
    policy: Text = text("待转处理政策", note="A1999/A2017/B")
    is_accrual: Flag = flag("权责发生")
    is_statutory: Flag = flag("法定账簿")
    book_order: Count = count("账簿序")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleMetric(Table):
    """The one written definition of each metric and variant, shown wherever the figure is shown."""

    _spec: ClassVar[Spec] = _spec(
        "指标定义", "一个指标一个变体一个基金一行", "metric_id", "variant", "fund"
    )

    metric_id: Text = text("指标编号", note="M-01 …")
    variant: Text = text("变体", note="CAL/R12/YTD/FWD/M")
    fund: Text = text("基金", note="POOL/PA/PEND/NA/ALL")
    metric_name: Text = text("指标名称")
    unit: Text = text("单位", note="元/月/%/百分点")
    numerator: Text = text("分子口径")
    denominator: Text = text("分母口径")
    short_history: Text = text("不足12个月时")
    zero_spending: Text = text("分母为零或为负时")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleWarning(Table):
    """Dated warning thresholds: one row a rule, scheme, measure and level."""

    _spec: ClassVar[Spec] = _spec(
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

    _spec: ClassVar[Spec] = _spec(
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

    _spec: ClassVar[Spec] = _spec(
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

    _spec: ClassVar[Spec] = _spec(
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

    _spec: ClassVar[Spec] = _spec(
        "预警排除原因", "一个原因一个起始日期一行", "reason", "valid_from"
    )

    reason: Text = text("原因代码", max_len=20)
    reason_zh: Text = text("原因")
    verdict: Text = text("算作", note="true 属实 false 误报 none 不计入准确率")
    zh: Text = text("含义")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleRemedy(Table):
    """Remedies of an overspend in the legal order, each with the limit its amount may not exceed."""

    _spec: ClassVar[Spec] = _spec(
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


class RulePublishedFigure(Table):
    """Published national and county figures, so that the metrics can be held against them."""

    _spec: ClassVar[Spec] = _spec(
        "公开数据",
        "一个地区一个期间一个项目一个来源一行",
        "scope_id",
        "period_ym",
        "period_type",
        "item",
        "source_key",
    )

    scope_type: Text = text("范围", note="nation/county")
    scope_id: Text = text("地区", note="000000 全国，331127 景宁县")
    scheme: Text = text("险种", note="310/390/ALL")
    period_type: Text = text("期间类别", note="Y 年 Q 季累计")
    period_ym: Ym = ym("期末月份")
    item: Text = text("项目")
    printed_value: Number = number("公布数值")
    printed_unit: Text = text("公布单位")
    amount: Number = number("折合元", null=True)
    is_quick: Flag = flag("快报数")
    source_key: Text = text("来源代号")
    source: Text = text("来源")


class RuleEvent(Table):
    """Every event of the accounting page: what tells it, in which books, and whether it is built."""

    _spec: ClassVar[Spec] = _spec("会计事项", "一个事项一行", "event_code")

    event_code: Text = text("事项编码", max_len=8)
    event_name: Text = text("事项名称")
    source_kind: Text = text(
        "来源",
        note="contributions/settlements/fund_transfers/recoveries/vouchers/computed/none",
    )
    books: Text = text("适用账簿", null=True, note="空为所有账簿，否则以 ; 分隔")
    status: Text = text("状态", note="built 已实现 / memo 仅备查 / planned 计划")
    section: Text = text("制度出处")
    source: Text = text("依据")


class RuleParameter(Table):
    """Switches and figures that are policy, not code; a pool's own row goes before ``*``."""

    _spec: ClassVar[Spec] = _spec(
        "政策参数", "一个参数一个范围一个起始日期一行", "name", "scope", "valid_from"
    )

    name: Text = text("参数")
    scope: Text = text("范围", note="统筹区编号，* 为全部")
    value: Text = text("取值", note="开关为 on/off，比率为小数")
    zh: Text = text("含义")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleIntake(Table):
    """What intake allows: windows, waiting times, and when a unit of money is doubted."""

    _spec: ClassVar[Spec] = _spec("接收限额", "一个限额一个起始日期一行", "limit_id", "valid_from")

    limit_id: Text = text("限额")
    limit_zh: Text = text("含义")
    value: Count = count("取值")
    unit: Text = text("单位")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleReason(Table):
    """What a reason code of intake means to a clerk, and what to do about it."""

    _spec: ClassVar[Spec] = _spec("拒收与提示原因", "一个原因一行", "reason")

    reason: Text = text("原因代码", max_len=40)
    reason_zh: Text = text("含义")
    remedy_zh: Text = text("处理办法")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleWorkday(Table):
    """Days that are not what their weekday says: public holidays and weekend days worked instead."""

    _spec: ClassVar[Spec] = _spec("节假日与调休", "一天一行", "day")

    day: Date = date("日期")
    is_workday: Flag = flag("是否上班", note="未列出的日期：周一至周五上班")
    zh: Text = text("含义")
    source: Text = text("依据")


class RuleSubsidy(Table):
    """Residents: fiscal subsidy and own premium a head and benefit year; a pool's row goes before ``*``."""

    _spec: ClassVar[Spec] = _spec(
        "居民补助与缴费标准", "一个范围一个待遇年度一行", "scope", "benefit_year"
    )

    scope: Text = text("范围", note="统筹区编号，* 为全部")
    benefit_year: Count = count("待遇年度")
    subsidy_amt: Money = money("人均财政补助标准")
    personal_amt: Money = money("个人缴费标准")
    zh: Text = text("含义")
    source: Text = text("依据")


class RuleContributionBase(Table):
    """Dated rates and base rules that an assessment is held against (S04, S13)."""

    _spec: ClassVar[Spec] = _spec(
        "缴费基数与费率",
        "一条规则一个范围一类缴费主体一个起始日期一行",
        "base_rule",
        "scope",
        "payer_class",
        "valid_from",
    )

    base_rule: Text = text(
        "规则",
        note="EMP_RATE 单位费率 PSN_RATE 个人费率 BASE_RATIO 基数占平均工资 MEAN_WAGE 月平均工资 UNDECLARED 未申报核定倍数",
    )
    scope: Text = text("范围", note="统筹区编号，* 为全部")
    payer_class: Text = text("缴费主体", note="* 为全部")
    value: Number = number("取值")
    unit: Text = text("单位")
    zh: Text = text("含义")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleElimination(Table):
    """Accounts of two pools that show the same money: what consolidation takes out, and how."""

    _spec: ClassVar[Spec] = _spec(
        "合并抵销", "一个种类一个科目一个起始日期一行", "kind", "account_prefix", "valid_from"
    )

    kind: Text = text("种类", note="UP 上解 / DOWN 下拨 / XPRE 异地就医资金")
    account_prefix: Text = text("科目", max_len=8, note="以此开头的末级科目；其后的尾码区分基金")
    kind_zh: Text = text("种类名称")
    basis: Text = text("核对方式", note="NOTICE 按通知单核对发生额 / PAIR 按对方核对余额")
    role: Text = text("方向", note="payer 付款方 / payee 收款方 / either 依余额方向")
    account_order: Count = count("抵销次序")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


RULES: tuple[type[Table], ...] = (
    RuleEvent,
    RuleParameter,
    RuleAccount,
    RulePosting,
    RuleMedClass,
    RuleInsutype,
    RuleClctWay,
    RuleTrafItem,
    RuleDfrSouc,
    RuleFundCode,
    RuleBankAccount,
    RuleBankPair,
    RuleStatementRow,
    RuleStatementTerm,
    RuleBudgetItem,
    RuleBook,
    RuleMetric,
    RuleWorkday,
    RuleSubsidy,
    RuleContributionBase,
    RuleWarning,
    RuleWarningMeasure,
    RuleScore,
    RuleProcedure,
    RuleDismissal,
    RuleRemedy,
    RulePublishedFigure,
    RuleIntake,
    RuleReason,
    RuleElimination,
)
