"""When a fund runs down to 6, 3 and 0 payable months, with an 80 % interval.

Spending goes on as in the same month of last year, times an annual growth drawn half-way to the
peers' and damped from the second year on; income is as approved. How far cumulative spending went
astray in the past, in units of a series' own volatility, makes the interval. Statistics on months,
so the sums inside are floats; what leaves as an amount is rounded by the reader of ``Outlook``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

#: months looked ahead
HORIZON = 36
#: payable months that are warned of
LINES = (6, 3, 0)

_YEAR = 12
_SHRINK = 0.5
_DAMPING = 0.7
_LEAST_VOLATILITY = 0.01
_NORMAL_TENTH = 1.2816


@dataclass(frozen=True)
class Crossing:
    """In how many months a line is crossed (1 = next month); None: not within the horizon."""

    line: int
    point: int | None
    early: int | None
    late: int | None


@dataclass(frozen=True)
class Outlook:
    """What a forecast says of the months ahead: entry h−1 is h months after the last known one.

    ``spent`` is monthly spending; ``low`` and ``high`` are cumulative spending on the late and the
    early path, ``low[h] ≤ Σ spent[:h+1] ≤ high[h]``. Yuan as floats.
    """

    spent: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    crossings: tuple[Crossing, ...]
    volatility: float


@dataclass(frozen=True)
class Band:
    """10 % and 90 % quantiles of past log errors of cumulative spending over own volatility.

    One pair a horizon 1 … ``HORIZON``; lower ≤ 0 ≤ upper, both widening with the horizon.
    """

    lower: tuple[float, ...]
    upper: tuple[float, ...]


def growth(spend: Sequence[Decimal | float]) -> float | None:
    """Log growth on the same months of last year: mean of the last six and the last three months.

    None under 24 months of history, or where one of the sums is not positive.
    """
    if len(spend) < 2 * _YEAR:
        return None
    rates: list[float] = []
    for months in (6, 3):
        now = float(sum(spend[-months:]))
        before = float(sum(spend[-_YEAR - months : -_YEAR]))
        if now <= 0 or before <= 0:
            return None
        rates.append(math.log(now / before))
    return sum(rates) / len(rates)


def shrunk_growth(own: float | None, peers: Sequence[float]) -> float:
    """Half-way from a series' own growth to its peers' median; 0 where nothing is known."""
    if not peers:
        return own or 0.0
    centre = median(peers)
    return centre if own is None else own + _SHRINK * (centre - own)


def spending_path(
    spend: Sequence[Decimal | float], annual: float, horizon: int = HORIZON
) -> list[float]:
    """Monthly spending after the last month of ``spend``: last year's months, grown.

    With under twelve months of history their mean stands for each month. Raises ValueError where
    there is none at all.
    """
    if not spend:
        raise ValueError("no month of spending")
    known = [float(x) for x in spend[-_YEAR:]]
    if len(known) < _YEAR:
        known = [sum(known) / len(known)] * _YEAR
    path: list[float] = []
    for h in range(horizon):
        year = h // _YEAR
        total = annual * sum(_DAMPING**n for n in range(year + 1))
        path.append(known[h % _YEAR] * math.exp(total))
    return path


def volatility(spend: Sequence[Decimal | float]) -> float:
    """How much annual growth moves within half a year: root mean square of the last 24 moves.

    One tenth where the history tells of fewer than six moves (under 35 months).
    """
    kept = [float(x) for x in spend[-(4 * _YEAR + 6) :]]
    years = [sum(kept[i - _YEAR : i]) for i in range(_YEAR, len(kept) + 1)]
    rates = [
        math.log(now / before)
        for before, now in zip(years, years[_YEAR:], strict=False)
        if now > 0 and before > 0
    ]
    moves = [now - before for before, now in zip(rates, rates[6:], strict=False)][-2 * _YEAR :]
    if len(moves) < 6:
        return 0.1
    return max(math.sqrt(sum(m * m for m in moves) / len(moves)), _LEAST_VOLATILITY)


def past_errors(
    spends: Mapping[str, Sequence[Decimal | float]],
    fund_of: Mapping[str, str],
    horizon: int = HORIZON,
    step: int = 3,
    starts: Mapping[str, int] | None = None,
) -> dict[int, list[tuple[int, float]]]:
    """Horizon → (months known at, log error of cumulative spending ÷ own volatility).

    ``starts``: month in which a series begins where it is not month 0, the first of the earliest.
    Every ``step``-th month with 24 months of a series behind it is an origin; "known at" counts
    the months up to the last one that the error needs, so that a forecast may leave out later ones.
    """
    begins = {series: (starts or {}).get(series, 0) for series in spends}
    errors: dict[int, list[tuple[int, float]]] = defaultdict(list)
    longest = max((begins[s] + len(x) for s, x in spends.items()), default=0)
    for origin in range(2 * _YEAR, longest, step):
        seen = {
            s: x[: origin - begins[s]]
            for s, x in spends.items()
            if 2 * _YEAR <= origin - begins[s] < len(x)
        }
        for series, path in _paths(seen, fund_of, horizon).items():
            wide = volatility(seen[series])
            cut = origin - begins[series]
            truth = spends[series][cut : cut + horizon]
            both = zip(accumulate(map(float, truth)), accumulate(path), strict=False)
            for h, (actual, told) in enumerate(both, start=1):
                if actual > 0 and told > 0:
                    errors[h].append((origin + h, math.log(actual / told) / wide))
    return errors


def band(
    errors: Mapping[int, Sequence[tuple[int, float]]], known: int, horizon: int = HORIZON
) -> Band:
    """The quantiles of the errors known by month ``known``; horizons without any widen by √h.

    Without a past at all, those of a normal error of the size of the volatility.
    """
    lower: list[float] = []
    upper: list[float] = []
    low, high, last = -_NORMAL_TENTH, _NORMAL_TENTH, 0
    for h in range(1, horizon + 1):
        past = sorted(error for at, error in errors.get(h, ()) if at <= known)
        if len(past) >= 10:
            low, high, last = _quantile(past, 0.1), _quantile(past, 0.9), h
        wider = math.sqrt(h / last) if last else 1.0
        lower.append(min(low * wider, 0.0, *lower[-1:]))
        upper.append(max(high * wider, 0.0, *upper[-1:]))
    return Band(tuple(lower), tuple(upper))


def depletion(
    spend: Sequence[Decimal | float],
    income: Sequence[Decimal | float],
    balance: Decimal | float,
    *,
    annual: float,
    spread: Band,
    lines: Sequence[int] = LINES,
) -> tuple[Crossing, ...]:
    """Months until the balance is worth less than each line's months of trailing mean spending.

    Arguments as for ``outlook``.
    """
    return outlook(spend, income, balance, annual=annual, spread=spread, lines=lines).crossings


def outlook(
    spend: Sequence[Decimal | float],
    income: Sequence[Decimal | float],
    balance: Decimal | float,
    *,
    annual: float,
    spread: Band,
    lines: Sequence[int] = LINES,
) -> Outlook:
    """The months ahead, with the month in which each line is crossed.

    ``income``: approved income of the months ahead, in order; months after the last of it repeat
    the twelve before. ``balance``: at the end of the last month of ``spend``.
    """
    path = spending_path(spend, annual, len(spread.upper))
    wide = volatility(spend)
    point = list(accumulate(path))
    early = [s * math.exp(q * wide) for s, q in zip(point, spread.upper, strict=True)]
    late = [s * math.exp(q * wide) for s, q in zip(point, spread.lower, strict=True)]
    earned = list(accumulate(_income(income, len(path))))
    past = [float(x) for x in spend[-_YEAR:]]
    crossings = tuple(
        Crossing(
            line, *(crossed(float(balance), earned, s, past, line) for s in (point, early, late))
        )
        for line in lines
    )
    return Outlook(tuple(path), tuple(late), tuple(early), crossings, wide)


def forecast(
    spends: Mapping[str, Sequence[Decimal | float]],
    fund_of: Mapping[str, str],
    incomes: Mapping[str, Sequence[Decimal | float]],
    balances: Mapping[str, Decimal | float],
    errors: Mapping[int, Sequence[tuple[int, float]]] | None = None,
    *,
    known: int | None = None,
) -> dict[str, tuple[Crossing, ...]]:
    """Series → its crossings, for every series with a balance and at least one month of spending.

    All series end in the same month; peers are those of the same fund. ``errors``: those of
    ``past_errors`` where they are at hand already; ``known``: months up to the one forecast from,
    where the longest series does not begin in month 0.
    """
    months = max(map(len, spends.values()), default=0) if known is None else known
    spread = band(past_errors(spends, fund_of) if errors is None else errors, months)
    rates = growths(spends, fund_of)
    return {
        series: depletion(
            spends[series],
            incomes.get(series, ()),
            balances[series],
            annual=rates[series],
            spread=spread,
        )
        for series in sorted(balances.keys() & spends.keys())
        if spends[series]
    }


def growths(
    spends: Mapping[str, Sequence[Decimal | float]], fund_of: Mapping[str, str]
) -> dict[str, float]:
    """Series → annual log growth, drawn half-way to the median of those of the same fund."""
    own = {series: growth(x) for series, x in spends.items()}
    peers: dict[str, list[float]] = defaultdict(list)
    for series, rate in own.items():
        if rate is not None:
            peers[fund_of[series]].append(rate)
    return {series: shrunk_growth(rate, peers[fund_of[series]]) for series, rate in own.items()}


def _paths(
    seen: Mapping[str, Sequence[Decimal | float]], fund_of: Mapping[str, str], horizon: int
) -> dict[str, list[float]]:
    rates = growths(seen, fund_of)
    return {series: spending_path(x, rates[series], horizon) for series, x in seen.items()}


def _income(income: Sequence[Decimal | float], horizon: int) -> list[float]:
    known = [float(x) for x in income[:horizon]]
    year = known[-_YEAR:]
    while known and len(known) < horizon:
        known.append(year[(len(known) - len(income)) % len(year)])
    return known or [0.0] * horizon


def crossed(
    balance: float,
    earned: Sequence[float],
    spent: Sequence[float],
    past: Sequence[float],
    line: int,
) -> int | None:
    """The first month ahead whose balance is below ``line`` months of mean spending.

    The mean is of the twelve months up to it. ``earned`` and ``spent`` are cumulative, one entry a
    month ahead; ``past`` are the last twelve months of spending. None where no month is.
    """
    for h, (got, gone) in enumerate(zip(earned, spent, strict=True), start=1):
        if h >= _YEAR:
            year, months = gone - (spent[h - _YEAR - 1] if h > _YEAR else 0.0), _YEAR
        else:
            kept = past[-(_YEAR - h) :]
            year, months = sum(kept) + gone, len(kept) + h
        left = balance + got - gone
        if left < line * year / months - 1e-6 * abs(gone):
            return h
    return None


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])
