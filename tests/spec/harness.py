"""A tiny world for the SQL of ``transforms/``: extracts drawn as text, models made on demand.

``world(contributions="…")`` makes one in-memory DuckDB with every staged extract table, the rule
tables and the inputs a run binds; ``run`` makes a model and what it reads, and nothing else. A
table drawn with ``|`` names the columns it needs: the others take the defaults below, and a blank
cell is NULL (the default where the column may not be NULL).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import TYPE_CHECKING
from weakref import finalize

import duckdb

from pipelines.engine.graph import check_header, load_models, plan
from pipelines.engine.runner import run_checks, run_models
from pipelines.paths import RULES as RULES_FOLDER
from pipelines.paths import TRANSFORMS
from schemas.extracts import EXTRACTS
from schemas.marts import MARTS
from schemas.rules import RULES
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.engine.graph import Model
    from pipelines.engine.runner import CheckResult
    from schemas.table import Declaration

#: inputs a run binds beside extracts and rules → the mart whose columns they have
BOUND = {
    "pooling_area": "dim_pooling_area",
    "region_source": "dim_region",
    "intake_batch": "fct_intake",
    "declared_column": "meta_dictionary",
    "check_result": "fct_check",
    "param_attribute": "meta_run",
}
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


@dataclass
class Spec:
    """One world: its connection and the models made so far."""

    con: duckdb.DuckDBPyConnection
    database: str
    made: set[str] = field(default_factory=set)

    def sql(self, *statements: str) -> Spec:
        """Run statements as they are: this is how a test breaks something on purpose."""
        for statement in statements:
            self.con.execute(statement)
        return self


@dataclass(frozen=True)
class Outcome:
    """What a check said: its status, how many rows it tested, the items that failed."""

    status: str
    tested: int
    failed: tuple[tuple[str, ...], ...]

    @property
    def items(self) -> list[str]:
        """The ``item`` of each failed row."""
        return [row[2] for row in self.failed]


@dataclass(frozen=True)
class _Column:
    name: str
    sql_type: str
    nullable: bool


@cache
def models() -> dict[str, Model]:
    """Every model of ``transforms/`` by name, in the order a run makes them."""
    loaded = load_models(TRANSFORMS)
    inputs = {*by_name(EXTRACTS), *by_name(RULES), *BOUND, "param_run"}
    return {model.name: model for model in plan(loaded, inputs)}


def world(*, through: int = 209912, **tables: str) -> Spec:
    """A new DuckDB with the tables drawn, every other table empty and all rules; no model yet."""
    spec = _copied("memory")
    spec.sql(f"CREATE TABLE param_run AS SELECT {through}::INTEGER AS through_ym")
    for name, drawn in tables.items():
        add(spec.con, name, drawn)
    return spec


def copy(spec: Spec) -> Spec:
    """A world of its own that holds what ``spec`` holds now, the models made included."""
    other = _copied(spec.database)
    other.made |= spec.made
    return other


def run(spec: Spec, upto: str = "jrn_line") -> Spec:
    """Make the model ``upto`` and all it reads that is not made yet."""
    run_models(spec.con, [m for m in _needed([upto]) if m.name not in spec.made])
    spec.made |= {m.name for m in _needed([upto])}
    return spec


def mutate(spec: Spec, name: str, old: str, new: str) -> Spec:
    """Make the model ``name`` with ``old`` replaced in its SQL; what is made later reads that.

    Raises ValueError where ``old`` is not in the SQL: the mutation would prove nothing.
    """
    model = models()[name]
    if old not in model.sql:
        raise ValueError(f"{name}: {old!r} is not in its SQL")
    for read in sorted(model.reads & models().keys()):
        run(spec, read)
    spec.sql(f"CREATE OR REPLACE TABLE {name} AS {model.sql.replace(old, new)}")
    spec.made.add(name)
    return spec


def rerun(spec: Spec, *names: str) -> Spec:
    """Make these models again from what their tables hold now."""
    for name in names:
        spec.con.execute(f"CREATE OR REPLACE TABLE {name} AS {models()[name].sql}")
    return spec


def rows(spec: Spec, sql: str) -> list[tuple[str, ...]]:
    """The answer as text: money with two decimals, NULL as ''."""
    return [tuple(_text(cell) for cell in row) for row in spec.con.execute(sql).fetchall()]


def table(drawn: str) -> list[tuple[str, ...]]:
    """The cells of a drawn table without its header."""
    return _cells(drawn)[1:]


def lines(spec: Spec, where: str = "true") -> list[tuple[str, ...]]:
    """Voucher lines before closing: event, account, fund, debit, credit (no zero amounts)."""
    run(spec, "jrn_line")
    return rows(
        spec,
        f"""SELECT event_code, account_code, fund, nullif(debit_amt, 0), nullif(credit_amt, 0)
        FROM jrn_line WHERE {where}
        ORDER BY ledger_id, posting_date, voucher_key, rule_id, debit_amt = 0, account_code, fund,
            credit_amt""",
    )


def statement(
    spec: Spec, mart: str, ym: int, *, period: str = "M", pool: str = "%"
) -> dict[str, tuple[str, ...]]:
    """Row code → amounts of one printed statement of a pool's only ledger, in print order."""
    run(spec, mart)
    amounts = {
        "fct_balance_sheet": "year_open_amt, close_amt",
        "fct_income_statement": "month_amt, ytd_amt, prior_year_amt, form_amt",
    }[mart]
    told = rows(
        spec,
        f"""SELECT row_code, {amounts} FROM {mart}
        WHERE period_ym = {ym} AND period_type = '{period}' AND poolarea_no LIKE '{pool}'
        ORDER BY row_order""",
    )
    return {row[0]: row[1:] for row in told}


