"""The steps of the procedure: what follows what, what is refused, what is remembered."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.alerts.changes import Silence, silences_of
from pipelines.errors import JiecunError
from pipelines.flows.alerting import deliver_release
from pipelines.paths import ROOT, WarehousePaths
from pipelines.warnings.procedure import (
    STATES,
    Asked,
    Subject,
    standing,
    take_step,
)
from pipelines.warnings.state import (
    WarningEvent,
    event_frame,
    events_mark,
    events_path,
    known_by,
    read_events,
)
from schemas.mart_warnings import FctWarningEvent
from schemas.table import declare

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2025, 7, 8, 9, 30, 15)
YELLOW = Subject(
    "w1", "W-04", "610100-390-NA", 202506, "yellow", 2, "待遇支出岗", date(2025, 7, 10),
    ((202505, 2), (202506, 2)),
)  # fmt: skip
ORANGE = replace(YELLOW, level="orange", level_order=3, months=((202505, 2), (202506, 3)))
BLUE = replace(YELLOW, level="blue", level_order=1, months=((202506, 1),))
#: steps that lead to each state
PATHS = {
    "opened": (),
    "acknowledged": ("ack",),
    "reported": ("ack", "report"),
    "measures_proposed": ("ack", "report", "propose"),
    "closed": ("ack", "report", "propose", "close"),
    "dismissed": ("dismiss",),
}
#: what each step makes of each state; a pair that is not here is refused
ALLOWED = {
    ("ack", "opened"): "acknowledged",
    ("assign", "opened"): "opened",
    ("assign", "acknowledged"): "acknowledged",
    ("assign", "reported"): "reported",
    ("assign", "measures_proposed"): "measures_proposed",
    ("report", "acknowledged"): "reported",
    ("propose", "reported"): "measures_proposed",
    ("propose", "measures_proposed"): "measures_proposed",
    ("close", "measures_proposed"): "closed",
    ("dismiss", "opened"): "dismissed",
    ("dismiss", "acknowledged"): "dismissed",
    ("dismiss", "reported"): "dismissed",
    ("dismiss", "measures_proposed"): "dismissed",
    ("reopen", "closed"): "opened",
    ("reopen", "dismissed"): "opened",
}
STEPS = ("ack", "assign", "report", "propose", "close", "dismiss", "reopen")


def do(paths: WarehousePaths, step: str, subject: Subject = YELLOW, **more: str) -> str:
    """'' where the step stands, else the code of the refusal."""
    told = {"by": "甲", "reason": "FALSE" if step == "dismiss" else None, "note": "写明", **more}
    try:
        take_step(paths, subject, Asked(step, **told), at=AT)  # type: ignore[arg-type]
    except JiecunError as error:
        assert error.exit_code == 2
        return error.problems[0].code
    return ""


@pytest.mark.parametrize("state", STATES)
def test_a_step_follows_from_its_states_and_from_no_other(tmp_path: Path, state: str) -> None:
    for step in STEPS:
        paths = WarehousePaths(tmp_path / step)
        assert [do(paths, before) for before in PATHS[state]] == [""] * len(PATHS[state])
        told = do(paths, step)
        if (step, state) in ALLOWED:
            assert (told, read_events(paths)[-1].state_to) == ("", ALLOWED[step, state])
        else:
            expected = "WARNING_LEVEL" if (step, state) == ("close", "acknowledged") else ""
            assert told == (expected or "WARNING_STEP"), step
            assert len(read_events(paths)) == len(PATHS[state])


def test_a_refusal_says_where_it_stands_and_what_may_be_done(tmp_path: Path) -> None:
    with pytest.raises(JiecunError) as info:
        take_step(WarehousePaths(tmp_path), YELLOW, Asked("close", "甲"), at=AT)
    problem = info.value.problems[0]
    assert problem.place == "预警 w1"
    assert problem.expected == "办结之前的状态为：已提出措施、已受理"
    assert problem.found == "待受理"
    assert problem.remedy == "此时可以：受理（ack）、改派（assign）、排除（dismiss）"


def test_a_blue_one_is_closed_without_a_report(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    assert [do(paths, "ack", BLUE), do(paths, "close", BLUE)] == ["", ""]
    assert [event.state_to for event in read_events(paths)] == ["acknowledged", "closed"]


def test_owner_term_and_silence_come_from_the_rule_and_can_be_given(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    assert do(paths, "ack") == ""
    take_step(
        paths, YELLOW, Asked("assign", "甲", owner="乙", due=date(2025, 7, 30), note="休假"), at=AT
    )
    assert [do(paths, step) for step in ("report", "propose", "close")] == [""] * 3
    assert [
        (event.step, event.owner, event.due_date, event.quiet_through_ym)
        for event in read_events(paths)
    ] == [
        ("ack", "待遇支出岗", date(2025, 7, 18), 202509),
        ("assign", "乙", date(2025, 7, 30), 202509),
        ("report", "乙", date(2025, 7, 18), None),
        ("propose", "乙", date(2025, 8, 7), None),
        ("close", "乙", None, 202509),
    ]


@pytest.mark.parametrize(
    ("step", "more", "code"),
    [
        ("ack", {"by": "  "}, "WARNING_BY"),
        ("propose", {"note": " "}, "WARNING_NOTE"),
        ("reopen", {"note": ""}, "WARNING_NOTE"),
        ("dismiss", {"reason": "XX"}, "WARNING_REASON"),
        ("dismiss", {"reason": None}, "WARNING_REASON"),
        ("ack", {"note": "电话13900001111"}, "WARNING_NOTE_PERSONAL"),
        ("ack", {"note": "证件 61010219800101123X"}, "WARNING_NOTE_PERSONAL"),
        ("ack", {"owner": "610102800101123"}, "WARNING_NOTE_PERSONAL"),
        ("ack", {"note": "长" * 501}, "WARNING_NOTE"),
    ],
)
def test_words_that_are_missing_or_must_not_be_there(
    tmp_path: Path, step: str, more: dict[str, Any], code: str
) -> None:
    paths = WarehousePaths(tmp_path)
    assert do(paths, step, **more) == code
    assert not events_path(paths).exists()


def test_an_amount_in_a_note_is_no_personal_number(tmp_path: Path) -> None:
    assert (
        do(WarehousePaths(tmp_path), "ack", note="核减 1234567890.12 元，票据号 20250630001") == ""
    )


def test_what_was_acknowledged_comes_back_and_is_acknowledged_again(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    assert [do(paths, "ack"), do(paths, "ack")] == ["", "WARNING_STEP"]
    higher = replace(ORANGE, period_ym=202507, months=((202505, 2), (202506, 2), (202507, 3)))
    later = replace(YELLOW, period_ym=202510, months=tuple((ym, 2) for ym in (202506, 202510)))
    for subject, due in ((higher, date(2025, 8, 10)), (later, date(2025, 11, 10))):
        where = standing(subject, read_events(paths))
        assert (where.state, where.due_date, where.is_back) == ("opened", due, True)
    within = replace(YELLOW, period_ym=202509, months=((202506, 2), (202509, 2)))
    assert standing(within, read_events(paths)).state == "acknowledged"
    assert do(paths, "ack", higher) == ""
    assert standing(higher, read_events(paths)).state == "acknowledged"


def test_the_log_is_private_and_reads_back_as_it_was_written(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    assert events_mark(read_events(paths)) == ""
    assert do(paths, "ack") == ""
    first = events_mark(read_events(paths))
    assert do(paths, "dismiss") == ""
    both = events_mark(read_events(paths))
    assert (first[:2], both[:2], first[2:] == both[2:]) == ("1:", "2:", False)
    # a release made after the first step is made again from the log as it was then
    assert events_mark(known_by(read_events(paths), first)) == first
    assert known_by(read_events(paths), "") == ()
    assert stat.S_IMODE(events_path(paths).stat().st_mode) == 0o600
    assert read_events(paths)[1] == WarningEvent(
        "w1", "W-04", "610100-390-NA", 202506, "yellow", 2, "dismiss", "acknowledged", "dismissed",
        "甲", AT, "FALSE", "写明", "待遇支出岗", None, 202509,
    )  # fmt: skip
    frame = event_frame(read_events(paths))
    assert frame.columns == [column.name for column in declare(FctWarningEvent).columns]
    assert frame["event_no"].to_list() == [1, 2]


@pytest.mark.parametrize(
    "line",
    ["{}", "nonsense", '{"warning_id": 7}', "[]"],
)
def test_a_broken_line_is_told_and_a_line_cut_short_is_no_entry(tmp_path: Path, line: str) -> None:
    paths = WarehousePaths(tmp_path)
    assert do(paths, "ack") == ""
    whole = events_path(paths).read_bytes()
    events_path(paths).write_bytes(whole + b'{"warning_id": "w')
    assert len(read_events(paths)) == 1
    assert do(paths, "report") == ""
    assert len(events_path(paths).read_bytes().splitlines()) == 2
    events_path(paths).write_bytes(whole + line.encode() + b"\n")
    with pytest.raises(JiecunError) as info:
        read_events(paths)
    problem = info.value.problems[0]
    assert (problem.code, problem.place) == ("WARNINGS_BROKEN", "state/warnings.jsonl 第2行")


def test_every_field_of_an_entry_must_be_there(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    assert do(paths, "ack") == ""
    whole = json.loads(events_path(paths).read_text(encoding="utf-8"))
    for name in whole:
        rest = {key: value for key, value in whole.items() if key != name}
        events_path(paths).write_text(json.dumps(rest) + "\n", encoding="utf-8")
        with pytest.raises(JiecunError):
            read_events(paths)


_AT_ONCE = """
import sys
from datetime import date, datetime
from pathlib import Path
from pipelines.errors import JiecunError
from pipelines.paths import WarehousePaths
from pipelines.warnings.procedure import Asked, Subject, take_step
subject = Subject("w1", "W-04", "s", 202506, "yellow", 2, "岗", date(2025, 7, 10), ((202506, 2),))
sys.stdin.readline()
try:
    take_step(WarehousePaths(Path(sys.argv[1])), subject, Asked("ack", sys.argv[2]))
