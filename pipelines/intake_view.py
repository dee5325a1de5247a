"""What ``jiecun intake`` shows: batches, one batch, refused rows; as tables and as JSON facts."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from pipelines.extracts.browse import OPEN
from pipelines.extracts.rates import rule_rates
from pipelines.extracts.reason_text import explain
from pipelines.extracts.reasons import DISPOSITIONS
from pipelines.extracts.rejects import DISPOSITION_ZH
from pipelines.reports.layout import money_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from pipelines.errors import Problem
    from pipelines.extracts.browse import Refused, Standing
    from pipelines.extracts.log import BatchRecord
    from pipelines.extracts.propose import Proposal
    from pipelines.extracts.trial import Fit, Preview

STATE_ZH = {
    "open": "待处理", "healed": "已更正", "released": "已释放", "expired": "已过期",
    "settled": "不需处理",
}  # fmt: skip


def share(part: int, whole: int) -> str:
    """A share in per cent with two decimals, '' of nothing."""
    return f"{Decimal(part * 100) / whole:.2f}%" if whole else ""


def batch_row(record: BatchRecord, standings: Sequence[Standing]) -> dict[str, Any]:
    """One batch of ``intake list``: rows and amounts by disposition, what is open, what healed."""
    facts: dict[str, Any] = {
        "batch_id": record.batch_id,
        "table_name": record.table_name,
        "source_file": record.source_file,
        "encoding": record.encoding,
        "rows_read": record.rows_read,
        "read_amt": record.read_amt,
    }
    for disposition in DISPOSITIONS:
        facts[f"rows_{disposition}"] = getattr(record, f"rows_{disposition}")
        facts[f"{disposition}_amt"] = getattr(record, f"{disposition}_amt")
    refused = record.rows_held + record.rows_quarantined
    facts["refused_share"] = share(refused, record.rows_read)
    for state in ("open", "expired", "healed", "released"):
        facts[f"{state}_rows"] = sum(s.rows for s in standings if s.state == state)
    facts["open_rows"] += facts.pop("expired_rows")
    facts["warn_rows"] = sum(record.warn_counts.values())
    facts["replaced_rows"], facts["replaced_amt"] = record.replaced_rows, record.replaced_amt
    return facts


def batch_facts(record: BatchRecord, standings: Sequence[Standing]) -> dict[str, Any]:
    """One batch of ``intake show``: the equation, the reasons, the rates of counting rules."""
    reasons = [
        {
            **{name: value for name, value in asdict(s).items() if name != "source_sha"},
            "reason_zh": explain(s.reason).zh,
            "remedy_zh": explain(s.reason).remedy,
        }
        for s in standings
    ]
    rates = [
        {
            "reason": rate["reason"],
            "rule_zh": rate["rule_zh"] or explain(rate["reason"]).zh,
            "rows_tested": rate["rows_tested"],
            "rows_hit": rate["rows_hit"],
            "share": share(rate["rows_hit"], rate["rows_tested"]),
        }
        for rate in rule_rates([record])
    ]
    return {
        **batch_row(record, standings),
        "source_sha": record.source_sha,
        "event_yms": list(record.event_yms),
        "brought_back_rows": record.released_rows,
        "brought_back_amt": record.released_amt,
        "reasons": reasons,
        "rates": rates,
    }


def refused_facts(record: BatchRecord, rows: Sequence[Refused]) -> list[dict[str, Any]]:
    """Refused rows as JSON facts."""
    return [
        {
            "source_file": record.source_file,
            **asdict(row),
            "reason_zh": explain(row.reason).zh,
            "remedy_zh": explain(row.reason).remedy,
        }
        for row in rows
    ]


def list_table(rows: Sequence[dict[str, Any]]) -> Table:
    """``intake list``; a batch is named by its file, which ``show`` takes too."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("文件", overflow="fold", min_width=16)
    for name in ("读入", "接收", "未收", "待处理", "提示"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["source_file"], _rows_and_yuan(row["rows_read"], row["read_amt"]),
            _rows_and_yuan(row["rows_accepted"], row["accepted_amt"]),
            f"{row['rows_read'] - row['rows_accepted']:,}\n{row['refused_share']}",
            _open_and_healed(row["open_rows"], row["healed_rows"] + row["released_rows"]),
            number(row["warn_rows"]),
        )  # fmt: skip
    return table


def _open_and_healed(still: int, healed: int) -> str:
    return number(still) + (f"\n已更正 {healed:,}" if healed else "")


def _rows_and_yuan(rows: int, amount: Decimal | None) -> str:
    return f"{rows:,} 行" + ("" if amount is None else f"\n{amount:,.2f} 元")


