"""What several books say of one ledger and month, as frozen values; money in yuan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Book:
    """A set of rules; ``policy`` is A2017, A1999 or B."""

    code: str
    name: str
    policy: str
    is_accrual: bool
    is_statutory: bool


@dataclass(frozen=True)
class Cause:
    """What one event adds to a line in a book beyond what it adds in the base book.

    ``event_code`` '' stands for all earlier years together (``events`` names them).
    """

    event_code: str
    name: str
    amount: Decimal
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A book's line less the base book's; the causes and ``unexplained`` add up to ``amount``."""

    book: str
    amount: Decimal
    causes: tuple[Cause, ...]
    unexplained: Decimal


@dataclass(frozen=True)
class Line:
    """One line in every book: ``key`` is the drill key's middle part, as ``IS:5.1`` or ``A:1102``.

    ``values`` follows the order of the books; None where a book has no such row.
    """

    key: str
    name: str
    is_flow: bool
    values: tuple[Decimal | None, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class OpenItem:
    """Pending money of one kind and month of receipt, still open at the month's end."""

    kind: str
    received_ym: int
    received_amt: Decimal
    open_amt: Decimal
    age_months: int


@dataclass(frozen=True)
class Arrear:
    """Premium assessed and unpaid at the month's end, by payer class and age in days."""

    payer_class: str
    age_bucket: str
    item_cnt: int
    open_amt: Decimal
    late_fee_amt: Decimal


@dataclass(frozen=True)
class Inflation:
    """虚增: pending money that a book shows as the funds' own, beyond the proposed book.

    ``open_amt`` is the open items less what the book still shows as pending: the same figure from
    the item list.
    """

    book: str
    pool_amt: Decimal
    pa_amt: Decimal
    open_amt: Decimal

    @property
    def total(self) -> Decimal:
        """Both funds."""
        return self.pool_amt + self.pa_amt


@dataclass(frozen=True)
class FalseDeficit:
    """虚假赤字: what E86 takes from a fund's result and attribution does not give back.

    ``effect_*`` is the month's result less the statutory book's, by pending events only;
    ``reversed_*`` is E86 alone.
    """

    book: str
    reversed_pool_amt: Decimal
    reversed_pa_amt: Decimal
    effect_pool_amt: Decimal
    effect_pa_amt: Decimal

    @property
    def pool_amt(self) -> Decimal:
        """The pool's fictitious deficit, positive; zero where there is none."""
        return max(-self.effect_pool_amt, 0 * self.effect_pool_amt)

    @property
    def pa_amt(self) -> Decimal:
        """The personal accounts' fictitious deficit, positive; zero where there is none."""
        return max(-self.effect_pa_amt, 0 * self.effect_pa_amt)


@dataclass(frozen=True)
class Bridge:
    """From the month's result on cash basis to that on accrual basis, both of the proposed rule."""

    cash_amt: Decimal
    steps: tuple[tuple[str, str, Decimal], ...]
    accrual_amt: Decimal

    @property
    def unexplained(self) -> Decimal:
        """Zero where receivables and payables tell the whole difference."""
        return self.accrual_amt - self.cash_amt - sum((step[2] for step in self.steps), self.zero)

    @property
    def zero(self) -> Decimal:
        """Nothing, with the scale of money."""
        return 0 * self.cash_amt


@dataclass(frozen=True)
class Trend:
    """One month's result of the pool (residents: the fund) by book, in the order of the books."""

    period_ym: int
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Comparison:
    """All books of one ledger and month; ``books[0]`` is the base of every difference."""

    release_id: str
    ledger_id: str
    poolarea_no: str
    poolarea_name: str
    scheme: str
    period_ym: int
    books: tuple[Book, ...]
    lines: tuple[Line, ...]
    inflations: tuple[Inflation, ...]
    false_deficits: tuple[FalseDeficit, ...]
    bridge: Bridge | None
    items: tuple[OpenItem, ...]
    arrears: tuple[Arrear, ...]
    trend: tuple[Trend, ...]

    @property
    def open_amt(self) -> Decimal | None:
        """All pending money still open; None where there is none."""
        found = [item.open_amt for item in self.items]
        return sum(found[1:], found[0]) if found else None

    def line(self, key: str) -> Line:
        """The line of that key; raises KeyError where there is none."""
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(key)
