"""A tiny world for the SQL of ``transforms/``: extracts drawn as text, models made on demand.

``world(contributions="…")`` makes one in-memory DuckDB with every staged extract table, the rule
tables and the inputs a run binds; ``run`` makes a model and what it reads, and nothing else. A
table drawn with ``|`` names the columns it needs: the others take the defaults of ``drawn``, and a
blank cell is NULL (the default where the column may not be NULL).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import TYPE_CHECKING
from weakref import finalize

from pipelines.engine.graph import check_header
from pipelines.engine.runner import run_checks, run_models
from pipelines.flows.steps import model_plan
from tests.spec.drawn import add, cells, ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from pipelines.engine.graph import Model
    from pipelines.engine.runner import CheckResult


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


@cache
def models() -> dict[str, Model]:
    """Every model of ``transforms/`` by name, in the order a run makes them.

    A view of a run is a table here: a test may break it on purpose.
    """
    return {
        model.name: replace(model, sql=model.sql.replace("\n-- view\n", "\n", 1))
        for model in model_plan()
    }


#: every book there is; a world keeps the statutory one unless it is asked for more
ALL_BOOKS = ("k17", "a1999", "proposed", "proposed_accrual")


def world(through: int = 209912, /, *, books: Sequence[str] = ("k17",), **tables: str) -> Spec:
    """A new DuckDB with the tables drawn, all others empty, all rules; books end with ``through``.

    No model is made yet.
    """
    spec = _copied("memory")
    spec.con.execute("DELETE FROM rule_book WHERE NOT list_contains(?, book)", [list(books)])
    spec.sql(
        f"CREATE TABLE param_run AS "
        f"SELECT {through}::INTEGER AS through_ym, 2026::INTEGER AS as_of_year",
        "CREATE TABLE closed_period(poolarea_no VARCHAR, closed_ym INTEGER)",
    )
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
    return cells(drawn)[1:]


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
    model = _check_model(check_id)
    spec.sql(f"DROP TABLE {model.name}")
    return run_checks(spec.con, [model])[0]


def check_ids() -> list[str]:
    """The ids of every check there is."""
    return [found for found in map(_check_id, models().values()) if found]


_NUMBER = count(1)


def _copied(source: str) -> Spec:
    name = f"world_{next(_NUMBER)}"
    con = ground().cursor()
    con.execute(f"ATTACH ':memory:' AS {name}; COPY FROM DATABASE {source} TO {name}; USE {name}")
    spec = Spec(con, name)
    finalize(spec, _drop, con, name)
    return spec


def _drop(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute(f"USE memory; DETACH {name}")
    con.close()


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


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
