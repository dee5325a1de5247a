"""Which warnings a person asks to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.warnings.procedure import LEVELS as LEVELS_ZH
from pipelines.warnings.procedure import STATES, rule_rows
from pipelines.warnings.worklist import LEVELS, refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from pipelines.warnings.worklist import Warned


@dataclass(frozen=True)
class Wanted:
    """A choice of warnings; None and empty take all. ``level`` is the least one.

    Levels and states by code (``orange``) or by name (``橙色``).
    """

    pools: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    level: str | None = None
    states: tuple[str, ...] = ()
    overdue: bool = False
    everything: bool = False


def choose(warned: Sequence[Warned], wanted: Wanted, today: date) -> tuple[Warned, ...]:
    """Those asked for, in the order given.

    Unless a state or everything is asked for, settled and suppressed ones, and older ones that
    are no longer due, are left out. Raises JiecunError WARNING_LEVEL_UNKNOWN,
    WARNING_STATE_UNKNOWN.
    """
    level = _code(LEVELS_ZH, wanted.level or LEVELS[0])
    if level not in LEVELS:
        raise refused("WARNING_LEVEL_UNKNOWN", "--level", _named(LEVELS_ZH), level)
    states = [_code(STATES, state) for state in wanted.states]
    for state in states:
        if state not in STATES:
            raise refused("WARNING_STATE_UNKNOWN", "--state", _named(STATES), state)
    least = LEVELS.index(level)
    shows_all = wanted.everything or bool(states)
    return tuple(
        one
        for one in warned
        if (not wanted.pools or one.poolarea_no in wanted.pools)
        and (not wanted.rules or one.rule_id in wanted.rules)
        and one.level_order >= least
        and (not states or one.standing.state in states)
        and (not wanted.overdue or one.overdue_days(today))
        and (shows_all or not (one.is_settled or one.is_suppressed))
    )


def check_known(con: duckdb.DuckDBPyConnection, wanted: Wanted) -> None:
    """Raise WARNING_RULE_UNKNOWN or WARNING_POOL_UNKNOWN where one is asked for that is not there.

    A province's code stands for its own warnings.
    """
    rules = {row["rule_id"]: None for row in rule_rows("rule_warning")}
    areas = con.execute("select distinct poolarea_no, province_code from dim_pooling_area")
    pools = {code for row in areas.fetchall() for code in row}
    for rule in wanted.rules:
        if rule not in rules:
            told = f"{min(map(str, rules))}—{max(map(str, rules))}"
            raise refused("WARNING_RULE_UNKNOWN", "--rule", told, rule, "改正规则编号")
    for pool in wanted.pools:
        if pool not in pools:
            raise refused(
                "WARNING_POOL_UNKNOWN", "--pool", "发布中的统筹区编号，如 610100", pool,
                '用 jiecun sql "select poolarea_no, poolarea_name from dim_pooling_area" 查编号',
            )  # fmt: skip


def _code(codes: dict[str, str], asked: str) -> str:
    """The code of a name that people read, else what was asked."""
    return next((code for code, name in codes.items() if name == asked), asked)


def _named(codes: dict[str, str]) -> str:
    return "、".join(f"{code} {name}" for code, name in codes.items())
