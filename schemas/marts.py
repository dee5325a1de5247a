"""The published tables (docs/architecture.md §5): what BI tools, reports and people read.

Codes are the keys, periods are ``period_ym`` (INTEGER yyyymm), money is DECIMAL(18,2) yuan.
"""

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
    Stamp,
    Text,
    Ym,
    count,
    date,
    flag,
    money,
    number,
    ratio,
    stamp,
    text,
    ym,
)
from schemas.table import Spec, Table

BOOK = "账簿"
LEDGER = "账套（统筹区-险种）"


def _mart(zh: str, grain: str, *key: str, weakness: str = "") -> Spec:
    return Spec(zh=zh, layer="mart", grain=grain, key=key, weakness=weakness)


class DimRegion(Table):
    """Every unit of every year since 2000: one row for each code, name and path it bore (type 2)."""

    _spec: ClassVar[Spec] = Spec(
        zh="区划", layer="mart", grain="一个区划单位的一个版本一行", key=("region_sk",),
        weakness="依民政部年末代码表：只知变动年份，变动当年归新单位；2000年起期可能更早",
        order_by=("province_code", "code_order", "valid_from", "region_sk"),
    )  # fmt: skip

    region_sk: Text = text("区划版本键", note="代码|名称|起期的散列前16位")
    region_code: Text = text("区划代码", null=True, note="同一代码先后可属不同单位；为空见本地代码")
    local_code: Text = text("本地代码", null=True, note="无国标代码的单位：上级代码-Znn")
    code_order: Text = text("排序代码", note="区划代码或本地代码")
    region_name: Text = text("名称")
    region_short: Text = text("简称")
    level: Text = text("级别", note="province/prefecture/county")
    kind: Text = text("类别", null=True)
    parent_code: Text = text("上级代码", null=True)
    parent_sk: Text = text("上级版本键", null=True)
    province_code: Text = text("省代码")
    province_name: Text = text("省")
    prefecture_code: Text = text("地级代码", null=True, note="省直辖县级为空；直辖市的区县为直辖市")
    prefecture_name: Text = text("地级", null=True)
    valid_from: Date = date("起期")
    valid_to: Date = date("止期", null=True, note="空 = 至今")
    date_precision: Text = text("日期精度", note="year_end/unknown")
    is_current: Flag = flag("现行")
    status: Text = text("状态", note="active/renamed/recoded/replaced/no_code")
    successor_sk: Text = text("后继版本键", null=True, note="分设时为空，见 dim_region_successor")
    successor_cnt: Count = count("后继个数", unit="个")
    code_source: Text = text("代码依据", null=True)
    code_year: Count = count("代码年份", null=True, unit="年")
    source: Text = text("来源", note="text 区划文本 reference 只在参考表")


class DimRegionSuccessor(Table):
    """What followed each ended unit; a split has one row a part, its share empty where unknown."""

    _spec: ClassVar[Spec] = _mart("区划后继", "一个旧单位一个去向一行", "old_code", "old_name", "change_year", "new_code",
        weakness="分设份额均未知，按份额分摊金额前须补")  # fmt: skip

    old_code: Text = text("旧代码")
    old_name: Text = text("旧名称")
    change_year: Count = count("变动年份", unit="年")
    new_code: Text = text("新代码")
    new_name: Text = text("新名称")
    kind: Text = text("种类", note="rename/recode/upgrade/merge/split")
    share: Ratio = ratio("份额", null=True, note="空 = 未知")
    document_no: Text = text("文号", null=True)
    source: Text = text("来源")


class DimRegionCode(Table):
    """What a delivered code means in which years: the code itself, an alias, or what followed."""

    _spec: ClassVar[Spec] = _mart(
        "区划代码释义", "一个代码一段年份一行", "region_code", "year_from"
    )

    region_code: Text = text("来文代码")
    year_from: Count = count("起始年份", unit="年")
    year_to: Count = count("截止年份", unit="年", note="9999 = 至今")
    region_sk: Text = text("区划版本键")
    via: Text = text(
        "依据", note="direct 在表 alias 别名 own_level 本级 successor 后继 split 已分设，归原单位"
    )


