"""Where a warning stands: the mart and the commands say the same of the same log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from pipelines.flows.workspace import bind_table
from pipelines.warnings.state import WarningEvent, event_frame
from pipelines.warnings.worklist import load, pools_of
from tests.spec.harness import Spec, copy, rerun, rows, run
from tests.spec.warning_world import POOL, empty, figures, insert, warnings_of

#: payable months of the residents' fund, month by month: yellow, yellow, yellow, orange, yellow …
RESERVE = {202501: 5, 202502: 5, 202503: 5, 202504: 4, 202505: 5, 202506: 5, 202507: 5}


def reserve_world(months: dict[int, int]) -> Spec:
    spec = empty()
    for ym, value in months.items():
        figures(spec, "390", ym, [("M-06/R12", value, value * 1_000_000, 12_000_000, 12)])
    insert(
        spec, "pooling_area", poolarea_no=POOL, poolarea_name="西安市", level="prefecture",
        province_code="610000", province_name="陕西省",
    )  # fmt: skip
    return warnings_of(spec)


def first(spec: Spec) -> tuple[str, str]:
    """The id and series of the reserve warning."""
    found = rows(
        spec, "SELECT DISTINCT warning_id, series_id FROM fct_warning WHERE rule_id = 'W-01'"
    )
    assert len(found) == 1
    return found[0][0], found[0][1]


def event(
    spec: Spec, step: tuple[str, str], ym: int, level: int, quiet: int | None
) -> WarningEvent:
    warning_id, series_id = first(spec)
    return WarningEvent(
        warning_id, "W-01", series_id, ym, {2: "yellow", 3: "orange"}[level], level, step[0],
        "opened", step[1], "甲", datetime(2025, 3, 5, 9, 0), None, None, "乙",
        date(2025, 3, 15), quiet,
    )  # fmt: skip


def with_log(spec: Spec, *events: WarningEvent) -> Spec:
    made = copy(spec)
    bind_table(made.con, "warning_event", event_frame(events))
    return rerun(made, "wst_state", "wst_standing", "fct_warning")


def told(spec: Spec) -> list[tuple[str, ...]]:
    return rows(
        spec,
        """SELECT period_ym, state, owner, due_date FROM fct_warning
        WHERE rule_id = 'W-01' ORDER BY period_ym""",
    )


def test_untouched_it_is_open_with_the_owner_and_term_of_the_rule() -> None:
    found = told(reserve_world(RESERVE))
    assert [row[:3] for row in found] == [(str(ym), "opened", "基金财务岗") for ym in RESERVE]
    assert {row[3] for row in found} == {"2025-02-10"}


def test_acknowledged_it_is_quiet_until_its_level_rises() -> None:
    spec = reserve_world(RESERVE)
    made = with_log(spec, event(spec, ("ack", "acknowledged"), 202502, 2, 202505))
    assert told(made) == [
        ("202501", "acknowledged", "乙", "2025-03-15"),
        ("202502", "acknowledged", "乙", "2025-03-15"),
        ("202503", "acknowledged", "乙", "2025-03-15"),
        ("202504", "opened", "乙", "2025-05-10"),
        ("202505", "opened", "乙", "2025-05-10"),
        ("202506", "opened", "乙", "2025-05-10"),
        ("202507", "opened", "乙", "2025-05-10"),
    ]


def test_acknowledged_it_comes_back_after_its_quiet_months() -> None:
    spec = reserve_world(RESERVE)
    made = with_log(spec, event(spec, ("ack", "acknowledged"), 202504, 3, 202506))
    assert [row[1] for row in told(made)] == ["acknowledged"] * 6 + ["opened"]
    assert told(made)[-1][3] == "2025-08-10"


def test_what_is_reported_does_not_lapse() -> None:
    spec = reserve_world(RESERVE)
    made = with_log(spec, event(spec, ("report", "reported"), 202502, 2, None))
    assert {row[1] for row in told(made)} == {"reported"}


@pytest.mark.parametrize(
    ("step", "ym", "level", "quiet"),
    [
        (("ack", "acknowledged"), 202502, 2, 202505),
        (("ack", "acknowledged"), 202504, 3, 202506),
        (("ack", "acknowledged"), 202507, 2, 202510),
        (("dismiss", "dismissed"), 202501, 2, 202504),
        (("close", "closed"), 202505, 2, 202508),
        (("report", "reported"), 202502, 2, None),
    ],
)
def test_the_command_and_the_mart_agree_in_every_month(
    step: tuple[str, str], ym: int, level: int, quiet: int | None
) -> None:
    """Rows without the log, judged in Python, against rows made with the log in SQL."""
    plain = run(reserve_world(RESERVE), "dim_pooling_area")
    log = [event(plain, step, ym, level, quiet)]
    made = {int(row[0]): row[1:] for row in told(with_log(plain, *log))}
    for month, expected in made.items():
        one = next(w for w in load(plain.con, log, month) if w.rule_id == "W-01")
        where = one.standing
        due = "" if where.due_date is None else str(where.due_date)
        assert (where.state, where.owner, due) == expected, month


def test_a_provincial_warning_is_about_the_pools_linked_to_it() -> None:
    plain = run(reserve_world(RESERVE), "dim_pooling_area")
    one = next(w for w in load(plain.con, [], 202507) if w.rule_id == "W-01")
    province = replace(one, warning_id="p", poolarea_no="610000", series_type="province")
    cities = [
        replace(one, warning_id=f"c{pool}", poolarea_no=pool, linked_warning_id="p")
        for pool in ("610300", "610200", "610300")
    ]
    assert pools_of(province, [province, one, *cities]) == ("610200", "610300")
    assert pools_of(one, [province, one, *cities]) == (POOL,)
    assert pools_of(province, [province, one, replace(one, poolarea_no="120000")]) == (POOL,)


def test_precision_counts_what_is_decided_and_leaves_the_rest_out() -> None:
    """One warning a month apart: false, right by its reason, reported, a duplicate, untouched."""
    spec = empty()
    spec.sql("""
        CREATE OR REPLACE TABLE fct_warning AS
        SELECT 'k17' AS book, 'W-04' AS rule_id, 'w' || i AS warning_id, ym::integer AS opened_ym,
            ym::integer AS period_ym
        FROM (VALUES (1, 202501), (2, 202501), (3, 202501), (4, 202501), (5, 202501), (6, 202502))
            AS t(i, ym)
        UNION ALL SELECT 'k17', 'W-04', 'w1', 202501, 202502
    """)
    spec.made.add("fct_warning")
    base = WarningEvent(
        "w1", "W-04", "s", 202501, "yellow", 2, "dismiss", "opened", "dismissed", "甲",
        datetime(2025, 3, 5, 9, 0), "FALSE", None, "乙", None, None,
    )  # fmt: skip
    log = [
        replace(base, reason="DATA"),
        replace(base, step="reopen", state_to="opened", reason=None),
        base,
        replace(base, warning_id="w2", reason="POLICY"),
        replace(base, warning_id="w3", reason=None, step="report", state_to="reported"),
        replace(base, warning_id="w4", reason="DUPLICATE"),
        replace(base, warning_id="w6", step="ack", state_to="acknowledged", reason=None),
    ]
    bind_table(spec.con, "warning_event", event_frame(log))
    rerun(spec, "wst_state", "fct_warning_precision")
    assert rows(
        spec,
        """SELECT rule_id, period_ym, raised_cnt, confirmed_cnt, false_cnt, excluded_cnt,
            undecided_cnt, decided_cnt, precision_pct
        FROM fct_warning_precision ORDER BY ALL""",
    ) == [
        ("W-04", "202501", "5", "2", "1", "1", "1", "3", "66.6667"),
        ("W-04", "202502", "1", "0", "0", "0", "1", "0", ""),
    ]


def test_the_log_is_published_as_it_stands() -> None:
    spec = empty()
    log = [
        WarningEvent(
            "w1", "W-04", "s", 202501, "red", 4, "dismiss", "opened", "dismissed", "甲",
            datetime(2025, 3, 5, 9, 0), "FALSE", "核实", "乙", None, 202504,
        )
    ]  # fmt: skip
    bind_table(spec.con, "warning_event", event_frame(log))
    rerun(spec, "fct_warning_event")
    assert rows(spec, "SELECT * FROM fct_warning_event") == [
        ("1", "w1", "W-04", "s", "202501", "red", "4", "dismiss", "opened", "dismissed", "甲",
         "2025-03-05 09:00:00", "FALSE", "核实", "乙", "", "202504"),
    ]  # fmt: skip


def test_heads_of_a_ledger_are_the_row_of_all_or_the_sum_of_the_groups() -> None:
    spec = empty()
    spec.sql("UPDATE param_run SET through_ym = 202401")
    spec.sql("""
        INSERT INTO insured_headcount BY NAME
        SELECT * FROM (VALUES
            (202401, '610102', '610100', '310', '11', 70), (202401, '610102', '610100', '310', '12', 30),
            (202401, '610103', '610100', '310', '11', 5), (202401, '610103', '610100', '310', 'ALL', 9),
            (202401, '610102', '610100', '510', '11', 60), (202401, '610102', '610100', '390', 'ALL', 400),
            (202402, '610102', '610100', '390', 'ALL', 500)
        ) AS t(stt_ym, insu_admdvs, poolarea_no, insutype, psn_type, insu_psncnt)
    """)  # noqa: E501
    run(spec, "fct_headcount_month")
    assert rows(spec, "SELECT ledger_id, period_ym, head_cnt FROM fct_headcount_month ORDER BY 1") \
        == [("610100-310", "202401", "109"), ("610100-390", "202401", "400")]  # fmt: skip
