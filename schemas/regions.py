"""The region text once it is read, and the default map of pooling areas (design: docs/regions.md).

``region_source`` has one row per unit of the text; together with ``region_quarantine`` it accounts
for every token. ``issues`` and ``correction_ids`` are lists joined with ``;``, '' where there are
none.
"""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import Count, Date, Flag, Ratio, Text, count, date, flag, ident, ratio, text
from schemas.table import RowRule, Spec, Table


class RegionSource(Table):
    """One unit of the region text, corrected and resolved to a code of the year-end lists.

    Known weakness: no single year fits the list text, so ``code_year`` differs from row to row; a
    code alone is not a key, because codes have been given to other units over the years.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="区划原文", layer="region", grain="原文中的一个区划单位一行", key=("source_line", "token_no", "part_no"),
        weakness="原文是2007–2010年间的混合版本；27个开发区、管理区没有国标代码",
        rules=(
            RowRule("LEVEL_UNKNOWN", "level IN ('province', 'prefecture', 'county', 'placeholder')", "级别须为四者之一"),
            RowRule("CODE_FORMAT", "region_code ~ '^[0-9]{6}$'", "区划代码须为6位数字"),
            RowRule("CODE_PREFIX", "left(region_code, 2) || '0000' = province_code", "区划代码与省代码不符"),
            RowRule("CODE_PREFIX", "level <> 'county' OR prefecture_code = province_code OR left(region_code, 4) || '00' = prefecture_code", "县级代码与市级代码不符"),
            RowRule("NO_CODE_REASON", "region_code IS NOT NULL OR issues <> ''", "无代码的行须有原因"),
            RowRule("CODE_YEAR", "level = 'placeholder' OR (region_code IS NULL) = (code_year IS NULL)", "有代码的行须有年份，无代码的行与占位行不得有"),
        ),
    )  # fmt: skip

    source_line: Count = count("原文行号")
    token_no: Count = count("行内序号", note="从1起；级别行的级别数字与名称算一个")
    part_no: Count = count(
        "拆分序号", note="通常为1；粘连的名称拆开后为1、2；原文缺失的单位为0，在文末为2"
    )
    raw_text: Text = text(
        "原文",
        note="含级别数字或项目符号，未经更正；各行连起来即原文：拆开的名称只在第1部分，原文缺失的单位为空文本",
    )
    province: Text = text("省级名称")
    prefecture: Text = text(
        "地级名称", null=True, note="省直辖县级单位为空；直辖市的区县为直辖市名"
    )
    county: Text = text("县级名称", null=True)
    level: Text = text("级别", note="province|prefecture|county|placeholder")
    region_code: Text = ident("区划代码", null=True, max_len=6)
    code_year: Count = count("代码所据年份", null=True, unit="年", note="民政部年末代码表的年份")
    match_method: Text = text("匹配方式", note="exact_path|history_year|corrected|placeholder|none")
    correction_ids: Text = text("更正编号")
    issues: Text = text("问题代码")
    local_code: Text = text(
        "本地代码", null=True, note="无国标代码的单位：上级代码-Znn，按原文顺序"
    )
    kind: Text = text("类别", null=True)
    province_code: Text = ident("省级代码", null=True, max_len=6)
    prefecture_code: Text = ident("地级代码", null=True, max_len=6)


class RegionQuarantine(Table):
    """One token of the text that could not be read as a unit; nothing is dropped silently."""

    _spec: ClassVar[Spec] = Spec(
        zh="区划原文隔离", layer="region", grain="原文中未能读出的一个词一行", key=("source_line", "token_no"),
    )  # fmt: skip

    source_line: Count = count("原文行号")
    token_no: Count = count("行内序号")
    raw_text: Text = text("原文")
    reason: Text = text("原因代码")


class RegionIssue(Table):
    """One thing worth knowing of the text: a correction made, a doubt, a unit without code."""

    _spec: ClassVar[Spec] = Spec(
        zh="区划原文问题", layer="region", grain="一处问题一行", key=("source_line", "code", "detail"),
        rules=(RowRule("SEVERITY", "severity IN ('info', 'warning')", "程度须为 info 或 warning"),),
    )  # fmt: skip

    source_line: Count = count("原文行号", note="0 = 整个文件")
    code: Text = text("问题代码")
    detail: Text = text("说明")
    severity: Text = text("程度", note="info 已处理或仅供了解；warning 有行未得代码或有文字丢失")


class PoolingArea(Table):
    """One default pooling area.

    Known weakness: the real pooling level differs by province and changes; this map only says
    which pool numbers exist where each prefecture pools on its own.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="统筹区", layer="region", grain="一个统筹区一行", key=("poolarea_no",),
        weakness="全国默认划分：各省实际统筹层次不同，须以当地文件为准",
        rules=(RowRule("CODE_FORMAT", "poolarea_no ~ '^[0-9]{6}$'", "统筹区编号须为6位数字"),),
    )  # fmt: skip

    poolarea_no: Text = ident("统筹区编号", max_len=6)
    poolarea_name: Text = text("统筹区名称")
    level: Text = text("统筹层次", note="province_own|prefecture|municipality|direct_county")
    province_code: Text = ident("省级代码", max_len=6)
    province_name: Text = text("省级名称")
    parent_code: Text = ident("上级区划代码", null=True, max_len=6, note="直辖市为空")


