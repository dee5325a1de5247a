"""The words of a message, and what a service can carry of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from pipelines.alerts.changes import new_events
from pipelines.alerts.channels import Channel
from pipelines.alerts.message import Message, compose, yuan_zh
from pipelines.alerts.outbox import Box, Event
from pipelines.alerts.robots import LIMITS, size
from pipelines.alerts.rows import ReleaseWarnings, Row, plain
from tests.alerts_world import warning

NOW = datetime(2024, 12, 5, 6, 0)


def events(*told: dict[str, object], through: int = 202411) -> list[Event]:
    names = Row.__dataclass_fields__
    found = tuple(Row(**{k: v for k, v in r.items() if k in names}) for r in told)  # type: ignore[arg-type]
    channel = Channel("office", "wecom", "env:KEY", level="grey")
    return new_events(channel, ReleaseWarnings("r1", through, (), found), Box(), {}, NOW)


def bytes_of(message: Message) -> int:
    return len(message.body.encode())


def many(count: int) -> list[Event]:
    return events(
        *(
            warning(f"w{at:03}", "orange" if at % 2 else "yellow", excess_amt=f"{at}0000.00",
                    reason_zh=f"第{at}个统筹区职工支出偏高")
            for at in range(1, count + 1)
        )
    )  # fmt: skip


def test_a_digest_counts_all_and_names_the_largest() -> None:
    told = compose(many(12), top=2, digest=True, limit=4096, size=bytes_of, bold=True)
    assert told.body == (
        "**医保基金预警 2024年11月**\n"
        "新报 12 条（橙 6、黄 6）\n"
        "1. **【黄·新报】** W-04 第12个统筹区职工支出偏高；影响 12.00万元。处置：核对支出（w012）\n"
        "2. **【橙·新报】** W-04 第11个统筹区职工支出偏高；影响 11.00万元。处置：核对支出（w011）\n"
        "…另有 10 条，见 jiecun warnings list --month 202411\n"
        f"批次 {told.number}"
    )
    assert (told.named, len(told.keys), told.level) == (2, 12, "orange")


def test_the_number_hangs_on_the_events_alone() -> None:
    def number(found: list[Event], top: int) -> str:
        return compose(found, top=top, digest=True, limit=4096, size=bytes_of, bold=True).number

    assert number(many(3), 1) == number(list(reversed(many(3))), 5)
    assert number(many(3), 1) != number(many(4), 1)


@pytest.mark.parametrize(
    ("kind", "limit"), [("wecom", 4096), ("dingtalk", 20_000), ("feishu", 20_000)]
)
def test_a_digest_keeps_within_the_bytes_a_service_takes(kind: str, limit: int) -> None:
    found = many(400)
    assert LIMITS[kind] == limit

    def measured(message: Message) -> int:
        return size(kind, message)

    told = compose(found, top=400, digest=True, limit=limit, size=measured, bold=True)
    assert limit - 250 < measured(told) <= limit
    assert f"…另有 {400 - told.named} 条" in told.body
    assert len(told.keys) == 400
    assert told.body.endswith(f"批次 {told.number}")


def test_without_a_digest_every_warning_is_named_once() -> None:
    left = many(60)
    named: list[str] = []
    while left:
        told = compose(left, top=1, digest=False, limit=1500, size=bytes_of, bold=False)
        assert bytes_of(told) <= 1500
        assert len(told.keys) == told.named
        assert "另有" not in told.body
        named += told.keys
        left = [e for e in left if e.key not in told.keys]
    assert sorted(named) == [
        f"w{at:03}|{'orange' if at % 2 else 'yellow'}|office" for at in range(1, 61)
    ]


@pytest.mark.parametrize("limit", [300, 301, 302, 303])
def test_a_line_too_long_is_cut_between_characters(limit: int) -> None:
    (event,) = events(warning("a", "red", reason_zh="超" * 5000))
    told = compose([event], top=5, digest=True, limit=limit, size=bytes_of, bold=True)
    assert limit - 40 < bytes_of(told) <= limit
    assert "超…\n批次 " in told.body
    assert set(told.body.split("W-04 ")[1].split("…")[0]) == {"超"}


@pytest.mark.parametrize(
    ("reason", "amount", "told"),
    [
        ("支出偏高", "349.92", "支出偏高；影响 349.92元。"),
        ("支出偏高，高出349.92元", "349.92", "支出偏高，高出349.92元。"),
        ("支出偏高", "0.00", "支出偏高。"),
        ("支出偏高", None, "支出偏高。"),
    ],
)
def test_an_amount_is_told_once(reason: str, amount: str | None, told: str) -> None:
    found = events(warning("a", "red", reason_zh=reason, excess_amt=amount))
    message = compose(found, top=5, digest=True, limit=4096, size=bytes_of, bold=False)
    assert message.body.split("\n")[2] == f"1. 【红·新报】 W-04 {told}处置：核对支出（a）"


def test_what_opened_and_closed_unseen_is_one_line() -> None:
    found = events(warning("a", "red", 202410), warning("b", "red", reason_zh="支出偏高"))
    channel = Channel("office", "wecom", "env:KEY")
    box = Box()
    box.add(found)
    closing = new_events(channel, ReleaseWarnings("r2", 202412, (), ()), box, {}, NOW)
    told = compose([*found, *closing], top=5, digest=True, limit=4096, size=bytes_of, bold=False)
    assert told.body.split("\n")[1:3] == [
        "解除 1 条",
        "1. 【红·新报后解除】 W-04 支出偏高（b）",
    ]
    assert (told.named, told.level) == (1, "grey")


def test_a_province_s_line_tells_how_many_it_stands_for() -> None:
    under: dict[str, Any] = {"is_suppressed": True, "linked_warning_id": "p", "excess_amt": None}
    found = events(
        warning("p", "yellow", rule_id="W-23", reason_zh="全省职工住院本月普遍偏高12%",
                excess_amt=None, action_zh=""),
        warning("a", "yellow", **under), warning("b", "yellow", **under),
    )  # fmt: skip
    told = compose(found, top=5, digest=True, limit=4096, size=bytes_of, bold=False)
    assert told.body.split("\n")[2] == (
        "1. 【黄·新报】 W-23 全省职工住院本月普遍偏高12%；并入所辖统筹区预警 2 条（p）"
    )


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("9999.99", "9999.99元"),
        ("10000.00", "1.00万元"),
        ("-1234567.89", "-123.46万元"),
        ("123456789012.34", "1234.57亿元"),
    ],
)
def test_yuan_are_told_as_people_say_them(amount: str, told: str) -> None:
    assert yuan_zh(amount) == told


def test_what_could_name_a_person_or_steer_a_robot_is_taken_out() -> None:
    assert plain("证件61011319900307451X，电话13912345678") == "证件＊＊＊，电话＊＊＊"
    assert plain(f"散列{'0123456789abcdef' * 2}尾") == "散列＊＊＊尾"
    assert plain("a\n<@all> [点这里](http://x) *b*") == "a ＜＠all＞ ［点这里］(http://x) ＊b＊"
    kept = "H61010000123 支出1234567890.12元，账套610100-310，截至202411"
    assert plain(kept) == kept
