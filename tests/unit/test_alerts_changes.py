"""What a channel is told of a release: once, confirmed, and only what is new to it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.alerts.changes import Silence, due, new_events, silences_of
from pipelines.alerts.channels import Channel
from pipelines.alerts.outbox import Attempt, Box, Event, Mark
from pipelines.alerts.rows import ReleaseWarnings, Row
from tests.alerts_world import warning

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2024, 12, 5, 6, 0)
CHANNEL = Channel("office", "wecom", "env:KEY")


def rows(*told: dict[str, object]) -> tuple[Row, ...]:
    names = Row.__dataclass_fields__
    return tuple(Row(**{k: v for k, v in r.items() if k in names}) for r in told)  # type: ignore[arg-type]


def release(*told: dict[str, object], through: int = 202411, pools: str = "") -> ReleaseWarnings:
    limited = tuple(pool for pool in pools.split(",") if pool)
    return ReleaseWarnings(f"r{through}", through, limited, rows(*told))


def run(
    box: Box,
    given: ReleaseWarnings,
    channel: Channel = CHANNEL,
    silences: Mapping[str, Silence] | None = None,
) -> list[tuple[str, str, str]]:
    """Write a run's events into the box; the loud ones as (warning, change, level)."""
    events = new_events(channel, given, box, silences or {}, NOW)
    box.add([*events, Mark((channel.name,), given.release_id, given.through_ym, NOW.isoformat())])
    return [(e.warning_id, e.change, e.level) for e in events if not e.quiet]


def test_opened_raised_and_closed_are_each_told_once() -> None:
    box = Box()
    assert run(box, release(warning("a", "yellow"))) == [("a", "opened", "yellow")]
    assert run(box, release(warning("a", "yellow"))) == []
    more = warning("a", "red", 202412, opened_ym=202411)
    assert run(box, release(more, through=202412)) == [("a", "raised", "red")]
    less = warning("a", "yellow", 202501, opened_ym=202411)
    assert run(box, release(less, through=202501)) == []
    again = warning("a", "red", 202502, opened_ym=202411)
    assert run(box, release(again, through=202502)) == []
    assert run(box, release(through=202503)) == [("a", "closed", "red")]
    assert run(box, release(through=202503)) == []
    assert [e.key for e in box.events] == [
        "a|yellow|office",
        "a|red|office",
        "a|closed|office",
    ]


def test_a_channel_is_told_of_confirmed_warnings_at_its_level() -> None:
    given = release(
        warning("a", "blue"), warning("b", "red", is_confirmed=False), warning("c", "orange")
    )
    assert run(Box(), given) == [("c", "opened", "orange")]
    assert run(Box(), given, Channel("chief", "wecom", "env:KEY", level="red")) == []
    every = Channel("desk", "wecom", "env:KEY", level="blue")
    assert run(Box(), given, every) == [("a", "opened", "blue"), ("c", "opened", "orange")]
    own = Channel("baoji", "wecom", "env:KEY", pools=("610300",))
    assert run(Box(), given, own) == []


def test_one_confirmed_later_is_told_then() -> None:
    box = Box()
    assert run(box, release(warning("a", "yellow", is_confirmed=False))) == []
    second = warning("a", "yellow", 202412, opened_ym=202411)
    assert run(box, release(second, through=202412)) == [("a", "opened", "yellow")]


def provincial() -> list[dict[str, object]]:
    under: dict[str, Any] = {"is_suppressed": True, "linked_warning_id": "p"}
    return [
        warning("p", "yellow", rule_id="W-23", poolarea_no="610000"),
        warning("a", "orange", **under),
        warning("b", "yellow", poolarea_no="610300", **under),
        warning("c", "yellow", linked_warning_id="p"),
    ]


