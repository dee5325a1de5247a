"""Short names: 西安市 → 西安, 新疆维吾尔自治区 → 新疆, 云南省 → 云南."""

from __future__ import annotations

import re

#: peoples whose names stand in the names of autonomous units
_PEOPLES = (
    "维吾尔", "哈萨克", "柯尔克孜", "塔吉克", "乌孜别克", "塔塔尔", "俄罗斯", "锡伯", "达斡尔",
    "鄂温克", "鄂伦春", "赫哲", "蒙古", "朝鲜", "裕固", "保安", "东乡", "撒拉", "景颇", "德昂",
    "阿昌", "布朗", "拉祜", "傈僳", "纳西", "普米", "独龙", "哈尼", "基诺", "布依", "仡佬",
    "仫佬", "毛南", "土家", "高山", "门巴", "珞巴", "满", "回", "藏", "苗", "彝", "壮", "侗", "瑶",
    "白", "傣", "黎", "佤", "畲", "水", "羌", "土", "怒", "京", "各",
)  # fmt: skip
_FORMS = "特别行政区|行政委员会|自治区|自治州|自治县|自治旗"
_ENDINGS = (
    re.compile(rf"((?:{'|'.join(_PEOPLES)})族?)*({_FORMS})$"),
    re.compile(rf"({_FORMS})$"),
)
_SUFFIX = {
    "province": ("省", "市"),
    "prefecture": ("地区", "盟", "市"),
    "county": ("林区", "特区", "新区", "矿区", "县", "旗", "区", "市"),
}
_LEAST = 2


def short_name(level: str, name: str) -> str:
    """The name without its ending, where two characters are left; else the name itself."""
    for pattern in _ENDINGS:
        ending = pattern.search(name)
        if ending and ending.start() >= _LEAST:
            return name[: ending.start()]
    for suffix in _SUFFIX.get(level, ()):
        if name.endswith(suffix) and len(name) - len(suffix) >= _LEAST:
            return name.removesuffix(suffix)
    return name
