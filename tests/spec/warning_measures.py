"""One ledger for each measure of the warnings: the value asked for, in the month asked for.

Builders of ledgers for ``test_warnings_thresholds``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.spec.warning_world import (
    MILLION,
    change,
    figures,
    insert,
    ledger_month,
    months,
    sheet,
    steady,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.spec.harness import Spec

    Builder = Callable[["Wanted"], None]

D = Decimal
NOTHING = D(0)
#: months of reserve, far from any threshold
PLENTY = D(20)
#: measures that are not judged in July
MONTHS = {
    ("W-03", "M-05/CAL"): 12,
    ("W-08", "连续赤字月数"): 9,
    ("W-14", "年末待转余额"): 12,
    ("W-15", "年末预付金余额"): 12,
    ("W-16", "风险基金占比"): 12,
    ("W-17", "机构进度"): 9,
    ("W-18", "M-17/CAL"): 12,
}


@dataclass(frozen=True)
class Wanted:
    """What a new ledger is to show: a value in a month, worth ``excess`` yuan, which are
    ``relative`` per cent of the year.
    """

    spec: Spec
    pool: str
    scheme: str
    ym: int
    value: Decimal
    excess: Decimal
    relative: Decimal

    @property
    def ledger(self) -> str:
        """The ledger's id."""
        return f"{self.pool}-{self.scheme}"