def test_a_provincial_warning_stands_for_the_cities_under_it() -> None:
    box = Box()
    assert run(box, release(*provincial())) == [
        ("c", "opened", "yellow"),
        ("p", "opened", "yellow"),
    ]
    assert [e.linked_cnt for e in box.events] == [0, 2]
    # the shock is over, one city's own rise is not
    left = warning("a", "orange", 202412, opened_ym=202411)
    assert run(box, release(left, through=202412)) == [
        ("a", "opened", "orange"),
        ("c", "closed", "yellow"),
        ("p", "closed", "yellow"),
    ]


def test_a_channel_that_is_not_told_of_the_province_is_told_of_the_city() -> None:
    chief = Channel("chief", "wecom", "env:KEY", level="orange")
    assert run(Box(), release(*provincial()), chief) == [("a", "opened", "orange")]


def test_a_city_hears_of_the_province_when_its_own_warning_is_under_it() -> None:
    baoji = Channel("baoji", "wecom", "env:KEY", pools=("610300",))
    assert run(Box(), release(*provincial()), baoji) == [("p", "opened", "yellow")]
    xianyang = Channel("xianyang", "wecom", "env:KEY", pools=("610400",))
    assert run(Box(), release(*provincial()), xianyang) == []


def test_a_warning_taken_up_is_silent_until_it_rises_or_the_silence_ends() -> None:
    taken = {"a": Silence(2, 202501), "b": Silence(3)}
    box = Box()
    given = release(warning("a", "yellow"), warning("b", "yellow"))
    assert run(box, given, silences=taken) == []
    assert [e.quiet for e in box.events] == [True, True]
    assert box.pending() == []
    rows_ = [warning(i, "orange", 202412, opened_ym=202411) for i in ("a", "b")]
    assert run(box, release(*rows_, through=202412), silences=taken) == [("a", "raised", "orange")]
    assert run(box, release(through=202501), silences=taken) == [("a", "closed", "orange")]

    box = Box()
    assert run(box, release(warning("a", "yellow")), silences=taken) == []
    later = warning("a", "yellow", 202502, opened_ym=202411)
    assert run(box, release(later, through=202502), silences=taken) == [("a", "opened", "yellow")]
    assert len(box.pending()) == 1


def test_the_last_step_of_the_procedure_decides() -> None:
    class Step:
        def __init__(self, warning_id: str, state_to: str, quiet: int | None) -> None:
            self.warning_id = warning_id
            self.level_order = 2
            self.state_to = state_to
            self.quiet_through_ym = quiet

    steps = [
        Step("a", "acknowledged", 202501), Step("b", "acknowledged", None),
        Step("b", "opened", None), Step("c", "dismissed", None),
    ]  # fmt: skip
    assert silences_of(steps) == {"a": Silence(2, 202501), "c": Silence(2, None)}


def test_months_between_two_runs_are_told_of_too() -> None:
    box = Box()
    assert run(box, release(through=202409)) == []
    given = release(
        warning("a", "red", 202410),
        warning("b", "orange", 202410),
        warning("b", "blue", 202411, opened_ym=202410),
    )
    assert run(box, given) == [
        ("a", "opened", "red"),
        ("a", "closed", "red"),
        ("b", "opened", "orange"),
    ]


def test_a_new_channel_begins_with_the_last_month() -> None:
    given = release(warning("a", "red", 202410), warning("b", "red"))
    assert run(Box(), given) == [("b", "opened", "red")]


def test_a_release_of_earlier_books_tells_and_closes_nothing() -> None:
    box = Box()
    run(box, release(warning("a", "red")))
    assert run(box, release(warning("z", "red", 202410), through=202410)) == []


def test_a_run_limited_to_some_areas_closes_nothing_elsewhere() -> None:
    box = Box()
    run(box, release(warning("a", "red"), warning("b", "red", poolarea_no="610300")))
    assert run(box, release(pools="610300")) == [("b", "closed", "red")]


def test_late_data_that_move_the_first_month_do_not_open_the_warning_again() -> None:
    box = Box()
    series: dict[str, Any] = {"series_id": "610100-310-POOL"}
    run(box, release(warning("a", "yellow", opened_ym=202410, **series)))
    moved = warning("b", "yellow", 202412, opened_ym=202409, **series)
    assert run(box, release(moved, through=202412)) == []
    worse = warning("b", "red", 202501, opened_ym=202409, **series)
    assert run(box, release(worse, through=202501)) == [("b", "raised", "red")]
    assert run(box, release(through=202502)) == [("b", "closed", "red")]


