"""How many warnings turned out right, by rule, by today's log: what ``fct_warning_precision`` tells
of the log at the time of the run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from pipelines.warnings.procedure import reasons

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.warnings.state import WarningEvent
    from pipelines.warnings.worklist import Warned

#: states in which a warning was neither confirmed nor dismissed
UNDECIDED = ("opened", "acknowledged")


@dataclass(frozen=True)
class Precision:
    """Warnings of one rule that opened in one month, by what became of them."""

    rule_id: str
    period_ym: int
    raised: int
    confirmed: int
    false: int
    excluded: int
    undecided: int

    @property
    def decided(self) -> int:
        """The denominator."""
        return self.confirmed + self.false

    @property
    def percent(self) -> Decimal | None:
        """Confirmed of decided, in per cent with four decimals; None where none is decided."""
        if not self.decided:
            return None
        share = Decimal(self.confirmed * 100) / self.decided
        return share.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def precision(warned: Iterable[Warned], events: Sequence[WarningEvent]) -> tuple[Precision, ...]:
    """By rule and month of opening. ``warned`` are the warnings once each, of whatever month.

    The last state written in the log decides: a quiet warning that came back by itself stays what
    it was judged to be.
    """
    last = {event.warning_id: event for event in events}
    dismissed = {event.warning_id: event for event in events if event.step == "dismiss"}
    counts: Counter[tuple[str, int, str]] = Counter()
    for one in warned:
        state = last[one.warning_id].state_to if one.warning_id in last else UNDECIDED[0]
        verdict = "true"
        if state in UNDECIDED:
            verdict = "open"
        elif state == "dismissed":
            verdict = _verdict(dismissed[one.warning_id])
        counts[one.rule_id, one.opened_ym, verdict] += 1
    return tuple(
        Precision(
            rule,
            ym,
            sum(counts[rule, ym, verdict] for verdict in ("true", "false", "none", "open")),
            *(counts[rule, ym, verdict] for verdict in ("true", "false", "none", "open")),
        )
        for rule, ym in sorted({key[:2] for key in counts})
    )


def by_rule(rows: Iterable[Precision], since: int = 0) -> tuple[Precision, ...]:
    """The months from ``since`` on added up by rule; ``period_ym`` is the first of them."""
    total: dict[str, Precision] = {}
    for row in rows:
        if row.period_ym >= since:
            old = total.get(row.rule_id)
            total[row.rule_id] = row if old is None else _plus(old, row)
    return tuple(total[rule] for rule in sorted(total))


def _plus(one: Precision, other: Precision) -> Precision:
    return Precision(
        one.rule_id,
        min(one.period_ym, other.period_ym),
        one.raised + other.raised,
        one.confirmed + other.confirmed,
        one.false + other.false,
        one.excluded + other.excluded,
        one.undecided + other.undecided,
    )


def _verdict(event: WarningEvent) -> str:
    """What the reason of a dismissal says, as dated; a reason that is no longer known: none."""
    day = event.event_at.date()
    return next(
        (
            rule.verdict
            for rule in reasons()
            if rule.reason == event.reason and rule.valid_from <= day <= rule.valid_to
        ),
        "none",
    )
