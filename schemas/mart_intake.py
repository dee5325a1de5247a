"""What came in, what the checks said, and what a release is made of."""

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
from schemas.mart import mart
from schemas.table import Spec, Table


class FctCheck(Table):
    """Result of every tie-out and contract check of the release."""

    _spec: ClassVar[Spec] = mart("勾稽检查", "一项检查一行", "check_id")

    check_id: Text = text("检查编号")
    severity: Text = text("等级", note="H 硬性 S 提示")
    title: Text = text("内容")
    status: Text = text("结果", note="passed/failed/not_applicable/error")
    rows_tested: Count = count("检查数", unit="项")
    rows_failed: Count = count("不符数", unit="项")
    difference_amt: Money = money("差额合计")


class FctIntake(Table):
    """Every raw file read: rows and money of each outcome, counted at arrival."""

    _spec: ClassVar[Spec] = mart("数据接收", "一个原始文件一行", "batch_id",
        weakness="replaced_* 为后到版本替换的行，released_* 为此前暂挂或隔离、自本批起计入的行，均不参加恒等式")  # fmt: skip

    batch_id: Text = text("批次", note="文件名-内容散列前 8 位")
    table_name: Text = text("数据表")
    source_file: Text = text("文件")
    source_sha: Text = text("文件散列")
    encoding: Text = text("编码")
    rows_read: Count = count("读入行数", unit="行")
    rows_accepted: Count = count("接收行数", unit="行")
    rows_duplicate: Count = count("重复行数", unit="行")
    rows_superseded: Count = count("旧版本行数", unit="行")
    rows_held: Count = count("暂挂行数", unit="行")
    rows_quarantined: Count = count("隔离行数", unit="行")
    rows_out_of_scope: Count = count("范围外行数", unit="行")
    amt_read: Money = money("读入金额", null=True)
    amt_accepted: Money = money("接收金额", null=True)
    amt_duplicate: Money = money("重复金额", null=True)
    amt_superseded: Money = money("旧版本金额", null=True)
    amt_held: Money = money("暂挂金额", null=True)
    amt_quarantined: Money = money("隔离金额", null=True)
    amt_out_of_scope: Money = money("范围外金额", null=True)
    replaced_rows: Count = count("替换旧行数", unit="行")
    replaced_amt: Money = money("替换旧金额", null=True)
    released_rows: Count = count("释放行数", unit="行", note="此前暂挂或隔离、自本批起计入的行")
    released_amt: Money = money("释放金额", null=True)


class MetaDictionary(Table):
    """Every column of every mart: label, unit, definition."""

    _spec: ClassVar[Spec] = mart("数据字典", "一张表一列一行", "table_name", "column_no")

    table_name: Text = text("表")
    table_zh: Text = text("表中文名")
    grain: Text = text("粒度")
    column_no: Count = count("列序")
    column_name: Text = text("列")
    column_zh: Text = text("中文名")
    sql_type: Text = text("类型")
    unit: Text = text("单位", null=True)
    note: Text = text("说明", null=True)
    sensitivity: Text = text("敏感级别")
    is_key: Flag = flag("键")


class MetaRun(Table):
    """What this release was made of; deterministic columns only."""

    _spec: ClassVar[Spec] = mart("发布信息", "一个属性一行", "attribute")

    attribute: Text = text("属性")
    value: Text = text("值")


class FctIntakeRule(Table):
    """How often a rule that counts and refuses nothing fired on a raw file.

    Known weakness: a row whose empty cell leaves a rule undecided counts as tested.
    """

    _spec: ClassVar[Spec] = mart("数据接收提示", "一个原始文件一条只计数的规则一行", "batch_id", "reason",
        weakness="口径未经确认的规则只报告比例，不拒收；空单元格使规则无从判断的行也计入检查行数")  # fmt: skip

    batch_id: Text = text("批次")
    table_name: Text = text("数据表")
    reason: Text = text("原因代码")
    rule_zh: Text = text("规则")
    rows_tested: Count = count("检查行数", unit="行", note="接收的行；单元格整理为读入的行")
    rows_hit: Count = count("命中行数", unit="行")


class FctContractRate(Table):
    """How often the rules over sets of accepted rows were broken, by ledger and month."""

    _spec: ClassVar[Spec] = mart("成组规则命中率", "一条成组规则一个账套一个月一行", "rule_id", "poolarea_no", "insutype", "period_ym",
        weakness="口径未经实数据确认，只报告比例，不拒收；缺前后数据而无从判断的另计，不入比例")  # fmt: skip

    rule_id: Text = text("规则")
    rule_zh: Text = text("规则含义")
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("业务月份")
    period_start_date: Date = date("月初日期")
    rows_tested: Count = count("检查行数", unit="行")
    rows_hit: Count = count("命中行数", unit="行")
    rows_undecided: Count = count(
        "无从判断行数", unit="行", note="空值，或所需的前后月份、流水没有收到"
    )
    hit_amt: Money = money("命中金额", null=True, note="没有命中、或规则只涉人数时为空")
    hit_permille: Number = number("命中率", null=True, unit="‰", note="命中行数÷检查行数")


class FctWaiting(Table):
    """Late rows of closed months that wait because the books end with the closed month."""

    _spec: ClassVar[Spec] = mart("等待未结账月份的凭证", "一个账套一个所属月份一行", "ledger_id", "period_ym",
        weakness="只计法定账簿；只改了金额的凭证按一行次计")  # fmt: skip

    ledger_id: Text = text("账套")
    poolarea_no: Text = text("统筹区编号")
    period_ym: Ym = ym("所属月份")
    closed_ym: Ym = ym("已结账至")
    voucher_cnt: Count = count("凭证张数", unit="张")
    row_cnt: Count = count("来源行次", unit="行", note="一行记入几张凭证就计几次")
    amount: Money = money("金额", note="与结账时已入账数之差，借方或贷方")


class FctContractHit(Table):
    """Every accepted row that broke a rule over a set of rows, with the file it came in."""

    _spec: ClassVar[Spec] = mart("成组规则命中行", "一条成组规则一行命中的记录一行", "rule_id", "source_sha", "src_row",
        weakness="指向一组中须先看的一行，错的也可能是同组的另一行")  # fmt: skip

    rule_id: Text = text("规则")
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("业务月份")
    source_file: Text = text("文件", null=True)
    source_sha: Text = text("文件散列")
    src_row: Count = count("记录号", note="自1起，表头与空行不计")
    expected_amt: Money = money("应有金额", null=True)
    found_amt: Money = money("实有金额", null=True)
    expected_cnt: Count = count("应有人数", null=True, unit="人")
    found_cnt: Count = count("实有人数", null=True, unit="人")
    amount: Money = money("涉及金额", null=True)
