"""Rules that turn rows into entries: events, accounts, code maps, bank accounts, elimination."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Flag,
    Text,
    count,
    date,
    flag,
    text,
)
from schemas.rule import rule
from schemas.table import Spec, Table


class RuleEvent(Table):
    """Every event of the accounting page: what tells it, in which books, and whether it is built."""

    _spec: ClassVar[Spec] = rule("会计事项", "一个事项一行", "event_code")

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

    _spec: ClassVar[Spec] = rule(
        "政策参数", "一个参数一个范围一个起始日期一行", "name", "scope", "valid_from"
    )

    name: Text = text("参数")
    scope: Text = text("范围", note="统筹区编号，* 为全部")
    value: Text = text("取值", note="开关为 on/off，比率为小数")
    zh: Text = text("含义")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleAccount(Table):
    """Chart of accounts of the rule in force, per scheme; 6- and 8-digit codes are ours."""

    _spec: ClassVar[Spec] = rule("会计科目", "一个险种一个科目一行", "insutype", "account_code")

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

    _spec: ClassVar[Spec] = rule("入账规则", "一个入账键一个险种一行", "rule_id")

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

    _spec: ClassVar[Spec] = rule(
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

    _spec: ClassVar[Spec] = rule("险种归并", "一个险种代码一行", "insutype")

    insutype: Text = text("险种代码", max_len=6)
    insutype_name: Text = text("险种名称")
    scheme: Text = text("账套险种", null=True, max_len=6)
    in_scope: Flag = flag("在范围内")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleClctWay(Table):
    """Way of collection → bank account of receipt and refund, and the column that dates the cash."""

    _spec: ClassVar[Spec] = rule("征收方式", "一个征收方式一行", "clct_way")

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

    _spec: ClassVar[Spec] = rule("收付项目", "一个收付项目一行", "traf_item")

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

    _spec: ClassVar[Spec] = rule("拨付来源", "一个拨付来源一行", "dfr_souc")

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

    _spec: ClassVar[Spec] = rule("基金款项代码", "一个代码一行", "fund_code")

    fund_code: Text = text("基金款项代码", max_len=6)
    fund: Text = text("基金", max_len=4)
    fund_name: Text = text("基金名称")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleBankAccount(Table):
    """Bank account type of the platform → account of the books."""

    _spec: ClassVar[Spec] = rule("银行账户类别", "一个账户类别一行", "hif_acct_type")

    hif_acct_type: Text = text("账户类别", max_len=3)
    hif_acct_name: Text = text("账户类别名称")
    account_code: Text = text("科目编码")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleBankPair(Table):
    """Allow-list of (debit, credit) pairs that touch a bank account (收支两条线)."""

    _spec: ClassVar[Spec] = rule(
        "银行账户对应科目白名单", "一对借贷科目前缀一行", "debit_prefix", "credit_prefix"
    )

    debit_prefix: Text = text("借方科目前缀")
    credit_prefix: Text = text("贷方科目前缀")
    meaning: Text = text("含义")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleElimination(Table):
    """Accounts of two pools that show the same money: what consolidation takes out, and how."""

    _spec: ClassVar[Spec] = rule(
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
