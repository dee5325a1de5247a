"""The printed books of one ledger and month as one self-contained page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reports.html.render import environment
from pipelines.reports.html.text import month
from pipelines.reports.ledgers.accounts import account_title, day_rows, month_end
from pipelines.reports.ledgers.balances import BANK_NAMES, STAGES, trial_note, verdict
from pipelines.reports.ledgers.vouchers import heading, signatures

if TYPE_CHECKING:
    from pipelines.reports.ledgers.model import LedgerBooks


def page_html(books: LedgerBooks) -> str:
    """Contents, 科目余额表, 余额调节表, 总账, 日记账, 明细账 and 记账凭证, without scripts."""
    return (
        environment()
        .get_template("ledger_books.html.j2")
        .render(
            title=f"{books.poolarea_name}{books.scheme_name}会计账簿 {month(books.period_ym)}",
            books=books,
            day=month_end(books.period_ym),
            stages=STAGES,
            bank_names=BANK_NAMES,
            account_title=account_title,
            day_rows=day_rows,
            heading=heading,
            signatures=signatures,
            trial_note=trial_note,
            verdict=verdict,
        )
    )
