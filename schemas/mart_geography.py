"""Regions in time, pooling areas, and what rolls up by them."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Flag,
    Money,
    Ratio,
    Text,
    Ym,
    count,
    date,
    flag,
    money,
    ratio,
    text,
    ym,
)
from schemas.mart import BOOK, LEDGER, mart
from schemas.table import Spec, Table


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

    _spec: ClassVar[Spec] = mart("区划后继", "一个旧单位一个去向一行", "old_code", "old_name", "change_year", "new_code",
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

    _spec: ClassVar[Spec] = mart("区划代码释义", "一个代码一段年份一行", "region_code", "year_from")

    region_code: Text = text("来文代码")
    year_from: Count = count("起始年份", unit="年")
    year_to: Count = count("截止年份", unit="年", note="9999 = 至今")
    region_sk: Text = text("区划版本键")
    via: Text = text(
        "依据", note="direct 在表 alias 别名 own_level 本级 successor 后继 split 已分设，归原单位"
    )


class DimRegionAsOf(Table):
    """Each unit in the geography of the release's year; what is not certain is empty and noted."""

    _spec: ClassVar[Spec] = mart("区划归集", "一个区划版本一段事件年份一行", "region_sk", "year_from",
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

    _spec: ClassVar[Spec] = mart("统筹区", "一个统筹区一行", "poolarea_no",
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

    _spec: ClassVar[Spec] = mart("统筹区成员", "一个代码一个统筹区一段时间一行", "region_code", "poolarea_no", "valid_from",
        weakness="默认划分；变动当年新旧统筹区都收")  # fmt: skip

    region_code: Text = text("区划代码")
    poolarea_no: Text = text("统筹区编号")
    valid_from: Date = date("起期")
    valid_to: Date = date("止期", null=True)
    source: Text = text("依据", note="default/old_number/transition 或改写表的依据")


class FctRegionChange(Table):
    """The first region text against the second (prefectures), and against today's list."""

    _spec: ClassVar[Spec] = mart(
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

    _spec: ClassVar[Spec] = mart("区划月度", "一个账套一个来文区划版本一个月一行", "ledger_id", "region_key", "period_ym",
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

    _spec: ClassVar[Spec] = mart("分地区报表", "一个账簿一个地区一个险种一个期间一行项目", "book", "scope_type", "scope_code", "insutype", "statement", "period_type", "period_ym", "row_code",
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
