"""Why hard checks failed: an opening balance or a bank line that is missing, told before them.

One missing figure fails many checks. What explains them is told first, with both figures; checks
whose every failed row lies in ledgers so explained follow in one line, for they can be judged only
when the cause is mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from pipelines.engine.runner import CheckResult

#: causes of one kind that are told one by one
SHOWN = 10

#: cause → checks that fail with it
FOLLOWS = {
    "OPENING": frozenset({"T-09", "T-11", "T-15", "T-16", "T-19", "T-23", "T-26", "T-32"}),
    "STATEMENT_GAP": frozenset({"T-11", "T-12"}),
    "J-02": frozenset({"T-11", "T-12", "T-14"}),
}

_OPENING = """
with moved as (
    select t.ledger_id, t.bank_account as account_code, t.acen_date, t.traf_sn, t.balc,
        sum(t.signed_amt) over (
            partition by t.ledger_id, t.bank_account order by t.acen_date, t.traf_sn
        ) as running_amt
    from stg_transfer as t
    cross join param_run as r
    where year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
),

told as (
    select ledger_id, account_code, min(acen_date) as first_day,
        first(balc - running_amt order by acen_date, traf_sn) filter (balc is not null)
            ::decimal(18, 2) as told_amt
    from moved
    group by ledger_id, account_code
),

failed as (
    select ledger_id, split_part(item, ' ', 1) as account_code,
        min(split_part(item, ' ', 2)::date) as failed_day
    from t_11
    where expected_amt is distinct from actual_amt
    group by ledger_id, split_part(item, ' ', 1)
),

found as (
    select t.ledger_id, t.account_code, t.first_day, t.told_amt,
        coalesce(sum(j.debit_amt - j.credit_amt) filter (
            j.event_date < t.first_day or (j.is_opening and j.event_date <= t.first_day)
        ), 0)::decimal(18, 2) as book_amt,
        coalesce(bool_or(j.is_opening), false) as has_opening
    from told as t
    inner join failed as f
        on t.ledger_id = f.ledger_id
        and t.account_code = f.account_code
        and f.failed_day <= t.first_day
    left join jrn_journal as j
        on t.ledger_id = j.ledger_id
        and t.account_code = j.account_code
        and j.book in (select book from jrn_book where is_statutory)
    group by t.ledger_id, t.account_code, t.first_day, t.told_amt
)

select f.ledger_id, f.account_code, min(a.account_name) as account_name, f.first_day, f.told_amt,
    f.book_amt, f.has_opening
from found as f
left join rule_account as a
    on f.account_code = a.account_code
    and split_part(f.ledger_id, '-', 2) = a.insutype
where f.told_amt <> f.book_amt
group by f.ledger_id, f.account_code, f.first_day, f.told_amt, f.book_amt, f.has_opening
order by f.ledger_id, f.account_code
"""

_GAP = """
with file as (
    select source_sha, min(source_file) as source_file
    from intake_batch
    group by source_sha
)

select l.poolarea_no || '-' || l.scheme as ledger_id, b.account_code, min(a.account_name),
    l.acen_date, l.traf_sn, coalesce(f.source_file, 'fund_transfers'), l.src_row,
    l.due_balc, l.balc
from set_statement_line as l
inner join set_balance as s
    on l.source_sha = s.source_sha
    and l.src_row = s.src_row
    and s.is_hit
inner join rule_bank_account as b on l.hif_acct_type = b.hif_acct_type
left join rule_account as a
    on b.account_code = a.account_code
    and l.scheme = a.insutype
