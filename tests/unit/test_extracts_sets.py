"""Versions, duplicates, reversals and vouchers: rules over several rows and several files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.unit.intake_harness import S1, S2, S3, World, row

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW, NEWEST = "2024-01-05 10:00:00", "2024-02-05 10:00:00", "2024-03-05 10:00:00"


def settlement(ident: str, updt: str = OLD, amount: str = "100.00", **cells: str) -> dict[str, str]:
    """A settlement whose total and cash part follow ``amount`` (fund part 0)."""
    own = {
        "updt_time": updt, "medfee_sumamt": amount, "psn_pay": amount, "cash_payamt": amount,
        "hifp_pay": "0", "fund_pay_sumamt": "0",
    }  # fmt: skip
    return row("settlements", ident, **{**own, **cells})


def reversal(ident: str, original: str, **cells: str) -> dict[str, str]:
    own = {"amount": "-100.00", "init_setl_id": f"setl_i{original}", "refd_setl_flag": "1"}
    return settlement(ident, **{**own, **cells})


def test_a_row_sent_again_unchanged_is_a_duplicate(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [settlement("1"), settlement("2"), settlement("1")])
    world.put(S2, [settlement("2"), settlement("3")])
    first, second = world.run().new
    assert (first.rows_accepted, first.rows_duplicate, first.duplicate_amt) == (2, 1, Decimal(100))
    assert (second.rows_accepted, second.rows_duplicate) == (1, 1)
    assert world.quarantine() == [(3, "duplicate", "DUP_EXACT"), (1, "duplicate", "DUP_EXACT")]
    assert sorted(world.live("settlements", "rid, src_row")) == [
        ("rid1", 1),
        ("rid2", 2),
        ("rid3", 2),
    ]


def test_a_row_sent_again_in_a_later_run_is_a_duplicate(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [settlement("1")])
    world.run()
    world.put(S2, [settlement("1"), settlement("2")])
    (record,) = world.run().new
    assert (record.rows_accepted, record.rows_duplicate, record.replaced_rows) == (1, 1, 0)
    assert sorted(world.live("settlements", "rid")) == [("rid1",), ("rid2",)]


def test_a_newer_version_replaces_the_older_in_one_run_and_across_runs(tmp_path: Path) -> None:
    together, apart = World(tmp_path / "a"), World(tmp_path / "b")
    files = {
        S1: [settlement("1"), settlement("2")],
        S2: [settlement("1", NEW, "50.00")],
        S3: [settlement("1", NEWEST, "70.00")],
    }
    for name, rows in files.items():
        together.put(name, rows)
        apart.put(name, rows)
        apart.run()
    together.run()
    for world in (together, apart):
        records = {r.source_file: r for r in world.run().all}
        assert [(records[n].replaced_rows, records[n].replaced_amt) for n in (S1, S2, S3)] == [
            (0, Decimal("0.00")), (1, Decimal("100.00")), (1, Decimal("50.00")),
        ]  # fmt: skip
        assert [records[n].rows_accepted for n in (S1, S2, S3)] == [2, 1, 1]
        assert sorted(world.live("settlements", "rid, medfee_sumamt")) == [
            ("rid1", Decimal("70.00")), ("rid2", Decimal("100.00")),
        ]  # fmt: skip


def test_an_older_version_arriving_late_is_superseded(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [settlement("1", NEW)])
    world.put(S2, [settlement("1", OLD, "50.00")])
    world.run()
    world.put(S3, [settlement("1", OLD, "60.00")])
    (record,) = world.run().new
    assert (record.rows_superseded, record.superseded_amt) == (1, Decimal("60.00"))
    assert world.quarantine() == [(1, "superseded", "SUPERSEDED_OLD")] * 2
    assert world.live("settlements", "medfee_sumamt") == [(Decimal("100.00"),)]


def test_two_new_rows_that_contradict_each_other_are_both_quarantined(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [settlement("1"), settlement("2")])
    world.put(S2, [settlement("1", OLD, "50.00")])
    first, second = world.run().new
    assert (first.rows_quarantined, second.rows_quarantined) == (1, 1)
    assert world.live("settlements", "rid") == [("rid2",)]


def test_a_contradiction_leaves_the_live_row_alone(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [settlement("1")])
    world.run()
    world.put(S2, [settlement("1", OLD, "50.00"), settlement("1")])
    world.run()
    assert world.quarantine() == [
        (1, "quarantined", "DUP_CONFLICT"), (2, "duplicate", "DUP_EXACT")
    ]  # fmt: skip
    assert world.live("settlements", "medfee_sumamt") == [(Decimal("100.00"),)]


def test_one_settlement_id_under_two_record_numbers(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [
        settlement("1", setl_id="A"), settlement("2", amount="50.00", setl_id="A"),
        settlement("3", setl_id="B"), settlement("4", NEW, "50.00", setl_id="B"),
    ])  # fmt: skip
    world.run()
    assert world.quarantine() == [
        (1, "quarantined", "DUP_CONFLICT"), (2, "quarantined", "DUP_CONFLICT")
    ]  # fmt: skip


def test_a_reversal_finds_its_original_here_before_or_is_held(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [settlement("1"), reversal("2", "3"), reversal("4", "nowhere")])
    world.put(S2, [settlement("3")])
    first, _ = world.run().new
    assert (first.rows_accepted, first.rows_held, first.held_amt) == (2, 1, Decimal("-100.00"))
    world.put(S3, [reversal("5", "1"), reversal("6", "4")])
    (third,) = world.run().new
    assert (third.rows_accepted, third.rows_held) == (1, 1)
    assert world.quarantine() == [(3, "held", "ORPHAN_REVERSAL"), (2, "held", "ORPHAN_REVERSAL")]


def test_a_held_new_version_does_not_replace_the_live_row(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [settlement("1")])
    world.run()
    world.put(S2, [reversal("1", "nowhere", updt=NEW, setl_id="other")])
    (record,) = world.run().new
    assert (record.rows_held, record.replaced_rows) == (1, 0)
    assert world.live("settlements", "medfee_sumamt") == [(Decimal("100.00"),)]


V1, V2 = "vouchers_610000_202401_B001.csv", "vouchers_610000_202402_B001.csv"


def line(voucher: str, number: int, debit: str, credit: str, **cells: str) -> dict[str, str]:
    own = {"line_no": f"{number}", "debit_amt": debit, "credit_amt": credit}
    return row("vouchers", voucher, **{**own, **cells})


def test_a_voucher_stands_whole_or_not_at_all(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(V1, [
        line("ok", 1, "8.00", "0"), line("ok", 2, "0", "3.00"), line("ok", 3, "0", "5.00"),
        line("uneven", 1, "8.00", "0"), line("uneven", 2, "0", "7.99"),
        line("part", 1, "8.00", "0"), line("part", 2, "0", "8.00", checker="M01"),
        line("lost", 1, "8.00", "0"), line("lost", 2, "0", "8.00", account_code="9999"),
    ])  # fmt: skip
    (record,) = world.run().new
    assert (record.rows_accepted, record.accepted_amt) == (3, Decimal("8.00"))
    assert [told[::2] for told in world.quarantine()] == [
        (4, "VOUCHER_UNBALANCED"), (5, "VOUCHER_UNBALANCED"), (6, "VOUCHER_INCOMPLETE"),
        (7, "MAKER_CHECKER"), (8, "VOUCHER_INCOMPLETE"), (9, "ACCOUNT_UNKNOWN"),
    ]  # fmt: skip


def test_a_voucher_of_an_event_nobody_knows_is_refused_whole(tmp_path: Path) -> None:
    """What looks like an event code must be one; free text and a code with a suffix pass."""
    world = World(tmp_path)
    told = (
        "OPEN",
        "E51",
        "E51-2024-01",
        "E58b",
        "更正",
        "E999",
        "E51x",
        "E58B-1",
        "open",
        "OPEN24",
    )
    world.put(V1, [
        line(f"v{at}", number, *sides, event_id=event)
        for at, event in enumerate(told)
        for number, sides in enumerate((("8.00", "0"), ("0", "8.00")), 1)
    ])  # fmt: skip
    world.put(
        V2, [line("w", 1, "8.00", "0", event_id="E51"), line("w", 2, "0", "8.00", event_id="E999")]
    )
    first, second = world.run().new
    assert (first.rows_accepted, first.rows_quarantined) == (10, 10)
    assert (second.rows_accepted, second.rows_quarantined) == (0, 2)
    reasons = [told[2] for told in world.quarantine()]
    assert reasons == ["VOUCHER_EVENT"] * 10 + ["VOUCHER_INCOMPLETE", "VOUCHER_EVENT"]


def test_a_voucher_sent_again_and_a_corrected_pair_of_lines(tmp_path: Path) -> None:
    world = World(tmp_path)
    lines = [line("a", 1, "8.00", "0"), line("a", 2, "0", "8.00")]
    world.put(V1, lines)
    world.run()
    world.put(V2, [*lines, line("a", 1, "9.00", "0", updt_time=NEW)])
    world.run()
    assert [told[2] for told in world.quarantine()] == [
        "DUP_EXACT", "DUP_EXACT", "VOUCHER_UNBALANCED"
    ]  # fmt: skip
    assert sorted(world.live("vouchers", "debit_amt")) == [(Decimal("0.00"),), (Decimal("8.00"),)]
    world.put("vouchers_610000_202403_B001.csv", [
        line("a", 1, "9.00", "0", updt_time=NEW), line("a", 2, "0", "9.00", updt_time=NEW),
    ])  # fmt: skip
    world.run()
    assert sorted(world.live("vouchers", "debit_amt")) == [(Decimal("0.00"),), (Decimal("9.00"),)]
