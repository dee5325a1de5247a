"""Input tables of a spec world: their columns, their defaults, and rows drawn as text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import duckdb

from pipelines.engine.runner import MACROS
from pipelines.flows.workspace import BOUND_LIKE
from pipelines.paths import RULES as RULES_FOLDER
from schemas.extracts import EXTRACTS
from schemas.marts import MARTS
from schemas.rules import RULES
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.table import Declaration

STAGED = (
    ("source_sha", "VARCHAR"),
    ("src_row", "BIGINT"),
    ("event_ym", "INTEGER"),
    ("late_flag", "BOOLEAN"),
)
#: by column type, where neither the text nor ``DEFAULTS`` tells
ZERO = {
    "VARCHAR": "",
    "DECIMAL(18,2)": "0",
    "DECIMAL(9,6)": "0",
    "BIGINT": "0",
    "INTEGER": "202311",
    "DATE": "2023-11-01",
    "TIMESTAMP": "2023-11-01 09:00:00",
    "BOOLEAN": "false",
}
COMMON = {"poolarea_no": "610100", "insutype": "310", "insu_admdvs": "610102"}
#: ``#`` is the row's number
DEFAULTS: dict[str, dict[str, str]] = {
    "settlements": {
        "rid": "R#",
        "setl_id": "S#",
        "psn_no_hash": "p#",
        "fixmedins_code": "H61010000001",
        "med_type": "2101",
        "clr_type": "21",
        "clr_ym": "202311",
        "refd_setl_flag": "0",
        "vali_flag": "1",
    },
    "clearing": {
        "fee_clr_id": "F#",
        "fixmedins_code": "H61010000001",
        "clr_type": "21",
        "clr_ym": "202311",
    },
    "contributions": {
        "rid": "R#",
        "clct_detl_id": "C#",
        "clct_obj": "E",
        "emp_no_hash": "e#",
        "clct_type": "10",
        "clct_way": "01",
        "clct_flag": "1",
        "revs_flag": "Z",
        "arvl_date": "2023-11-06",
    },
    "fund_transfers": {
        "traf_sn": "T#",
        "hif_acct_type": "1",
        "incexpd_dirc": "1",
        "acen_date": "2023-11-06",
        "fin_vali_flag": "Z",
    },
    "vouchers": {
        "voucher_no": "V1",
        "line_no": "#",
        "event_id": "OPEN",
        "fund": "NA",
        "maker": "甲",
        "checker": "乙",
    },
    "budget": {"budg_year": "2023", "budg_ver": "B0", "stt_mon": "19", "incexpd_dirc": "1"},
    "recoveries": {
        "det_id": "D#",
        "det_type": "20",
        "detd_stas": "30",
        "act_retn_date": "2023-11-06",
    },
    "account_details": {"rid": "R#", "psn_no_hash": "p#", "acct_incexpd_type": "11"},
    "intake_batch": {"batch_id": "B#"},
}


@dataclass(frozen=True)
class _Column:
    name: str
    sql_type: str
    nullable: bool


def add(con: duckdb.DuckDBPyConnection, name: str, drawn: str) -> None:
    """Put the drawn rows into the table ``name``; raises KeyError for a column it has not."""
    columns = {column.name: column for column in _columns(name)}
    header, *body = cells(drawn)
    unknown = [told for told in header if told not in columns]
    if unknown:
        raise KeyError(f"{name} has no column {unknown}")
    drawn_rows = []
    for number, row in enumerate(body, start=1):
        told = dict(zip(header, row, strict=True))
        values = [_value(name, column, told, number) for column in columns.values()]
        drawn_rows.append(f"({', '.join(map(_literal, values))})")
    if drawn_rows:
        # one statement: planning it is what a row costs
        typed = ", ".join(
            f"CAST(CAST({column.name} AS VARCHAR) AS {column.sql_type})"
            for column in columns.values()
        )
        con.execute(
            f"INSERT INTO {name} SELECT {typed} FROM (VALUES {', '.join(drawn_rows)}) "
            f"AS t({', '.join(columns)})"
        )
    declared = by_name(EXTRACTS).get(name)
    if declared and declared.spec.event_ym and "event_ym" not in header:
        con.execute(f"UPDATE {name} SET event_ym = {declared.spec.event_ym}")


def _value(name: str, column: _Column, told: dict[str, str], number: int) -> str | None:
    if told.get(column.name):
        return told[column.name]
    if column.name in told and column.nullable:
        return None
    known = {"source_sha": "test", "src_row": "#", **COMMON, **DEFAULTS.get(name, {})}
    default = known.get(column.name)
    if default is None:
        return None if column.nullable else ZERO[column.sql_type]
    return default.replace("#", str(number))


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


@cache
def ground() -> duckdb.DuckDBPyConnection:
    """The database every world starts from: the rules are filled, the other inputs are empty."""
    out = [_create(name, _columns(name)) for name in (*by_name(EXTRACTS), *BOUND_LIKE)]
    for name, declared in by_name(RULES).items():
        types = {column.name: column.sql_type for column in declared.columns}
        path = (RULES_FOLDER / f"{name}.csv").as_posix().replace("'", "''")
        out.append(
            f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}', header = true, "
            f"columns = {types}, nullstr = '', parallel = false)"
        )
    con = duckdb.connect(config={"threads": 1})
    con.execute(";\n".join((*MACROS, *out)))
    return con


def _create(name: str, columns: Iterable[_Column]) -> str:
    return f"CREATE TABLE {name}({', '.join(f'{c.name} {c.sql_type}' for c in columns)})"


@cache
def _columns(name: str) -> tuple[_Column, ...]:
    staged = by_name(EXTRACTS).get(name)
    if staged:
        first = tuple(_Column(column, sql_type, False) for column, sql_type in STAGED)
        return first + _declared(staged)
    return _declared(by_name(MARTS)[BOUND_LIKE[name]])


def _declared(declared: Declaration) -> tuple[_Column, ...]:
    return tuple(_Column(c.staged_name, c.sql_type, c.nullable) for c in declared.columns)


def cells(drawn: str) -> list[tuple[str, ...]]:
    """The cells of a table drawn with ``|``, the header first."""
    return [
        tuple(cell.strip() for cell in line.split("|"))
        for line in drawn.strip().splitlines()
        if line.strip()
    ]