except JiecunError as error:
    print(error.problems[0].code)
"""


def test_of_two_clerks_at_the_same_moment_one_is_refused(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _AT_ONCE, str(tmp_path), name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("甲", "乙", "丙")
    ]  # fmt: skip
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = sorted(process.communicate(timeout=60)[0].strip() for process in started)
    assert told == ["", "WARNING_STEP", "WARNING_STEP"]
    assert len(read_events(WarehousePaths(tmp_path))) == 1


def test_what_was_taken_up_is_silent_for_the_channels(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    assert silences_of(read_events(paths)) == {}
    assert do(paths, "ack") == ""
    assert silences_of(read_events(paths)) == {"w1": Silence(2, 202509)}
    assert do(paths, "report") == ""
    assert silences_of(read_events(paths)) == {"w1": Silence(2, None)}
    assert [do(paths, step) for step in ("dismiss", "reopen")] == ["", ""]
    assert silences_of(read_events(paths)) == {}


def test_a_log_that_cannot_be_read_fails_no_delivery(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    assert do(paths, "ack") == ""
    events_path(paths).write_text("nonsense\n", encoding="utf-8")
    done = deliver_release(paths, None, AT)
    assert [text.splitlines()[0] for text in done.problems] == [
        "错误 WARNINGS_BROKEN: state/warnings.jsonl 第1行"
    ]