left join file as f on l.source_sha = f.source_sha
group by all
order by 1, 2, l.acen_date, 6, l.src_row
"""


@dataclass(frozen=True)
class Causes:
    """What is told first, and the checks that may only follow from it."""

    problems: tuple[Problem, ...] = ()
    follow: frozenset[str] = frozenset()


def find_causes(con: duckdb.DuckDBPyConnection, results: Sequence[CheckResult]) -> Causes:
    """What explains the hard checks that failed; nothing where T-11, T-12 and J-02 passed.

    ``con`` holds the run's tables and those of its checks. Codes are OPENING_MISSING,
    OPENING_DIFFERS and STATEMENT_GAP; one opening is one bank account of one ledger, one gap one
    bank line whose balance does not follow from the line before.
    """
    failed = {r.check_id: r for r in results if r.severity == "H" and r.status == "failed"}
    if not failed.keys() & {"T-11", "T-12", "J-02"}:
        return Causes()
    ledgers: dict[str, set[str]] = {}
    told: list[Problem] = []
    if "T-11" in failed:
        openings = con.execute(_OPENING).fetchall()
        ledgers["OPENING"] = {row[0] for row in openings}
        told += _shown(openings, _opening, "OPENING_MISSING")
    if failed.keys() & {"T-11", "T-12"}:
        broken = {
            ledger
            for check in ("T-11", "T-12")
            if check in failed
            for ledger in _failed_in(con, failed[check])
        }
        gaps = [row for row in con.execute(_GAP).fetchall() if row[0] in broken]
        ledgers["STATEMENT_GAP"] = {row[0] for row in gaps}
        told += _shown(gaps, _gap, "STATEMENT_GAP")
    if "J-02" in failed:
        ledgers["J-02"] = _failed_in(con, failed["J-02"])
    follow = {
        check_id
        for check_id, result in failed.items()
        if (causes := [c for c, checks in FOLLOWS.items() if check_id in checks and c in ledgers])
        and _failed_in(con, result) <= set().union(*(ledgers[cause] for cause in causes))
    }
    return Causes(tuple(told), frozenset(follow))


def followers(results: Sequence[CheckResult]) -> Problem:
    """The checks that may only follow from what is told before, in one problem."""
    return Problem(
        "CHECKS_FOLLOW",
        "勾稽检查 " + "、".join(r.check_id for r in results),
        "全部通过",
        "；".join(f"{r.check_id} {r.title}：{r.rows_failed} 项不符" for r in results),
        "多由以上各项引起：先处理以上各项再重跑，仍不通过的会逐项列出",
    )


def _failed_in(con: duckdb.DuckDBPyConnection, result: CheckResult) -> set[str]:
    rows = con.execute(
        f'SELECT DISTINCT ledger_id FROM "{result.model}" '
        "WHERE expected_amt IS DISTINCT FROM actual_amt"
    ).fetchall()
    return {row[0] for row in rows}


def _shown(
    rows: Sequence[tuple[Any, ...]],
    tell: Callable[[tuple[Any, ...]], Problem],
    code: str,
) -> list[Problem]:
    problems = [tell(row) for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        problems.append(
            Problem(
                code,
                f"另有 {len(rows) - SHOWN} 处未列出",
                "账面与对账单一致",
                "同上",
                "处理所列各处后重跑，其余会接着列出",
            )
        )
    return problems


def _opening(row: tuple[Any, ...]) -> Problem:
    ledger, account, name, day, told, book, has_opening = row
    side = "借" if told > book else "贷"
    gap = abs(told - book)
    funds = "300101、300102" if ledger.endswith("310") else "3001"
    mend = (
        "更正期初凭证，或补送首笔之前漏送的流水"
        if has_opening
        else "接收一份 vouchers 文件补期初凭证（任何月份都可起账）"
    )
    return Problem(
        "OPENING_DIFFERS" if has_opening else "OPENING_MISSING",
        f"账套 {ledger} 科目 {account} {name or ''}（对账单首笔 {day} 之前）",
        f"账上期初余额 = 对账单期初余额 {told:,.2f}",
        f"账上 {book:,.2f}" + ("" if has_opening else "，没有期初凭证") + f"，差额 {gap:,.2f}",
        f"{mend}：event_id 填 OPEN，posting_date 不晚于 {day}，{side} {account} {gap:.2f}，"
        f"对方为净资产 {funds} 或往来科目，整张借贷相等，制单、复核两人；"
        "上一次发布未受影响，本次未入账",
    )


def _gap(found: tuple[Any, ...]) -> Problem:
    ledger, account, name, day, traf_sn, file, row, due, balance = found
    return Problem(
        "STATEMENT_GAP",
        f"{file} 第 {row} 行数据 {traf_sn}（账套 {ledger} 科目 {account} {name or ''}，{day}）",
        f"上一笔余额加减本笔 = {due:,.2f}",
        f"对账单余额 {balance:,.2f}，差额 {balance - due:,.2f}",
        f"该笔之前的对账单有断档：补送漏送的流水（合计 {balance - due:,.2f}），"
        "或更正余额后重送；上一次发布未受影响，本次未入账",
    )
