"""The change of an amount split into its factors by the log-mean Divisia index (LMDI-I).

An amount is the product of its factors. With L(a, b) = (a − b) ÷ (ln a − ln b), the share of a
factor x is L(amount now, amount before) × ln(x now ÷ x before); the shares add up to the change
without a remainder. Computed with 40 digits and rounded half up to the fen; the last factor takes
what rounding leaves, so the parts add up to the fen.

Zeros follow the limit of the formula. Where the amount is zero on one side, the whole change
belongs to the first factor that is zero there. An amount below zero has no logarithm: its change is
told as not split.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGITS = 40
FEN = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Parts:
    """Yuan by factor, in the order of the factors, and what could not be split."""

    effects: tuple[Decimal, ...]
    unsplit: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.effects, self.unsplit)

    def plus(self, other: Parts) -> Parts:
        """The parts of two amounts together."""
        pairs = zip(self.effects, other.effects, strict=True)
        return Parts(tuple(one + two for one, two in pairs), self.unsplit + other.unsplit)


def none(count: int) -> Parts:
    """No change of an amount with so many factors."""
    return Parts((ZERO,) * count, ZERO)


def split(
    before: Decimal, now: Decimal, factors: Sequence[tuple[Decimal | int, Decimal | int]]
) -> Parts:
    """The change ``now − before`` by factor.

    ``factors`` are (before, now) of each factor **but the last**, whose ratio follows from the
    amounts. Amounts are yuan with two decimals. The result has one effect more than ``factors``.
    """
    change = now - before
    effects = [ZERO] * (len(factors) + 1)
    if change == 0 and before <= 0:
        return Parts(tuple(effects), ZERO)
    if before < 0 or now < 0 or any(x < 0 for pair in factors for x in pair):
        return Parts(tuple(effects), change)
    if before == 0 or now == 0:
        side = 0 if before == 0 else 1
        gone = (n for n, pair in enumerate(factors) if pair[side] == 0)
        effects[next(gone, len(factors))] = change
        return Parts(tuple(effects), ZERO)
    if any(x == 0 for pair in factors for x in pair):
        # money on both sides where a factor is none: the factors do not make the amount
        return Parts(tuple(effects), change)
    with localcontext(Context(prec=DIGITS, rounding=ROUND_HALF_UP)):
        weight = now if change == 0 else change / (now.ln() - before.ln())
        for number, (old, new) in enumerate(factors):
            if old != new:
                effects[number] = (weight * (Decimal(new) / Decimal(old)).ln()).quantize(FEN)
    effects[-1] = change - sum(effects, ZERO)
    return Parts(tuple(effects), ZERO)
