"""The depletion forecast of a run: from its metrics to ``forecast_path`` and ``forecast_crossing``.

Every month with twelve months behind it is a base month, forecast from what was known at its end:
spending up to it, peers up to it, budgets approved by then. Months ahead are told to the fen
(half up) for the last base month of a series; the months of crossing for every one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import polars as pl

from pipelines.warnings.forecast import HORIZON, LINES, band, growths, outlook, past_errors
from pipelines.warnings.forecast_input import History, read_inputs, to_ym

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from pipelines.warnings.forecast import Band, Outlook
    from pipelines.warnings.forecast_input import Ahead, Inputs

PATH, CROSSING = "forecast_path", "forecast_crossing"

_YEAR = 12
_FEN = Decimal("0.01")
_TEN_THOUSANDTH = Decimal("0.0001")
#: a path beyond this is no forecast but a wrong figure; it would not fit the column either
_LARGEST = 1e14

_SERIES = {
    "book": pl.String(),
    "ledger_id": pl.String(),
    "poolarea_no": pl.String(),
    "insutype": pl.String(),
    "fund": pl.String(),
    "series_id": pl.String(),
    "period_ym": pl.Int32(),
}
_MONEY, _NUMBER = pl.Decimal(18, 2), pl.Decimal(18, 4)
PATH_SCHEMA: dict[str, pl.DataType] = {
    **_SERIES,
    "horizon_cnt": pl.Int32(),
    "target_ym": pl.Int32(),
    "income_basis": pl.String(),
    "income_amt": _MONEY,
    "other_net_amt": _MONEY,
    "outlay_amt": _MONEY,
    "mean_outlay_amt": _MONEY,
    "reserve_amt": _MONEY,
    "reserve_early_amt": _MONEY,
    "reserve_late_amt": _MONEY,
}
CROSSING_SCHEMA: dict[str, pl.DataType] = {
    **_SERIES,
    "line": pl.Int32(),
    "point_cnt": pl.Int32(),
    "early_cnt": pl.Int32(),
    "late_cnt": pl.Int32(),
    "point_ym": pl.Int32(),
    "early_ym": pl.Int32(),
    "late_ym": pl.Int32(),
    "horizon_cnt": pl.Int32(),
    "is_below": pl.Boolean(),
    "reserve_amt": _MONEY,
    "mean_outlay_amt": _MONEY,
    "income_basis": pl.String(),
    "growth_pct": _NUMBER,
    "volatility_pct": _NUMBER,
    "history_cnt": pl.Int32(),
    "peer_cnt": pl.Int32(),
}


@dataclass(frozen=True)
class Forecast:
    """One series forecast from one base month."""

    history: History
    #: months of the history known: the base month is the last of them
    known: int
    ahead: Ahead
    annual: float
    outlook: Outlook
    peer_cnt: int

    @property
    def reserve(self) -> Decimal:
        """At the end of the base month."""
        return self.history.reserve[self.known - 1]

    def mean(self, h: int) -> Decimal:
        """Mean monthly spending of the twelve months up to the h-th ahead (0: known ones only)."""
        past = self.history.outlay[self.known - _YEAR + h : self.known] if h < _YEAR else ()
        first = max(h - _YEAR, 0)
        told = (_fen(x) for x in self.outlook.spent[first:h])
        return ((sum(past, Decimal(0)) + sum(told, Decimal(0))) / _YEAR).quantize(
            _FEN, ROUND_HALF_UP
        )


@dataclass(frozen=True)
class _Base:
    """What is known of all series at the end of one base month."""

    #: months up to it, from the first of all histories
    month: int
    rates: Mapping[str, float]
    spread: Band
    peers: Mapping[str, int]


def bind_forecast(con: duckdb.DuckDBPyConnection) -> int:
    """Make ``forecast_path`` and ``forecast_crossing`` from the metrics in ``con``.

    Reads ``met_base`` and ``met_budget_month``; the same tables give the same rows in the same
    order. Returns the number of forecasts made; there may be none, and both tables are empty then.
    """
    inputs = read_inputs(con)
    made = forecasts(inputs)
    last = {one.history.series_id: one for one in made}
    paths = [row for history in inputs.histories for row in _known_rows(history)]
    paths += [row for one in last.values() for row in _path_rows(one)]
    crossings = [row for one in made for row in _crossing_rows(one)]
    _bind(con, PATH, pl.DataFrame(paths, schema=PATH_SCHEMA, orient="row"))
    _bind(con, CROSSING, pl.DataFrame(crossings, schema=CROSSING_SCHEMA, orient="row"))
    return len(made)


def forecasts(inputs: Inputs) -> list[Forecast]:
    """Every forecast of every series, oldest base month first, then by series.

    Months that miss a month of the twelve before, or spent nothing in them, have none.
    """
    histories = inputs.histories
    spends = {h.key: h.outlay for h in histories}
    starts = {h.key: h.start for h in histories}
    funds = {h.key: h.peers for h in histories}
    errors = past_errors(spends, funds, starts=starts)
    end = max((h.start + len(h.outlay) for h in histories), default=0)
    made: list[Forecast] = []
    for month in range(_YEAR, end + 1):
        seen = {
            h.key: h.outlay[: month - h.start]
            for h in histories
            if _YEAR <= month - h.start <= len(h.outlay)
        }
        peers = Counter(funds[key] for key in seen)
        base = _Base(month, growths(seen, funds), band(errors, month), peers)
        for history in histories:
            one = _forecast(inputs, history, base) if history.key in seen else None
            made += [one] if one else []
    return made


def _forecast(inputs: Inputs, history: History, base: _Base) -> Forecast | None:
    known = base.month - history.start
    annual = base.rates[history.key]
    spend = history.outlay[:known]
    if sum(spend[-_YEAR:]) <= 0:
        return None
    ahead = inputs.ahead(history, known, HORIZON)
    reserve = history.reserve[known - 1]
    found = outlook(spend, ahead.net, reserve, annual=annual, spread=base.spread)
    if not max(map(abs, (*found.low, *found.high))) < _LARGEST:
        return None
    return Forecast(history, known, ahead, annual, found, base.peers[history.peers])


def _head(history: History, known: int) -> tuple[object, ...]:
    return (
        history.book,
        history.ledger_id,
        history.poolarea_no,
        history.insutype,
        history.fund,
        history.series_id,
        history.ym(known - 1),
    )


def _known_rows(history: History) -> list[tuple[object, ...]]:
    """The months that are known: horizon 0 of each base month."""
    rows: list[tuple[object, ...]] = []
    for known in range(1, len(history.outlay) + 1):
        year = history.outlay[max(known - _YEAR, 0) : known]
        mean = (sum(year, Decimal(0)) / len(year)).quantize(_FEN, ROUND_HALF_UP)
        n = known - 1
        reserve = history.reserve[n]
        rows.append(
            (
                *_head(history, known), 0, history.ym(n), "actual", history.income[n],
                history.other(n), history.outlay[n], mean, reserve, reserve, reserve,
            )
        )  # fmt: skip
    return rows


def _path_rows(one: Forecast) -> list[tuple[object, ...]]:
    """The months ahead; a month's reserve is the one before plus income and other less spending."""
    rows: list[tuple[object, ...]] = []
    reserve = earned = one.reserve
    base = one.history.index + one.known - 1
    for h, basis in enumerate(one.ahead.basis, start=1):
        spent = _fen(one.outlook.spent[h - 1])
        income, other = one.ahead.income[h - 1], one.ahead.other[h - 1]
        reserve += income + other - spent
        earned += income + other
        rows.append(
            (
                *_head(one.history, one.known), h, to_ym(base + h), basis, income, other, spent,
                one.mean(h), reserve,
                min(reserve, earned - _fen(one.outlook.high[h - 1])),
                max(reserve, earned - _fen(one.outlook.low[h - 1])),
            )
        )  # fmt: skip
    return rows


def _crossing_rows(one: Forecast) -> list[tuple[object, ...]]:
    base = one.history.index + one.known - 1
    mean = one.mean(0)

    def month(ahead: int | None) -> int | None:
        return None if ahead is None else to_ym(base + ahead)

    return [
        (
            *_head(one.history, one.known), c.line, c.point, c.early, c.late, month(c.point),
            month(c.early), month(c.late), HORIZON, one.reserve < c.line * mean, one.reserve,
            mean, one.ahead.worst, _percent(one.annual), _percent(one.outlook.volatility),
            one.known, one.peer_cnt,
        )
        for c in one.outlook.crossings
        if c.line in LINES
    ]  # fmt: skip


def _fen(amount: float) -> Decimal:
    return Decimal(amount).quantize(_FEN, ROUND_HALF_UP)


def _percent(log_rate: float) -> Decimal:
    return Decimal(log_rate * 100).quantize(_TEN_THOUSANDTH, ROUND_HALF_UP)


def _bind(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    con.register("_forecast", frame.to_arrow())
    con.execute(f"create or replace table {name} as select * from _forecast")
    con.unregister("_forecast")
