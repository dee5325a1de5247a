"""Rolling-origin test of the depletion forecast against what then happened."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from pipelines.warnings.forecast import LINES, crossed, forecast, past_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_YEAR = 12
#: truth is looked for this far ahead, and forecasts beyond it count as this
_WITHIN = 24


#: fewer cases than this prove nothing: no figure is told of them
LEAST_CASES = 30
#: crossings of fewer series are a few events seen many times: their shares are no probabilities
LEAST_SERIES = 5


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
    #: series that the cases come from, and those with intervals that missed, the most first
    series: int
    missed: tuple[tuple[str, int], ...]

    @property
    def is_enough(self) -> bool:
        """Whether there are cases enough to tell figures of."""
        return self.cases >= LEAST_CASES

    @property
    def is_broad(self) -> bool:
        """Whether the cases come from series enough to take a share for a probability."""
        return self.series >= LEAST_SERIES

    @property
    def ratio(self) -> float | None:
        """How many times nearer the forecast is than balance ÷ average deficit."""
        return self.naive_mae / self.mae if self.mae else None


@dataclass(frozen=True)
class Case:
    """One forecast of one line and what then happened, in months ahead; None: not within 24."""

    line: int
    point: int | None
    early: int | None
    late: int | None
    #: balance ÷ average deficit
    naive: float
    truth: int
    series: str = ""


def rolling_origin(
    spends: Mapping[str, Sequence[float]],
    fund_of: Mapping[str, str],
    *,
    origins: Sequence[int],
    draws: int,
    seed: int,
    starts: Mapping[str, int] | None = None,
) -> tuple[LineResult, ...]:
    """Forecast from each origin (months of history), ``draws`` times with balances of 4-9 months.

    Approved income is a flat 70-95 % of the last twelve months' mean; spending after the origin is
    known to the truth only. A line that the balance is already below is no case. ``starts``: month
    in which a series begins where it is not month 0.
    """
    draw = random.Random(seed)
    begins = {series: (starts or {}).get(series, 0) for series in spends}
    errors = past_errors(spends, fund_of, starts=starts)
    cases: list[Case] = []
    for origin in origins:
        seen = {
            s: x[: origin - begins[s]]
            for s, x in spends.items()
            if len(x) > origin - begins[s] >= _YEAR
        }
        for _ in range(draws):
            mean = {s: sum(x[-_YEAR:]) / _YEAR for s, x in seen.items()}
            income = {s: draw.uniform(0.7, 0.95) * m for s, m in mean.items()}
            balance = {s: draw.uniform(4, 9) * m for s, m in mean.items()}
            flat = {s: [x] * _WITHIN for s, x in income.items()}
            found = forecast(seen, fund_of, flat, balance, errors, known=origin)
            for series, crossings in found.items():
                cut = origin - begins[series]
                ahead = spends[series][cut : cut + _WITHIN]
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
                    naive = over / (mean[series] - income[series])
                    cases.append(
                        Case(one.line, one.point, one.early, one.late, naive, truth, series)
                    )
    return results(cases)


def results(cases: Sequence[Case]) -> tuple[LineResult, ...]:
    """The cases by line, the highest first; a line without any is left out."""
    by_line = {line: [case for case in cases if case.line == line] for line in LINES}
    return tuple(_result(line, told) for line, told in by_line.items() if told)


def _result(line: int, cases: Sequence[Case]) -> LineResult:
    n = len(cases)
    point = [min(case.point or _WITHIN, _WITHIN) for case in cases]
    early = [min(case.early or _WITHIN, _WITHIN) for case in cases]
    late = [min(case.late or _WITHIN, _WITHIN) for case in cases]
    truth = [case.truth for case in cases]
    off = [p - t for p, t in zip(point, truth, strict=True)]
    naive = [abs(min(case.naive, _WITHIN) - case.truth) for case in cases]
    holds = [a <= t <= b for a, t, b in zip(early, truth, late, strict=True)]
    missed = Counter(
        case.series for case, held in zip(cases, holds, strict=True) if not held
    ).most_common()
    return LineResult(
        line,
        n,
        sum(map(abs, off)) / n,
        sum(naive) / n,
        sum(abs(x) <= 2 for x in off) / n,
        sum(holds) / n,
        sum(b - a for a, b in zip(early, late, strict=True)) / n,
        sum(off) / n,
        len({case.series for case in cases}),
        tuple(sorted(missed, key=lambda told: (-told[1], told[0]))),
    )
