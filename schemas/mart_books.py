"""Books, accounts, journal, statements, and the lists that open accounts come down to."""

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
from schemas.mart import BOOK, LEDGER, mart
from schemas.table import Spec, Table


class DimAccount(Table):
    """Chart of accounts as used, with the level of each account."""

    _spec: ClassVar[Spec] = mart("会计科目", "一个险种一个科目一行", "insutype", "account_code")

    insutype: Text = text("险种")
    account_code: Text = text("科目编码")
    account_name: Text = text("科目名称")
    parent_code: Text = text("上级科目", null=True)
    element: Text = text("会计要素")
    normal_side: Text = text("余额方向")
    fund: Text = text("基金")
    is_leaf: Flag = flag("末级科目")
    is_statutory: Flag = flag("制度所列编码")
    source: Text = text("依据")


class DimMonth(Table):
    """Months from the first posting to the end of the books."""

    _spec: ClassVar[Spec] = mart("月份", "一个月一行", "period_ym")

    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    period_end_date: Date = date("月末日期")
    year: Count = count("年")
    month: Count = count("月")


class DimInsurance(Table):
    """Insurance types and the ledger they are kept in."""

    _spec: ClassVar[Spec] = mart("险种", "一个险种代码一行", "insutype")

    insutype: Text = text("险种代码")
    insutype_name: Text = text("险种名称")
    scheme: Text = text("账套险种", null=True)
    in_scope: Flag = flag("在范围内")


class DimInstitution(Table):
    """Institutions that appear in settlements or clearing."""

    _spec: ClassVar[Spec] = mart("定点医药机构", "一个机构一行", "fixmedins_code")

    fixmedins_code: Text = text("机构编号")
    institution_type: Text = text("机构类别", note="hospital/pharmacy/other")
    poolarea_no: Text = text("出现最多的统筹区")
    first_ym: Ym = ym("首次出现月份")
    last_ym: Ym = ym("最近出现月份")


class DimBook(Table):
    """The books kept over the same events: the rule in force, the old rule, the proposals."""

    _spec: ClassVar[Spec] = mart("账簿", "一个账簿一行", "book")

    book: Text = text("账簿")
    book_name: Text = text("账簿名称")
    policy: Text = text("待转处理政策", note="A1999/A2017/B")
    is_accrual: Flag = flag("权责发生")
    is_statutory: Flag = flag("法定账簿", note="报送与预警所据")
    book_order: Count = count("账簿序")


class FctJournal(Table):
    """Voucher lines, the closing lines of each month included."""

    _spec: ClassVar[Spec] = mart(
        "记账凭证分录", "一张凭证一行分录", "book", "voucher_id", "line_no"
    )

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("记账月份")
    period_start_date: Date = date("月初日期")
    posting_date: Date = date("记账日期")
    event_date: Date = date("事项日期", note="补记已结账月份的事项时早于记账日期")
    voucher_id: Text = text("凭证标识")
    voucher_no: Count = count("凭证号", note="每账套每月从 1 连续；0 为期初余额")
    line_no: Count = count("行号")
    event_code: Text = text("事项编码")
    event_id: Text = text("事项标识")
    rule_id: Text = text("规则编号")
    account_code: Text = text("科目编码")
    fund: Text = text("基金")
    debit_amt: Money = money("借方金额")
    credit_amt: Money = money("贷方金额")
    is_closing: Flag = flag("结转分录")
    is_opening: Flag = flag("期初余额")
    orig_period_ym: Ym = ym("原所属期")
    source_row_cnt: Count = count("来源行数", unit="行")
    summary: Text = text("摘要")


class FctVoucherSource(Table):
    """Which rows of which raw file stand behind a voucher."""

    _spec: ClassVar[Spec] = mart(
        "凭证来源", "一张凭证一个来源文件一行", "book", "voucher_id", "table_name", "source_sha"
    )

    book: Text = text(BOOK)
    voucher_id: Text = text("凭证标识")
    table_name: Text = text("来源表")
    source_sha: Text = text("来源文件散列")
    source_row_cnt: Count = count("来源行数", unit="行")
    first_src_row: Count = count("首个记录号")
    last_src_row: Count = count("末个记录号")
    source_amt: Money = money("来源金额")


class FctLedgerMonth(Table):
    """Monthly balance of every used leaf account, before (pre) and after (post) closing."""

    _spec: ClassVar[Spec] = mart(
        "科目余额",
        "一个账套一个月一个末级科目一个结转阶段一行",
        "book",
        "ledger_id",
        "period_ym",
        "account_code",
        "closing_stage",
    )

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    account_code: Text = text("科目编码")
    account_name: Text = text("科目名称")
    fund: Text = text("基金")
    closing_stage: Text = text("结转阶段", note="pre 结转前 post 结转后")
    opening_amt: Money = money("期初余额")
    debit_amt: Money = money("借方发生额")
    credit_amt: Money = money("贷方发生额")
    closing_amt: Money = money("期末余额", note="按科目余额方向取号")