class DimRegionAsOf(Table):
    """Each unit in the geography of the release's year; what is not certain is empty and noted."""

    _spec: ClassVar[Spec] = _mart("区划归集", "一个区划版本一段事件年份一行", "region_sk", "year_from",
        weakness="分设或回看合并时，候选单位不共有的层级为空")  # fmt: skip

    region_sk: Text = text("区划版本键")
    year_from: Count = count("事件起始年份", unit="年")
    year_to: Count = count("事件截止年份", unit="年", note="9999 = 至今")
    as_of_year: Count = count("区划年份", unit="年")
    as_of_region_sk: Text = text("归集区划版本键", null=True)
    as_of_region_code: Text = text("归集区划代码", null=True)
    as_of_region_name: Text = text("归集区划", null=True)
    as_of_prefecture_code: Text = text("归集地级代码", null=True)
    as_of_prefecture_name: Text = text("归集地级", null=True)
    as_of_province_code: Text = text("归集省代码", null=True)
    as_of_province_name: Text = text("归集省", null=True)
    candidate_cnt: Count = count("候选单位数", unit="个", note="1 确定；0 该年尚无；2 以上不可分")
    note: Text = text("说明", null=True)


class DimPoolingArea(Table):
    """Pooling areas, dated, with their place in the geography of the release's year."""

    _spec: ClassVar[Spec] = _mart("统筹区", "一个统筹区一行", "poolarea_no",
        weakness="默认一地级一统筹区；实际统筹层次以当地文件为准，改写 pooling_area.csv")  # fmt: skip

    poolarea_no: Text = text("统筹区编号")
    poolarea_name: Text = text("统筹区名称")
    level: Text = text("层级")
    province_code: Text = text("省代码")
    province_name: Text = text("省")
    region_code: Text = text("区划代码", null=True)
    prefecture_code: Text = text(
        "地级代码", null=True, note="省本级、省直辖县级为空；已分设者为空并有说明"
    )
    prefecture_name: Text = text("地级", null=True)
    as_of_year: Count = count("区划年份", null=True, unit="年")
    geography_note: Text = text("归集说明", null=True)
    valid_from: Date = date("起期", null=True)
    valid_to: Date = date("止期", null=True)
    source: Text = text("依据", null=True)


class DimPoolingAreaMember(Table):
    """Which region codes an insured of a pooling area may bear, and when."""

    _spec: ClassVar[Spec] = _mart("统筹区成员", "一个代码一个统筹区一段时间一行", "region_code", "poolarea_no", "valid_from",
        weakness="默认划分；变动当年新旧统筹区都收")  # fmt: skip

    region_code: Text = text("区划代码")
    poolarea_no: Text = text("统筹区编号")
    valid_from: Date = date("起期")
    valid_to: Date = date("止期", null=True)
    source: Text = text("依据", note="default/old_number/transition 或改写表的依据")


class FctRegionChange(Table):
    """The first region text against the second (prefectures), and against today's list."""

    _spec: ClassVar[Spec] = _mart(
        "区划变动对照", "一种对照一个单位一行", "comparison", "level", "old_key", "new_key"
    )

    comparison: Text = text("对照", note="texts 两份文本的地级；today 清单与现行代码表")
    level: Text = text("级别", note="prefecture/county")
    old_key: Text = text("旧代码", note="空文本 = 新设")
    new_key: Text = text("新代码", note="空文本 = 已分设")
    province: Text = text("省")
    old_name: Text = text("旧名称", null=True)
    new_name: Text = text("新名称", null=True)
    change: Text = text(
        "变动", note="unchanged/recoded/renamed/upgraded/merged/replaced/split/new/unexplained"
    )
    change_year: Count = count("变动年份", null=True, unit="年")
    detail: Text = text("经过", null=True)


