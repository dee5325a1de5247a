"""The region text once it is read, and the default map of pooling areas (design: docs/regions.md).

``region_source`` has one row per unit of the text; together with ``region_quarantine`` it accounts
for every token. ``issues`` and ``correction_ids`` are lists joined with ``;``, '' where there are
none.
"""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import Count, Text, count, ident, text
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
            RowRule("CODE_YEAR", "(region_code IS NULL) = (code_year IS NULL)", "有代码的行须有年份，无代码的行不得有"),
        ),
    )  # fmt: skip

    source_line: Count = count("原文行号")
    token_no: Count = count("行内序号", note="从1起；级别行的级别数字与名称算一个")
    part_no: Count = count("拆分序号", note="通常为1；粘连的名称拆开后为1、2")
    raw_text: Text = text("原文", note="含级别数字，未经更正；原文缺失的单位为空文本")
    province: Text = text("省级名称")
    prefecture: Text = text(
        "地级名称", null=True, note="省直辖县级单位为空；直辖市的区县为直辖市名"
    )
    county: Text = text("县级名称", null=True)
    level: Text = text("级别", note="province|prefecture|county|placeholder")
    region_code: Text = ident("区划代码", null=True, max_len=6)
    code_year: Count = count("代码所据年份", null=True, unit="年", note="民政部年末代码表的年份")
    match_method: Text = text("匹配方式", note="exact_path|history_year|corrected|none")
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


REGIONS: tuple[type[Table], ...] = (
    RegionSource,
    RegionQuarantine,
    RegionIssue,
    PoolingArea,
    PoolingAreaMember,
)