class FctBalanceSheet(Table):
    """资产负债表, monthly (M) and annual (Y), row by row as in the official form."""

    _spec: ClassVar[Spec] = mart(
        "资产负债表",
        "一个账套一个期间一行项目",
        "book",
        "ledger_id",
        "period_type",
        "period_ym",
        "row_code",
    )

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_type: Text = text("期间类别", note="M 月报 Y 年报")
    period_ym: Ym = ym("期末月份")
    period_start_date: Date = date("月初日期")
    row_code: Text = text("行码")
    row_order: Count = count("行序")
    row_name: Text = text("项目")
    year_open_amt: Money = money("年初余额")
    close_amt: Money = money("期末余额")


class FctIncomeStatement(Table):
    """收支表, monthly (M) and annual (Y). ``month_amt`` is the flow, ``form_amt`` what the form prints."""

    _spec: ClassVar[Spec] = mart("收支表", "一个账套一个期间一行项目", "book", "ledger_id", "period_type", "period_ym", "row_code",
        weakness="年报无本月数；首年无上年数；待转基金行及其合计的表样数与发生额不同")  # fmt: skip

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_type: Text = text("期间类别", note="M 月报 Y 年报")
    period_ym: Ym = ym("期末月份")
    period_start_date: Date = date("月初日期")
    row_code: Text = text("行码")
    row_order: Count = count("行序")
    row_name: Text = text("项目")
    month_amt: Money = money("本月数", null=True)
    ytd_amt: Money = money("本年累计数", note="年报为本年数")
    prior_year_amt: Money = money("上年数", null=True, note="只在年报")
    form_amt: Money = money("表样本月数", note="年报为本年数；待转基金按制度字面取期末余额")


class FctPendingItem(Table):
    """Unattributed receipts by month of receipt: what came in, what was attributed, what is open."""

    _spec: ClassVar[Spec] = mart(
        "待转款项",
        "一个账套一个收款月份一个种类一个截止月份一行",
        "ledger_id",
        "kind",
        "received_ym",
        "period_ym",
    )

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    kind: Text = text("种类", note="PREM 保费 / INTE 利息")
    received_ym: Ym = ym("收款月份")
    period_ym: Ym = ym("截止月份")
    period_start_date: Date = date("月初日期")
    received_amt: Money = money("收到")
    attributed_amt: Money = money("已确认归属", note="含归属前退回的")
    open_amt: Money = money("尚未归属")


class FctPaDifference(Table):
    """Personal accounts at a year end: the platform's balances against the book's."""

    _spec: ClassVar[Spec] = mart(
        "个人账户差异表",
        "一个账簿一个账套一个年末一行",
        "book",
        "ledger_id",
        "period_ym",
    )

    book: Text = text("账簿")
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("年末月份")
    period_start_date: Date = date("月初日期")
    platform_amt: Money = money("平台余额", note="每人最后一笔账户明细余额之和")
    book_amt: Money = money("账面余额", note="个人账户基金 − 应收个人账户份额，不含当年差额调整")
    presplit_amt: Money = money("未明确的预分", note="年末预分给个人账户、尚未确认归属")
    diff_amt: Money = money("差额", note="平台余额 −（账面余额 − 未明确的预分）")
    adjusted_amt: Money = money("已调整", note="当年 E91、E92 凭证")
    detail_amt: Money = money("清单合计", note="写明人员与单据号的凭证行")
    status: Text = text(
        "状态", note="matched 相符 / explained 有清单 / reported 仅列示 / blocked 凭证不成立"
    )


class FctReceivableAging(Table):
    """Assessed and unpaid premiums by payer class and age, with the late fee due on them."""

    _spec: ClassVar[Spec] = mart(
        "应收医保费账龄",
        "一个账套一个月份一类缴费主体一个账龄一行",
        "ledger_id",
        "period_ym",
        "payer_class",
        "age_bucket",
    )

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("截止月份")
    period_start_date: Date = date("月初日期")
    payer_class: Text = text("缴费主体", note="单位为其管理类型，S 个人，R 居民")
    age_bucket: Text = text("账龄", note="到期后天数：0-90 / 91-180 / 181-365 / 365+")
    item_cnt: Count = count("笔数", unit="笔")
    open_amt: Money = money("应收未收")
    late_fee_due_amt: Money = money("应加收滞纳金", note="备查；实际收到时入账")


class FctPaMonth(Table):
    """Personal accounts as the platform tells them, totals only."""

    _spec: ClassVar[Spec] = mart(
        "个人账户月度合计",
        "一个统筹区一个月一个收支类型一行",
        "poolarea_no",
        "period_ym",
        "acct_incexpd_type",
    )

    poolarea_no: Text = text("统筹区编号")
    period_ym: Ym = ym("账户月份")
    period_start_date: Date = date("月初日期")
    acct_incexpd_type: Text = text("收支类型")
    row_cnt: Count = count("行数", unit="行")
    amt: Money = money("金额")
    balance_amt: Money = money("余额合计", note="每人当月最后一笔的余额，记在该笔的收支类型")


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
