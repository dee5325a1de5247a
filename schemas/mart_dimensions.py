"""What the books are told by: accounts, months, schemes, institutions, the books themselves."""

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Flag,
    Text,
    Ym,
    count,
    date,
    flag,
    text,
    ym,
)
from schemas.mart import mart
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
