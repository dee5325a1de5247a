"""Column kinds: what a cell means, how its text is parsed, and the type it takes in every engine.

A column is declared once, as a field of a ``schemas.table.Table``. The functions below return the
Pandera field and hang a ``ColumnMeta`` on it; DuckDB, Parquet and dictionary entries read it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pandera.polars as pa
import polars as pl

Text = pl.String
Money = Annotated[pl.Decimal, 18, 2]
Ratio = Annotated[pl.Decimal, 9, 6]
Number = Annotated[pl.Decimal, 18, 4]
Stamp = Annotated[pl.Datetime, "us", None]
Date = pl.Date
Ym = pl.Int32
Count = pl.Int64
Flag = pl.Boolean

Kind = Literal["text", "ident", "money", "ratio", "number", "count", "ym", "date", "stamp", "flag"]
Sensitivity = Literal["public", "internal", "person", "employer"]
HashDomain = Literal["", "P", "E"]

#: kind → (DuckDB type, strict text pattern or None, reason when the text does not fit)
KIND_SQL: dict[Kind, str] = {
    "text": "VARCHAR",
    "ident": "VARCHAR",
    "money": "DECIMAL(18,2)",
    "ratio": "DECIMAL(9,6)",
    "number": "DECIMAL(18,4)",
    "count": "BIGINT",
    "ym": "INTEGER",
    "date": "DATE",
    "stamp": "TIMESTAMP",
    "flag": "BOOLEAN",
}

#: kind → reason code of a cell whose text cannot be read as that kind
KIND_REASON: dict[Kind, str] = {
    "ident": "ID_FLOAT_MANGLED",
    "money": "AMT_FORMAT",
    "ratio": "AMT_FORMAT",
    "number": "AMT_FORMAT",
    "count": "COUNT_FORMAT",
    "ym": "YM_INVALID",
    "date": "DATE_INVALID",
    "stamp": "DATE_INVALID",
}


@dataclass(frozen=True)
class ColumnMeta:
    """What is known of one column beyond its physical type."""

    kind: Kind
    zh: str
    unit: str = ""
    note: str = ""
    sensitivity: Sensitivity = "internal"
    #: '' = kept as it is; 'P' person, 'E' employer: replaced by a keyed hash in the first step
    hash_domain: HashDomain = ""
    #: other header names under which the same fact is delivered (compared in lower case)
    aliases: tuple[str, ...] = ()
    #: the column may be missing from a file altogether (all cells empty)
    optional: bool = False
    #: reason of a row whose cell is empty although the column must be filled
    missing_reason: str = "REQUIRED_MISSING"
    #: an empty cell means this literal (SQL), e.g. '0' for a money column that older versions lack
    default: str = ""


def _field(meta: ColumnMeta, *, null: bool, max_len: int = 0) -> Any:
    limits: dict[str, Any] = {"str_length": {"max_value": max_len}} if max_len else {}
    return pa.Field(nullable=null, metadata={"col": meta}, **limits)


def text(zh: str, *, null: bool = False, max_len: int = 0, **meta: Any) -> Any:
    """Free text or a short code; blanks at both ends are dropped, an empty cell is NULL."""
    return _field(ColumnMeta("text", zh, **meta), null=null, max_len=max_len)


def ident(zh: str, *, null: bool = False, max_len: int = 40, **meta: Any) -> Any:
    """An identifier: text that must never have been through a float (``5.201E+19``)."""
    return _field(ColumnMeta("ident", zh, **meta), null=null, max_len=max_len)


def person(zh: str, *, null: bool = False, **meta: Any) -> Any:
    """A person's id: hashed with the key before anything is written (``<name>_hash``)."""
    extra = {"sensitivity": "person", "hash_domain": "P", **meta}
    return _field(ColumnMeta("ident", zh, **extra), null=null)


def employer(zh: str, *, null: bool = False, **meta: Any) -> Any:
    """An employer's id: hashed with the key before anything is written (``<name>_hash``)."""
    extra = {"sensitivity": "employer", "hash_domain": "E", **meta}
    return _field(ColumnMeta("ident", zh, **extra), null=null)


def money(zh: str, *, null: bool = False, **meta: Any) -> Any:
    """An amount in yuan with at most two decimals, never rounded on the way in."""
    return _field(ColumnMeta("money", zh, unit="元", **meta), null=null)


def ratio(zh: str, *, null: bool = False, **meta: Any) -> Any:
    """A dimensionless or per-year rate with at most six decimals."""
    return _field(ColumnMeta("ratio", zh, **meta), null=null)


def number(zh: str, *, null: bool = False, unit: str = "", **meta: Any) -> Any:
    """A measured figure (months, per cent, yuan) or a threshold, with at most four decimals."""
    return _field(ColumnMeta("number", zh, unit=unit, **meta), null=null)


def count(zh: str, *, null: bool = False, unit: str = "", **meta: Any) -> Any:
    """A whole number, zero or more unless a row rule says otherwise."""
    return _field(ColumnMeta("count", zh, unit=unit, **meta), null=null)


def ym(zh: str, *, null: bool = False, **meta: Any) -> Any:
    """A month as INTEGER yyyymm."""
    return _field(ColumnMeta("ym", zh, unit="yyyymm", **meta), null=null)


def date(zh: str, *, null: bool = False, **meta: Any) -> Any:
    """A calendar day."""
    return _field(ColumnMeta("date", zh, **meta), null=null)


def stamp(zh: str, *, null: bool = False, **meta: Any) -> Any:
    """A local time (Asia/Shanghai), without offset."""
    return _field(ColumnMeta("stamp", zh, **meta), null=null)


def flag(zh: str, *, null: bool = False, **meta: Any) -> Any:
    """True or false."""
    return _field(ColumnMeta("flag", zh, **meta), null=null)
