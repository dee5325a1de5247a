"""One declaration per table: the base class, the row rules, and what is derived from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal

import pandera.polars as pa

from schemas.columns import KIND_SQL, ColumnMeta

if TYPE_CHECKING:
    from collections.abc import Iterable

Layer = Literal["rules", "region", "extract", "mart"]
#: Q quarantine the row · H hold it until it is resolved · O keep it aside as out of scope
#: · W count it, keep the row
Severity = Literal["Q", "H", "O", "W"]


@dataclass(frozen=True)
class RowRule:
    """A named predicate over the typed columns of one row.

    A row passes where the predicate is TRUE or NULL. The text is evaluated as it stands by DuckDB
    and by ``polars.sql_expr``: anchor every ``~``, write ``[0-9]`` for a digit. ``{cent}`` stands
    for the tolerance of an amount identity in yuan.
    """

    reason: str
    predicate: str
    zh: str
    severity: Severity = "Q"

    def sql(self, cent: str = "0.00") -> str:
        """The predicate with the tolerance put in: ``0.00``, or ``0.01`` for rounded columns."""
        return self.predicate.replace("{cent}", cent)


@dataclass(frozen=True)
class LookupRule:
    """The row's columns must be found in a reference view that the run binds.

    ``match`` maps a column of this table (or an expression over it) to a column of ``view``.
    ``condition`` limits the rows the rule applies to. Rows not found get ``reason``;
    ``disposition`` is where they go.
    """

    reason: str
    view: str
    match: tuple[tuple[str, str], ...]
    zh: str
    disposition: Literal["quarantined", "held", "out_of_scope"] = "quarantined"
    condition: str = "true"


@dataclass(frozen=True)
class Spec:
    """What a table is: read by intake, by the checks, by the dictionary and by the docs."""

    zh: str
    layer: Layer
    grain: str
    key: tuple[str, ...]
    weakness: str = ""
    rules: tuple[RowRule, ...] = ()
    lookups: tuple[LookupRule, ...] = ()
    #: money column whose sum is the table's control amount in ``fct_intake``
    control_amount: str = ""
    #: SQL expression giving the event month (INTEGER yyyymm) of a staged row
    event_ym: str = ""
    #: figures are cumulative over versions: readers see every version, not only the newest
    keeps_versions: bool = False
    #: total order of a published mart; the key where empty
    order_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One declared column, flattened for those who need no Pandera."""

    name: str
    meta: ColumnMeta
    nullable: bool
    max_len: int = 0

    @property
    def sql_type(self) -> str:
        """The DuckDB type."""
        return KIND_SQL[self.meta.kind]

    @property
    def staged_name(self) -> str:
        """The name after the first step: hashed ids are renamed, so no reader can mix them up."""
        return f"{self.name}_hash" if self.meta.hash_domain else self.name


class Table(pa.DataFrameModel):
    """Base of every declared table. Subclasses set ``_spec`` and their columns."""

    _spec: ClassVar[Spec]

    class Config:
        strict = True
        ordered = True


@dataclass(frozen=True)
class Declaration:
    """A table as data: name, spec, columns."""

    name: str
    spec: Spec
    columns: tuple[Column, ...]
    model: type[Table] = field(compare=False, repr=False)

    def column(self, name: str) -> Column:
        """The column of that name; raises KeyError with the table's name where it is missing."""
        for col in self.columns:
            if col.name == name:
                return col
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def order_by(self) -> tuple[str, ...]:
        """The total order of the published table."""
        return self.spec.order_by or self.spec.key

    @property
    def control_amount(self) -> str:
        """The control money column, '' where the table has none."""
        return self.spec.control_amount

    def sql_columns(self) -> dict[str, str]:
        """Column name → DuckDB type, in declared order."""
        return {col.name: col.sql_type for col in self.columns}


def snake(name: str) -> str:
    """``FctBalanceSheet`` → ``fct_balance_sheet``."""
    out = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    return out.lstrip("_")


@cache
def declare(model: type[Table]) -> Declaration:
    """Flatten a model into a ``Declaration``."""
    schema = model.to_schema()
    columns: list[Column] = []
    for name, col in schema.columns.items():
        if not col.metadata or not isinstance(col.metadata.get("col"), ColumnMeta):
            raise TypeError(
                f"{model.__name__}.{name}: declare it with a function of schemas.columns"
            )
        max_len = 0
        for check in col.checks:
            if check.name == "str_length":
                max_len = int(check.statistics.get("max_value") or 0)
        columns.append(Column(name, col.metadata["col"], col.nullable, max_len))
    decl = Declaration(snake(model.__name__), model._spec, tuple(columns), model)
    names = {c.name for c in columns}
    missing = set(model._spec.key) - names
    if missing:
        raise TypeError(f"{decl.name}: key columns not declared: {sorted(missing)}")
    return decl


def by_name(models: Iterable[type[Table]]) -> dict[str, Declaration]:
    """Name → declaration; a name declared twice is an error."""
    out: dict[str, Declaration] = {}
    for model in models:
        decl = declare(model)
        if decl.name in out:
            raise TypeError(f"table {decl.name} is declared twice")
        out[decl.name] = decl
    return out