class FctRegionMonth(Table):
    """Settlements and premiums by insured region: under its own year and in the release's geography."""

    _spec: ClassVar[Spec] = _mart("区划月度", "一个账套一个来文区划版本一个月一行", "ledger_id", "region_key", "period_ym",
        weakness="统计口径按事件月份；未能释义的代码 region_sk 为空")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    region_key: Text = text("区划键", note="区划版本键；未释义时为来文代码")
    region_sk: Text = text("区划版本键", null=True)
    period_ym: Ym = ym("事件月份")
    period_start_date: Date = date("月初日期")
    region_code: Text = text("当年区划代码", null=True)
    region_name: Text = text("当年区划", null=True)
    prefecture_code: Text = text("当年地级代码", null=True)
    prefecture_name: Text = text("当年地级", null=True)
    province_code: Text = text("当年省代码", null=True)
    as_of_year: Count = count("归集区划年份", null=True, unit="年")
    as_of_region_code: Text = text("归集区划代码", null=True)
    as_of_region_name: Text = text("归集区划", null=True)
    as_of_prefecture_code: Text = text("归集地级代码", null=True)
    as_of_prefecture_name: Text = text("归集地级", null=True)
    as_of_province_code: Text = text("归集省代码", null=True)
    as_of_note: Text = text("归集说明", null=True)
    setl_cnt: Count = count("结算人次", unit="人次", note="冲销计 −1")
    medfee_sumamt: Money = money("医疗费总额")
    hifp_pay: Money = money("统筹基金支出")
    acct_pay: Money = money("个人账户支出")
    premium_cnt: Count = count("缴费行数", unit="行")
    premium_amt: Money = money("保费")


class FctRegionStatement(Table):
    """Statements rolled up pool → prefecture → province → nation in the release's geography."""

    _spec: ClassVar[Spec] = _mart("分地区报表", "一个账簿一个地区一个险种一个期间一行项目", "book", "scope_type", "scope_code", "insutype", "statement", "period_type", "period_ym", "row_code",
        weakness="简单加总，未抵销上解下拨；地级不可分的统筹区只计入省与全国")  # fmt: skip

    book: Text = text(BOOK)
    scope_type: Text = text("范围", note="prefecture/province/nation")
    scope_code: Text = text("地区代码")
    scope_name: Text = text("地区", null=True)
    as_of_year: Count = count("区划年份", null=True, unit="年")
    insutype: Text = text("险种")
    statement: Text = text("报表", note="BS 资产负债表 IS 收支表")
    period_type: Text = text("期间类别", note="M 月报 Y 年报")
    period_ym: Ym = ym("期末月份")
    period_start_date: Date = date("月初日期")
    row_code: Text = text("行码")
    row_order: Count = count("行序")
    row_name: Text = text("项目")
    ledger_cnt: Count = count("账套数", unit="个")
    open_amt: Money = money("年初余额", null=True, note="资产负债表")
    close_amt: Money = money("期末余额", null=True, note="资产负债表")
    month_amt: Money = money("本月数", null=True, note="收支表月报")
    ytd_amt: Money = money("本年累计数", null=True, note="收支表；年报为本年数")


class DimAccount(Table):
    """Chart of accounts as used, with the level of each account."""

    _spec: ClassVar[Spec] = _mart("会计科目", "一个险种一个科目一行", "insutype", "account_code")

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

    _spec: ClassVar[Spec] = _mart("月份", "一个月一行", "period_ym")

    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    period_end_date: Date = date("月末日期")
    year: Count = count("年")
    month: Count = count("月")


class DimInsurance(Table):
    """Insurance types and the ledger they are kept in."""

    _spec: ClassVar[Spec] = _mart("险种", "一个险种代码一行", "insutype")

    insutype: Text = text("险种代码")
    insutype_name: Text = text("险种名称")
    scheme: Text = text("账套险种", null=True)
    in_scope: Flag = flag("在范围内")


class DimInstitution(Table):
    """Institutions that appear in settlements or clearing."""

    _spec: ClassVar[Spec] = _mart("定点医药机构", "一个机构一行", "fixmedins_code")

    fixmedins_code: Text = text("机构编号")
    institution_type: Text = text("机构类别", note="hospital/pharmacy/other")
    poolarea_no: Text = text("出现最多的统筹区")
    first_ym: Ym = ym("首次出现月份")
    last_ym: Ym = ym("最近出现月份")


