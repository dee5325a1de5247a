"""A release opened again: its marts, and the source rows as they stood behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from pipelines.engine.graph import Model
    from pipelines.extracts.discover import RawFile
    from pipelines.extracts.header import Layout
    from pipelines.paths import RawPaths, WarehousePaths

#: models that must be tables of the connection before anything is drilled
NEEDED = (
    "jrn_book",
    "stg_clearing",
    "stg_contribution",
    "stg_recovery",
    "stg_settlement",
    "stg_transfer",
    "stg_voucher",
    "stg_assessment",
    "stg_accrual_class",
    "stg_interest_share",
    "stg_parameter",
    "jrn_payment",
    "jrn_payment_weight",
    "jrn_settled",
    "jrn_benefit",
    "stm_row",
    "stm_term",
)
#: models made once more for a single ledger, row by row
PER_ROW = ("jrn_premium", "jrn_transfer", "jrn_recovery")
#: marts that must be bound
MARTS = ("fct_journal", "fct_balance_sheet", "fct_income_statement", "fct_intake")
#: marts that metrics are followed with, where the release has them
OPTIONAL_MARTS = ("fct_fund_metric", "fct_advance", "fct_pa_difference", "dim_pooling_area")


@dataclass(frozen=True)
class Books:
    """One release, open for drilling.

    ``con`` holds the tables of ``NEEDED`` and ``MARTS``, ``rule_account``, ``rule_posting`` and,
    where the release has metrics, ``fct_fund_metric``. One drill at a time.
    """

    con: duckdb.DuckDBPyConnection
    release_id: str
    book: str
    raw: RawPaths
    warehouse: WarehousePaths
    per_row: Mapping[str, Model]
    #: source_sha → name of the raw file, as recorded at its arrival
    files: Mapping[str, str]
    #: models made only when a computed voucher is explained, in their order
    later: Mapping[str, Model] = field(default_factory=dict)
    #: ledgers whose rows stand in ``drill_part`` already
    ready: set[str] = field(default_factory=set)
    #: raw files by name as found at the first look, and how the plain ones among them are read
    standing: dict[str, RawFile] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.con.execute(sql, list(values)).fetchall()

    def amount(self, sql: str, *values: object) -> Decimal | None:
        """The first amount of a query, None where there is no row or it is NULL."""
        found = self.rows(sql, *values)
        value = found[0][0] if found else None
        return None if value is None else Decimal(str(value))

    def texts(self, sql: str, *values: object) -> Sequence[str]:
        """The first column of a query as text."""
        return [str(row[0]) for row in self.rows(sql, *values)]