class PoolingAreaMember(Table):
    """One region whose insured belong to a default pooling area."""

    _spec: ClassVar[Spec] = Spec(
        zh="统筹区成员", layer="region", grain="一个区划一行", key=("region_code",),
        weakness="全国默认划分；开发区是否自设基金未经核实",
    )  # fmt: skip

    region_code: Text = ident("区划代码", max_len=10, note="6位代码，或无国标代码单位的本地代码")
    poolarea_no: Text = ident("统筹区编号", max_len=6)


class Region(Table):
    """One unit in the years in which it bore one code, one name and one path (type 2).

    Known weakness: year-end lists say in which year a unit changed, not on which day; the year of
    a change belongs to the new unit. Units of 2000 may be older.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="区划沿革", layer="region", grain="一个区划单位的一个版本一行", key=("region_sk",),
        weakness="依年末代码表，只知变动年份，不知日期；变动当年归新单位",
        rules=(
            RowRule("CODE_FORMAT", "region_code ~ '^[0-9]{6}$'", "区划代码须为6位数字"),
            RowRule("LOCAL_CODE", "(region_code IS NULL) <> (local_code IS NULL)", "国标代码与本地代码须有其一"),
            RowRule("STATUS", "status IN ('active', 'renamed', 'recoded', 'replaced', 'no_code')", "状态不在所列之内"),
            RowRule("CURRENT", "is_current = (valid_to IS NULL)", "现行单位没有止期，其他单位有"),
            RowRule("INTERVAL", "valid_from <= valid_to", "起期不得晚于止期"),
            RowRule("SUCCESSOR", "is_current = (successor_cnt = 0)", "现行单位没有后继，其他单位有"),
        ),
    )  # fmt: skip

    region_sk: Text = text("区划版本键", max_len=16, note="代码|名称|起期的散列前16位")
    region_code: Text = ident("区划代码", null=True, max_len=6)
    local_code: Text = ident(
        "本地代码", null=True, max_len=10, note="无国标代码的单位：上级代码-Znn"
    )
    code_order: Text = text("排序代码", max_len=10, note="区划代码或本地代码")
    region_name: Text = text("名称")
    region_short: Text = text("简称")
    level: Text = text("级别", note="province|prefecture|county")
    kind: Text = text("类别", null=True)
    parent_code: Text = ident("上级代码", null=True, max_len=6)
    parent_sk: Text = text("上级版本键", null=True, max_len=16)
    province_code: Text = ident("省级代码", max_len=6)
    province_name: Text = text("省级名称")
    prefecture_code: Text = ident(
        "地级代码", null=True, max_len=6, note="省直辖县级为空；直辖市的区县为直辖市"
    )
    prefecture_name: Text = text("地级名称", null=True)
    valid_from: Date = date("起期", note="2000-01-01 也可能更早")
    valid_to: Date = date("止期", null=True, note="空 = 至今")
    date_precision: Text = text("日期精度", note="year_end 年末代码表；unknown 未知")
    is_current: Flag = flag("现行")
    status: Text = text(
        "状态",
        note="active 现行 renamed 名称或上级名称变更 recoded 换码 replaced 撤并升格 no_code 无国标代码",
    )
    successor_sk: Text = text("后继版本键", null=True, max_len=16, note="分设时为空，见后继表")
    successor_cnt: Count = count("后继个数")
    code_source: Text = text("代码依据", null=True)
    code_year: Count = count("代码年份", null=True, unit="年", note="最近一次在表的年份")
    source: Text = text("来源", note="text 区划文本 reference 只在参考表")


class RegionSuccessor(Table):
    """What followed a unit: one row a target; a split has several, without a share where unknown."""

    _spec: ClassVar[Spec] = Spec(
        zh="区划后继", layer="region", grain="一个旧单位一个去向一行", key=("old_code", "old_name", "change_year", "new_code"),
        weakness="2018年以前公开变动清单缺漏处由本项目补写；分设份额均未知",
        rules=(RowRule("KIND", "kind IN ('rename', 'recode', 'upgrade', 'merge', 'split')", "种类不在所列之内"),),
    )  # fmt: skip

    old_code: Text = ident("旧代码", max_len=6)
    old_name: Text = text("旧名称")
    change_year: Count = count("变动年份", unit="年", note="年末代码表首次不列旧单位的年份")
    new_code: Text = ident("新代码", max_len=6)
    new_name: Text = text("新名称")
    kind: Text = text(
        "种类", note="rename 更名 recode 换码 upgrade 撤县设区等 merge 并入 split 分设"
    )
    share: Ratio = ratio("份额", null=True, note="空 = 未知，不作猜测")
    document_no: Text = text("文号", null=True)
    source: Text = text("来源")


class RegionCode(Table):
    """What a delivered code means in the years from..to: direct, by alias, or by what followed."""

    _spec: ClassVar[Spec] = Spec(
        zh="区划代码释义", layer="region", grain="一个代码一段年份一行", key=("region_code", "year_from"),
    )  # fmt: skip

    region_code: Text = ident("来文代码", max_len=10)
    year_from: Count = count("起始年份", unit="年")
    year_to: Count = count("截止年份", unit="年", note="9999 = 至今")
    region_sk: Text = text("区划版本键", max_len=16)
    via: Text = text(
        "依据", note="direct 在表 alias 别名 own_level 本级 successor 后继 split 已分设，归原单位"
    )


class RegionAsOf(Table):
    """Each unit seen in the geography of one year; levels that candidates do not share are empty."""

    _spec: ClassVar[Spec] = Spec(
        zh="区划归集", layer="region", grain="一个区划版本一段年份一行", key=("region_sk", "year_from"),
    )  # fmt: skip

    region_sk: Text = text("区划版本键", max_len=16)
    year_from: Count = count("事件起始年份", unit="年")
    year_to: Count = count("事件截止年份", unit="年", note="9999 = 至今")
    as_of_year: Count = count("区划年份", unit="年")
    as_of_region_sk: Text = text("归集区划版本键", null=True, max_len=16)
    as_of_region_code: Text = ident("归集区划代码", null=True, max_len=10)
    as_of_region_name: Text = text("归集区划", null=True)
    as_of_prefecture_code: Text = ident("归集地级代码", null=True, max_len=6)
    as_of_prefecture_name: Text = text("归集地级", null=True)
    as_of_province_code: Text = ident("归集省级代码", null=True, max_len=6)
    as_of_province_name: Text = text("归集省级", null=True)
    candidate_cnt: Count = count("候选单位数", note="1 = 确定；0 = 该年尚无；2 以上 = 不可分")
    note: Text = text("说明", null=True)


class RegionChange(Table):
    """A unit of the first text against the second text (prefectures) and against today."""

    _spec: ClassVar[Spec] = Spec(
        zh="区划变动对照", layer="region", grain="一种对照一个单位一行", key=("comparison", "level", "old_key", "new_key"),
    )  # fmt: skip

    comparison: Text = text("对照", note="texts 两份文本的地级；today 清单与现行代码表")
    level: Text = text("级别", note="prefecture|county")
    old_key: Text = text("旧代码", note="'' = 新设")
    new_key: Text = text("新代码", note="'' = 已分设，见后继表")
    province: Text = text("省")
    old_name: Text = text("旧名称", null=True)
    new_name: Text = text("新名称", null=True)
    change: Text = text(
        "变动", note="unchanged|recoded|renamed|upgraded|merged|replaced|split|new|unexplained"
    )
    change_year: Count = count("变动年份", null=True, unit="年")
    detail: Text = text("经过", null=True)


class DatedPoolingArea(Table):
    """A pooling area, where it stands in the geography of the run, and from when to when it is one.

    Known weakness: one pool for each prefecture unless the dated override tables say otherwise.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="统筹区", layer="region", grain="一个统筹区一行", key=("poolarea_no",),
        weakness="默认一地级一统筹区；各省实际统筹层次不同，以当地文件改写 pooling_area.csv",
        rules=(RowRule("CODE_FORMAT", "poolarea_no ~ '^[0-9]{6}$'", "统筹区编号须为6位数字"),),
    )  # fmt: skip

    poolarea_no: Text = ident("统筹区编号", max_len=6)
    poolarea_name: Text = text("统筹区名称")
    level: Text = text(
        "统筹层次",
        note="province_own|prefecture|municipality|direct_county|county_own|city_own|zone_own|province_run",
    )
    region_code: Text = ident("区划代码", max_len=10)
    province_code: Text = ident("省级代码", max_len=6)
    province_name: Text = text("省级名称")
    prefecture_code: Text = ident("地级代码", null=True, max_len=6)
    prefecture_name: Text = text("地级名称", null=True)
    as_of_year: Count = count("区划年份", unit="年")
    geography_note: Text = text("归集说明", null=True)
    valid_from: Date = date("起期")
    valid_to: Date = date("止期", null=True)
    source: Text = text("依据")


class DatedPoolingAreaMember(Table):
    """Which codes an insured of a pooling area may bear, and in which years."""

    _spec: ClassVar[Spec] = Spec(
        zh="统筹区成员", layer="region", grain="一个代码一个统筹区一段时间一行", key=("region_code", "poolarea_no", "valid_from"),
        weakness="默认划分；撤并当年新旧统筹区都收",
    )  # fmt: skip

    region_code: Text = ident("区划代码", max_len=10)
    poolarea_no: Text = ident("统筹区编号", max_len=6)
    valid_from: Date = date("起期")
    valid_to: Date = date("止期", null=True)
    source: Text = text(
        "依据", note="default 默认划分 old_number 旧编号 transition 变动当年 或改写表的依据"
    )


REGIONS: tuple[type[Table], ...] = (
    RegionSource,
    RegionQuarantine,
    RegionIssue,
    PoolingArea,
    PoolingAreaMember,
)
#: the dimension and what follows from it
DIMENSION: tuple[type[Table], ...] = (
    Region,
    RegionSuccessor,
    RegionCode,
    RegionAsOf,
    RegionChange,
    DatedPoolingArea,
    DatedPoolingAreaMember,
)
