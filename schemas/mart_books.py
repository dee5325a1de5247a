"""Journal, ledgers, statements, and the lists that open accounts come down to."""

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
