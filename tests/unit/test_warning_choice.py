"""Which warnings are listed: by code or by the name that people read; the unknown is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines.errors import JiecunError
from pipelines.warnings.choice import Wanted, check_known, choose
from pipelines.warnings.procedure import Standing
from pipelines.warnings.worklist import Warned

TODAY = date(2026, 1, 5)


def warned(level: str, order: int, state: str) -> Warned:
    """A warning with nothing in it but level and state."""
    told: dict[str, Any] = dict.fromkeys(Warned.__dataclass_fields__)
    told |= {"warning_id": level, "rule_id": "W-04", "poolarea_no": "610100", "months": ()}
    told |= {"level": level, "level_order": order, "is_suppressed": False}
    return Warned(**told | {"standing": Standing(state, "甲", None)})


KNOWN = (warned("red", 4, "reported"), warned("orange", 3, "opened"), warned("blue", 1, "closed"))


def chosen(wanted: Wanted) -> list[str]:
    return [one.level for one in choose(KNOWN, wanted, TODAY)]


def test_levels_and_states_by_code_or_name() -> None:
    assert chosen(Wanted()) == ["red", "orange"]
    assert chosen(Wanted(level="红色")) == chosen(Wanted(level="red")) == ["red"]
    assert chosen(Wanted(states=("已办结", "opened"))) == ["orange", "blue"]
    assert chosen(replace(Wanted(), everything=True)) == ["red", "orange", "blue"]


@pytest.mark.parametrize(
    ("wanted", "code", "expected"),
    [
        (Wanted(level="粉色"), "WARNING_LEVEL_UNKNOWN", "red 红色"),
        (Wanted(states=("nope",)), "WARNING_STATE_UNKNOWN", "closed 已办结"),
    ],
)
def test_an_unknown_level_or_state_is_told(wanted: Wanted, code: str, expected: str) -> None:
    with pytest.raises(JiecunError, match=code) as told:
        chosen(wanted)
    assert expected in told.value.problems[0].expected


def test_an_unknown_rule_or_pool_is_told_and_a_province_is_known() -> None:
    with duckdb.connect() as con:
        con.execute(
            "create table dim_pooling_area as "
            "select '610100' as poolarea_no, '610000' as province_code"
        )
        check_known(con, Wanted(pools=("610100", "610000"), rules=("W-01", "W-24")))
        with pytest.raises(JiecunError, match="WARNING_RULE_UNKNOWN"):
            check_known(con, Wanted(rules=("W-99",)))
        with pytest.raises(JiecunError, match="WARNING_POOL_UNKNOWN"):
            check_known(con, Wanted(pools=("999999",)))
