"""What the pages show, as frozen values: report → pools → ledgers → figures and warnings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.reports.html.text import rank, worst

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from pipelines.reports.charts import Month
    from pipelines.reports.html.handling import Handling
    from pipelines.reports.html.outlook import Inspected, Outlook
    from pipelines.reports.layout import CheckLike
    from pipelines.reports.statements import Sheet
    from pipelines.warnings.state import WarningEvent

#: (metric_id, variant, fund)
Key = tuple[str, str, str]
#: what becomes of a row at intake beside being accepted, with its heading
OUTCOMES = {
    "duplicate": "重复",
    "superseded": "旧版本",
    "held": "暂挂",
    "quarantined": "隔离",
    "out_of_scope": "范围外",
}


@dataclass(frozen=True)
class Metric:
    """One row of ``fct_fund_metric``; amounts in yuan, ``value`` in ``unit``."""

    scope_type: str
    scope_id: str
    insutype: str
    period_ym: int
    metric_id: str
    variant: str
    fund: str
    metric_name: str
    value: Decimal | None
    unit: str
    numerator_amt: Decimal | None
    denominator_amt: Decimal | None
    month_cnt: int
    status: str

    @property
    def key(self) -> Key:
        return self.metric_id, self.variant, self.fund


@dataclass(frozen=True)
class Definition:
    """The written definition of a metric, variant and fund."""

    numerator: str
    denominator: str
    short_history: str
    zero_spending: str
    source: str


@dataclass(frozen=True)
class Warned:
    """One row of ``fct_warning``; ``excess_amt`` in yuan."""

    warning_id: str
    ledger_id: str
    rule_id: str
    series_id: str
    fund: str
    period_ym: int
    opened_ym: int
    level: str
    value: Decimal | None
    threshold: Decimal | None
    unit: str
    excess_amt: Decimal | None
    state: str
    owner: str
    due_date: datetime.date | None
    reason_zh: str
    action_zh: str
    title: str


@dataclass(frozen=True)
class Taken:
    """Intake of one extract: rows and control money (yuan) by outcome, over all files."""

    table_name: str
    table_zh: str
    files: int
    rows: Mapping[str, int]
    amounts: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class SetRule:
    """A rule over sets of accepted rows, all ledgers and months together; ``hit_amt`` in yuan."""

    rule_id: str
    rule_zh: str
    tested: int
    hit: int
    undecided: int
    hit_amt: Decimal | None

    @property
    def permille(self) -> str:
        """Hits in a thousand rows tested, one decimal; an en dash where none was tested."""
        return f"{self.hit * 1000 / self.tested:,.1f}‰" if self.tested else "–"


@dataclass(frozen=True)
class Ledger:
    """One ledger at its last month."""

    ledger_id: str
    scheme: str
    scheme_name: str
    poolarea_no: str
    balance: Sheet
    income: Sheet
    #: consecutive, oldest first
    months: tuple[Month, ...]
    metrics: Mapping[Key, Metric]
    warnings: tuple[Warned, ...]

    @property
    def period_ym(self) -> int:
        return self.balance.period_ym

    @property
    def current(self) -> tuple[Warned, ...]:
        """Warnings of the last month, worst first."""
        return worst_first(w for w in self.warnings if w.period_ym == self.period_ym)

    @property
    def level(self) -> str:
        """The worst level of the last month, '' for none."""
        return worst([w.level for w in self.current])


@dataclass(frozen=True)
class Pool:
    """One pooling area with its ledgers."""

    poolarea_no: str
    name: str
    province_code: str
    province_name: str
    ledgers: tuple[Ledger, ...]

    @property
    def period_ym(self) -> int:
        return max(ledger.period_ym for ledger in self.ledgers)

    @property
    def level(self) -> str:
        return worst([ledger.level for ledger in self.ledgers])


@dataclass(frozen=True)
class Report:
    """Everything the pages show."""

    release_id: str
    period_ym: int
    pools: tuple[Pool, ...]
    checks: tuple[CheckLike, ...]
    intake: tuple[Taken, ...]
    definitions: Mapping[Key, Definition]
    #: scope (``610000-310``, ``610000-ALL``, ``000000-ALL`` …) → metrics of the last month
    scopes: Mapping[str, Mapping[Key, Metric]]
    #: ledger → month → monthly spend index (M-12)
    spend_index: Mapping[str, Mapping[int, Metric]]
    #: ledger → the forecast of its pooled fund
    outlooks: Mapping[str, Outlook]
    #: pool, province or 000000 → inspections, newest first
    inspections: Mapping[str, tuple[Inspected, ...]]
    set_rules: tuple[SetRule, ...] = ()
    #: warnings of whole provinces in the last month, worst first
    provincial: tuple[Warned, ...] = ()
    #: (warning, month) → where it stands, for every warning above
    handling: Mapping[tuple[str, int], Handling] = field(default_factory=dict)
    #: the steps behind it
    steps: tuple[WarningEvent, ...] = ()


def worst_first(warnings: Iterable[Warned]) -> tuple[Warned, ...]:
    """Warnings by level, rule and series."""
    return tuple(sorted(warnings, key=lambda w: (-rank(w.level), w.rule_id, w.series_id)))


def sections(sheet: Sheet) -> tuple[tuple[str, str, bool], ...]:
    """(row code, name, is spending) of the income statement's parts, the surplus left out."""
    totals = [row for row in sheet.rows if row.is_total][:-1]
    return tuple(
        (
            row.row_code,
            row.row_name.partition("、")[2] or row.row_name,
            row.row_name.endswith("支出"),
        )
        for row in totals
    )
