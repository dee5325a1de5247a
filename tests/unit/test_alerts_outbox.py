"""The outbox on disk: private, append-only, whole lines or none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.alerts.outbox import (
    Attempt,
    Box,
    Event,
    Mark,
    outbox_lock,
    outbox_path,
    read_box,
    write_box,
)
from pipelines.alerts.table import write_table
from pipelines.errors import JiecunError
from pipelines.paths import WarehousePaths

if TYPE_CHECKING:
    from pathlib import Path

EVENT = Event(
    "a|red|office", "office", "opened", False, "a", 1, "W-01", "可支付月数过低", "610100-310-POOL",
    "610100", 202411, 202411, "red", "1200000.00", "可支付 2.1 个月", "启动应急方案", 0, "r1",
    "2024-12-05T06:00:00",
)  # fmt: skip
MARK = Mark(("office", "chief"), "r1", 202411, "2024-12-05T06:00:00")
FAILED = Attempt("office", "m1", ("a|red|office",), False, "TIMEOUT", "慢", "2024-12-05T06:00:01")
SENT = Attempt("office", "m1", ("a|red|office",), True, "0", "", "2024-12-05T07:00:00")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    assert read_box(paths).events == []
    write_box(paths, [EVENT, MARK])
    write_box(paths, [FAILED])
    box = read_box(paths)
    assert (box.events, box.marks, box.attempts) == ([EVENT], [MARK], [FAILED])
    assert box.pending("office") == [EVENT]
    assert (box.told_through("chief"), box.told_through("other")) == (202411, None)
    write_box(paths, [SENT])
    assert read_box(paths).pending() == []
    assert outbox_path(paths).stat().st_mode & 0o777 == 0o600
    kinds = [json.loads(line)["kind"] for line in outbox_path(paths).read_text().splitlines()]
    assert kinds == ["event", "run", "attempt", "attempt"]


def test_the_outbox_is_a_table_for_bi_tools(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    again = replace(EVENT, key="b|red|office", warning_id="b", monthly_amt="100000.00")
    hushed = replace(EVENT, quiet=True, action_zh="")
    write_table(paths, Box())
    (paths.alerts / ".new-killed").mkdir()
    write_table(paths, Box([hushed, again, EVENT], [FAILED, SENT], [MARK]))
    rows = duckdb.execute(
        f"""select event_no, warning_id, excess_amt, monthly_amt, delivery, is_delivered,
            attempt_cnt, failed_cnt, recorded_at, delivered_at, last_code, action_zh
        from '{paths.alerts}/alert_event.parquet' order by event_no"""
    ).fetchall()
    at, sent = datetime(2024, 12, 5, 6), datetime(2024, 12, 5, 7)
    amount, told = Decimal("1200000.00"), "启动应急方案"
    assert rows == [
        (1, "a", amount, None, "quiet", False, 0, 0, at, None, None, None),
        (2, "b", amount, Decimal("100000.00"), "pending", False, 0, 0, at, None, None, told),
        (3, "a", amount, None, "delivered", True, 2, 1, at, sent, "0", told),
    ]
    assert [file.name for file in paths.alerts.iterdir()] == ["alert_event.parquet"]


def test_an_outbox_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """Events without the amount a month, which came later."""
    paths = WarehousePaths(tmp_path)
    write_box(paths, [EVENT])
    told = json.loads(outbox_path(paths).read_text())
    del told["monthly_amt"]
    outbox_path(paths).write_text(json.dumps(told) + "\n")
    assert read_box(paths).events == [EVENT]


def test_a_line_cut_short_is_no_entry_and_leaves_no_trace(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    write_box(paths, [EVENT])
    whole = outbox_path(paths).read_bytes()
    outbox_path(paths).write_bytes(whole + whole[:40])
    assert read_box(paths).events == [EVENT]
    write_box(paths, [SENT])
    assert read_box(paths).attempts == [SENT]
    assert outbox_path(paths).read_bytes().count(b"\n") == 2


@pytest.mark.parametrize("line", ["{}", '{"kind": "other"}', '{"kind": "run"}', "x", "[]"])
def test_a_broken_line_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    paths = WarehousePaths(tmp_path)
    write_box(paths, [EVENT])
    with outbox_path(paths).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(JiecunError, match="OUTBOX_BROKEN") as info:
        read_box(paths)
    assert info.value.problems[0].place == "state/outbox.jsonl 第2行"


def test_two_senders_do_not_work_at_once(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with (
        outbox_lock(paths, 1.0),
        pytest.raises(JiecunError, match="OUTBOX_BUSY"),
        outbox_lock(paths, 0.05),
    ):
        pass
    with outbox_lock(paths, 0.05):
        pass
