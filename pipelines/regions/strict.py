"""What a text must be to pass ``--strict``: known, complete, and read without loss or doubt."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from pipelines.errors import EXIT_CHECK, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.regions.load import RegionLoad

#: provinces of either text; 台湾, 香港 and 澳门 stand in none of them
PROVINCES = 31
_LINES_SHOWN = 10
_MUNICIPALITIES = ("110000", "120000", "310000", "500000")
#: third and fourth digit of the counties of a municipality and of those directly under a province
_OF_MUNICIPALITY, _DIRECT = ("01", "02"), ("90",)


def assert_strict(load: RegionLoad, previous_rows: int | None = None) -> None:
    """Raise JiecunError (exit code 3) with one problem per requirement that does not hold.

    No issue of severity warning; 31 provinces; paths and codes unique; each code below its
    parent's; each unit without code has a reason; the counts that are registered for the text; and
    against the load before (``previous_rows``) a row count within the limit.
    """
    problems = [
        *_warnings(load.issues),
        *_structure(load.regions),
        *_counts(load),
        *_against_previous(load, previous_rows),
    ]
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)


def rows_of(folder: Path) -> int | None:
    """Rows of the ``region_source.parquet`` that stands in ``folder``, None without one."""
    path = folder / "region_source.parquet"
    if not path.is_file():
        return None
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def counts_of(regions: pl.DataFrame) -> dict[str, int]:
    """What the register counts of ``RegionSource`` rows; provinces are counted once each."""
    levels = Counter(regions["level"])
    counties = regions.filter(pl.col("level") == "county")
    return {
        "province": regions.filter(pl.col("level") == "province")["province"].n_unique(),
        "prefecture": levels["prefecture"],
        "county": levels["county"],
        "placeholder": levels["placeholder"],
        "no_code": regions["region_code"].null_count(),
        "duplicate": counties.filter(_has("DUPLICATE")).height,
    }


def _warnings(issues: pl.DataFrame) -> Iterator[Problem]:
    warned = issues.filter(pl.col("severity") == "warning")
    for code in sorted(set(warned["code"])):
        found = warned.filter(pl.col("code") == code)
        lines = "、".join(str(n) for n in found["source_line"].head(_LINES_SHOWN) if n)
        more = " 等" if found.height > _LINES_SHOWN else ""
        place = f"区划文本 第 {lines} 行{more}" if lines else "区划文本"
        told = str(found["detail"][0])
        yield _problem(code, place, "没有此类问题", f"{found.height} 处；{told}")


def _structure(regions: pl.DataFrame) -> Iterator[Problem]:
    statutory = regions.filter(~_has("DUPLICATE") & (pl.col("level") != "province"))
    counties = statutory.filter(pl.col("level") == "county")
    named = regions.filter(pl.col("level") == "province").unique("province")
    resolved = named["region_code"].drop_nulls().n_unique()
    if (named.height, resolved) != (PROVINCES, PROVINCES):
        found = f"{named.height} 个，其中 {resolved} 个有代码"
        yield _problem("PROVINCE_COUNT", "区划文本", f"{PROVINCES} 个省级单位，各有代码", found)
    path = ["province", "prefecture", "county", "level"]
    coded = statutory.filter(pl.col("region_code").is_not_null())
    for code, expected, bad in (
        ("PATH_REPEATED", "省、市、县三级名称不重复", _repeated(statutory, path)),
        ("CODE_REPEATED", "每个代码只用一次", _repeated(coded, ["region_code"])),
        ("CODE_PREFIX", "代码以其上级的代码开头", statutory.filter(_wrong_prefix())),
        (
            "NO_CODE_REASON",
            "无代码的单位都有 NO_GB_CODE",
            statutory.filter(pl.col("region_code").is_null() & ~_has("NO_GB_CODE")),
        ),
        (
            "PARENT_UNKNOWN",
            "每个县级单位有地级上级，或直属于省",
            counties.filter(
                pl.col("prefecture").is_not_null() & pl.col("prefecture_code").is_null()
            ),
        ),
    ):
        if bad.height:
            lines = "、".join(str(n) for n in bad["source_line"].head(_LINES_SHOWN))
            yield _problem(code, f"区划文本 第 {lines} 行", expected, f"{bad.height} 行不符")


def _wrong_prefix() -> pl.Expr:
    code, province = pl.col("region_code"), pl.col("province_code")
    middle, above = code.str.slice(2, 2), pl.col("prefecture_code")
    right = (
        pl.when(pl.col("level") != "county")
        .then(code.str.ends_with("00"))
        .when(pl.col("prefecture").is_null())
        .then(middle.is_in(_DIRECT))
        .when(above.is_in(_MUNICIPALITIES))
        .then(middle.is_in(_OF_MUNICIPALITY))
        .otherwise(middle == above.str.slice(2, 2))
    )
    return code.is_not_null() & ~((code.str.slice(0, 2) == province.str.slice(0, 2)) & right)


def _counts(load: RegionLoad) -> Iterator[Problem]:
    if load.known is None:
        return
    found = counts_of(load.regions)
    wrong = {name: n for name, n in found.items() if n != load.known.counts[name]}
    if wrong:
        expected = "，".join(f"{name} {load.known.counts[name]}" for name in wrong)
        told = "，".join(f"{name} {n}" for name, n in wrong.items())
        yield _problem("COUNT_CHANGED", load.known.name, expected, told)


def _against_previous(load: RegionLoad, previous: int | None) -> Iterator[Problem]:
    if previous is None:
        return
    change = abs(load.regions.height - previous)
    if Decimal(change) > load.row_change * previous:
        expected = f"与上次的 {previous} 行相差不超过 {load.row_change:%}"
        yield _problem("ROW_CHANGE", "区划文本", expected, f"{load.regions.height} 行")


def _repeated(data: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    return data.filter(pl.struct(columns).is_duplicated())


def _has(issue: str) -> pl.Expr:
    return pl.col("issues").str.contains(issue)


def _problem(code: str, place: str, expected: str, found: str) -> Problem:
    return Problem(
        code, place, expected, found, "见 region_quarantine 与 region_issue，改正后再装载"
    )