def print_batch(console: Console, facts: dict[str, Any]) -> None:
    """``intake show``: equation, reasons with remedies, rates."""
    console.print(
        f"批次 {facts['batch_id']}（{facts['encoding']}，业务月份 "
        f"{'、'.join(map(str, facts['event_yms'])) or '无'}）",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    table = Table("去向", "行", "金额（元）", box=SIMPLE_HEAD, padding=(0, 1))
    for disposition in DISPOSITIONS:
        table.add_row(
            DISPOSITION_ZH[disposition], f"{facts[f'rows_{disposition}']:,}",
            money_text(facts[f"{disposition}_amt"]),
        )  # fmt: skip
    table.add_row("合计 = 读入", f"{facts['rows_read']:,}", money_text(facts["read_amt"]))
    for column in table.columns[1:]:
        column.justify = "right"
    console.print(table)
    if facts["replaced_rows"]:
        console.print(f"替换以前批次的旧版本 {facts['replaced_rows']:,} 行")
    if facts["brought_back_rows"]:
        console.print(f"使以前暂挂的 {facts['brought_back_rows']:,} 行生效")
    if facts["reasons"]:
        table = Table(
            "原因", "去向", "现状", "行", "金额", "说明与处理", box=SIMPLE_HEAD, padding=(0, 1)
        )
        table.columns[5].overflow = "fold"
        for row in facts["reasons"]:
            table.add_row(
                row["reason"], DISPOSITION_ZH[row["disposition"]], STATE_ZH[row["state"]],
                f"{row['rows']:,}", money_text(row["amount"]),
                f"{row['reason_zh']}。{row['remedy_zh']}",
            )  # fmt: skip
        console.print(table)
    hits = [rate for rate in facts["rates"] if rate["rows_hit"]]
    if hits:
        table = Table("提示", "命中行", "检查行", "比例", "规则", box=SIMPLE_HEAD, padding=(0, 1))
        for row in hits:
            table.add_row(
                row["reason"], f"{row['rows_hit']:,}", f"{row['rows_tested']:,}", row["share"],
                row["rule_zh"],
            )  # fmt: skip
        console.print(table)


def refused_table(record: BatchRecord, rows: Sequence[Refused]) -> Table:
    """``intake rejects``: where, why, and the masked text."""
    table = Table(title=record.source_file, box=SIMPLE_HEAD, padding=(0, 1))
    for name, width in (
        ("行号", 4),
        ("去向与现状", 14),
        ("原因与涉及列", 22),
        ("金额与原文（已遮盖）", 20),
    ):
        table.add_column(name, overflow="fold", min_width=width)
    for row in rows:
        state = STATE_ZH[row.state] + ("（须更正）" if row.state in OPEN else "")
        why = "；".join(f"{reason} {explain(reason).zh}" for reason in row.reasons)
        yuan = "" if row.amount is None else f"{row.amount:,.2f} 元\n"
        table.add_row(
            str(row.src_line), f"{DISPOSITION_ZH[row.disposition]}\n{state}",
            f"{why}\n{'、'.join(row.columns)}".rstrip(), Text(yuan + row.raw_text[:200]),
        )  # fmt: skip
    return table


def proposal_facts(proposal: Proposal) -> dict[str, Any]:
    """A proposed profile as JSON facts."""
    facts = asdict(proposal)
    for one in (facts, *facts["fits"]):
        for refusal in (one["preview"] or {}).get("refusals", ()):
            refusal["reason_zh"] = explain(refusal["reason"]).zh
    return facts


def print_proposal(console: Console, proposal: Proposal) -> None:
    """What takes the file in already; else the TOML text, what is missing, what is refused."""
    for fit in proposal.fits:
        _print_fit(console, fit)
    if proposal.fits:
        return
    console.print(proposal.toml, markup=False, highlight=False, soft_wrap=True)
    for title, names in (
        ("缺少的必填列", proposal.missing),
        ("读入时丢弃的个人信息列", proposal.drop),
        ("用不上的列", proposal.unused),
    ):
        if names:
            console.print(f"{title}：{'、'.join(names)}", markup=False, soft_wrap=True)
    _print_preview(console, proposal.preview, proposal.problems)


def _print_fit(console: Console, fit: Fit) -> None:
    stem = f"{fit.table}_{{区划}}_{{yyyymm}}_{{批次}}"
    if not fit.profile:
        lines = ["列名合于约定，不需要来源配置。", f"用法：文件命名为 {stem}.csv 放入 extracts"]
    else:
        by_itself = "接收时按表头或文件名自动选用"
        manifest = f'旁放清单 {stem}.json：{{"profile": "{fit.profile}"}}'
        lines = [
            f"已有来源配置 {fit.profile}（{fit.title_zh}）适用，不必另写。",
            f"用法：文件命名为 {stem}.csv 放入 extracts，"
            + (by_itself if fit.is_chosen else manifest),
        ]
    if fit.area:
        lines.append(f"区划取自文件名；现在的文件名没有，试接收以 {fit.area} 代替")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    _print_preview(console, fit.preview, fit.problems)


def _print_preview(console: Console, preview: Preview | None, problems: Sequence[Problem]) -> None:
    for problem in problems:
        console.print(problem.render(), markup=False, highlight=False, soft_wrap=True)
    if preview is None:
        return
    console.print(f"试接收 {preview.rows_read:,} 行，接收 {preview.rows_accepted:,} 行")
    for refusal in preview.refusals:
        told = explain(refusal.reason)
        console.print(
            f"  {refusal.reason} {told.zh}：{DISPOSITION_ZH[refusal.disposition]} "
            f"{refusal.rows:,} 行，首见第 {refusal.first_line} 行",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip


def number(count: int) -> str:
    """A count with thousands separators; '' for zero."""
    return f"{count:,}" if count else ""