class DimBook(Table):
    """The books kept over the same events: the rule in force, the old rule, the proposals."""

    _spec: ClassVar[Spec] = _mart("账簿", "一个账簿一行", "book")

    book: Text = text("账簿")
    book_name: Text = text("账簿名称")
    policy: Text = text("待转处理政策", note="A1999/A2017/B")
    is_accrual: Flag = flag("权责发生")
    is_statutory: Flag = flag("法定账簿", note="报送与预警所据")
    book_order: Count = count("账簿序")


class FctJournal(Table):
    """Voucher lines, the closing lines of each month included."""

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart("收支表", "一个账套一个期间一行项目", "book", "ledger_id", "period_type", "period_ym", "row_code",
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


class FctFundMetric(Table):
    """Metrics of every ledger and of its province; definitions in ``rule_metric``."""

    _spec: ClassVar[Spec] = _mart("基金指标", "一个范围一个月一个指标一个变体一个基金一行", "book", "scope_id", "period_ym", "metric_id", "variant", "fund",
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

    _spec: ClassVar[Spec] = _mart(
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


class FctWarning(Table):
    """Warnings, month by month while they are open, each with what it takes to compute it again."""

    _spec: ClassVar[Spec] = _mart("预警", "一条规则一个序列一个月一行", "book", "rule_id", "series_id", "period_ym",
        weakness="阈值多为本项目默认值[D]、未核实[U]或凭记忆[mem]，见 rule_source；支出得分看不出各地同时发生的缓慢上升")  # fmt: skip

    book: Text = text(BOOK)
    warning_id: Text = text("预警标识", note="同一序列一次起报一个，各月相同")
    rule_id: Text = text("规则编号")
    rule_zh: Text = text("规则名称")
    series_id: Text = text("序列标识", note="账套-基金、科目、支出类别或机构；省-险种-支出类别")
    series_type: Text = text("序列类别", note="ledger/account/class/institution/province")
    ledger_id: Text = text(LEDGER, note="省级预警为省代码-险种，同基金指标的范围标识")
    poolarea_no: Text = text("统筹区编号", note="省级预警为省代码")
    insutype: Text = text("险种")
    fund: Text = text("基金")
    spending_class: Text = text("支出类别", null=True)
    fixmedins_code: Text = text("定点医药机构编号", null=True)
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    opened_ym: Ym = ym("起报月份")
    last_ym: Ym = ym("最近达到月份", note="不晚于本月")
    state_ym: Ym = ym("等级起始月份", note="自该月起为现等级")
    level: Text = text("等级", note="blue/yellow/orange/red/grey")
    level_order: Count = count("等级序")
    is_raised: Flag = flag("本月达到", note="否 = 尚未解除")
    is_confirmed: Flag = flag(
        "已确认", note="近三个可判断月达到的月数足够；未确认的只列入清单，不通知"
    )
    measure: Text = text("取数")
    comparison: Text = text("比较")
    value: Number = number("数值", null=True)
    threshold: Number = number("阈值", null=True)
    unit: Text = text("单位")
    amount_amt: Money = money("所判断金额", null=True)
    base_amt: Money = money("对照金额", null=True)
    excess_amt: Money = money("影响金额", null=True)
    relative_pct: Number = number("偏离比例", null=True, unit="%")
    peer_cnt: Count = count("可比对象数", null=True, unit="个")
    is_suppressed: Flag = flag("并入省级预警", note="不超过全省共同上升的部分")
    linked_warning_id: Text = text("所属省级预警", null=True)
    worklist_no: Count = count("清单序号", null=True, note="当月按影响金额；灰色与并入省级的不列")
    state: Text = text(
        "状态",
        note="opened 待受理 acknowledged 已受理 reported 已报告 measures_proposed 已提出措施 closed 已办结 dismissed 已排除",
    )
    owner: Text = text("责任人", note="责任岗位，或所指派的人")
    due_date: Date = date("办理期限", null=True, note="已办结、已排除的为空")
    reason_zh: Text = text("事由")
    action_zh: Text = text("处置")
    rule_valid_from: Date = date("规则版本", note="阈值生效日期")
    rule_source: Text = text("阈值依据")
    data_through_ym: Ym = ym("数据截至")
    recompute_sql: Text = text("复算SQL", null=True, note="在发布目录上运行，得到数值")


class FctSpendingScore(Table):
    """The spending score of every series and month with its parts, and why a month is not judged."""

    _spec: ClassVar[Spec] = _mart("支出得分", "一个序列一个月一行", "series_id", "period_ym",
        weakness="机构等级未随数据提供，可比机构按省、险种与机构类别（编号首字母）")  # fmt: skip

    series_id: Text = text("序列标识")
    series_type: Text = text("序列类别", note="class/institution/province")
    peer_group: Text = text("可比组", note="省-险种-支出类别或机构类别")
    poolarea_no: Text = text("统筹区编号", note="省级为省代码")
    insutype: Text = text("险种")
    spending_class: Text = text("支出类别", null=True)
    fixmedins_code: Text = text("定点医药机构编号", null=True)
    period_ym: Ym = ym("结算月份")
    period_start_date: Date = date("月初日期")
    amount_amt: Money = money("金额", null=True)
    score: Number = number("得分", null=True, unit="分")
    excess_pct: Number = number("高出比例", null=True, unit="%")
    excess_amt: Money = money("高出金额", null=True)
    peer_cnt: Count = count("可比对象数", null=True, unit="个")
    history_cnt: Count = count("历史月数", null=True, unit="个")
    is_alone: Flag = flag("只看自身", note="可比对象不足")
    first_deviation: Count = count("偏离一", null=True, unit="百万分之一", note="对数；可为负")
    first_scale: Count = count("偏离一尺度", null=True, unit="百万分之一")
    second_deviation: Count = count("偏离二", null=True, unit="百万分之一", note="对数；可为负")
    second_scale: Count = count("偏离二尺度", null=True, unit="百万分之一")
    finding_cnt: Count = count("数据检查未过项数", unit="项")
    finding_zh: Text = text("数据检查", null=True)
    is_blocking: Flag = flag("不判断")


class FctBankPair(Table):
    """Which accounts the bank accounts were booked against, and whether the pair is allowed."""

    _spec: ClassVar[Spec] = _mart("收付账户对应科目", "一个账套一个月一个收付账户一对借贷科目一行",
        "ledger_id", "period_ym", "account_code", "debit_account", "credit_account")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    account_code: Text = text("收付账户", note="两方都是收付账户时为借方")
    debit_account: Text = text("借方科目")
    credit_account: Text = text("贷方科目")
    is_allowed: Flag = flag("在白名单内")
    entry_cnt: Count = count("分录数", unit="笔")
    entry_amt: Money = money("金额")


class FctInstitutionBudget(Table):
    """An institution's budget of the year against what its settlements have used of it."""

    _spec: ClassVar[Spec] = _mart("机构预算执行", "一个账套一家机构一个月一行", "ledger_id", "fixmedins_code", "period_ym",
        weakness="按结算月份的统筹基金支出，不是清算后的应付数")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    fixmedins_code: Text = text("定点医药机构编号")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    budget_amt: Money = money("全年预算", note="月末前已批准的最后版本")
    ytd_amt: Money = money("本年累计支出")
    pace_pct: Number = number("超进度", unit="百分点", note="累计支出占预算 − 月数/12")


class FctRiskFund(Table):
    """The risk fund of a residents' ledger: level, use of the year, and how long it stands below."""

    _spec: ClassVar[Spec] = _mart("风险基金", "一个账套一个月一行", "ledger_id", "period_ym",
        weakness="归还计划不在数据内：以低于此前最高余额的月数代替")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    balance_amt: Money = money("风险基金结余", note="3101 月末余额")
    year_open_amt: Money = money("年初余额")
    raised_amt: Money = money("本年筹资", note="4001、4101 本年累计")
    used_amt: Money = money("本年动用", note="E78")
    entitled_amt: Money = money("可动用数", note="本年累计缺口与年初余额的较小者")
    short_month_cnt: Count = count("未补足月数", unit="个", note="低于此前最高余额的连续月数")


class FctForecast(Table):
    """Known months, and the months ahead of the last one, of every ledger's pooled fund."""

    _spec: ClassVar[Spec] = _mart("结存预测", "一个序列一个基准月一个前瞻月一行", "book", "series_id", "period_ym", "horizon_cnt",
        weakness="支出按上年同月与增速外推，收入只计批准预算所列项目；逐月路径只列最后一个基准月，跌破月份各基准月都列")  # fmt: skip

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    fund: Text = text("基金", note="POOL/NA")
    series_id: Text = text("序列标识", note="账套-基金")
    period_ym: Ym = ym("基准月", note="预测只用当月末已知的数据与已批准的预算")
    period_start_date: Date = date("基准月月初日期")
    horizon_cnt: Count = count("前瞻月数", unit="月", note="0 = 基准月本身，为账簿数")
    target_ym: Ym = ym("所指月份")
    income_basis: Text = text(
        "收入依据",
        note="actual 账簿 budget 当年批准预算 repeated 最近一个已批准年度的同月 history 上年同月实收",
    )
    income_amt: Money = money("收入")
    other_net_amt: Money = money(
        "其他变动", note="上解与补助下级（减）；以后年度预缴保费计入（减）或到期转为可用（加）"
    )
    outlay_amt: Money = money("支出", note="不含上解、补助下级")
    mean_outlay_amt: Money = money("近12个月月均支出", note="截至所指月份；不足12个月按已有月份")
    reserve_amt: Money = money("可用结存", note="不含以后年度预缴保费；中位路径")
    reserve_early_amt: Money = money("可用结存（偏早）", note="80%区间下限")
    reserve_late_amt: Money = money("可用结存（偏晚）", note="80%区间上限")
    payable_months: Number = number("可支付月数", null=True, unit="月", note="中位路径")


class FctForecastCrossing(Table):
    """In which month the reserve of a fund falls below 6, 3 and 0 payable months."""

    _spec: ClassVar[Spec] = _mart("结存跌破预测", "一个序列一个基准月一条线一行", "book", "series_id", "period_ym", "line",
        weakness="36个月以内；结存用尽的预测在公开序列上平均偏晚约2个月，不作承诺")  # fmt: skip

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    fund: Text = text("基金", note="POOL/NA")
    series_id: Text = text("序列标识", note="账套-基金")
    period_ym: Ym = ym("基准月", note="预测只用当月末已知的数据与已批准的预算")
    period_start_date: Date = date("基准月月初日期")
    line: Count = count("线", unit="月", note="6/3/0 个可支付月数")
    point_cnt: Count = count(
        "跌破前的月数", null=True, unit="月", note="1 = 下月；空 = 36个月内不跌破"
    )
    early_cnt: Count = count("跌破前的月数（偏早）", null=True, unit="月")
    late_cnt: Count = count("跌破前的月数（偏晚）", null=True, unit="月")
    point_ym: Ym = ym("跌破月份", null=True)
    early_ym: Ym = ym("跌破月份（偏早）", null=True, note="80%区间的起")
    late_ym: Ym = ym("跌破月份（偏晚）", null=True, note="80%区间的止")
    horizon_cnt: Count = count("前瞻月数", unit="月")
    is_below: Flag = flag("基准月已在线下")
    reserve_amt: Money = money("可用结存")
    mean_outlay_amt: Money = money("近12个月月均支出")
    payable_months: Number = number("可支付月数", null=True, unit="月")
    income_basis: Text = text("收入依据", note="未来12个月中依据最弱的：budget/repeated/history")
    growth_pct: Number = number("年增速", unit="%", note="对数增速，已向同类中位数收缩一半")
    volatility_pct: Number = number("波动", unit="%", note="半年内年增速的变动")
    history_cnt: Count = count("历史月数", unit="月")
    peer_cnt: Count = count("同类序列数", unit="个", note="同省同险种，含本身")
    text_zh: Text = text("说明")


class FctWarningEvent(Table):
    """What was done about each warning, step by step: the append-only log of the procedure."""

    _spec: ClassVar[Spec] = _mart("预警处理记录", "一个步骤一行", "event_no")

    event_no: Count = count("序号", note="登记次序")
    warning_id: Text = text("预警标识")
    rule_id: Text = text("规则编号")
    series_id: Text = text("序列标识")
    period_ym: Ym = ym("预警月份", note="处理时该预警的最近月份")
    level: Text = text("等级", note="处理时的等级")
    level_order: Count = count("等级序")
    step: Text = text("步骤", note="ack/assign/report/propose/close/dismiss/reopen")
    state_from: Text = text("起始状态")
    state_to: Text = text("到达状态")
    by_whom: Text = text("经办人")
    event_at: Stamp = stamp("时间")
    reason: Text = text("排除原因", null=True, note="rule_dismissal 的原因代码")
    note: Text = text("说明", null=True, note="措施、重开原因等；不得含个人信息")
    owner: Text = text("责任人", note="责任岗位或所指派的人")
    due_date: Date = date("办理期限", null=True)
    quiet_through_ym: Ym = ym("静默至", null=True, note="到此月为止等级不升即不再提示")


class FctWarningPrecision(Table):
    """How many warnings of a rule turned out right, by the month they opened in."""

    _spec: ClassVar[Spec] = _mart("预警准确率", "一个账簿一条规则一个起报月份一行", "book", "rule_id", "period_ym",
        weakness="只有已办结、已报告或已排除的才算数；未处理的不计入分母")  # fmt: skip

    book: Text = text(BOOK)
    rule_id: Text = text("规则编号")
    period_ym: Ym = ym("起报月份")
    period_start_date: Date = date("月初日期")
    raised_cnt: Count = count("起报数", unit="件")
    confirmed_cnt: Count = count(
        "属实数", unit="件", note="已报告、已提出措施、已办结，或排除原因算作属实"
    )
    false_cnt: Count = count("误报数", unit="件", note="排除原因算作误报")
    excluded_cnt: Count = count("不计数", unit="件", note="排除原因不计入准确率")
    undecided_cnt: Count = count("未定数", unit="件", note="待受理或已受理")
    decided_cnt: Count = count("已定数", unit="件", note="属实＋误报，准确率的分母")
    precision_pct: Number = number("准确率", null=True, unit="%", note="属实÷已定；没有已定时为空")


class FctHeadcountMonth(Table):
    """Insured persons of a ledger at each month end: what spending is measured against per head."""

    _spec: ClassVar[Spec] = _mart("参保人数月度", "一个账套一个月一行", "ledger_id", "period_ym",
        weakness="没有报送人数的月份没有行")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    head_cnt: Count = count("参保人数", unit="人")


class FctBudgetExecution(Table):
    """Budget against actual, year to date."""

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart("已结算未拨付", "一个账套一个清算月份一行", "ledger_id", "clr_ym")

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

    _spec: ClassVar[Spec] = _mart(
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


class FctPendingItem(Table):
    """Unattributed receipts by month of receipt: what came in, what was attributed, what is open."""

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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


class FctCheck(Table):
    """Result of every tie-out and contract check of the release."""

    _spec: ClassVar[Spec] = _mart("勾稽检查", "一项检查一行", "check_id")

    check_id: Text = text("检查编号")
    severity: Text = text("等级", note="H 硬性 S 提示")
    title: Text = text("内容")
    status: Text = text("结果", note="passed/failed/not_applicable/error")
    rows_tested: Count = count("检查数", unit="项")
    rows_failed: Count = count("不符数", unit="项")
    difference_amt: Money = money("差额合计")


class FctIntake(Table):
    """Every raw file read: rows and money of each outcome, counted at arrival."""

    _spec: ClassVar[Spec] = _mart("数据接收", "一个原始文件一行", "batch_id",
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

    _spec: ClassVar[Spec] = _mart("数据字典", "一张表一列一行", "table_name", "column_no")

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

    _spec: ClassVar[Spec] = _mart("发布信息", "一个属性一行", "attribute")

    attribute: Text = text("属性")
    value: Text = text("值")


class FctIntakeRule(Table):
    """How often a rule that counts and refuses nothing fired on a raw file.

    Known weakness: a row whose empty cell leaves a rule undecided counts as tested.
    """

    _spec: ClassVar[Spec] = _mart("数据接收提示", "一个原始文件一条只计数的规则一行", "batch_id", "reason",
        weakness="口径未经确认的规则只报告比例，不拒收；空单元格使规则无从判断的行也计入检查行数")  # fmt: skip

    batch_id: Text = text("批次")
    table_name: Text = text("数据表")
    reason: Text = text("原因代码")
    rule_zh: Text = text("规则")
    rows_tested: Count = count("检查行数", unit="行", note="接收的行；单元格整理为读入的行")
    rows_hit: Count = count("命中行数", unit="行")


class FctContractRate(Table):
    """How often the rules over sets of accepted rows were broken, by ledger and month."""

    _spec: ClassVar[Spec] = _mart("成组规则命中率", "一条成组规则一个账套一个月一行", "rule_id", "poolarea_no", "insutype", "period_ym",
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


class FctContractHit(Table):
    """Every accepted row that broke a rule over a set of rows, with the file it came in."""

    _spec: ClassVar[Spec] = _mart("成组规则命中行", "一条成组规则一行命中的记录一行", "rule_id", "source_sha", "src_row",
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


class FctConsolidatedBalanceSheet(Table):
    """资产负债表 of a province: the pools' sheets added up, less what they owe one another."""

    _spec: ClassVar[Spec] = _mart("省级合并资产负债表", "一个账簿一个省一个险种一个期间一行项目", "book", "province_code", "insutype", "period_type", "period_ym", "row_code",
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

    _spec: ClassVar[Spec] = _mart("省级合并收支表", "一个账簿一个省一个险种一个期间一行项目", "book", "province_code", "insutype", "period_type", "period_ym", "row_code",
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

    _spec: ClassVar[Spec] = _mart("合并差异", "一个账簿一个省一个月末一张通知单或一对账套一行", "book", "province_code", "insutype", "period_ym", "kind", "fund_part", "payer_ledger_id", "payee_ledger_id", "notice",
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


class FctAdvance(Table):
    """Prepaid money of an institution at a month end; repayments clear the oldest first."""

    _spec: ClassVar[Spec] = _mart("预付金明细", "一个账套一个月份一家机构一行", "ledger_id", "period_ym", "cntp_code",
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart("监督检查", "一个范围一个时段一个来源一行", "origin", "scope_type", "scope_id", "first_ym", "period_ym", "source_key",
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

    _spec: ClassVar[Spec] = _mart("应收财政补助", "一个账套一年一行", "ledger_id", "period_ym",
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart(
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

    _spec: ClassVar[Spec] = _mart("应征与实征", "一个账套一个费款所属期一类缴费主体一行", "ledger_id", "period_ym", "payer_class",
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


MARTS: tuple[type[Table], ...] = (
    DimRegion,
    DimRegionSuccessor,
    DimRegionCode,
    DimRegionAsOf,
    DimPoolingArea,
    DimPoolingAreaMember,
    DimAccount,
    DimMonth,
    DimInsurance,
    DimInstitution,
    DimBook,
    FctJournal,
    FctVoucherSource,
    FctLedgerMonth,
    FctBalanceSheet,
    FctIncomeStatement,
    FctFundMetric,
    FctPublishedCheck,
    FctWarning,
    FctSpendingScore,
    FctBankPair,
    FctInstitutionBudget,
    FctRiskFund,
    FctForecast,
    FctForecastCrossing,
    FctWarningEvent,
    FctWarningPrecision,
    FctHeadcountMonth,
    FctBudgetExecution,
    FctSettlementMonth,
    FctContributionMonth,
    FctRegionMonth,
    FctRegionStatement,
    FctRegionChange,
    FctUnpaidSettlement,
    FctOtherFund,
    FctPendingItem,
    FctPaDifference,
    FctReceivableAging,
    FctAdvance,
    FctRecovery,
    FctInspection,
    FctSubsidyDue,
    FctReconciliation,
    FctReconciliationItem,
    FctAssessment,
    FctPaMonth,
    FctCheck,
    FctIntake,
    MetaDictionary,
    MetaRun,
    FctIntakeRule,
    FctContractRate,
    FctContractHit,
    FctConsolidatedBalanceSheet,
    FctConsolidatedIncomeStatement,
    FctConsolidationDifference,
)
