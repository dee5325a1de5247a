"""Rules of statements, books, metrics, budgets, subsidies and contribution bases."""

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
from schemas.rule import rule
from schemas.table import Spec, Table


class RuleStatementRow(Table):
    """Rows of the two statutory statements, in the order of the official form."""

    _spec: ClassVar[Spec] = rule(
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

    _spec: ClassVar[Spec] = rule(
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

    _spec: ClassVar[Spec] = rule("预算项目对应", "一个险种一个预算项目一行", "scheme", "budg_item")

    scheme: Text = text("险种", max_len=6)
    budg_item: Text = text("预算项目")
    statement_row: Text = text("收支表行码")
    valid_from: Date = date("生效日期")
    valid_to: Date = date("失效日期", null=True)
    source: Text = text("依据")


class RuleBook(Table):
    """Books kept: one set of accounting rules each; the statutory one is reported and filed."""

    _spec: ClassVar[Spec] = rule("账簿", "一个账簿一行", "book")

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

    _spec: ClassVar[Spec] = rule(
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


class RulePublishedFigure(Table):
    """Published national and county figures, so that the metrics can be held against them."""

    _spec: ClassVar[Spec] = rule(
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


class RuleSubsidy(Table):
    """Residents: fiscal subsidy and own premium a head and benefit year; a pool's row goes before ``*``."""

    _spec: ClassVar[Spec] = rule(
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

    _spec: ClassVar[Spec] = rule(
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
