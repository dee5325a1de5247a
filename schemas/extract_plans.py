"""What people enter or decide: vouchers, budget, spending plan."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Money,
    Stamp,
    Text,
    Ym,
    count,
    date,
    ident,
    money,
    person,
    stamp,
    text,
    ym,
)
from schemas.extract_lookups import POOL_KNOWN, SCHEME_IN_SCOPE, SCHEME_KNOWN
from schemas.table import LookupRule, RowRule, Spec, Table


class Vouchers(Table):
    """One line of a manual voucher: opening balances, approvals, decisions."""

    _spec: ClassVar[Spec] = Spec(
        zh="手工凭证", layer="extract", grain="一张凭证一行分录", key=("voucher_no", "line_no", "poolarea_no", "insutype"),
        control_amount="debit_amt", event_ym="year(posting_date) * 100 + month(posting_date)",
        rules=(
            RowRule("VOUCHER_SIDE", "(debit_amt = 0 AND credit_amt <> 0) OR (debit_amt <> 0 AND credit_amt = 0)", "一行只能有借方或贷方"),
            RowRule("FUND_CODE", "fund IN ('POOL', 'PA', 'PEND', 'NA')", "基金须为 POOL/PA/PEND/NA"),
            RowRule("PERSON_MASKED", "psn_no <> '***' AND maker <> '***' AND checker <> '***'", "人员编号、制单或复核已被遮盖，须补回原值"),
            RowRule("MAKER_CHECKER", "checker IS NOT NULL AND maker <> checker", "缺复核人，或制单与复核为同一人"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN,
            LookupRule("ACCOUNT_UNKNOWN", "ref_account", (("account_code", "account_code"), ("insutype", "insutype")), "科目不在该险种科目表内"),
            LookupRule("VOUCHER_EVENT", "ref_event", (("CASE WHEN upper(event_id) LIKE 'OPEN%' THEN event_id ELSE regexp_extract(event_id, '^(E[0-9]+[A-Za-z]?)', 1) END", "event_code"),), "事项编号不在事项表内", condition="regexp_matches(event_id, '^(E[0-9]|(?i:OPEN))')")),
    )  # fmt: skip

    voucher_no: Text = ident("凭证号")
    line_no: Count = count("行号")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    posting_date: Date = date("记账日期")
    event_id: Text = text(
        "事项编号",
        max_len=40,
        note="OPEN = 期初余额；E 加数字开头的须在事项表内，如 E51、E51-2023-08；其余为自由文字",
    )
    account_code: Text = text("科目编码", max_len=8)
    debit_amt: Money = money("借方金额")
    credit_amt: Money = money("贷方金额")
    fund: Text = text("基金", max_len=4)
    cntp_code: Text = text("往来单位", null=True, max_len=30)
    psn_no: Text = person("人员编号", null=True, optional=True)
    doc_no: Text = ident("单据号", null=True, optional=True)
    summary: Text = text("摘要", null=True)
    maker: Text = text("制单", sensitivity="employer")
    checker: Text = text("复核", null=True, sensitivity="employer")
    approval_id: Text = ident("批准文号", null=True, optional=True)
    orig_period_ym: Ym = ym("原所属期", null=True, optional=True)
    updt_time: Stamp = stamp("更新时间")


class Budget(Table):
    """One budget line of a year (stt_mon 19) or a month (01–12)."""

    _spec: ClassVar[Spec] = Spec(
        zh="基金预算", layer="extract", grain="一个统筹区（或其一家机构）一个险种一个预算项目一个期间一行",
        key=("budg_year", "budg_ver", "poolarea_no", "insutype", "incexpd_dirc", "budg_item", "stt_mon", "fixmedins_code"),
        control_amount="budg_amt", event_ym="budg_year * 100 + 1",
        rules=(
            RowRule("SIGN_MISMATCH", "budg_amt >= 0", "预算金额须≥0"),
            RowRule("DIRECTION", "incexpd_dirc IN ('1', '2')", "收支方向须为 1/2"),
            RowRule("STT_MON", "stt_mon IN ('01','02','03','04','05','06','07','08','09','10','11','12','19')", "期间须为 01–12 或 19"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN),
    )  # fmt: skip

    budg_year: Count = count("预算年度")
    budg_ver: Text = text("预算版本", max_len=10, note="B0 年初，A1… 调整")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    incexpd_dirc: Text = text("收支方向", max_len=3)
    budg_item: Text = text("预算项目", max_len=40)
    stt_mon: Text = text("期间", max_len=2)
    budg_amt: Money = money("预算金额")
    fixmedins_code: Text = text(
        "定点医药机构编号", null=True, max_len=30, optional=True, default="''", note="空 = 统筹区"
    )
    aprv_date: Date = date("批准日期", null=True)
    updt_time: Stamp = stamp("更新时间")


class FundPlan(Table):
    """The spending plan of a month: what was asked of the fiscal account and what was approved."""

    _spec: ClassVar[Spec] = Spec(
        zh="用款计划", layer="extract", grain="一个统筹区一个险种一个月一个项目一行",
        key=("plan_ym", "poolarea_no", "insutype", "item"),
        control_amount="aprv_amt", event_ym="plan_ym",
        rules=(RowRule("SIGN_MISMATCH", "appy_amt >= 0 AND aprv_amt >= 0", "金额须≥0"),),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN),
    )  # fmt: skip

    plan_ym: Ym = ym("计划月份")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    item: Text = text("项目", max_len=40)
    appy_amt: Money = money("申请金额")
    aprv_amt: Money = money("批准金额")
    aprv_date: Date = date("批准日期", null=True)
    updt_time: Stamp = stamp("更新时间")