def check(spec: Spec, check_id: str) -> Outcome:
    """Run one check over the tables as they stand now; what it reads is made first."""
    model = _check_model(check_id)
    for name in sorted(model.reads & models().keys()):
        run(spec, name)
    spec.sql(f"CREATE OR REPLACE TABLE {model.name} AS {model.sql}")
    failed = rows(
        spec,
        f"""SELECT ledger_id, period_ym, item, expected_amt, actual_amt FROM {model.name}
        WHERE expected_amt IS DISTINCT FROM actual_amt ORDER BY ALL""",
    )
    tested = int(rows(spec, f"SELECT count(*) FROM {model.name}")[0][0])
    status = "failed" if failed else "passed" if tested else "not_applicable"
    return Outcome(status, tested, tuple(failed))


def run_by_engine(spec: Spec, check_id: str) -> CheckResult:
    """The same check through the engine's runner, which also looks at the columns' types."""
    check(spec, check_id)
    return run_checks(spec.con, [_check_model(check_id)])[0]


def check_ids() -> list[str]:
    """The ids of every check there is."""
    return [found for found in map(_check_id, models().values()) if found]


def add(con: duckdb.DuckDBPyConnection, name: str, drawn: str) -> None:
    """Put the drawn rows into the table ``name``; raises KeyError for a column it has not."""
    columns = {column.name: column for column in _columns(name)}
    header, *body = _cells(drawn)
    unknown = [told for told in header if told not in columns]
    if unknown:
        raise KeyError(f"{name} has no column {unknown}")
    marks = ", ".join(f"CAST(? AS {column.sql_type})" for column in columns.values())
    for number, cells in enumerate(body, start=1):
        told = dict(zip(header, cells, strict=True))
        values = [_value(name, column, told, number) for column in columns.values()]
        con.execute(f"INSERT INTO {name} VALUES ({marks})", values)
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


_NUMBER = count(1)


def _copied(source: str) -> Spec:
    name = f"world_{next(_NUMBER)}"
    con = _ground().cursor()
    con.execute(f"ATTACH ':memory:' AS {name}; COPY FROM DATABASE {source} TO {name}; USE {name}")
    spec = Spec(con, name)
    finalize(spec, _drop, con, name)
    return spec


def _drop(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute(f"USE memory; DETACH {name}")
    con.close()


@cache
def _ground() -> duckdb.DuckDBPyConnection:
    """The database every world starts from: the rules are filled, the other inputs are empty."""
    out = [_create(name, _columns(name)) for name in (*by_name(EXTRACTS), *BOUND)]
    for name, declared in by_name(RULES).items():
        types = {column.name: column.sql_type for column in declared.columns}
        path = (RULES_FOLDER / f"{name}.csv").as_posix().replace("'", "''")
        out.append(
            f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}', header = true, "
            f"columns = {types}, nullstr = '', parallel = false)"
        )
    con = duckdb.connect(config={"threads": 1})
    con.execute(";\n".join(out))
    return con


def _create(name: str, columns: Iterable[_Column]) -> str:
    return f"CREATE TABLE {name}({', '.join(f'{c.name} {c.sql_type}' for c in columns)})"


@cache
def _columns(name: str) -> tuple[_Column, ...]:
    staged = by_name(EXTRACTS).get(name)
    if staged:
        first = tuple(_Column(column, sql_type, False) for column, sql_type in STAGED)
        return first + _declared(staged)
    return _declared(by_name(MARTS)[BOUND[name]])


def _declared(declared: Declaration) -> tuple[_Column, ...]:
    return tuple(_Column(c.staged_name, c.sql_type, c.nullable) for c in declared.columns)


def _needed(names: Iterable[str]) -> list[Model]:
    wanted: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name in models() and name not in wanted:
            wanted.add(name)
            left += models()[name].reads
    return [model for name, model in models().items() if name in wanted]


def _check_model(check_id: str) -> Model:
    return next(m for m in models().values() if _check_id(m) == check_id)


@cache
def _check_id(model: Model) -> str:
    return check_header(model).check_id if model.layer == "checks" else ""


def _cells(drawn: str) -> list[tuple[str, ...]]:
    return [
        tuple(cell.strip() for cell in line.split("|"))
        for line in drawn.strip().splitlines()
        if line.strip()
    ]


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
