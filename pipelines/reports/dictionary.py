"""The dictionary of the published tables as one self-contained page, from their declarations."""

from __future__ import annotations

from pipelines.reports.html.render import environment
from schemas.columns import KIND_SQL
from schemas.marts import LIVE, MARTS
from schemas.table import by_name

#: what a kind of column holds, in the reader's words
KINDS = {
    "text": "文本",
    "ident": "标识",
    "money": "金额",
    "ratio": "比率",
    "number": "数值",
    "count": "整数",
    "ym": "月份",
    "date": "日期",
    "stamp": "时间",
    "flag": "是否",
}
SENSITIVITIES = {"public": "公开", "internal": "内部", "person": "个人", "employer": "单位"}


def dictionary_html() -> str:
    """Every mart with grain, key, weakness and columns: label, type, unit, definition."""
    if set(KINDS) != set(KIND_SQL):
        raise ValueError(f"kinds without a name: {sorted(set(KIND_SQL) - set(KINDS))}")
    return (
        environment()
        .get_template("dictionary.html.j2")
        .render(
            title="结存数据字典",
            tables=tuple(by_name((*MARTS, *LIVE)).values()),
            kinds=KINDS,
            sensitivities=SENSITIVITIES,
        )
    )