def _year(w: Wanted) -> None:
    """A year and a half on budget, up to the month."""
    steady(w.spec, w.scheme, (w.ym // 100 - 1) * 100 + 1, w.ym, pool=w.pool)


def _fund(scheme: str) -> str:
    return "NA" if scheme == "390" else "POOL"


def _first(ym: int) -> str:
    return f"{ym // 100}-{ym % 100:02d}-01"


def reserve(w: Wanted) -> None:
    _year(w)
    change(w.spec, "M-06/R12", w.ym, pool=w.pool, value=w.value)


def cash(w: Wanted) -> None:
    _year(w)
    change(w.spec, "M-07/R12", w.ym, pool=w.pool, value=w.value)


def index(w: Wanted) -> None:
    _year(w)
    change(w.spec, "M-12/M", w.ym, pool=w.pool, value=w.value, numerator_amt=3 * w.excess,
           denominator_amt=2 * w.excess)  # fmt: skip
    change(w.spec, "M-11/YTD", w.ym, pool=w.pool, denominator_amt=w.excess * 100 / w.relative)


def pace(w: Wanted) -> None:
    _year(w)
    change(w.spec, "M-11/DEV", w.ym, pool=w.pool, value=w.value, numerator_amt=w.excess)
    change(w.spec, "M-11/YTD", w.ym, pool=w.pool, denominator_amt=w.excess * 100 / w.relative)


def spent(w: Wanted) -> None:
    pace(replace(w, value=D(4)))
    change(w.spec, "M-11/YTD", w.ym, pool=w.pool, value=w.value)


def gap(w: Wanted) -> None:
    """Last year's income and spending stood level; spending is ``excess`` more by now."""
    _year(w)
    figures(w.spec, w.scheme, w.ym, [("M-10/YTD", w.value, None, None, w.ym % 100)], pool=w.pool)
    change(w.spec, "M-04/YTD", w.ym, pool=w.pool, numerator_amt=-w.excess)
    change(w.spec, "M-04/R12", w.ym, pool=w.pool, denominator_amt=w.excess * 100 / w.relative)


def rolling_gap(w: Wanted) -> None:
    steady(w.spec, w.scheme, (w.ym // 100 - 2) * 100 + 1, w.ym, pool=w.pool)
    before = (w.excess * 100 / w.value).quantize(D("0.01"))
    income = w.excess * 100 / w.relative
    change(w.spec, "M-04/R12", w.ym, pool=w.pool, denominator_amt=income,
           numerator_amt=income - before - w.excess)  # fmt: skip
    change(w.spec, "M-04/R12", w.ym - 100, pool=w.pool, denominator_amt=income,
           numerator_amt=income - before)  # fmt: skip


def _deficit(
    w: Wanted,
    *,
    first: int,
    left: Decimal = PLENTY,
    year_net: Decimal | None = None,
) -> None:
    """Deficits from ``first`` to ``ym`` (a July) after months of surplus.

    Twelve months' income is twice that of a year before, so the rest of the year is expected half
    as large again: year = income/2 - income so far/2 - w.excess.
    """
    income = w.excess * 100 / w.relative
    wanted = income - 2 * w.excess - 2 * (w.excess if year_net is None else year_net)
    spending = (wanted / 7).quantize(D(1)) + w.excess
    for m in months((w.ym // 100 - 2) * 100 + 8, w.ym):
        net = -w.excess if m >= first else w.excess
        spent_so_far = spending * (m % 100)
        so_far = wanted if m == w.ym else spent_so_far + net * (m % 100)
        year_in = income if m > w.ym - 100 else income / 2
        figures(
            w.spec,
            w.scheme,
            m,
            [
                ("M-04/R12", None, net, year_in, 12),
                ("M-04/YTD", None, so_far - spent_so_far, so_far, m % 100),
                ("M-06/R12", left, 20, 12, 12),
                ("M-11/YTD", 1, 1, income, m % 100),
            ],
            pool=w.pool,
        )


def quarters(w: Wanted) -> None:
    ends = [m for m in months((w.ym // 100 - 2) * 100 + 8, w.ym) if m % 100 % 3 == 0]
    _deficit(w, first=ends[-int(w.value)] if w.value > 0 else w.ym)


def projected(w: Wanted) -> None:
    _deficit(w, first=w.ym - 100, year_net=w.value)


def poor(w: Wanted) -> None:
    _deficit(w, first=w.ym - 100, left=w.value)


def run(w: Wanted) -> None:
    """A million a month is spent; in the last months the budget says that it should be less."""
    steady(w.spec, w.scheme, (w.ym // 100 - 2) * 100 + 1, w.ym, pool=w.pool)
    income = w.excess * 100 / w.relative
    for m in months(w.ym - int(w.value) + 1, w.ym):
        change(w.spec, "M-04/R12", m, pool=w.pool, denominator_amt=income, numerator_amt=0)
        change(w.spec, "M-11/YTD", m, pool=w.pool, denominator_amt=income + 12 * w.excess / w.value)


def _crossing(w: Wanted, line: int, **told: object) -> dict[str, object]:
    return {
        "book": "k17",
        "ledger_id": w.ledger,
        "poolarea_no": w.pool,
        "insutype": w.scheme,
        "fund": _fund(w.scheme),
        "series_id": f"{w.ledger}-{_fund(w.scheme)}",
        "period_ym": w.ym,
        "line": line,
        **told,
    }


def early(w: Wanted) -> None:
    _year(w)
    told = {"early_cnt": int(w.value), "early_ym": 202501}
    insert(w.spec, "forecast_crossing", **_crossing(w, 6, **told))
    insert(w.spec, "forecast_crossing", **_crossing(w, 3))


def crossing(line: int) -> Builder:
    """The point path crosses the line that many months ahead; the early one is not told."""

    def build(w: Wanted) -> None:
        _year(w)
        told = {"point_cnt": int(w.value), "point_ym": 202501, "early_ym": 202412}
        insert(w.spec, "forecast_crossing", **_crossing(w, line, **told))

    return build


def _limit(scheme: str) -> Decimal:
    return D(6 if scheme == "390" else 12)


def _prepay(w: Wanted, amount: Decimal) -> None:
    insert(w.spec, "stg_transfer", ledger_id=w.ledger, poolarea_no=w.pool, scheme=w.scheme,
           traf_item="DFR_OUT", dfr_souc="207", leg="OUT", acen_date=_first(w.ym),
           amt=amount)  # fmt: skip


def _advance(w: Wanted, amount: Decimal, old: Decimal = NOTHING) -> None:
    insert(w.spec, "met_advance", ledger_id=w.ledger, poolarea_no=w.pool, insutype=w.scheme,
           cntp_code="H61010000001", period_ym=w.ym, period_start_date=_first(w.ym),
           advance_amt=amount, old_advance_amt=old)  # fmt: skip


def gate(w: Wanted) -> None:
    _year(w)
    change(w.spec, "M-06/R12", w.ym, pool=w.pool, value=_limit(w.scheme) - w.value)
    _advance(w, D(500))


def gate_before(w: Wanted) -> None:
    _year(w)
    change(w.spec, "M-06/R12", w.ym - 1, pool=w.pool, value=_limit(w.scheme) - w.value)
    _prepay(w, D(500))


def last_year(w: Wanted) -> None:
    _year(w)
    december = (w.ym // 100 - 1) * 100 + 12
    figures(w.spec, w.scheme, december, [("M-01/CAL", -w.value, -w.value, None, 12)], pool=w.pool)
    _prepay(w, D(500))


def residue(w: Wanted) -> None:
    ledger_month(w.spec, w.scheme, w.ym, pool=w.pool)
    sheet(w.spec, w.scheme, w.ym, {"A2": -w.value}, pool=w.pool)


def outside(w: Wanted) -> None:
    ledger_month(w.spec, w.scheme, w.ym, pool=w.pool)
    for _ in range(int(w.value)):
        insert(w.spec, "jrn_entry", ledger_id=w.ledger, period_ym=w.ym, debit_account="1004",
               credit_account="4001", amount=5)  # fmt: skip


def surplus(w: Wanted) -> None:
    figures(w.spec, w.scheme, w.ym, [("M-05/CAL", w.value, 4 * w.value, 400, 12)], pool=w.pool)


def arrears(w: Wanted) -> None:
    told: list[tuple[str, object, object, object, int]] = [
        ("M-13/R12", 100 - w.value, 1, 1000, 12),
        ("M-13/OVER90", 1, 1, None, 1),
        ("M-13/ARREAR", 20, 20, None, 1),
    ]
    figures(w.spec, w.scheme, w.ym, told, pool=w.pool)


def pending(figure: str) -> Builder:
    """A share, a number of days, or the balance at the year end."""

    def build(w: Wanted) -> None:
        balance = w.value if figure == "M-02/M" else D(70)
        told: list[tuple[str, object, object, object, int]] = [
            ("M-02/M", balance, balance, None, 1)
        ]
        if figure != "M-02/M":
            told.append((figure, w.value, None, 1000 if figure == "M-14/YTD" else None, 1))
        figures(w.spec, w.scheme, w.ym, told, pool=w.pool)

    return build


def old_advance(w: Wanted) -> None:
    figures(w.spec, w.scheme, w.ym, [("M-15/OVER12", w.value, w.value, None, 1)], pool=w.pool)
    _advance(w, D(500), w.value)


def year_advance(w: Wanted) -> None:
    figures(w.spec, w.scheme, w.ym, [("M-15/OVER12", 0, 0, None, 1)], pool=w.pool)
    if w.value:
        _advance(w, w.value)


def _balance(
    w: Wanted, month: int, account: str, post: Decimal, *, credit: Decimal = NOTHING
) -> None:
    insert(w.spec, "led_balance", book="k17", ledger_id=w.ledger, poolarea_no=w.pool,
           insutype=w.scheme, first_ym=month, period_ym=month, period_start_date=_first(month),
           account_code=account, open_net_amt=post, debit_amt=0, credit_amt=credit,
           pre_net_amt=post, post_net_amt=post)  # fmt: skip


def risk_level(w: Wanted) -> None:
    _balance(w, w.ym, "3101", -w.value * 100_000)
    _balance(w, w.ym, "4001", NOTHING, credit=D(10_000_000))


def risk_short(w: Wanted) -> None:
    """Full once, and lower in that many months since."""
    span = months((w.ym // 100 - 2) * 100 + 1, w.ym)
    for m in span:
        is_short = m in span[-int(w.value) :]
        _balance(w, m, "3101", D(-60 if is_short else -100))


def risk_used(w: Wanted) -> None:
    """A million is missing, two are there."""
    steady(w.spec, w.scheme, w.ym - 1, w.ym, pool=w.pool)
    change(w.spec, "M-04/YTD", w.ym, pool=w.pool, numerator_amt=-MILLION)
    _balance(w, w.ym, "3101", -2 * MILLION)
    insert(w.spec, "jrn_journal", book="k17", ledger_id=w.ledger, poolarea_no=w.pool,
           insutype=w.scheme, period_ym=w.ym, event_code="E78", event_id="E78", rule_id="MANUAL",
           account_code="3101", fund="NA", debit_amt=w.value * 10_000, credit_amt=0,
           is_closing=False, is_opening=False)  # fmt: skip


def institution(w: Wanted) -> None:
    """A September: three quarters of the year, and ``value`` points of the budget beyond."""
    steady(w.spec, w.scheme, w.ym - 1, w.ym, pool=w.pool)
    told = (w.excess * 100 / w.value).quantize(D("0.01"))
    insert(w.spec, "budget", source_sha="t", src_row=1, event_ym=w.ym, late_flag=False,
           budg_year=w.ym // 100, budg_ver="B0", poolarea_no=w.pool, insutype=w.scheme,
           incexpd_dirc="2", budg_item="待遇支出" if w.scheme == "390" else "待遇支出-统筹",
           stt_mon="19", budg_amt=told, fixmedins_code="H61010000001",
           updt_time=f"{w.ym // 100}-01-05")  # fmt: skip
    insert(w.spec, "wrn_panel", series_type="institution", ledger_id=w.ledger,
           poolarea_no=w.pool, insutype=w.scheme, fixmedins_code="H61010000001", period_ym=w.ym,
           amount=told * 3 / 4 + w.excess)  # fmt: skip


def accounts(w: Wanted) -> None:
    figures(w.spec, w.scheme, w.ym, [("M-17/CAL", w.value, w.value, 100, 12)], pool=w.pool)


def in_time(w: Wanted) -> None:
    figures(w.spec, w.scheme, w.ym, [("M-19/YTD", w.value, 95, 100, 7)], pool=w.pool)


def untied(w: Wanted) -> None:
    sheet(w.spec, w.scheme, w.ym, {"A9": 100 + w.value, "T9": 100, "N9": 0}, pool=w.pool)


def outlook(w: Wanted) -> None:
    """Heads stand still, a million a year is missing: below six months in year ``value``."""
    for m in (w.ym - 100, w.ym):
        told: list[tuple[str, object, object, object, int]] = [
            ("M-06/R12", PLENTY, 6 * MILLION + (w.value - D("0.5")) * MILLION, 12 * MILLION, 12),
            ("M-04/R12", None, -MILLION, 11 * MILLION, 12),
            ("M-20/R12", 1, None, None, 12),
            ("M-20/M", 40, 400, 1000, 1),
        ]
        figures(w.spec, w.scheme, m, told, pool=w.pool)


def fold(w: Wanted) -> None:
    steady(w.spec, w.scheme, w.ym - 100, w.ym, spending={w.ym: w.value * MILLION}, pool=w.pool)


def revised(w: Wanted) -> None:
    """May was closed at a million; July brings what was missing."""
    steady(w.spec, w.scheme, w.ym - 100, w.ym, pool=w.pool)
    for month, event, amount in (
        (w.ym - 2, "BEN|1", MILLION),
        (w.ym, f"LATE|{w.ym - 2}|BEN|1", w.value * 10_000),
    ):
        insert(w.spec, "jrn_journal", book="k17", ledger_id=w.ledger, poolarea_no=w.pool,
               insutype=w.scheme, period_ym=month, event_code="E31", event_id=event,
               rule_id="R1", account_code="50010101", fund=_fund(w.scheme), debit_amt=amount,
               credit_amt=0, is_closing=False, is_opening=False)  # fmt: skip


def findings(w: Wanted) -> None:
    series = f"{w.ledger}-inpatient"
    insert(w.spec, "wrn_series", series_type="class", series_id=series, peer_group="g",
           ledger_id=w.ledger, poolarea_no=w.pool, insutype=w.scheme,
           spending_class="inpatient", item_zh="住院")  # fmt: skip
    insert(w.spec, "sco_month", series_id=series, month_start=_first(w.ym), amount=0)
    insert(w.spec, "sco_deviation", series_id=series, month_start=_first(w.ym), behind_cnt=30)
    for number in range(int(w.value)):
        insert(w.spec, "sco_guard", rule_id="W-24", series_id=series, month_start=_first(w.ym),
               finding=f"zero{number}", is_blocking=True, finding_zh="当月金额为零")  # fmt: skip
    w.spec.sql(
        f"INSERT INTO sco_limit (month_start) SELECT DATE '{_first(w.ym)}' "
        f"WHERE NOT EXISTS (FROM sco_limit WHERE month_start = DATE '{_first(w.ym)}')"
    )


WORLDS: dict[tuple[str, str], Builder] = {
    ("W-01", "M-06/R12"): reserve,
    ("W-02", "M-06/R12"): reserve,
    ("W-03", "M-05/CAL"): surplus,
    ("W-04", "M-12/M"): index,
    ("W-05", "M-11/DEV"): pace,
    ("W-05", "M-11/YTD"): spent,
    ("W-06", "M-10/YTD"): gap,
    ("W-06", "增幅差/R12"): rolling_gap,
    ("W-07", "连续赤字季度"): quarters,
    ("W-07", "预计全年结余"): projected,
    ("W-07", "M-06/R12"): poor,
    ("W-08", "连续赤字月数"): run,
    ("W-09", "早线月数"): early,
    ("W-09", "6个月线"): crossing(6),
    ("W-09", "3个月线"): crossing(3),
    ("W-09", "耗尽"): crossing(0),
    ("W-10", "M-07/R12"): cash,
    ("W-11", "距门槛月数"): gate,
    ("W-11", "拨付时距门槛月数"): gate_before,
    ("W-11", "上年当期赤字"): last_year,
    ("W-12", "月末余额"): residue,
    ("W-12", "白名单外分录"): outside,
    ("W-13", "欠缴率"): arrears,
    ("W-14", "M-14/YTD"): pending("M-14/YTD"),
    ("W-14", "M-14/AGE"): pending("M-14/AGE"),
    ("W-14", "年末待转余额"): pending("M-02/M"),
    ("W-15", "M-15/OVER12"): old_advance,
    ("W-15", "年末预付金余额"): year_advance,
    ("W-16", "风险基金占比"): risk_level,
    ("W-16", "未补足月数"): risk_short,
    ("W-16", "动用占可动用"): risk_used,
    ("W-17", "机构进度"): institution,
    ("W-18", "M-17/CAL"): accounts,
    ("W-19", "M-19/YTD"): in_time,
    ("W-20", "勾稽差额"): untied,
    ("W-21", "跌破年数"): outlook,
    ("W-24", "支出倍数"): fold,
    ("W-24", "修订比例"): revised,
    ("W-24", "序列检查"): findings,
}