def test_one_that_comes_back_with_the_same_first_month_is_told_again() -> None:
    box = Box()
    run(box, release(warning("a", "yellow")))
    assert run(box, release()) == [("a", "closed", "yellow")]
    assert run(box, release(warning("a", "yellow"))) == [("a", "opened", "yellow")]
    assert run(box, release(warning("a", "yellow"))) == []
    assert run(box, release()) == [("a", "closed", "yellow")]
    assert len({e.key for e in box.events}) == 4


@pytest.mark.parametrize(
    ("hour", "level", "sent", "held"),
    [(5, "yellow", 0, 1), (5, "orange", 0, 1), (5, "red", 1, 0), (6, "yellow", 1, 0)],
)
def test_within_the_cool_down_only_a_higher_level_is_told(
    hour: int, level: str, sent: int, held: int
) -> None:
    channel = Channel("office", "wecom", "env:KEY", cooldown_hours=24)
    box = Box()
    run(box, release(warning("a", "orange", series_id="s")), channel)
    (first,) = box.pending()
    at = datetime(2024, 12, 5, 6, 0)
    box.add([Attempt("office", "m1", (first.key,), True, "0", "", at.isoformat())])
    box.add([new_event("b", level)])
    found = due(channel, box, datetime(2024, 12, 6, hour, 0))
    assert (len(found[0]), len(found[1])) == (sent, held)


def new_event(warning_id: str, level: str) -> Event:
    (event,) = new_events(
        CHANNEL, release(warning(warning_id, level, series_id="s")), Box(), {}, NOW
    )
    return event


def test_a_closed_channel_option_keeps_closings_quiet() -> None:
    box = Box()
    channel = Channel("office", "wecom", "env:KEY", closed=False)
    run(box, release(warning("a", "red")), channel)
    assert run(box, release(), channel) == []
    assert [(e.change, e.quiet) for e in box.events] == [("opened", False), ("closed", True)]


def test_a_clock_that_ran_ahead_holds_nothing_back() -> None:
    channel = Channel("office", "wecom", "env:KEY", cooldown_hours=24)
    box = Box()
    run(box, release(warning("a", "orange", series_id="s")), channel)
    (first,) = box.pending()
    box.add([Attempt("office", "m1", (first.key,), True, "0", "", "2099-01-01T00:00:00")])
    box.add([new_event("b", "yellow")])
    assert [len(part) for part in due(channel, box, NOW)] == [1, 0]


def test_a_data_finding_is_told_where_grey_is_asked_for() -> None:
    grey = release(warning("g", "grey", rule_id="W-24", is_confirmed=False))
    assert run(Box(), grey) == []
    desk = Channel("desk", "wecom", "env:KEY", level="grey")
    assert run(Box(), grey, desk) == [("g", "opened", "grey")]


def test_a_warning_that_waits_for_its_quiet_months_is_no_news() -> None:
    waits = warning("a", "orange", opened_ym=202409, is_raised=False)
    box = Box()
    assert run(box, release(warning("a", "orange", 202409), through=202409)) != []
    assert run(box, release(waits)) == []
    assert run(Box(), release(waits)) == []


def test_a_known_provincial_warning_stands_for_its_cities_while_it_waits() -> None:
    under: dict[str, Any] = {"is_suppressed": True, "linked_warning_id": "p"}
    waits = [
        warning("p", "yellow", 202412, rule_id="W-23", is_raised=False),
        warning("a", "orange", 202412, **under),
    ]
    box = Box()
    run(box, release(*provincial()))
    told = run(box, release(*waits, through=202412))
    assert [change for _, change, _ in told] == ["closed"]
    assert run(Box(), release(*waits, through=202412)) == [("a", "opened", "orange")]
