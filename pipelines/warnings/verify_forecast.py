"""Rolling-origin test of the depletion forecast against what then happened."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from pipelines.warnings.forecast import LINES, crossed, forecast, past_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_YEAR = 12
#: truth is looked for this far ahead, and forecasts beyond it count as this
_WITHIN = 24


@dataclass(frozen=True)
class LineResult:
    """One line over every origin and series that truly crossed it within 24 months."""

    line: int
    cases: int
    #: mean absolute error in months: of the point, and of balance ÷ average deficit
    mae: float
    naive_mae: float
    #: share of points at most two months off
    within_two: float
    #: share of intervals that hold the truth, and their mean width in months
    coverage: float
    width: float
    bias: float


def rolling_origin(
    spends: Mapping[str, Sequence[float]],
    fund_of: Mapping[str, str],
    *,
    origins: Sequence[int],
    draws: int,
    seed: int,
) -> tuple[LineResult, ...]:
    """Forecast from each origin (months of history), ``draws`` times with balances of 4-9 months.

    Approved income is a flat 70-95 % of the last twelve months' mean; spending after the origin is
    known to the truth only. A line that the balance is already below is no case.
    """
    draw = random.Random(seed)
    errors = past_errors(spends, fund_of)
    told: dict[int, list[tuple[float, float, bool, float, float]]] = defaultdict(list)
    for origin in origins:
        seen = {s: x[:origin] for s, x in spends.items() if len(x) > origin >= _YEAR}
        for _ in range(draws):
            mean = {s: sum(x[-_YEAR:]) / _YEAR for s, x in seen.items()}
            income = {s: draw.uniform(0.7, 0.95) * m for s, m in mean.items()}
            balance = {s: draw.uniform(4, 9) * m for s, m in mean.items()}
            flat = {s: [x] * _WITHIN for s, x in income.items()}
            found = forecast(seen, fund_of, flat, balance, errors)
            for series, crossings in found.items():
                ahead = spends[series][origin : origin + _WITHIN]
                earned = [income[series] * h for h in range(1, len(ahead) + 1)]
                for one in crossings:
                    over = balance[series] - one.line * mean[series]
                    truth = crossed(
                        balance[series],
                        earned,
                        list(accumulate(ahead)),
                        seen[series][-_YEAR:],
                        one.line,
                    )
                    if over < 0 or truth is None:
                        continue
                    naive = min(over / (mean[series] - income[series]), _WITHIN)
                    point, early, late = (
                        min(x or _WITHIN, _WITHIN) for x in (one.point, one.early, one.late)
                    )
                    holds = early <= truth <= late
                    told[one.line].append(
                        (point - truth, abs(naive - truth), holds, late - early, truth)
                    )
    return tuple(_result(line, told[line]) for line in LINES if told[line])


def _result(line: int, cases: Sequence[tuple[float, float, bool, float, float]]) -> LineResult:
    n = len(cases)
    return LineResult(
        line,
        n,
        sum(abs(c[0]) for c in cases) / n,
        sum(c[1] for c in cases) / n,
        sum(abs(c[0]) <= 2 for c in cases) / n,
        sum(c[2] for c in cases) / n,
        sum(c[3] for c in cases) / n,
        sum(c[0] for c in cases) / n,
    )
