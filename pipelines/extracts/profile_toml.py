"""A profile from its TOML text: every key known, every value of its kind, every column declared."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from pipelines.extracts.header_names import TABLES, clean_header, is_person
from pipelines.extracts.profile import (
    DELIMITERS,
    ENCODINGS,
    NAME,
    REVERSALS,
    UNITS,
    ColumnRule,
    Profile,
    ProfileError,
    cent_of,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MARKS = ("%Y", "%m", "%d", "%H", "%M", "%S", "%%")
_TOP = {"name", "title_zh", "table", "match", "read", "columns"}
_MATCH = {"files", "name", "header"}
_READ = {
    "encoding", "delimiter", "header_records", "sheet", "nulls", "money_unit", "dates",
    "serial_dates", "cent", "reversal", "loose_names", "drop", "optional",
}  # fmt: skip
_COLUMN = {"from", "sql", "value", "codes", "unit", "dates"}


def parse_profile(text: str) -> Profile:
    """A profile from its TOML text. Raises ProfileError or tomllib.TOMLDecodeError."""
    data = tomllib.loads(text)
    _known("", data, _TOP)
    match, read = _section(data, "match", _MATCH), _section(data, "read", _READ)
    name = _text("name", data.get("name", ""))
    if not NAME.fullmatch(name):
        raise ProfileError("name", "小写字母、数字、_ 或 -", name[:40])
    table = _choice("table", data.get("table", ""), tuple(TABLES))
    encoding = _text("read.encoding", read.get("encoding", "")).lower()
    records = read.get("header_records", 0)
    if not isinstance(records, int) or isinstance(records, bool) or not 0 <= records <= 10:
        raise ProfileError("read.header_records", "0 至 10 的整数", str(records))
    pattern = _text("match.name", match.get("name", ""))
    try:
        groups = re.compile(pattern).groupindex
    except re.error as error:
        raise ProfileError("match.name", "正则表达式", str(error)) from None
    if pattern and not {"area", "ym"} <= set(groups):
        raise ProfileError("match.name", "含命名组 area 与 ym", "、".join(groups) or "无")
    return Profile(
        name=name,
        title_zh=_text("title_zh", data.get("title_zh", "")),
        table=table,
        files=_texts("match.files", match.get("files", [])),
        name_pattern=pattern,
        header=tuple(clean_header(n) for n in _texts("match.header", match.get("header", []))),
        encoding=ENCODINGS[_choice("read.encoding", encoding, tuple(ENCODINGS))]
        if encoding
        else "",
        delimiter=_choice("read.delimiter", read.get("delimiter", ""), ("", *DELIMITERS)),
        header_records=records,
        sheet=_text("read.sheet", read.get("sheet", "")),
        nulls=_texts("read.nulls", read.get("nulls", [])),
        money_unit=_choice("read.money_unit", read.get("money_unit", "元"), tuple(UNITS)),
        dates=_formats("read.dates", read.get("dates", [])),
        serial_dates=_flag("read.serial_dates", read.get("serial_dates", False)),
        cent=cent_of("read.cent", read.get("cent", "0.00")),
        reversal=_reversal(table, read.get("reversal", "")),
        loose_names=_flag("read.loose_names", read.get("loose_names", False)),
        drop=tuple(clean_header(n) for n in _texts("read.drop", read.get("drop", []))),
        optional=tuple(clean_header(n) for n in _texts("read.optional", read.get("optional", []))),
        columns=_columns(table, data.get("columns", {})),
    )


def _reversal(table: str, value: object) -> str:
    reversal = _choice("read.reversal", value, REVERSALS)
    if reversal and table != "settlements":
        raise ProfileError("read.reversal", "只用于 settlements", table)
    return reversal


def _columns(table: str, data: object) -> tuple[ColumnRule, ...]:
    if not isinstance(data, dict):
        raise ProfileError("columns", "一节", type(data).__name__)
    declared = {col.name: col for col in TABLES[table].columns}
    rules: list[ColumnRule] = []
    for column, given in data.items():
        key = f"columns.{column}"
        if column not in declared:
            raise ProfileError(key, f"{table} 已声明的列", "未声明的列名")
        spec = given if isinstance(given, dict) else {"from": given}
        _known(f"{key}.", spec, _COLUMN)
        sources = spec.get("from", [])
        names = (sources,) if isinstance(sources, str) else _texts(f"{key}.from", sources)
        rule = ColumnRule(
            column=column,
            sources=tuple(dict.fromkeys(clean_header(n) for n in names)),
            sql=_text(f"{key}.sql", spec.get("sql", "")).strip(),
            value=_text(f"{key}.value", spec["value"]) if "value" in spec else None,
            codes=_codes(f"{key}.codes", spec.get("codes", {})),
            unit=_choice(f"{key}.unit", spec.get("unit", ""), ("", *UNITS)),
            dates=_formats(f"{key}.dates", spec.get("dates", [])),
        )
        meta = declared[column].meta
        if not (rule.sources or rule.sql or rule.value is not None):
            raise ProfileError(key, "from、sql、value 之一", "都没有")
        if rule.sql and rule.value is not None:
            raise ProfileError(key, "sql 与 value 只取其一", "两者都有")
        if rule.unit and meta.kind != "money":
            raise ProfileError(f"{key}.unit", "只用于金额列", meta.kind)
        if rule.dates and meta.kind not in ("date", "stamp", "ym"):
            raise ProfileError(f"{key}.dates", "只用于日期、时间、年月列", meta.kind)
        others = {*rule.sources, *words(rule.sql)} - {column, *meta.aliases}
        if not meta.hash_domain and any(is_person(name) for name in others):
            raise ProfileError(key, "个人信息列不得映射到不散列的列", "映射了个人信息列")
        rules.append(rule)
    _no_shared_source(rules)
    return tuple(rules)


def _no_shared_source(rules: Sequence[ColumnRule]) -> None:
    """A cell is copied to two columns only by SQL, where it is written out on purpose."""
    taken: dict[str, str] = {}
    for rule in rules:
        for name in rule.sources:
            if name in taken:
                told = f"{name} 已用于 columns.{taken[name]}"
                raise ProfileError(f"columns.{rule.column}.from", "每个来源列只用一次", told)
            taken[name] = rule.column


def _known(prefix: str, data: Mapping[str, Any], known: set[str]) -> None:
    for key in data:
        if key not in known:
            raise ProfileError(f"{prefix}{key}", "、".join(sorted(known)), "未知的键")


def _section(data: Mapping[str, Any], key: str, known: set[str]) -> dict[str, Any]:
    section = data.get(key, {})
    if not isinstance(section, dict):
        raise ProfileError(key, "一节", type(section).__name__)
    _known(f"{key}.", section, known)
    return section


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ProfileError(key, "文本", type(value).__name__)
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ProfileError(key, "文本列表", type(value).__name__)
    return tuple(value)


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ProfileError(key, "true 或 false", str(value)[:40])
    return value


def _choice(key: str, value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ProfileError(key, "、".join(repr(a) for a in allowed), str(value)[:40])
    return str(value)


def _codes(key: str, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ProfileError(key, "代码对照表", type(value).__name__)
    return tuple((source, _text(f"{key}.{source}", target)) for source, target in value.items())


def _formats(key: str, value: object) -> tuple[str, ...]:
    formats = _texts(key, value)
    for item in formats:
        marks = re.findall("%[a-zA-Z%]", item)
        if "%Y" not in marks or any(m not in _MARKS for m in marks):
            raise ProfileError(key, f"含 %Y 的日期格式，可用 {' '.join(_MARKS)}", item[:40])
    return formats
